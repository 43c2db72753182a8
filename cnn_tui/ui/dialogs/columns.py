"""Which columns the history shows, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize

from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.panes.history.column_choice import USUAL, ColumnChoice
from cnn_tui.ui.panes.history.columns import FIELD
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

_ARCHIVED = "archived"


class ColumnsScreen(Dialog[ColumnChoice | None]):
    """Gives what was chosen, or None when nothing was changed."""

    scope: ClassVar[str] = "columns"
    BINDINGS = bindings_of("columns", "pane")

    def __init__(self, chosen: ColumnChoice) -> None:
        super().__init__()
        self._before = chosen
        self._show(chosen)

    def _show(self, chosen: ColumnChoice) -> None:
        rest = [key for key in FIELD if key not in chosen.columns]
        self._order = [*chosen.columns, *rest]
        self._on = {*chosen.columns, *([_ARCHIVED] if chosen.archived else [])}

    @property
    def _chosen(self) -> ColumnChoice:
        return ColumnChoice(tuple(key for key in self._order if key in self._on), _ARCHIVED in self._on)

    def compose(self) -> ComposeResult:
        with self.frame("Columns"):
            columns = (TableColumn("", 3), TableColumn("", 14), TableColumn("", 30, stretch=True))
            yield Table(columns, self._rows)

    def on_mount(self) -> None:
        table = self.query_one(Table)
        table.active, table.cursor = True, 1
        table.set_count(len(self._order) + 1)

    def on_resize(self, _: Resize) -> None:
        self.query_one(Table).styles.height = max(3, min(len(self._order) + 1, self.app.size.height - 6))

    def action_leave(self) -> None:
        """Back, with what is chosen now."""
        self.dismiss(self._chosen if self._chosen != self._before else None)

    def action_toggle_column(self) -> None:
        """Show the column, or hide it; that of the numbers stays."""
        key = self._keys()[self.query_one(Table).cursor]
        if key == "id":
            self.notify("The number tells runs apart: it stays.", timeout=2)
        else:
            self._on ^= {key}
            self.query_one(Table).redraw()

    def action_move_column(self, by: int) -> None:
        """Move the column; the first one stays the first."""
        table = self.query_one(Table)
        at = table.cursor - 1
        if 1 <= at < len(self._order) and 1 <= at + by < len(self._order):
            self._order.insert(at + by, self._order.pop(at))
            table.cursor += by
            table.redraw()

    def action_reset(self) -> None:
        self._show(USUAL)
        self.query_one(Table).redraw()

    def _keys(self) -> list[str]:
        return [_ARCHIVED, *self._order]

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        dim = self.query_one(Table).style("dim")
        return [
            (
                "[x]" if key in self._on else "[ ]",
                FIELD[key].column.lab_title if key in FIELD else "Archived runs",
                Text(FIELD[key].column.help if key in FIELD else "archived runs, in the table too", dim),
            )
            for key in self._keys()[offset : offset + limit]
        ]
