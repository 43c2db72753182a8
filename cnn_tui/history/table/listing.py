"""A window on the history's runs: which of them are shown and in what order, however many there are.

The numbers of the runs are kept, and nothing else: the rows themselves are read when they come into view. Runs that
repeat one experiment may be folded into one row (`folding.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.experiment.file_errors import found
from cnn_tui.history.history import History
from cnn_tui.history.run import Line
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.history.table.filter import compile_filter
from cnn_tui.history.table.folding import (
    FIGURES,
    WHICH,
    Fold,
    FoldedLine,
    KnownFigures,
    Place,
    fold,
    fold_by_mean,
    read_folds,
)
from cnn_tui.text import did_you_mean


class SortError(ValueError):
    """There is no column to sort by of that name; the message is a sentence that names those there are."""


class Query(NamedTuple):
    """What is to be shown: a filter (see `filter.py`), a key of COLUMNS and its direction, archived runs or not."""

    filter: str = ""
    sort: str = "id"
    reverse: bool = False
    archived: bool = False
    folded: bool = False
    """Whether runs that differ by their seeds alone are one row, in the order of its means."""


class Spot(NamedTuple):
    """A row, by the newest run in it: that of the run itself, or that of the fold."""

    run: int
    fold: bool = False


class Listing:
    """The runs of a history that a query chooses, in its order; the newest first where it says nothing else.

    It stays as it was read until `refresh` or `show`: a run that is trained meanwhile does not move under the cursor.
    """

    def __init__(self, history: History, query: Query | None = None) -> None:
        """Reads at once. Raises FilterError and SortError."""
        self._history = history
        self._query = Query()
        self._places: Sequence[Place] = ()
        self._rows: Sequence[Place] = ()
        """The places, and below each fold that was opened its runs."""
        self._open: set[str] = set()
        self._inside: set[int] = set()
        """The runs that stand below a fold."""
        self._spots: dict[Spot, int] | None = None
        self._read_folds: dict[str, FoldedLine] = {}
        self._figures: KnownFigures = {}
        self.show(query or Query())

    @property
    def query(self) -> Query:
        """What is shown."""
        return self._query

    def show(self, query: Query) -> None:
        """Show what another query chooses. Raises FilterError and SortError, and then goes on showing the old one."""
        places = self._read(query)
        self._query, self._places = query, places
        self._lay_out()

    def refresh(self) -> None:
        """Read again which runs there are; for after a change of the history."""
        self._places = self._read(self._query)
        # A run that was resumed has left its fold, if only for a time: what was known of it as it was is no more.
        folds = {tuple(sorted(one.runs)) for one in self._places if isinstance(one, Fold)} if self._figures else ()
        self._figures = {runs: figures for runs, figures in self._figures.items() if runs in folds}
        self._lay_out()

    def forget(self) -> None:
        """Have everything read anew by the next `refresh`; for after a time without one."""
        self._figures.clear()

    def count(self) -> int:
        """How many runs there are."""
        return sum(len(one.runs) if isinstance(one, Fold) else 1 for one in self._places)

    def total(self) -> int:
        """How many runs there would be without the filter."""
        where = "" if self._query.archived else " WHERE archived = 0"
        return int(self._history.store.execute(f"SELECT count(*) FROM runs{where}").fetchone()[0])

    def ids(self, limit: int = -1, offset: int = 0) -> Sequence[int]:
        """The numbers of the runs, in order; `limit` -1 gives all from `offset`."""
        ids = [run for one in self._places for run in (one.runs if isinstance(one, Fold) else (one,))]
        return ids[offset:] if limit < 0 else ids[offset : offset + limit]

    def lines(self, limit: int = -1, offset: int = 0) -> list[Line]:
        """The runs, as they are now; fewer than `limit` at the end."""
        return self._history.lines_of(self.ids(limit, offset))

    # Rows, in which runs may be folded

    def count_rows(self) -> int:
        return len(self._rows)

    def count_folded(self) -> int:
        """How many rows are of several runs that do not stand below them too."""
        return sum(isinstance(one, Fold) and one.which not in self._open for one in self._places)

    def most_repeats(self) -> int:
        """How many runs the largest fold has; 0 where there is none."""
        return max((len(one.runs) for one in self._places if isinstance(one, Fold)), default=0)

    def rows(self, limit: int = -1, offset: int = 0) -> list[FoldedLine]:
        """The rows, as they are now; the figures of folds as they were when the listing was read."""
        rows = self._rows[offset:] if limit < 0 else self._rows[offset : offset + limit]
        folds = [one for one in rows if isinstance(one, Fold) and one.which not in self._read_folds]
        self._read_folds |= read_folds(self._history, folds, self._figures)
        lines = {line.id: line for line in self._history.lines_of([one for one in rows if isinstance(one, int)])}
        found = (
            self._read_folds.get(one.which) if isinstance(one, Fold) else one in lines and FoldedLine(lines[one])
            for one in rows
        )
        return [row for row in found if row]

    def runs_at(self, row: int) -> tuple[int, ...]:
        """The runs of a row; () for a row that is not there."""
        at = self._rows[row : row + 1]
        return () if not at else at[0].runs if isinstance(at[0], Fold) else (at[0],)

    def spot_at(self, row: int) -> Spot | None:
        """What to find a row by later on, with `position`; None for a row that is not there."""
        runs = self.runs_at(row)
        return Spot(max(runs), isinstance(self._rows[row], Fold)) if runs else None

    def is_open(self, row: int) -> bool | None:
        """Whether the runs of a fold stand below it; None for the row of a run."""
        one = self._rows[row] if 0 <= row < len(self._rows) else 0
        return one.which in self._open if isinstance(one, Fold) else None

    def is_inside(self, run: int) -> bool:
        """Whether a run stands below a fold that was opened."""
        return run in self._inside

    def toggle_fold(self, row: int) -> None:
        """Show the runs of a fold below it, or no more."""
        one = self._rows[row]
        if isinstance(one, Fold):
            self._open ^= {one.which}
            self._lay_out()

    def position(self, wanted: int | Spot) -> int | None:
        """The row of a run or, where that is folded, of its fold, from 0; None when it is not shown."""
        if self._spots is None:
            self._spots = {}
            for at, one in enumerate(self._rows):
                if isinstance(one, Fold):
                    self._spots.update((Spot(run, True), at) for run in one.runs)
                else:
                    self._spots[Spot(one)] = at
        spot = wanted if isinstance(wanted, Spot) else Spot(wanted)
        found = self._spots.get(spot)
        return self._spots.get(Spot(spot.run, not spot.fold)) if found is None else found

    # Reading

    def _lay_out(self) -> None:
        self._spots, self._read_folds = None, {}
        self._rows = self._places
        opened = {one.which: one.runs for one in self._places if isinstance(one, Fold) and one.which in self._open}
        self._inside = {run for runs in opened.values() for run in runs}
        if opened:
            self._rows = [
                row
                for one in self._places
                for row in (one, *(opened.get(one.which, ()) if isinstance(one, Fold) else ()))
            ]

    def _read(self, query: Query) -> list[Place]:
        where, values = compile_filter(query.filter)
        # Where every row is looked at anyway, the index on archived would only be a detour: + keeps it out.
        plain = query.sort == "id" and not values and not query.folded
        shown = "" if query.archived else f"{'' if plain else '+'}archived = 0 AND "
        clauses = f"FROM runs WHERE {shown}{where} ORDER BY"
        execute = self._history.store.execute
        if not query.folded:
            return [row[0] for row in execute(f"SELECT id {clauses} {_order(query)}", values)]
        if query.sort in FIGURES:
            figure = COLUMNS[query.sort].expression
            found = execute(f"SELECT id, {WHICH}, seed, {figure} {clauses} id DESC", values).fetchall()
            return fold_by_mean(found, reverse=query.reverse)
        return fold(execute(f"SELECT id, {WHICH} {clauses} {_order(query)}", values))


def _order(query: Query) -> str:
    """The clauses of ORDER BY; a run without a value comes last in both directions."""
    column = COLUMNS.get(query.sort)
    if column is None:
        hint = did_you_mean(query.sort, COLUMNS)
        raise SortError(f"{found(query.sort)} is no column to sort by; there are {', '.join(COLUMNS)}.{hint}")
    if query.sort == "id":
        return "id" if query.reverse else "id DESC"
    sql = column.expression
    missing = f"coalesce({sql}, '') = ''" if column.words else f"{sql} IS NULL"
    collation = " COLLATE NOCASE" if column.words else ""
    direction = " DESC" if column.words == query.reverse else ""
    return f"{missing}, {sql}{collation}{direction}, id DESC"
