"""Rows of a table in which runs that differ by their seeds alone are one: how many they are, their means and spreads.

Only runs that ended as planned are folded, as verdicts have it (`groups.py`): one that waits, goes on, failed or was
stopped by hand has a row of its own.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from cnn_tui.experiment.names import without_seed
from cnn_tui.history.groups import ENDED_AS_PLANNED
from cnn_tui.history.history import History
from cnn_tui.history.rows import GAP, decoded
from cnn_tui.history.run import Line
from cnn_tui.history.spread import Spread

WHICH = (
    f"(CASE WHEN same != '' AND train_images > 0 AND {ENDED_AS_PLANNED}"
    " THEN same || train_images || '+' || test_images || dataset END)"
)
"""What a run repeats, in SQL: equal for runs that fold into one row, NULL for a run that stands alone."""
FIGURES = (*("test_accuracy", "gap", "pace", "accuracy", "val_accuracy", "test_loss", "loss", "val_loss", "seconds"),)
"""The figures that a folded row has as means."""


class Fold(NamedTuple):
    """Runs of one experiment, two or more, in the order of their table."""

    which: str
    runs: tuple[int, ...]


Place = int | Fold
"""A row of a table: one run, or several."""


class Repeats(NamedTuple):
    """What a row of several runs has beside its line."""

    runs: tuple[int, ...]
    figures: dict[str, Spread]
    """By the names in FIGURES."""
    seeds: int


class FoldedLine(NamedTuple):
    """A row: of one run, or with the means of several, when `repeats` says of how many."""

    line: Line
    repeats: Repeats | None = None


def fold(runs: Iterable[tuple[int, str | None]]) -> list[Place]:
    """Runs with what each repeats, folded: several stand where the first of them stood."""
    found: dict[int | str, list[int]] = {}
    for run, which in runs:
        found.setdefault(run if which is None else which, []).append(run)
    return [
        Fold(which, tuple(members)) if len(members) > 1 and isinstance(which, str) else members[0]
        for which, members in found.items()
    ]


def fold_by_mean(runs: Sequence[tuple[int, str | None, int | None, float | None]], *, reverse: bool) -> list[Place]:
    """The same for runs with their seeds and a figure, the largest mean first; those without the figure last."""
    by_seed: dict[int | str, dict[int | str, list[float]]] = {}
    for run, which, seed, value in runs:
        if value is not None:
            own = by_seed.setdefault(run if which is None else which, {})
            own.setdefault(f"run {run}" if seed is None else seed, []).append(value)
    means = {which: _mean(_mean(values) for values in own.values()) for which, own in by_seed.items()}
    known = {run: means.get(run if which is None else which) for run, which, _, _ in runs}

    def order(place: Place) -> tuple[bool, float]:
        mean = known[place.runs[0] if isinstance(place, Fold) else place]
        return mean is None, 0.0 if mean is None else mean if reverse else -mean

    return sorted(fold((run, which) for run, which, _, _ in runs), key=order)


Figures = tuple[int, dict[str, Spread]]
"""Of a fold: how many seeds, and the spread of each of FIGURES over them."""
KnownFigures = dict[tuple[int, ...], Figures]
"""By the runs of a fold, in order. To work them out takes the longest: they stay known while the runs are those."""


def read_folds(history: History, folds: Collection[Fold], known: KnownFigures) -> dict[str, FoldedLine]:
    """The rows of these folds, by what their runs repeat; what is not `known` of their figures is by then."""
    sorted_runs = {one.which: tuple(sorted(one.runs)) for one in folds}
    known.update((runs, _figures_of(history, runs)) for runs in sorted_runs.values() if runs not in known)
    newest = {line.id: line for line in history.lines_of([runs[-1] for runs in sorted_runs.values()])}
    found = {}
    for one in folds:
        runs = sorted_runs[one.which]
        line = newest.get(runs[-1])
        if line is None:
            continue  # it changed meanwhile
        seeds, figures = known[runs]
        means = {name: spread.mean for name, spread in figures.items()}
        tags = _common_tags(history, runs, line.tags)
        line = msgspec.structs.replace(
            line, **means, name=without_seed(line.name), seed=None, note="", tags=tags, tested_epoch=None
        )
        found[one.which] = FoldedLine(line, Repeats(one.runs, figures, seeds))
    return found


def typical_run(history: History, runs: Sequence[int]) -> int:
    """The run whose test accuracy is the nearest to the mean: it stands for all where only one can."""
    figures = {line.id: line.test_accuracy for line in history.lines_of(runs)}
    known = [value for value in figures.values() if value is not None]
    if not known:
        return max(runs)
    mean = _mean(known)
    return min(figures, key=lambda run: math.inf if figures[run] is None else abs((figures[run] or 0.0) - mean))


_THESE = "id IN (SELECT value FROM json_each(?))"


def _figures_of(history: History, runs: Sequence[int]) -> Figures:
    """Seeds, and the spread of each figure over them, as `Group.spread` has it."""
    columns = [GAP if name == "gap" else name for name in FIGURES]
    means = ", ".join(f"avg({column}) AS f{at}" for at, column in enumerate(columns))
    sums = ", ".join(f"count(f{at}), avg(f{at}), total(f{at} * f{at})" for at in range(len(columns)))
    by_seed = f"SELECT {means} FROM runs WHERE {_THESE} GROUP BY seed, iif(seed IS NULL, id, 0)"
    seeds, *told = history.store.execute(f"SELECT count(*), {sums} FROM ({by_seed})", (_json(runs),)).fetchone()
    return seeds, {name: _spread(*told[3 * at : 3 * at + 3]) for at, name in enumerate(FIGURES)}


def _spread(count: int, mean: float | None, squares: float) -> Spread:
    if mean is None or count < 2:
        return Spread(count, mean, None)
    return Spread(count, mean, math.sqrt(max(0.0, squares - count * mean * mean) / (count - 1)))


def _common_tags(history: History, runs: Sequence[int], tags: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the tags of one of the runs that all of them have."""
    query = f"SELECT DISTINCT tags FROM runs WHERE {_THESE}"
    for (text,) in history.store.execute(query, (_json(runs),)) if tags else ():
        theirs = decoded(text, tuple[str, ...])
        tags = tuple(tag for tag in tags if tag in theirs)
    return tags


def _json(runs: Sequence[int]) -> str:
    return msgspec.json.encode(runs).decode()


def _mean(values: Iterable[float]) -> float:
    some = [*values]
    return math.fsum(some) / len(some)
