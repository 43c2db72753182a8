"""The runs of an exercise: those that were made for it, and others of the same experiment; and how to queue more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.locks import changed_locked_fields
from cnn_tui.exercises.model import Exercise, ExerciseError
from cnn_tui.experiment.check import dataset_to_set, problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import Identity, identity_of
from cnn_tui.history import notebook
from cnn_tui.history.groups import heads_of
from cnn_tui.history.history import History
from cnn_tui.text import quiet


class TrainingOrder(NamedTuple):
    """What is to be trained for an exercise: its experiment, or the user's own version of it."""

    place: SetPlace
    exercise: Exercise
    experiment: Experiment

    @property
    def key(self) -> str:
        """How its runs name the exercise: `lab1/16-filters`."""
        return self.place.key(self.exercise)


class LeftOutExercise(NamedTuple):
    """An exercise that is not run, by its key, and why."""

    key: str
    why: str


def runs_of(history: History, place: SetPlace, exercise: Exercise) -> tuple[int, ...]:
    """The runs of an exercise, the oldest first; archived ones are left out.

    These are the runs that were made for it, or for an exercise of its set that trains the same, and all runs of its
    experiment as it was given out, whatever they were made for.
    """
    keys = [place.key(one) for one in same_exercises(place, exercise)]
    ids = set(notebook.assigned(history, keys))
    experiment = None if exercise.change else place.experiment(exercise)
    if experiment is not None:
        ids.update(head.run for head in heads_of(history, experiment))
    return tuple(sorted(ids))


def same_exercises(place: SetPlace, exercise: Exercise) -> tuple[Exercise, ...]:
    """The exercises of a set that train the same as this one; itself among them."""
    experiment = place.experiment(exercise)
    if experiment is None or exercise.change:
        return (exercise,)
    others = ((one, place.experiment(one)) for one in place.set.exercises if not one.change)
    return tuple(one for one, its in others if its is not None and identity_of(its) == identity_of(experiment))


def make_orders(
    chosen: Iterable[tuple[SetPlace, Exercise]], change: Callable[[Experiment], Experiment] | None = None
) -> tuple[list[TrainingOrder], list[LeftOutExercise]]:
    """What is to be trained for the exercises, with `change` made to each experiment, and which are left out.

    Left out are questions, what cannot be trained, and an exercise with the same experiment as an earlier one.
    Raises ExperimentError.
    """
    made: list[TrainingOrder] = []
    left_out: list[LeftOutExercise] = []
    seen: dict[tuple[Identity, str], str] = {}
    for place, exercise in chosen:
        given = place.experiment(exercise)
        if given is None:
            left_out.append(LeftOutExercise(place.key(exercise), "it is a question, with nothing to run"))
            continue
        order = TrainingOrder(place, exercise, given if change is None else change(given))
        if exercise.change and order.experiment == given:
            left_out.append(
                LeftOutExercise(order.key, "it asks you to change its experiment first: open it in the lab, or --with")
            )
            continue
        # Only exercises of one set count as the same once their experiment was changed.
        same = (identity_of(order.experiment), "" if order.experiment == given else place.name)
        why = find_obstacle(order)
        if not why and same in seen:
            why = f"it is the same as {seen[same]}, whose runs count here too"
        if why:
            left_out.append(LeftOutExercise(order.key, why))
        else:
            seen[same] = order.key
            made.append(order)
    return made, left_out


def find_obstacle(order: TrainingOrder) -> str:
    """Why something cannot be trained: a locked field was changed, or its stack has a problem; "" when it can.

    Raises ExperimentError.
    """
    given = order.place.experiment(order.exercise)
    changed = changed_locked_fields(given, order.experiment, order.place.locked(order.exercise)) if given else ()
    if changed:
        return f"{', '.join(changed[:5])} {'is' if len(changed) == 1 else 'are'} locked"
    if unset := dataset_to_set(order.experiment):
        return unset
    problems = problems_of(order.experiment)
    if not problems:
        return ""
    at = f"layer {problems[0].layer}: " if problems[0].layer else ""
    return quiet(f"it cannot be trained ({at}{problems[0].message})", 300)


def queue(history: History, wanted: Sequence[TrainingOrder], repeat: int = 1, device: str = "") -> tuple[int, ...]:
    """Queue runs of each experiment, with the `repeat` smallest seeds that it was not trained with yet.

    Seeds count from 1, or from the experiment's own seed. So the exercises of a set share their seeds, and can be
    compared in pairs. All runs with the first seed come before any with the second. The runs name the exercise, and
    have its set as a tag; gives their numbers. Raises ExerciseError for what cannot be trained.
    """
    for order in wanted:
        why = find_obstacle(order)
        if why:
            raise ExerciseError(f"{order.key}: {why}")
    ids: list[int] = []
    with history.transaction():
        seeds = [_new_seeds(history, order.experiment, repeat) for order in wanted]
        for at in range(repeat):
            for order, numbers in zip(wanted, seeds, strict=True):
                ids.append(history.add(order.experiment.with_training(seed=numbers[at]), device))
                assign(history, ids[-1], order.place, order.exercise)
    return tuple(ids)


def assign(history: History, run: int, place: SetPlace, exercise: Exercise) -> None:
    """Record that a run was made for an exercise."""
    notebook.assign(history, run, place.key(exercise), place.name)


def _new_seeds(history: History, experiment: Experiment, count: int) -> list[int]:
    used = {head.seed for head in heads_of(history, experiment, usable=True)}
    seeds: list[int] = []
    seed = experiment.training.seed or 1
    while len(seeds) < count:
        if seed not in used:
            seeds.append(seed)
        seed += 1
    return seeds
