"""The summary pane: what Keras's `model.summary()` says, at every keystroke, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize

from cnn_tui.experiment.document import Document
from cnn_tui.network.summary import LayerSummary, in_bytes, row_cells, totals
from cnn_tui.text import cells, padded
from cnn_tui.ui.keys import bindings_of
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.widgets.lines import Lines
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

_PLAIN = ("Layer (type)", "Output shape", "Param #")
_FORMULA = ("Layer", "Param #", "Share", "Parameters come from")
_COST = ("Layer", "Param #", "MACs", "Memory", "Sees")
_RIGHT = ("Param #", "MACs", "Memory", "Sees")
_BAR = 8
_FLOAT_BYTES = 4


class SummaryPane(Pane):
    """A table of layers with one of three sets of columns, and the totals below."""

    scope: ClassVar[str] = "summary"
    title: ClassVar[str] = "Summary"
    number: ClassVar[int] = 2
    BINDINGS = bindings_of("summary", "pane")

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self._titles: tuple[str, ...] = _PLAIN
        self._shown: tuple[str, ...] = _PLAIN
        self._cells: list[list[str]] = []

    def compose(self) -> ComposeResult:
        yield Table((), self._rows, id="rows")
        yield Totals(self.document, id="totals")

    def refresh_view(self) -> None:
        rows = self.document.view.summary.rows
        table = self.query_one(Table)
        # As wide as the content, so that nothing is cut.
        widths = self._measure(self._titles)
        if self._titles == _PLAIN and sum(widths) + 2 * Table.GAP > table.size.width > 0:
            # The type of a layer can be read from its name; a number that is cut cannot be read at all.
            widths = self._measure(("Layer", *_PLAIN[1:]))
        table.columns = tuple(
            TableColumn(title, width, right=title in _RIGHT) for title, width in zip(self._shown, widths, strict=True)
        )
        table.set_count(len(rows))
        self.query_one(Totals).redraw()

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

    def _show(self, titles: tuple[str, ...]) -> None:
        self._titles = _PLAIN if self._titles == titles else titles
        self.refresh_view()

    def on_resize(self, _: Resize) -> None:
        self.refresh_view()

    def _measure(self, titles: tuple[str, ...]) -> list[int]:
        """Fill the cells of these columns; gives the widths that they need."""
        self._shown = titles
        self._cells = [self._values(row) for row in self.document.view.summary.rows]
        return [max(cells(title), *(cells(row[at]) for row in self._cells), 0) for at, title in enumerate(titles)]

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        summary = self.document.view.summary
        style = self.query_one(Table).style
        bad, dim = style("bad"), style("dim")
        shown: list[Sequence[Cell]] = []
        for row, values in zip(summary.rows[offset : offset + limit], self._cells[offset:], strict=False):
            tone = dim if not row.enabled or row.output_shape is None else None
            tone = bad if row.index == summary.stuck_at else tone
            shown.append([Text(cell, tone or "") for cell in values])
        return shown

    def _values(self, row: LayerSummary) -> list[str]:
        name, shape, params = row_cells(row)
        values = {
            "Layer (type)": name,
            "Layer": row.name,
            "Output shape": "does not fit" if row.index == self.document.view.summary.stuck_at else shape,
            "Param #": params,
            "Share": self._share(row) if "Share" in self._shown else "",
            "Parameters come from": row.formula,
        }
        if "MACs" in self._shown and row.enabled and row.output_shape is not None:
            batch = self.document.experiment.training.batch_size
            values["MACs"] = f"{row.macs:,}"
            values["Memory"] = in_bytes(row.memory_bytes(batch))
            seen = row.receptive_field
            values["Sees"] = f"{seen[0]}x{seen[1]}" if seen else "all"
        return [values.get(title, "") for title in self._shown]

    def _share(self, row: LayerSummary) -> str:
        """A bar of the layer's part of all parameters; it is words as well as length."""
        total = self.document.view.summary.total_params
        if not row.params or not total:
            return ""
        part = row.params / total
        percent = f"{part:.0%}" if part >= 0.005 else "<1%"
        return f"{padded('━' * round(part * _BAR), _BAR)} {padded(percent, 4, right=True)}"


class Totals(Lines):
    """Keras's three lines of totals."""

    def __init__(self, document: Document, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.document = document

    def draw(self, width: int, height: int) -> list[Text]:
        """Totals, with the memory of float32 weights as Keras prints it, and what an image costs."""
        summary = self.document.view.summary
        floor = " at least" if summary.stuck_at is not None else ""
        lines = [Text("─" * width, self.style("dim"))]
        for label, count in totals(summary):
            memory = (f" ({in_bytes(count * _FLOAT_BYTES)})", self.style("dim"))
            lines.append(Text.assemble(f"{label}:{floor} ", (f"{count:,}", self.style("strong")), memory))
        cost = f"{summary.macs:,} MACs an image"
        room = width - lines[-1].cell_len
        if summary.stuck_at is None and room > cells(cost) + 2:
            lines[-1].append(" " * (room - cells(cost)) + cost, self.style("dim"))
        return lines
