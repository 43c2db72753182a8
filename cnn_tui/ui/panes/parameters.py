"""A network's parameters: the share of each layer as a bar, and the totals."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.experiment.document import Document
from cnn_tui.experiment.training.phases import later_phases
from cnn_tui.network.summary import FLOAT_BYTES, in_bytes, totals
from cnn_tui.text import cells, padded
from cnn_tui.ui.forecast import Forecast
from cnn_tui.ui.widgets.lines import Lines

_BAR = 8
SHARE = _BAR + 5
"""Cells that a share takes."""
_LINES, _MOST_PHASES = 5, 2
"""A rule, three totals and what a run takes; and a line for each later phase of a training, if there are few."""


def share(params: int, total: int) -> str:
    """The part of all parameters that a layer has, as a bar and in words; "" for a layer without any."""
    if not params or not total:
        return ""
    part = params / total
    percent = f"{part:.0%}" if part >= 0.005 else "<1%"
    return f"{padded('━' * round(part * _BAR), _BAR)} {padded(percent, 4, right=True)}"


class Totals(Lines):
    """Keras's three lines of totals, the later phases of the training, and what a run is foretold to take."""

    def __init__(self, document: Document, forecast: Forecast, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.document, self.forecast = document, forecast

    def redraw(self) -> None:
        self.styles.height = _LINES + min(len(self.document.experiment.then), _MOST_PHASES)
        super().redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """Totals, with the memory of float32 weights as Keras prints it, and what an image costs."""
        summary = self.document.view.summary
        floor = " at least" if summary.stuck_at is not None else ""
        lines = [Text("─" * width, self.style("dim"))]
        for label, count in totals(summary):
            memory = (f" ({in_bytes(count * FLOAT_BYTES)})", self.style("dim"))
            lines.append(Text.assemble(f"{label}:{floor} ", (f"{count:,}", self.style("strong")), memory))
        cost = f"{summary.macs:,} MACs an image"
        room = width - lines[-1].cell_len
        if summary.stuck_at is None and room > cells(cost) + 2:
            lines[-1].append(" " * (room - cells(cost)) + cost, self.style("dim"))
        for words, learning in later_phases(self.document.experiment)[:_MOST_PHASES]:
            lines.append(
                Text.assemble("Trainable params then: ", (f"{learning:,}", self.style("strong")), f" ({words})")
            )
        fitting = [words for words in self.forecast.versions() if cells(words) <= width]
        return [*lines, Text(fitting[0])] if fitting else lines
