"""Searches: what was to be searched, and which runs were its trials. Nothing else is kept of a search.

What Optuna knows, which candidates are judged again and what came of it are worked out from these rows and from the
runs', so a search that was cut off anywhere goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History
from cnn_tui.history.rows import decoded
from cnn_tui.history.run import Place

SearchStatus: TypeAlias = Literal["going", "stopped", "finished", "failed"]
AS_IT_WAS = 0
"""What is repeated, where it is no trial but the experiment that the search began with."""


class SearchPlan(msgspec.Struct, frozen=True):
    """What is searched, and how."""

    experiment: Experiment
    vary: tuple[str, ...]
    """The keys with what each may be, as `--vary` takes them."""
    metric: str = "val_accuracy"
    trials: int = 20
    """How many runs."""
    prune: bool = False
    seed: int = 1
    """Of the suggestions, and of every trial; the repeats have the seeds after it."""
    candidates: int = 2
    """How many of the best trials are repeated."""
    repeats: int = 3
    """On how many fresh seeds."""
    at_once: int = 1
    device: str = ""
    place: Place = "here"
    job_options: Mapping[str, Any] = msgspec.field(default_factory=dict)

    def same_as(self, other: SearchPlan) -> bool:
        """Whether what was found for the one is what the other looks for: it may go on with its trials."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAME)


_SAME = ("experiment", "vary", "metric", "seed", "candidates", "repeats")


class Search(NamedTuple):
    """A search. `why` says why one failed, in a sentence without its end."""

    id: int
    plan: SearchPlan
    status: SearchStatus
    why: str


class TrialRow(NamedTuple):
    """One trial of a search, or a repeat of one."""

    number: int
    values: tuple[Any, ...]
    """In the order of the plan's keys."""
    run: int | None
    """None for one that could not be trained."""
    obstacle: str
    """Why not, in a sentence without its end."""
    repeats: int | None
    """The number of the trial that it repeats, or AS_IT_WAS; None for a trial."""


def add_search(history: History, plan: SearchPlan) -> int:
    """Begin a search; the worker goes on with it. Gives its number."""
    cursor = history.store.execute(
        "INSERT INTO searches (plan, created) VALUES (?, ?)", (msgspec.json.encode(plan).decode(), time.time())
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def change_plan(history: History, search: int, plan: SearchPlan) -> None:
    """Let a search go on with another plan that is the same as its own."""
    history.store.execute(
        "UPDATE searches SET plan = ?, status = 'going', why = '' WHERE id = ?",
        (msgspec.json.encode(plan).decode(), search),
    )


def end_search(history: History, search: int, status: SearchStatus, why: str = "") -> None:
    """How a search ended; one that has ended already keeps its ending."""
    history.store.execute(
        "UPDATE searches SET status = ?, why = ? WHERE id = ? AND status = 'going'", (status, why, search)
    )


def searches(history: History, *, going: bool = False) -> list[Search]:
    """All searches, or those that go on, the oldest first. Those that another version wrote otherwise are left out."""
    where = "WHERE status = 'going' " if going else ""
    rows = history.store.execute(f"SELECT id, plan, status, why FROM searches {where}ORDER BY id").fetchall()
    found = []
    for number, plan, status, why in rows:
        try:
            found.append(Search(number, msgspec.json.decode(plan, type=SearchPlan), status, why))
        except msgspec.MsgspecError:
            continue
    return found


def search_of(history: History, number: int) -> Search | None:
    """A search; None when there is none of that number."""
    return next((one for one in searches(history) if one.id == number), None)


def has_going_search(history: History) -> bool:
    """Whether a search goes on."""
    return history.store.execute("SELECT 1 FROM searches WHERE status = 'going' LIMIT 1").fetchone() is not None


def is_going(history: History, number: int) -> bool:
    """Whether that search goes on."""
    query = "SELECT 1 FROM searches WHERE id = ? AND status = 'going'"
    return history.store.execute(query, (number,)).fetchone() is not None


def trial_rows(history: History, search: int) -> list[TrialRow]:
    """The trials of a search and their repeats, in order."""
    rows = history.store.execute(
        'SELECT number, "values", run, obstacle, repeats FROM trials WHERE search = ? ORDER BY number', (search,)
    )
    return [TrialRow(number, decoded(values, tuple[Any, ...]), *rest) for number, values, *rest in rows]


def record_trial(
    history: History,
    search: int,
    values: Sequence[Any],
    *,
    run: int | None = None,
    obstacle: str = "",
    repeats: int | None = None,
) -> None:
    """One more trial, or with `repeats` a repeat: the run that it is, or the obstacle to one."""
    history.store.execute(
        'INSERT INTO trials (search, number, "values", run, obstacle, repeats) VALUES'
        " (?, 1 + (SELECT coalesce(max(number), 0) FROM trials WHERE search = ?), ?, ?, ?, ?)",
        (search, search, msgspec.json.encode(list(values)).decode(), run, obstacle, repeats),
    )
