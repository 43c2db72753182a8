"""The arithmetic of one window written out: what lies under it, the kernel, the products, what comes of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.network.convolution import ConvolutionStep, Plane, PoolingStep, WindowPlane, plane_of
from cnn_tui.network.image_kernels import show_weight
from cnn_tui.text import cells as cell_count
from cnn_tui.text import counted, padded
from cnn_tui.ui.explain.bench import Bench
from cnn_tui.ui.explain.framed import Box
from cnn_tui.ui.widgets.image import side_by_side

_FEWEST, MOST = 2, 4
"""Digits after the point. More than four, and a window of 3x3 does not fit a small terminal."""
_SMALL = 0.1
"""Where no product is larger, two digits would leave one that can be read at most."""
_LARGEST = 1000
"""Numbers from here on are shown with their first digits only."""


class StepFigures(NamedTuple):
    """What is shown of a step: the products of one channel, their sum, the bias, the total, each with `digits`."""

    digits: int
    products: Plane
    sum: float
    bias: float
    total: float


def rounded(step: ConvolutionStep, bias: float, channel: int, most: int = MOST) -> StepFigures:
    """The figures with as few digits as add up: the products to the sum, and that and the bias to the total.

    Where they do not with the most digits that are shown, single ones are rounded up that would be rounded down, or
    the other way round. The products of one of several channels need not add up to the sum of all. `most` is how many
    digits there is room for.
    """
    plane = step.products[channel]
    values = [value for row in plane for value in row]
    alone = len(step.products) == 1
    if not all(math.isfinite(one) and abs(one) < _LARGEST for one in (*values, step.sum, bias, step.total)):
        return StepFigures(_FEWEST, plane, step.sum, bias, step.total)
    least = _FEWEST if max(map(abs, values)) >= _SMALL else most
    for digits in range(least, most + 1):
        units = 10**digits
        parts, total = [round(value * units) for value in values], round(step.total * units)
        whole, added = round(step.sum * units), round(bias * units)
        if whole + added == total and (not alone or sum(parts) == whole):
            break
    else:
        total = whole + added
        if alone:
            parts = _shared_out([value * units for value in values], whole)
    shown = [_near(part / units, value) for part, value in zip(parts, values, strict=True)]
    figures = (_near(whole / units, step.sum), _near(added / units, bias), _near(total / units, step.total))
    return StepFigures(digits, plane_of(shown, len(plane[0])), *figures)


def _near(figure: float, exact: float) -> float:
    """The figure; one that is 0 only as it is rounded is next to nothing, and so is shown with its digits."""
    return figure if figure or not exact else 1e-12


def _shared_out(values: Sequence[float], whole: int) -> list[int]:
    """Whole numbers near `values` that add up to `whole`; those are moved that were rounded farthest, no zeros."""
    parts = [round(value) for value in values]
    missing = whole - sum(parts)
    way = 1 if missing > 0 else -1
    movable = [at for at, value in enumerate(values) if value]
    for at in sorted(movable, key=lambda at: way * (parts[at] - values[at]))[: abs(missing)]:
        parts[at] += way
    return parts


Step = ConvolutionStep | PoolingStep
Styles = Callable[[str], Style]

_GAP = 3


def number(value: float, digits: int = 2) -> str:
    """A number in few characters, with so many digits after the point."""
    if value != value or abs(value) == float("inf"):
        return str(value)
    if abs(value) >= 1000:
        return f"{value:.3g}"
    return f"{value + 0.0:.{digits}f}" if value else "0"


def shown_activation(name: str) -> str:
    """An activation by its usual name."""
    return "ReLU" if name == "relu" else name


def written_out(bench: Bench, step: Step, width: int, style: Styles) -> list[Text]:
    """Window, kernel and products of the channel that is looked at, beside each other; what is too wide is left out."""
    blocks = _blocks(bench, step, style)
    for first in range(len(blocks)):
        lines = side_by_side(blocks[first:], _GAP)
        if max(line.cell_len for line in lines) <= width:
            return lines
    return [Text("The window is too large to be written out here.", style("dim"))]


def stacked_up(bench: Bench, step: Step, style: Styles, width: int) -> tuple[list[Text], int]:
    """The same, one below the other, and how many digits there is room for; no lines where they are too wide."""
    for most in range(MOST, 1, -1):
        lines = [line for block in _blocks(bench, step, style, most) for line in block]
        if max(line.cell_len for line in lines) <= width:
            return lines, most
    return [], MOST


def _blocks(bench: Bench, step: Step, style: Styles, most: int = MOST) -> list[list[Text]]:
    if isinstance(step, PoolingStep):
        return [_block("under the window", step.window, style, chosen=step.chosen)]
    channel = min(bench.channel, len(step.window) - 1)
    kernel = bench.kernel[min(channel, len(bench.kernel) - 1)]
    which = f" (channel {channel + 1})" if len(step.window) > 1 else ""
    figures = rounded(step, bench.bias, channel, most)

    def product(value: float | None) -> str:
        shown = number(value or 0.0, figures.digits)
        return shown.replace("0.", ".", 1) if most < MOST and abs(value or 0.0) < 1 and figures.digits > 2 else shown

    return [
        _block(f"pixels{which}", step.window[channel], style),
        _block("x kernel", kernel, style, show=_exact(kernel)),
        _block("= products", figures.products, style, show=product),
    ]


def sums(bench: Bench, step: Step, style: Styles, most: int = MOST) -> Text:
    """How the output's number comes of them, in one line; with at most so many digits."""
    cell = f"output ({step.row}, {step.column})"
    if isinstance(step, PoolingStep):
        left_out = bench.size[0] * bench.size[1] - step.real
        what = "largest" if bench.operation == "max pooling" else "mean"
        border = f", the border's {left_out} left out" if left_out else ""
        return Text.assemble(
            f"the {what} of {counted(step.real, 'pixel')}{border} = ",
            (number(step.output), "bold"),
            (f"  {cell}", style("accent")),
        )
    figures = rounded(step, bench.bias, min(bench.channel, len(step.window) - 1), most)
    added, bias, total = (number(one, figures.digits) for one in (figures.sum, figures.bias, figures.total))
    line = Text.assemble("sum ", (added, "bold"), f" + bias {bias} = {total}")
    if len(step.window) > 1:
        line = Text.assemble(f"sum over {len(step.window)} channels ", line[4:])
    if bench.activation != "linear":
        line.append(f"  {shown_activation(bench.activation)} ", style("dim")).append(
            _answer(step, total, figures.digits), "bold"
        )
    return line.append(f"  {cell}", style("accent"))


def _answer(step: ConvolutionStep, total: str, digits: int) -> str:
    """What the activation makes of the total; the same words where it leaves that as it is."""
    return total if step.output == step.total else number(step.output, digits)


def crop(
    plane: Sequence[Sequence[float | None]], inside: Box, size: tuple[int, int], title: str, style: Styles
) -> list[Text]:
    """So many rows and columns of numbers around the window or cell, those in it in brackets."""
    rows, columns = len(plane), len(plane[0])
    top = max(0, min((inside.top + inside.bottom) // 2 - size[0] // 2, rows - size[0]))
    left = max(0, min((inside.left + inside.right) // 2 - size[1] // 2, columns - size[1]))
    lines = [Text(title, style("dim"))]
    for y in range(top, min(rows, top + size[0])):
        line = Text()
        for x in range(left, min(columns, left + size[1])):
            shown, marked = _shown(plane[y][x]), inside.holds(y, x)
            line.append(
                f"[{padded(shown, 5, right=True)}]" if marked else f" {padded(shown, 5, right=True)} ",
                style("strong" if marked else "dim"),
            )
        lines.append(line)
    return lines


def _shown(value: float | None) -> str:
    return "·" if value is None else number(value)


def _exact(kernel: Plane) -> Callable[[float | None], str]:
    """How weights are shown: as they were typed where all are short, else as other numbers are."""
    short = all(len(show_weight(weight)) <= 5 for row in kernel for weight in row)
    return lambda value: show_weight(value or 0.0) if short else number(value or 0.0)


def _block(
    title: str,
    plane: WindowPlane | Plane,
    style: Styles,
    *,
    chosen: tuple[int, int] | None = None,
    show: Callable[[float | None], str] = _shown,
) -> list[Text]:
    cells = [[show(value) for value in row] for row in plane]
    wide = max(cell_count(cell) for row in cells for cell in row) + 1
    lines = [Text(title, style("dim"))]
    for y, row in enumerate(cells):
        line = Text()
        for x, cell in enumerate(row):
            marked = chosen == (y, x)
            if chosen is None:
                line.append(padded(cell, wide, right=True))
            else:
                words = f"[{cell}]" if marked else f"{cell} "
                line.append(padded(words, wide + 1, right=True), "bold" * marked)
        lines.append(line)
    return lines
