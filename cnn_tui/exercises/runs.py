"""The runs of an exercise: those made for it, and others of the very same experiment; and how to queue more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cnn_tui.exercises.catalogue import Place
from cnn_tui.exercises.locks import unlocked_changes
from cnn_tui.exercises.model import Exercise, ExerciseError
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import Identity, identity_of
from cnn_tui.history import notebook
from cnn_tui.history.groups import Group, groups_of, heads_of
from cnn_tui.history.history import History
from cnn_tui.text import quiet


class Order(NamedTuple):
    """What is to be trained for an exercise: its experiment, or one of its own that somebody made of it."""

    place: Place
    exercise: Exercise
    experiment: Experiment

    @property
    def key(self) -> str:
        """How its runs name the exercise."""
        return self.place.key(self.exercise)


class LeftOut(NamedTuple):
    """An exercise that is not run, and why."""

    key: str
    why: str


def runs_of(history: History, place: Place, exercise: Exercise) -> tuple[int, ...]:
    """The runs of an exercise, the oldest first; archived ones are left out.

    Those that carry its name count, or that of an exercise of its set which is the same; and those of its experiment
    as it was given out, whatever they were made for.
    """
    keys = [place.key(one) for one in twins(place, exercise)]
    ids = set(notebook.assigned(history, keys))
    experiment = None if exercise.change else place.experiment(exercise)
    if experiment is not None:
        ids.update(head.run for head in heads_of(history, experiment))
    return tuple(sorted(ids))


def twins(place: Place, exercise: Exercise) -> tuple[Exercise, ...]:
    """The exercises of a set that train the very same, whatever they are called; itself among them."""
    experiment = place.experiment(exercise)
    if experiment is None or exercise.change:
        return (exercise,)
    others = ((one, place.experiment(one)) for one in place.set.exercises if not one.change)
    return tuple(one for one, its in others if its is not None and identity_of(its) == identity_of(experiment))


def group_of(history: History, place: Place, exercise: Exercise, like: Group | None = None) -> Group | None:
    """The repeats among the runs of an exercise that say most; None when no run has ended as planned.

    That is the largest group, the latest of equals; one on the images of `like`, if there is one.
    """
    groups = groups_of(history, runs_of(history, place, exercise))
    if like is not None:
        groups = tuple(group for group in groups if group.images == like.images) or groups
    return max(groups, key=lambda group: (len(group.trials), group.runs[-1]), default=None)


def orders(
    chosen: Iterable[tuple[Place, Exercise]], change: Callable[[Experiment], Experiment] | None = None
) -> tuple[list[Order], list[LeftOut]]:
    """What there is to train for the exercises, with `change` made to each experiment, and what is left out.

    Left out are questions, what cannot be trained, and an exercise of the same experiment as an earlier one.
    Raises ExperimentError.
    """
    made: list[Order] = []
    left_out: list[LeftOut] = []
    seen: dict[tuple[Identity, str], str] = {}
    for place, exercise in chosen:
        given = place.experiment(exercise)
        if given is None:
            left_out.append(LeftOut(place.key(exercise), "it is a question, with nothing to run"))
            continue
        order = Order(place, exercise, given if change is None else change(given))
        if exercise.change and order.experiment == given:
            left_out.append(
                LeftOut(order.key, "it asks you to change its experiment first: open it in the lab, or --with")
            )
            continue
        # A changed experiment is known by the exercise's set alone.
        same = (identity_of(order.experiment), "" if order.experiment == given else place.name)
        why = obstacle(order)
        if not why and same in seen:
            why = f"it is the same as {seen[same]}, whose runs count here too"
        if why:
            left_out.append(LeftOut(order.key, why))
        else:
            seen[same] = order.key
            made.append(order)
    return made, left_out


def obstacle(order: Order) -> str:
    """Why an order cannot be carried out: a locked field that was changed, or a problem of its stack; "" for nothing.

    Raises ExperimentError.
    """
    given = order.place.experiment(order.exercise)
    changed = unlocked_changes(given, order.experiment, order.place.locked(order.exercise)) if given else ()
    if changed:
        return f"{', '.join(changed[:5])} {'is' if len(changed) == 1 else 'are'} locked"
    problems = problems_of(order.experiment)
    if not problems:
        return ""
    at = f"layer {problems[0].layer}: " if problems[0].layer else ""
    return quiet(f"it cannot be trained ({at}{problems[0].message})", 300)


def queue(history: History, wanted: Sequence[Order], repeat: int = 1, device: str = "") -> tuple[int, ...]:
    """Queue runs, each order with the `repeat` smallest seeds, from 1, that it was not trained with yet.

    So the exercises of a set share their seeds and can be compared in pairs. All are queued with the first seed before
    any with the second. The runs bear the exercise, and its set as a tag; gives their numbers. An experiment with a
    seed of its own counts from there. Raises ExerciseError for an order that cannot be carried out.
    """
    for order in wanted:
        why = obstacle(order)
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


def assign(history: History, run: int, place: Place, exercise: Exercise) -> None:
    """Say that a run was made for an exercise; for one that was queued from the editor."""
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
