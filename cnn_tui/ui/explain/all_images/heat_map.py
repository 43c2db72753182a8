"""The confusion matrix as a heat map: each cell shaded by its share of its row, with its number to be read in it.

The diagonal, where the network was right, is blue and in brackets; what is wrong is orange. Without colours, signs
behind the numbers say how large a share of the row they are.
"""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from cnn_tui.artifacts.evaluation import Confusion, Evaluation
from cnn_tui.text import cells, fitted, padded
from cnn_tui.ui.widgets.lines import Styles, inert, pointing
from cnn_tui.ui.widgets.shading import Mode, heat_style, mark_of

CELL = "cell"
"""What a click on a cell finds by this name: the numbers of its row's class and of its column's."""
_NAME = 16
"""Cells of a class's name at most."""
_LEAST_NAMED, _WIDEST = 7, 12
"""Cells of a column that is headed by a name."""


class HeatMap:
    """The matrix of an evaluation as lines, for a terminal of that `mode`; `dark` is its ground."""

    def __init__(self, evaluation: Evaluation, style: Styles, mode: Mode, *, dark: bool) -> None:
        self._matrix = evaluation.matrix()
        self._names = evaluation.classes
        self._style, self._mode, self._dark = style, mode, dark

    def draw(self, width: int, chosen: Confusion | None) -> list[Text]:
        """A line that says how to read it, the heading, and a row for each class; [] where it does not fit."""
        count = len(self._matrix)
        if not count:
            return []
        name = min(_NAME, max(cells(inert(one)) for one in self._names)) + 1
        least = len(f" [{max(map(max, self._matrix))}]")
        wide = min(_WIDEST, (width - name) // count)
        if wide >= max(least, _LEAST_NAMED):
            labels = [padded(fitted(one, name - 1), name) for one in self._names]
            heads = [fitted(one, wide - 1) for one in self._names]
        else:
            digits = len(str(count - 1))
            wide = max(least, digits + 2)
            told = ["" if one == str(at) else fitted(one, _NAME) for at, one in enumerate(self._names)]
            label = digits + 1 + max(cells(one) + bool(one) for one in told)
            labels = [padded(f"{at:>{digits}d} {one}", label) for at, one in enumerate(told)]
            heads = [str(at) for at in range(count)]
        if cells(labels[0]) + count * wide > width:
            return []
        return [self._legend(width), self._heading(labels[0], heads, wide, chosen), *self._rows(labels, wide, chosen)]

    def _legend(self, width: int) -> Text:
        words = "rows: what it is; columns: what it was taken for; [right]"
        marks = "; : + # are 5, 10, 20 % of the row"
        if self._mode == "shades" and cells(words + marks) <= width:
            words += marks
        return Text(fitted(words, width), self._style("dim"))

    def _heading(self, label: str, heads: list[str], wide: int, chosen: Confusion | None) -> Text:
        line = Text(" " * cells(label), no_wrap=True)
        for at, head in enumerate(heads):
            marked = chosen is not None and at == chosen.predicted
            line.append(f"{padded(head, wide - 1, right=True)} ", self._style("strong" if marked else "dim"))
        return line

    def _rows(self, labels: list[str], wide: int, chosen: Confusion | None) -> list[Text]:
        lines = []
        for at, row in enumerate(self._matrix):
            marked = chosen is not None and at == chosen.true
            line = Text.assemble((labels[at], self._style("strong") if marked else ""), no_wrap=True)
            for column, images in enumerate(row):
                is_chosen = marked and chosen is not None and column == chosen.predicted
                cell = self._cell(images, images / max(1, sum(row)), wide, at == column, is_chosen)
                cell.stylize(pointing(CELL, (at, column)))
                line.append_text(cell)
            lines.append(line)
        return lines

    def _cell(self, images: int, share: float, wide: int, right: bool, chosen: bool) -> Text:
        mark = mark_of(share) if self._mode == "shades" else " "
        words = f"[{images}]" if right else f"{images or '.'}{mark}"
        look = heat_style(round(share, 2), self._mode, right=right, dark=self._dark)
        if not images and not right:
            look = self._style("dim")
        if chosen:
            look += Style(bold=True, underline=True)
        return Text(padded(words, wide, right=True), look)
