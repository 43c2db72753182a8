"""The summary pane: what Keras's `model.summary()` says, at every keystroke."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult

from cnn_tui.experiments.editing import Document
from cnn_tui.network.stack import Shape
from cnn_tui.network.summary import Row
from cnn_tui.ui.keys import bindings_of
from cnn_tui.ui.lines import Lines
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.table import Cell, Column, Table


class SummaryPane(Pane):
    """A table of layers, shapes and parameters, with the totals below."""

    scope: ClassVar[str] = "summary"
    title: ClassVar[str] = "Summary"
    number: ClassVar[int] = 2
    BINDINGS = bindings_of("summary", "pane")

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self._formula = False

    def compose(self) -> ComposeResult:
        """The rows above, the totals below."""
        yield Table((), self._rows, id="rows")
        yield Totals(self.document, id="totals")

    def refresh_view(self) -> None:
        """Show the document as it is now."""
        self._set_columns()
        self.query_one(Table).set_count(len(self.document.view.summary.rows))
        self.query_one(Totals).redraw()

    def mark(self, at: int) -> None:
        """Put the cursor on the layer at position `at`, unless the pane itself has the focus."""
        if not self.has_focus:
            self.query_one(Table).move(at)

    def action_toggle_formula(self) -> None:
        """Show or hide how the parameters come about."""
        self._formula = not self._formula
        self._set_columns()
        self.query_one(Table).redraw()

    def _set_columns(self) -> None:
        """As wide as the content, so that nothing is cut."""
        rows = [[Text(cell).cell_len for cell in cells(row)] for row in self.document.view.summary.rows]
        titles = ("Layer (type)", "Output shape", "Param #", "Parameters")
        widths = [max(len(title), *(row[at] for row in rows), 0) for at, title in enumerate(titles)]
        columns = [Column(title, width, right=title == "Param #") for title, width in zip(titles, widths, strict=True)]
        self.query_one(Table).columns = tuple(columns if self._formula else columns[:3])

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        return [self._row(row) for row in self.document.view.summary.rows[offset : offset + limit]]

    def _row(self, row: Row) -> Sequence[Cell]:
        table = self.query_one(Table)
        dim = table.style("dim")
        name, shape, params, formula = cells(row)
        if not row.enabled:
            return (Text(name, dim), Text("off", dim), "", "")
        if row.index == self.document.view.summary.stuck_at:
            bad = table.style("bad")
            return (Text(name, bad), Text("does not fit", bad), Text("?", bad), "")
        if row.output_shape is None:
            return (Text(name, dim), Text("?", dim), Text("?", dim), "")
        return (name, shape, params, Text(formula, dim))


class Totals(Lines):
    """Keras's three lines of totals."""

    def __init__(self, document: Document, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.document = document

    def draw(self, width: int, height: int) -> list[Text]:
        """Totals, with the memory of float32 weights as Keras prints it."""
        summary = self.document.view.summary
        floor = " at least" if summary.stuck_at is not None else ""
        counts = (
            (f"Total params:{floor}", summary.total_params),
            (f"Trainable params:{floor}", summary.trainable_params),
            (f"Non-trainable params:{floor}", summary.non_trainable_params),
        )
        rule = Text("─" * width, self.style("dim"))
        lines = [
            Text.assemble(
                f"{label} ", (f"{count:,}", self.style("strong")), (f" ({size(count * 4)})", self.style("dim"))
            )
            for label, count in counts
        ]
        return [rule, *lines]


def cells(row: Row) -> tuple[str, str, str, str]:
    """What a row that fits shows: name, shape, parameters and their formula."""
    shape = keras_shape(row.output_shape) if row.output_shape is not None else ""
    return f"{row.name} ({row.type})", shape, f"{row.params:,}", row.formula


def keras_shape(shape: Shape) -> str:
    """A shape as Keras prints it, with the batch axis."""
    return f"(None, {', '.join(str(size) for size in shape)})"


def size(count: int) -> str:
    """Bytes as Keras prints them: `442.91 KB`."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    return f"{amount:.2f} {unit}"
