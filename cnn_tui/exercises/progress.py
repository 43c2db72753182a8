"""How far somebody is with the exercises, and which runs are still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from cnn_tui.exercises.answers import Answer, answers
from cnn_tui.exercises.catalogue import Place
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.runs import Order, orders, queue, runs_of
from cnn_tui.history.groups import ended_as_planned
from cnn_tui.history.history import History

State = Literal["open", "predicted", "waiting", "training", "run", "answered", "done"]
"""From the first to the last; `answered` is a question with an answer that is not marked as done."""


class Standing(NamedTuple):
    """How far an exercise is. `live` are those of its runs that have not ended."""

    state: State
    answer: Answer
    runs: tuple[int, ...] = ()
    live: tuple[int, ...] = ()


def standings(history: History, place: Place) -> dict[str, Standing]:
    """How far each exercise of a set is, by its name. Raises ExperimentError."""
    given = answers(history, place.name)
    live = history.live_statuses()
    return {
        one.name: _standing(history, place, one, given.get(one.name, Answer()), live) for one in place.set.exercises
    }


def counted(history: History, wanted: Sequence[Order]) -> list[tuple[Order, int]]:
    """How many runs each order has, those that are queued or trained among them."""
    runs = [runs_of(history, order.place, order.exercise) for order in wanted]
    return [(order, ended_as_planned(history, its, also_live=True)) for order, its in zip(wanted, runs, strict=True)]


def missing(have: Sequence[tuple[Order, int]], each: int) -> list[tuple[Order, int]]:
    """How many runs it takes for each order to have `each`; those that need none are left out."""
    return [(order, each - count) for order, count in have if count < each]


def queue_missing(history: History, counts: Sequence[tuple[Order, int]]) -> tuple[int, ...]:
    """Queue so many runs of each order, all with the first seed before any with the second; gives their numbers."""
    ids: list[int] = []
    for at in range(max((count for _, count in counts), default=0)):
        ids += queue(history, [order for order, count in counts if count > at])
    return tuple(ids)


def baseline_order(place: Place, exercise: Exercise) -> Order | None:
    """What to train for the baseline of an exercise; None for one that is compared with none."""
    if not place.set.baseline or place.set.baseline == exercise.name or not exercise.is_run:
        return None
    made, _ = orders([(place, place.exercise(place.set.baseline))])
    return made[0] if made else None


def _standing(history: History, place: Place, one: Exercise, given: Answer, live: Mapping[int, str]) -> Standing:
    runs = () if one.is_question else runs_of(history, place, one)
    going = tuple(run for run in runs if run in live)
    state: State = "open"
    if given.done:
        state = "done"
    elif any(live[run] != "queued" for run in going):
        state = "training"
    elif going:
        state = "waiting"
    elif runs and ended_as_planned(history, runs):
        state = "run"
    elif given.conclusion:
        state = "answered"
    elif given.prediction.accuracy or given.prediction.time:
        state = "predicted"
    return Standing(state, given, runs, going)
