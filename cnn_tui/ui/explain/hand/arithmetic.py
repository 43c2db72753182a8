"""The arithmetic of one window laid out: what lies under it, the kernel, the products, what comes of them.

All numbers of the view have the same decimals, so that they multiply out and add up as they stand there, and each cell
is shaded by its number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.network.by_hand.convolution import ConvolutionStep, Image, Plane, PoolingStep
from cnn_tui.network.by_hand.on_paper import FEWEST, LARGEST, PaperStep, decimals_for, on_paper
from cnn_tui.text import cells as cell_count
from cnn_tui.text import counted, padded
from cnn_tui.ui.explain.hand.bench import Bench
from cnn_tui.ui.explain.hand.framed import Box
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import Styles
from cnn_tui.ui.widgets.shading import Mode, grey_style, largest_of, signed_style

Step = ConvolutionStep | PoolingStep
Shade = Callable[[float], Style]
Numbers = Sequence[Sequence[float | None]]

_GAP = 3
_TOO_LARGE = "The window is too large to be written out here."


def number(value: float, decimals: int) -> str:
    """A number with so many decimals; a large one with its first digits."""
    if value != value or abs(value) == float("inf"):
        return str(value)
    if abs(value) >= LARGEST:
        return f"{value:.3g}"
    return f"{round(value, decimals) + 0.0:.{decimals}f}"  # + 0.0, because there is a -0.0


def shown_activation(name: str) -> str:
    """An activation by its usual name."""
    return "ReLU" if name == "relu" else name


class Arithmetic(NamedTuple):
    """What `step` does with `image`, written with `decimals`. `short` leaves out the 0 before the point."""

    bench: Bench
    image: Image
    step: Step
    style: Styles
    mode: Mode
    decimals: int
    short: bool = False

    def written_out(self, width: int) -> list[Text]:
        """Window, kernel and products of the channel that is looked at, beside each other.

        What is too wide is left out.
        """
        blocks = self._blocks()
        for first in range(len(blocks)):
            lines = side_by_side(blocks[first:], _GAP)
            if max(line.cell_len for line in lines) <= width:
                return lines
        return [Text(_TOO_LARGE, self.style("dim"))]

    def stacked_up(self) -> list[Text]:
        """The same, one below the other."""
        return [line for block in self._blocks() for line in block]

    def fitted(self, width: int) -> Arithmetic | None:
        """With as many decimals as there is room for when it is stacked up; None where there is none."""
        for decimals in range(self.decimals, FEWEST - 1, -1):
            for short in (False, True):
                found = self._replace(decimals=decimals, short=short)
                if max(line.cell_len for line in found.stacked_up()) <= width:
                    return found
        return None

    def sums(self) -> Text:
        """How the output's number comes of them, in one line."""
        step, style = self.step, self.style
        cell = f"output ({step.row}, {step.column})"
        if isinstance(step, PoolingStep):
            left_out = self.bench.size[0] * self.bench.size[1] - step.real
            what = "largest" if self.bench.operation == "max pooling" else "mean"
            border = f", the border's {left_out} left out" if left_out else ""
            return Text.assemble(
                f"the {what} of {counted(step.real, 'pixel')}{border} = ",
                (number(step.output, self.decimals), "bold"),
                (f"  {cell}", style("accent")),
            )
        paper = self._on_paper(step)
        added, bias, total, output = (
            number(one, self.decimals) for one in (paper.sum, paper.bias, paper.total, paper.output)
        )
        channels = f"over {len(step.window)} channels " if len(step.window) > 1 else ""
        line = Text.assemble(f"sum {channels}", (added, "bold"), f" + bias {bias} = {total}")
        if self.bench.activation != "linear":
            line.append(f"  {shown_activation(self.bench.activation)} ", style("dim")).append(output, "bold")
        return line.append(f"  {cell}", style("accent"))

    def difference(self) -> str:
        """A sentence, where the output with all digits is another; else ""."""
        if not isinstance(self.step, ConvolutionStep):
            return ""
        exact = number(self.step.output, self.decimals)
        if exact == number(self._on_paper(self.step).output, self.decimals):
            return ""
        return f"Worked out with the {self.decimals} decimals that stand here; with all of them it is {exact}."

    def input_around(self, size: tuple[int, int], title: str) -> list[Text]:
        """So many rows and columns of the input around the window, whose numbers are in brackets."""
        plane = self.image[min(self.bench.channel, len(self.image) - 1)]
        tall, wide = self.bench.size
        top, left = self.step.top, self.step.left
        part = _PlanePart.around(plane, Box(top, left, top + tall, left + wide), size)
        return self._crop(part, part.numbers(plane), title, self._of_pixels(plane))

    def output_around(self, output: Plane, size: tuple[int, int]) -> list[Text]:
        """So many rows and columns of the output around its cell, worked out as the cell is."""
        row, column = self.step.row, self.step.column
        part = _PlanePart.around(output, Box(row, column, row + 1, column + 1), size)
        numbers = part.numbers(output)
        if isinstance(self.step, ConvolutionStep) and len(self.image) == 1:
            convolution = self.bench.convolution(self.image)
            numbers = [
                [
                    on_paper(convolution.step(self.image, y, x), convolution, 0, self.decimals).output
                    for x in part.columns
                ]
                for y in part.rows
            ]
        return self._crop(part, numbers, "the output", self._by_sign(numbers))

    # Inside

    def _on_paper(self, step: ConvolutionStep) -> PaperStep:
        channel = min(self.bench.channel, len(step.window) - 1)
        return on_paper(step, self.bench.convolution(self.image), channel, self.decimals)

    def _blocks(self) -> list[list[Text]]:
        step = self.step
        if isinstance(step, PoolingStep):
            shade = self._of_pixels(step.window)
            return [self._block("under the window", step.window, shade, chosen=step.chosen)]
        paper = self._on_paper(step)
        which = f" (channel {self.bench.channel + 1})" if len(step.window) > 1 else ""
        return [
            self._block(f"pixels{which}", paper.window, self._of_pixels(paper.window)),
            self._block("x kernel", paper.kernel, self._by_sign(paper.kernel)),
            self._block("= products", paper.products, self._by_sign(paper.products)),
        ]

    def _block(self, title: str, plane: Numbers, shade: Shade, *, chosen: tuple[int, int] | None = None) -> list[Text]:
        cells = [[self._shown(value) for value in row] for row in plane]
        wide = max(cell_count(cell) for row in cells for cell in row) + 1
        lines = [Text(title, self.style("dim"))]
        for y, row in enumerate(cells):
            line = Text()
            for x, cell in enumerate(row):
                words = cell if chosen is None else f"[{cell}]" if chosen == (y, x) else f"{cell} "
                look = self._look(plane[y][x], shade)
                line.append(padded(words, wide + (chosen is not None), right=True), look + _bold(chosen == (y, x)))
            lines.append(line)
        return lines

    def _crop(self, part: _PlanePart, numbers: Numbers, title: str, shade: Shade) -> list[Text]:
        cells = [[self._shown(value) for value in row] for row in numbers]
        wide = max(5, *(cell_count(cell) for row in cells for cell in row))
        lines = [Text(title, self.style("dim"))]
        for y, row in zip(part.rows, cells, strict=True):
            line = Text()
            for x, cell in zip(part.columns, row, strict=True):
                marked = part.inside.holds(y, x)
                words = padded(cell, wide, right=True)
                look = self._look(numbers[y - part.rows.start][x - part.columns.start], shade)
                line.append(f"[{words}]" if marked else f" {words} ", look + _bold(marked))
            lines.append(line)
        return lines

    def _shown(self, value: float | None) -> str:
        if value is None:
            return "·"
        words = number(value, self.decimals)
        return words.replace("0.", ".", 1) if self.short and abs(value) < 1 else words

    def _look(self, value: float | None, shade: Shade) -> Style:
        return self.style("dim") if value is None else shade(value)

    def _of_pixels(self, plane: Numbers) -> Shade:
        """Grey, black for 0: pixels reach up to 1, the maps of a layer as far as the largest number."""
        most = max(1.0, largest_of(plane))
        return lambda value: grey_style(round(max(0.0, min(1.0, value / most)), 2), self.mode)

    def _by_sign(self, plane: Numbers) -> Shade:
        most = largest_of(plane)
        return lambda value: signed_style(round(max(-1.0, min(1.0, value / most)), 2), self.mode)


def arithmetic_of(bench: Bench, image: Image, step: Step, style: Styles, mode: Mode) -> Arithmetic:
    """The arithmetic with the decimals that its numbers need."""
    decimals = decimals_for(bench.convolution(image)) if bench.is_convolution else FEWEST
    return Arithmetic(bench, image, step, style, mode, decimals)


class _PlanePart(NamedTuple):
    """Some rows and columns of a plane, with the window or cell that is marked among them."""

    rows: range
    columns: range
    inside: Box

    @classmethod
    def around(cls, plane: Plane, inside: Box, size: tuple[int, int]) -> _PlanePart:
        rows, columns = len(plane), len(plane[0])
        top = max(0, min((inside.top + inside.bottom) // 2 - size[0] // 2, rows - size[0]))
        left = max(0, min((inside.left + inside.right) // 2 - size[1] // 2, columns - size[1]))
        return cls(range(top, min(rows, top + size[0])), range(left, min(columns, left + size[1])), inside)

    def numbers(self, plane: Plane) -> list[list[float]]:
        return [[plane[y][x] for x in self.columns] for y in self.rows]


def _bold(marked: bool) -> Style:
    return Style(bold=True) if marked else Style.null()
