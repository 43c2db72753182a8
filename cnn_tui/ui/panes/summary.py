"""The summary pane: what Keras's `model.summary()` says, at every keystroke, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize

from cnn_tui.experiment.document import Document
from cnn_tui.network.summary import LayerSummary, in_bytes, row_cells
from cnn_tui.text import cells
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.forecast import Forecast
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.panes.parameters import SHARE, Totals, share
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

_PLAIN = (
    ("Layer (type)", "Output shape", "Param #", "Share"),
    ("Layer", "Output shape", "Param #", "Share"),  # the type of a layer can be read from its name
    ("Layer", "Output shape", "Param #"),  # a number that is cut cannot be read at all
)
_FORMULA = (("Layer", "Param #", "Share", "Parameters come from"),)
_COSTS = ("MACs", "Memory", "Sees")
_COST = (("Layer", "Param #", *_COSTS),)
_RIGHT = ("Param #", *_COSTS)


class SummaryPane(Pane):
    """A table of layers with one of three sets of columns, and the totals below."""

    scope: ClassVar[str] = "summary"
    title: ClassVar[str] = "Summary"
    number: ClassVar[int] = 2
    BINDINGS = bindings_of("summary", "pane")

    def __init__(self, document: Document, forecast: Forecast) -> None:
        super().__init__()
        self.document = document
        self._totals = Totals(document, forecast, id="totals")
        self._titles: tuple[tuple[str, ...], ...] = _PLAIN
        """The columns that are wanted, and what comes in their place where they are too wide."""
        self._shown: tuple[str, ...] = _PLAIN[-1]
        self._cells: list[tuple[str, ...]] = []

    def compose(self) -> ComposeResult:
        yield Table((), self._rows, id="rows")
        yield self._totals

    def show_forecast(self) -> None:
        """Show what is foretold now."""
        self._totals.redraw()

    def refresh_view(self) -> None:
        rows = self.document.view.summary.rows
        table = self.query_one(Table)
        # As wide as the content, so that nothing is cut.
        values = self._columns(rows)
        widths = {
            title: SHARE if title == "Share" else max(cells(title), *map(cells, shown), 0)
            for title, shown in values.items()
        }
        for titles in self._titles:
            self._shown = titles
            if sum(widths[one] + Table.GAP for one in titles) - Table.GAP <= table.size.width:
                break
        self._cells = list(zip(*(values[title] for title in self._shown), strict=True))
        table.columns = tuple(TableColumn(title, widths[title], right=title in _RIGHT) for title in self._shown)
        table.set_count(len(rows))
        self._totals.redraw()

    def mark(self, at: int) -> None:
        """Put the cursor on the layer at position `at`, unless the pane itself has the focus."""
        if not self.has_focus:
            self.query_one(Table).move(at)

    def action_toggle_formula(self) -> None:
        """How the parameters come about, and whose share they are."""
        self._show(_FORMULA)

    def action_toggle_cost(self) -> None:
        """Multiplications, memory, and how much of the image each output sees."""
        self._show(_COST)

    def _show(self, titles: tuple[tuple[str, ...], ...]) -> None:
        self._titles = _PLAIN if self._titles == titles else titles
        self.refresh_view()

    def on_resize(self, _: Resize) -> None:
        self.refresh_view()

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        summary = self.document.view.summary
        style = self.query_one(Table).style
        bad, dim, bar = style("bad"), style("dim"), style("bar")
        shown: list[Sequence[Cell]] = []
        for row, values in zip(summary.rows[offset : offset + limit], self._cells[offset:], strict=False):
            tone = dim if not row.enabled or row.output_shape is None else None
            tone = bad if row.index == summary.stuck_at else tone
            titled = zip(self._shown, values, strict=True)
            shown.append([Text(cell, bar if title == "Share" else tone or "") for title, cell in titled])
        return shown

    def _columns(self, rows: Sequence[LayerSummary]) -> dict[str, Sequence[str]]:
        """What the columns that are wanted say of the layers."""
        summary = self.document.view.summary
        names, shapes, params = zip(*map(row_cells, rows), strict=True) if rows else ((), (), ())
        values: dict[str, Sequence[str]] = {
            "Layer (type)": names,
            "Layer": [row.name if row.enabled else f"{row.name} (off)" for row in rows],
            "Output shape": shapes,
            "Param #": params,
        }
        if summary.stuck_at is not None:
            values["Output shape"] = [
                "does not fit" if row.index == summary.stuck_at else shape
                for row, shape in zip(rows, shapes, strict=True)
            ]
        wanted = {*chain(*self._titles)}
        if "Share" in wanted:
            total = summary.total_params
            values["Share"] = [share(row.params, total) for row in rows]
        if "Parameters come from" in wanted:
            values["Parameters come from"] = [row.formula for row in rows]
        if "MACs" in wanted:
            costs = [self._cost(row) for row in rows]
            values |= dict(zip(_COSTS, zip(*costs, strict=True) if costs else ((),) * len(_COSTS), strict=True))
        return values

    def _cost(self, row: LayerSummary) -> tuple[str, ...]:
        """MACs, memory, and how much of the image is seen."""
        if not row.enabled or row.output_shape is None:
            return ("",) * len(_COSTS)
        memory = row.memory_bytes(self.document.experiment.training.batch_size)
        seen = row.receptive_field
        return f"{row.macs:,}", in_bytes(memory), f"{seen[0]}x{seen[1]}" if seen else "all"
