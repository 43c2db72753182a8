"""How far somebody is with the exercises, and which runs are still missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from cnn_tui.exercises.answers import Answer, answers
from cnn_tui.exercises.catalogue import Place
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.runs import Order, orders, queue, runs_of
from cnn_tui.history.groups import CUT_SHORT, ENDED_AS_PLANNED
from cnn_tui.history.history import History

State = Literal["open", "predicted", "waiting", "training", "run", "answered", "done"]
"""From the first to the last; `answered` is a question with an answer that is not marked as done."""


class Standing(NamedTuple):
    """How far an exercise is. `live` are those of its runs that have not ended."""

    state: State
    answer: Answer
    runs: tuple[int, ...] = ()
    live: tuple[int, ...] = ()


class Tally(NamedTuple):
    """What the history has of runs and answers; another one when an exercise may stand elsewhere."""

    runs: tuple[tuple[str, int, int, int], ...]
    """For each status how many, how many of them archived, and the largest number."""
    going: tuple[tuple[int, int, int], ...]
    """The runs that are trained: number, epochs done, epochs."""
    answers: tuple[int, float]

    @property
    def waiting(self) -> int:
        """How many runs are queued."""
        return sum(count for status, count, _, _ in self.runs if status == "queued")


def tally(history: History) -> Tally:
    """Read it: three short queries, to be asked before a longer look."""
    runs = history.execute("SELECT status, count(*), sum(archived), max(id) FROM runs GROUP BY status ORDER BY status")
    going = history.lines_where("WHERE status IN ('running', 'paused') ORDER BY id")
    (count, changed) = history.execute("SELECT count(*), coalesce(max(changed), 0) FROM answers").fetchone()
    epochs = tuple((line.id, line.epochs_done, line.epochs) for line in going)
    return Tally(tuple((*row,) for row in runs), epochs, (count, changed))


def standings(history: History, place: Place) -> dict[str, Standing]:
    """How far each exercise of a set is, by its name. Raises ExperimentError."""
    given = answers(history, place.name)
    live = {row[0]: row[1] for row in history.execute("SELECT id, status FROM runs WHERE " + _LIVE)}
    return {
        one.name: _standing(history, place, one, given.get(one.name, Answer()), live) for one in place.set.exercises
    }


def ended(history: History, runs: Sequence[int], *, also_live: bool = False) -> int:
    """How many of the runs have ended as planned, or, with `also_live`, still may."""
    marks = ", ".join("?" * len(runs))
    which = f"NOT {CUT_SHORT}" if also_live else ENDED_AS_PLANNED
    row = history.execute(f"SELECT count(*) FROM runs WHERE id IN ({marks}) AND {which}", runs).fetchone()
    return int(row[0])


def counted(history: History, wanted: Sequence[Order]) -> list[tuple[Order, int]]:
    """How many runs each order has, those that are queued or trained among them."""
    return [(order, ended(history, runs_of(history, order.place, order.exercise), also_live=True)) for order in wanted]


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


_LIVE = "status IN ('queued', 'running', 'paused')"


def _standing(history: History, place: Place, one: Exercise, given: Answer, live: dict[int, str]) -> Standing:
    runs = () if one.is_question else runs_of(history, place, one)
    going = tuple(run for run in runs if run in live)
    state: State = "open"
    if given.done:
        state = "done"
    elif any(live[run] != "queued" for run in going):
        state = "training"
    elif going:
        state = "waiting"
    elif runs and ended(history, runs):
        state = "run"
    elif given.conclusion:
        state = "answered"
    elif given.prediction.accuracy or given.prediction.time:
        state = "predicted"
    return Standing(state, given, runs, going)
