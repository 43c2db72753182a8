"""How far the user is with the exercises, and which runs are still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from cnn_tui.exercises.answers import Answer, answers
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.runs import TrainingOrder, make_orders, queue, runs_of
from cnn_tui.history.groups import ended_as_planned, heads_of, why_failed
from cnn_tui.history.history import History

State = Literal["open", "predicted", "waiting", "training", "run", "answered", "done"]
"""In the order in which they follow; `answered` is a question that has an answer but is not marked as done."""


class ExerciseStatus(NamedTuple):
    """How far the user is with an exercise. `live` are those of its `runs` that have not ended.

    `failure` tells which run failed and why, where that was the last and none has come to its end.
    """

    state: State
    answer: Answer
    runs: tuple[int, ...] = ()
    live: tuple[int, ...] = ()
    failure: tuple[int, str] | None = None


def read_statuses(history: History, place: SetPlace) -> dict[str, ExerciseStatus]:
    """The status of each exercise of a set, by its name. Raises ExperimentError."""
    given = answers(history, place.name)
    live = history.live_statuses()
    return {one.name: _status(history, place, one, given.get(one.name, Answer()), live) for one in place.set.exercises}


def first_to_do(history: History, places: Sequence[SetPlace]) -> str:
    """The key of the exercise with which one goes on: the first that is not done; "" when all are."""
    for place in places:
        given = answers(history, place.name)
        for one in place.set.exercises:
            if not given.get(one.name, Answer()).done:
                return place.key(one)
    return ""


def count_runs(history: History, wanted: Sequence[TrainingOrder]) -> list[tuple[TrainingOrder, int]]:
    """How many runs there are of each, with those that wait or are being trained.

    Runs on other data, or in other epochs, repeat something else.
    """
    return [(order, len(heads_of(history, order.experiment, usable=True))) for order in wanted]


def missing(have: Sequence[tuple[TrainingOrder, int]], each: int) -> list[tuple[TrainingOrder, int]]:
    """How many more runs it takes until there are `each` of every one; what needs none is left out."""
    return [(order, each - count) for order, count in have if count < each]


def queue_missing(history: History, counts: Sequence[tuple[TrainingOrder, int]]) -> tuple[int, ...]:
    """Queue so many runs of each; gives their numbers. All with the first seed come before any with the second."""
    ids: list[int] = []
    for at in range(max((count for _, count in counts), default=0)):
        ids += queue(history, [order for order, count in counts if count > at])
    return tuple(ids)


def baseline_order(place: SetPlace, exercise: Exercise) -> TrainingOrder | None:
    """What to train for the baseline of an exercise; None for an exercise that is not compared with any."""
    if not place.set.baseline or place.set.baseline == exercise.name or not exercise.is_run:
        return None
    made, _ = make_orders([(place, place.exercise(place.set.baseline))])
    return made[0] if made else None


def _status(history: History, place: SetPlace, one: Exercise, given: Answer, live: Mapping[int, str]) -> ExerciseStatus:
    runs = () if one.is_question else runs_of(history, place, one)
    going = tuple(run for run in runs if run in live)
    has_run = bool(runs) and ended_as_planned(history, runs) > 0
    state: State = "open"
    if given.done:
        state = "done"
    elif any(live[run] != "queued" for run in going):
        state = "training"
    elif going:
        state = "waiting"
    elif has_run:
        state = "run"
    elif given.conclusion:
        state = "answered"
    elif given.prediction.accuracy or given.prediction.time:
        state = "predicted"
    failure = why_failed(history, runs) if runs and not (has_run or going) else None
    return ExerciseStatus(state, given, runs, going, failure)
