"""How the columns on show are laid out in the room that the table has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from rich.text import Text

from cnn_tui.analysis.compare import RunChanges, changes_of
from cnn_tui.data.dataset import is_stand_in
from cnn_tui.experiment.names import ShortName
from cnn_tui.history.run import Line
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.text import cells
from cnn_tui.ui.panes.history.column_choice import ColumnChoice
from cnn_tui.ui.panes.history.columns import FIELD, FOLDED, Around, Change, HistoryColumn
from cnn_tui.ui.panes.history.name_cell import BESIDE, name_cell
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

ROOMY = 90
"""Below so many columns what runs were trained on stands behind their names."""
_NARROW_NAME = 36
_NARROW, _WITH_BASELINE, _WITH_REPEATS = 29, 8, 9
"""So many columns of a narrow table have its number, test accuracy and status; and what comes to them."""

_CellOf: TypeAlias = Callable[[Line, Around, RunChanges | None], Cell]
"""What a column says of a run; the last is how it differs from the baseline, None where there is no such difference."""


class Layout:
    """The columns on show, for a table: the chosen ones, each with the difference to the baseline if there is one."""

    def __init__(
        self,
        chosen: ColumnChoice,
        *,
        room: int = 80,
        widest_run: int = 1,
        most_repeats: int = 0,
        baseline: int | None = None,
        sort: str = "id",
        reverse: bool = False,
        marks_data: bool = False,
    ) -> None:
        """`room` is the width of the table, `widest_run` the largest number of a run, `baseline` the pinned run.

        `most_repeats` is of how many runs a row is at most; 0 where none is of several. `marks_data` leaves room for
        the mark of a figure of other data.
        """
        self.columns: list[TableColumn] = []
        self._cells: list[_CellOf] = []
        self.sorted_column: int | None = None
        """The place of the column that the runs are sorted by; None where it is not on show."""
        least = _least_widths(room, widest_run, most_repeats, baseline is not None)
        if marks_data:
            least["test_accuracy"] = FIELD["test_accuracy"].width + 1
        seen: list[str] = []
        for key in chosen.columns:
            field = FIELD[key]
            title = field.column.lab_title
            if key == sort:
                self.sorted_column = len(self.columns)
                title += arrow(sort, reverse)
            cell = self._name if key == "name" else _plain(field)
            self._add(title, least.get(key, field.width), cell, field.column.right, stretch=key == "name")
            if sum(column.width + Table.GAP for column in self.columns) - Table.GAP <= room:
                seen.append(key)
            if key == "test_accuracy" and most_repeats:
                self._add("±", 5, _spread)
            if field.change is not None and baseline is not None:
                self._add(f"vs {baseline}", field.change.width, _changed(field.change))
        self._beside = tuple(key for key in BESIDE if key not in seen)
        """What stands behind the names, for its column is not seen."""

    def _add(self, title: str, width: int, cell: _CellOf, right: bool = True, *, stretch: bool = False) -> None:
        """One more column, wide enough for its title."""
        self.columns.append(TableColumn(title, max(width, cells(title)), right, stretch=stretch))
        self._cells.append(cell)

    def _name(self, line: Line, around: Around, _change: RunChanges | None) -> Cell:
        short = around.names.get(line.id) or ShortName(line.name)
        # The frame names the data that is not told here.
        usual = not is_stand_in(line.dataset) and around.data in (None, line.images)
        beside = [key for key in self._beside if key != "dataset" or not usual]
        return name_cell(line, short, beside, around.style, inside=around.inside)

    def row(self, line: Line, around: Around) -> Sequence[Cell]:
        base = around.baseline
        own = around.fold.repeats.runs if around.fold else (line.id,)
        change = changes_of(line, base) if base is not None and base.id not in own else None
        return [cell(line, around, change) for cell in self._cells]


def arrow(sort: str, reverse: bool) -> str:
    """Which way runs are sorted: ▼ from the largest or newest, ▲ from the smallest; words from A to Z are ▲."""
    return "▲" if COLUMNS[sort].words != reverse else "▼"


def _least_widths(room: int, widest_run: int, most_repeats: int, has_baseline: bool) -> dict[str, int]:
    """The widths of those columns that depend on what is in the table and on its own width, `room`."""
    number = max(len(str(widest_run)), len(f"{most_repeats}×{FOLDED}") if most_repeats else 0)
    name = room // 5
    if room < ROOMY:  # names have what the status leaves, for what is told behind them
        taken = _NARROW + _WITH_BASELINE * has_baseline + _WITH_REPEATS * (most_repeats > 0)
        name = min(_NARROW_NAME, room - taken)
    return {"id": number + 2, "name": max(FIELD["name"].width, name)}


def _spread(line: Line, around: Around, _change: RunChanges | None) -> Cell:
    """The standard deviation of the test accuracies of a row of several runs, in points."""
    spread = around.fold.repeats.figures["test_accuracy"].deviation if around.fold else None
    return "" if spread is None else f"±{spread * 100:.2f}"


def _plain(field: HistoryColumn) -> _CellOf:
    return lambda line, around, change: field.shown(line, around)


def _changed(change: Change) -> _CellOf:
    def cell(line: Line, around: Around, found: RunChanges | None) -> Cell:
        value = change.of(found) if found is not None else None
        if value is None:
            return ""
        shown = change.shown(value)
        better = change.better * value
        style = "good" if better > 0 else "warn" if better < 0 else "dim"
        return Text(shown, around.style(style if shown.strip("+-0.") else "dim"))

    return cell
