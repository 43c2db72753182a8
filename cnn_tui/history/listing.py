"""A window on the history's runs: which of them are shown and in what order, however many there are.

The numbers of the runs are kept, and nothing else: the rows themselves are read when they come into view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.experiment.file_errors import found
from cnn_tui.history.columns import COLUMNS
from cnn_tui.history.filter import compile_filter
from cnn_tui.history.history import History
from cnn_tui.history.run import Line
from cnn_tui.text import did_you_mean


class SortError(ValueError):
    """There is no column to sort by of that name; the message is a sentence that names those there are."""


class Query(NamedTuple):
    """What is to be shown: a filter (see `filter.py`), a key of COLUMNS and its direction, archived runs or not."""

    filter: str = ""
    sort: str = "id"
    reverse: bool = False
    archived: bool = False


class Listing:
    """The runs of a history that a query chooses, in its order; the newest first where it says nothing else.

    It stays as it was read until `refresh` or `show`: a run that is trained meanwhile does not move under the cursor.
    """

    def __init__(self, history: History, query: Query | None = None) -> None:
        """Reads at once. Raises FilterError and SortError."""
        self._history = history
        self._query = Query()
        self._ids: list[int] = []
        self._places: dict[int, int] | None = None
        self.show(query or Query())

    @property
    def query(self) -> Query:
        """What is shown."""
        return self._query

    def show(self, query: Query) -> None:
        """Show what another query chooses. Raises FilterError and SortError, and then goes on showing the old one."""
        ids = self._read(query)
        self._query, self._ids, self._places = query, ids, None

    def refresh(self) -> None:
        """Read again which runs there are; for after a change of the history."""
        self._ids, self._places = self._read(self._query), None

    def count(self) -> int:
        return len(self._ids)

    def total(self) -> int:
        """How many runs there would be without the filter."""
        where = "" if self._query.archived else " WHERE archived = 0"
        return int(self._history.store.execute(f"SELECT count(*) FROM runs{where}").fetchone()[0])

    def ids(self, limit: int = -1, offset: int = 0) -> Sequence[int]:
        """The numbers of the runs, in order; `limit` -1 gives all from `offset`."""
        return self._ids[offset:] if limit < 0 else self._ids[offset : offset + limit]

    def lines(self, limit: int = -1, offset: int = 0) -> list[Line]:
        """The rows, as they are now; fewer than `limit` at the end."""
        return self._history.lines_of(self.ids(limit, offset))

    def position(self, run_id: int) -> int | None:
        """Where a run stands, from 0; None when it is not shown."""
        if self._places is None:
            self._places = {one: at for at, one in enumerate(self._ids)}
        return self._places.get(run_id)

    def _read(self, query: Query) -> list[int]:
        where, values = compile_filter(query.filter)
        # Where every row is looked at anyway, the index on archived would only be a detour: + keeps it out.
        plain = query.sort == "id" and not values
        shown = "" if query.archived else f"{'' if plain else '+'}archived = 0 AND "
        rows = self._history.store.execute(f"SELECT id FROM runs WHERE {shown}{where} ORDER BY {_order(query)}", values)
        return [row[0] for row in rows]


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
