"""The table of the history's runs: which of them, in what order, in which columns."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence

from rich.style import Style
from textual.timer import Timer

from cnn_tui.experiment.names import ShortName
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.run import Line
from cnn_tui.history.same_network import first_runs
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.history.table.folding import FoldedLine
from cnn_tui.history.table.listing import Listing, Query, Spot
from cnn_tui.history.table.short_names import ShortNames
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.column_choice import USUAL, ColumnChoice, remembered
from cnn_tui.ui.panes.history.columns import Around, FoldOnScreen
from cnn_tui.ui.panes.history.data_used import DataUsed
from cnn_tui.ui.panes.history.run_marks import RunMarks
from cnn_tui.ui.panes.history.table_layout import ROOMY, Layout
from cnn_tui.ui.widgets.table import Cell, Table

_READ_AGAIN = 2.0
"""Seconds after which a change, whatever it was, is taken to have changed which runs are shown and in what order."""


class RunsTable(Table):
    """A window on the runs. The cursor stays on its run, whatever comes, goes or is sorted."""

    def __init__(self, history: History, shown: Callable[[], None], moved: Callable[[], None]) -> None:
        """`shown` is called whenever other runs are shown, or the same ones in another way; `moved` with the cursor."""
        super().__init__((), self._rows, empty=_empty(), placed=False, id="runs")
        self.history = history
        self.listing = Listing(history, Query(folded=True))
        self.marked = RunMarks(self.listing)
        self.chosen = remembered()
        """The columns that the user wants."""
        self.room = 0
        """The width that the columns are laid out for."""
        self.refused = False
        """Whether the filter that was typed last means nothing, so that no run was asked for."""
        self.names = ShortNames(history)
        self._short: dict[int, ShortName] = {}
        """The names of the runs on the screen."""
        self._tell_shown = shown
        self._tell_moved = moved
        self._baseline: Line | None = None
        self._selected: Spot | None = None
        """The row that the cursor stays on; None until it was moved."""
        self._drawn: dict[int, FoldedLine] = {}
        """What is in the rows on the screen."""
        self._data = DataUsed(history)
        self._state: object = None
        self._read_at = 0.0
        self._later: Timer | None = None
        self._layout = Layout(self.chosen)

    @property
    def here(self) -> tuple[int, ...]:
        """The runs of the row under the cursor: more than one where it is folded."""
        return self.listing.runs_at(self.cursor)

    @property
    def current(self) -> int | None:
        """The run under the cursor; None where there is none, or are several."""
        return self.here[0] if len(self.here) == 1 else None

    def move(self, to: int) -> None:
        super().move(to)
        self._tell_moved()

    def show_run(self, run_id: int) -> bool:
        """The cursor to a run, to stay on what is the first row, if that is its; False where it is not in the table."""
        row = self.listing.position(run_id)
        if row is not None:
            super().move(row)
            self._selected = self.listing.spot_at(row) if row else None
        return row is not None

    def keep_cursor(self) -> None:
        """From now on the cursor stays on the row that it is on."""
        self._selected = self.listing.spot_at(self.cursor)

    def toggle_fold(self) -> bool:
        """Show the runs of the folded row under the cursor below it, or no more; False where it is no such row."""
        if self.listing.is_open(self.cursor) is None:
            return False
        self.keep_cursor()
        self.listing.toggle_fold(self.cursor)
        self._show_listing(self._selected)
        return True

    # Reading

    def follow(self) -> None:
        """Show the history as it is now: the rows on screen at once, the others when there may be other ones."""
        # What tells cheaply that there are other runs, or that one has come to the end of an epoch or of its own.
        state = self.history.outline(), notebook.pinned(self.history)
        wait = self._read_at + _READ_AGAIN - time.monotonic()
        if state != self._state or wait <= 0:
            self._state = state
            self.read()
            return
        self._read_later(wait)
        if self.listing.rows(len(self.window), self.window.start) != [self._drawn.get(row) for row in self.window]:
            self.redraw()

    def read(self) -> None:
        """Read which runs there are, and in what order."""
        if self._later:
            self._later.stop()
            self._later = None
        self._read_at = time.monotonic()
        before = self.listing.spot_at(self.cursor)
        self.listing.refresh()
        self.names.look()
        self._data.read()
        self._show_listing(before)

    def read_anew(self) -> None:
        """The same, for after runs were called otherwise."""
        self.names.forget()
        self.read()

    def _read_later(self, wait: float = _READ_AGAIN) -> None:
        if self._later is None:
            self._later = self.set_timer(wait, self.read)

    def show(self, **changes: object) -> None:
        """Show another query: these of its fields change. Raises FilterError, and then goes on showing the old one."""
        before = self.listing.spot_at(self.cursor)
        if self._selected is None:
            self._selected = before
        self.listing.show(self.listing.query._replace(**changes))  # type: ignore[arg-type]
        self._show_listing(before, reveal="sort" in changes)

    def fit(self, room: int) -> None:
        """Names have more room where there is more."""
        self.room = room
        if self.columns:
            self._show_listing(self.listing.spot_at(self.cursor))

    def refuse(self) -> None:
        """Show nothing for a filter that means nothing."""
        self.refused = True
        self.empty = ""
        self.redraw()

    def _show_listing(self, before: Spot | None, *, reveal: bool = False) -> None:
        """Draw the listing and its columns; `before` had the cursor. `reveal` has the sorted column seen."""
        run_id = notebook.pinned(self.history)
        self._baseline = self.history.line(run_id) if run_id is not None else None
        ids, query = self.listing.ids(), self.listing.query
        self._layout = Layout(
            self.columns_shown(),
            room=self.room,
            widest_run=max(ids, default=1),
            most_repeats=self.listing.most_repeats(),
            baseline=run_id,
            sort=query.sort,
            reverse=query.reverse,
            marks_data=self.ranked is not None,
        )
        self.columns = tuple(self._layout.columns)
        self.empty = f"No run matches this filter. {key_of('lab.back')} clears it." if query.filter else _empty()
        if self.refused:
            self.empty = ""
        if reveal and self._layout.sorted_column is not None:
            self.reveal_column(self._layout.sorted_column)
        places = [self.listing.position(one) for one in (self._selected, before) if one is not None]
        found = [place for place in places if place is not None]
        self.set_count(self.listing.count_rows(), found[0] if found and self._selected is not None else None)
        self._tell_shown()

    def columns_shown(self) -> ColumnChoice:
        """The chosen columns; where not all runs have the same and whole dataset, it stands beside the figure.

        So that the status is seen all the same, it comes next. In a narrow table, unless the user has chosen columns,
        what runs were trained on stands behind their names, and the status beside the figure.
        """
        keys = list(self.chosen.columns)
        narrow = self.room < ROOMY and self.chosen.columns == USUAL.columns
        if "test_accuracy" in keys and (narrow or not self._data.is_same()):
            wanted = ("status",) if narrow else ("dataset", "epochs_done", "status")
            beside = [key for key in wanted if key in keys]
            keys = [key for key in keys if key not in beside]
            at = keys.index("test_accuracy") + 1
            keys[at:at] = beside
        return ColumnChoice(tuple(keys))

    @property
    def ranked(self) -> tuple[str, int, int] | None:
        """What the figures that rank are of; None where all have the same."""
        return self._data.ranked(self._baseline)

    @property
    def dataset(self) -> str:
        """The dataset of the figures that are not marked; "" before a run was trained."""
        return self._data.dataset(self._baseline)

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        try:
            rows = self.listing.rows(limit, offset)
            self._short |= self.names.of([row.line for row in rows])
        except sqlite3.Error:  # while it cannot be read, what was drawn stays
            rows = [row for at in range(offset, offset + limit) if (row := self._drawn.get(at)) is not None]
            self.call_after_refresh(self._read_later)
        self._drawn = {row: self._drawn[row] for row in self.window if row in self._drawn}
        self._drawn |= {offset + at: row for at, row in enumerate(rows)}
        drawn = {row.line.id for row in self._drawn.values()}
        self._short = {run: name for run, name in self._short.items() if run in drawn}
        lines = [row.line for row in rows]
        first = first_runs(self.history, lines) if "same" in self.chosen.columns else {}
        styles: dict[str, Style] = {}

        def style(name: str) -> Style:
            if name not in styles:
                styles[name] = self.style(name)
            return styles[name]

        around = Around(style, self._baseline, self.marked, first, names=self._short, data=self.ranked)
        return [self._layout.row(row.line, self._in_its_fold(around, row, offset + at)) for at, row in enumerate(rows)]

    def _in_its_fold(self, around: Around, shown: FoldedLine, row: int) -> Around:
        if shown.repeats is None:
            return around._replace(inside=self.listing.is_inside(shown.line.id))
        return around._replace(fold=FoldOnScreen(shown.repeats, self.listing.is_open(row) is True))

    def row_text(self, run_ids: Sequence[int]) -> str:
        """The rows of these runs in the columns that are chosen, with tabs between: a heading, then a line each."""
        around = Around(lambda _: Style(), self._baseline)
        lines = [line for one in run_ids if (line := self.history.line(one)) is not None]
        if "same" in self.chosen.columns:
            around = around._replace(first=first_runs(self.history, lines))
        titles = [column.title.rstrip("▼▲") for column in self._layout.columns]
        rows = [
            ["" if callable(cell) else str(cell).strip() for cell in self._layout.row(one, around)] for one in lines
        ]
        for key in ("id", "name"):  # without the signs beside it, and whole
            if COLUMNS[key].lab_title in titles:
                at = titles.index(COLUMNS[key].lab_title)
                for row, line in zip(rows, lines, strict=True):
                    row[at] = COLUMNS[key].show(line)
        return "".join("\t".join(row) + "\n" for row in (titles, *rows))

    # Marks

    @property
    def acted_on(self) -> tuple[int, ...]:
        """The runs of the row under the cursor; all that are marked, if one of them is."""
        return self.marked.acted_on(self.here)

    def toggle_mark(self) -> None:
        """Mark the runs of the row under the cursor, or take their marks away if all of them have one."""
        self.keep_cursor()
        if self.here:
            self.marked.toggle(self.here)
            self._show_marks()

    def toggle_all_marks(self) -> None:
        """Mark all runs in the table, or none if all of them are marked."""
        self.marked.toggle_all()
        self._show_marks()

    def _show_marks(self) -> None:
        self.redraw()
        self._tell_shown()

    def next_mark(self, by: int) -> bool:
        """The cursor to the next marked run, or the one before; False when none in the table is marked."""
        row = self.marked.next_row(self.cursor, by)
        if row is not None:
            self.move(row)
            self.keep_cursor()
        return row is not None


def _empty() -> str:
    return f"Every run comes here, with its figures. {key_of('run.start')} trains the stack."
