"""The arithmetic of one window written out: what lies under it, the kernel, the products, what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.style import Style
from rich.text import Text

from cnn_tui.network.convolution import ConvolutionStep, Framed, Plane, PoolingStep
from cnn_tui.network.image_kernels import show_weight
from cnn_tui.ui.explain.bench import Bench
from cnn_tui.ui.image import side_by_side

Step = ConvolutionStep | PoolingStep
Styles = Callable[[str], Style]

_GAP = 3


def number(value: float) -> str:
    """A number in few characters."""
    if value != value or abs(value) == float("inf"):
        return str(value)
    if abs(value) >= 1000:
        return f"{value:.3g}"
    return f"{value + 0.0:.2f}" if value else "0"


def written_out(
    bench: Bench, step: ConvolutionStep | PoolingStep, width: int, style: Callable[[str], Style]
) -> list[Text]:
    """Window, kernel and products of the channel that is looked at, beside each other; what is too wide is left out."""
    if isinstance(step, PoolingStep):
        return side_by_side([_block("under the window", step.window, style, chosen=step.chosen)])
    channel = min(bench.channel, len(step.window) - 1)
    kernel = bench.kernel[min(channel, len(bench.kernel) - 1)]
    many = len(step.window) > 1
    which = f" (channel {channel + 1})" if many else ""
    blocks = [
        _block(f"pixels{which}", step.window[channel], style),
        _block("x kernel", kernel, style, show=_weight),
        _block("= products", step.products[channel], style),
    ]
    for some in (blocks, blocks[1:], blocks[2:]):
        lines = side_by_side(some, _GAP)
        if max(line.cell_len for line in lines) <= width:
            return lines
    return [Text("The window is too large to be written out here.", style("dim"))]


def sums(bench: Bench, step: Step, style: Styles) -> Text:
    """How the output's number comes of them, in one line."""
    cell = f"output ({step.row}, {step.column})"
    if isinstance(step, PoolingStep):
        left_out = bench.size[0] * bench.size[1] - step.real
        what = "largest" if bench.operation == "max pooling" else "mean"
        border = f", the border's {left_out} left out" if left_out else ""
        return Text.assemble(
            f"the {what} of {step.real} pixels{border} = ",
            (number(step.output), "bold"),
            (f"  {cell}", style("accent")),
        )
    line = Text.assemble("sum ", (number(step.sum), "bold"), f" + bias {number(bench.bias)} = {number(step.total)}")
    if len(step.window) > 1:
        line = Text.assemble(f"sum over {len(step.window)} channels ", line[4:])
    if bench.activation == "relu":
        line.append("  ReLU ", style("dim")).append(number(step.output), "bold")
    return line.append(f"  {cell}", style("accent"))


def crop(
    plane: Sequence[Sequence[float | None]],
    inside: Callable[[int, int], bool],
    middle: tuple[int, int],
    size: tuple[int, int],
    title: str,
    style: Styles,
) -> list[Text]:
    """The numbers around a place, those inside the window or cell in brackets."""
    rows, columns = len(plane), len(plane[0])
    top = max(0, min(middle[0] - size[0] // 2, rows - size[0]))
    left = max(0, min(middle[1] - size[1] // 2, columns - size[1]))
    lines = [Text(title, style("dim"))]
    for y in range(top, min(rows, top + size[0])):
        line = Text()
        for x in range(left, min(columns, left + size[1])):
            value = plane[y][x]
            shown = "·" if value is None else number(value)
            marked = inside(y, x)
            line.append(f"[{shown:>5}]" if marked else f" {shown:>5} ", style("strong" if marked else "dim"))
        lines.append(line)
    return lines


def _weight(value: float | None) -> str:
    shown = show_weight(value or 0.0)
    return shown if len(shown) <= 5 else number(value or 0.0)


def _shown(value: float | None) -> str:
    return "·" if value is None else number(value)


def _block(
    title: str,
    plane: Framed | Plane,
    style: Styles,
    *,
    chosen: tuple[int, int] | None = None,
    show: Callable[[float | None], str] = _shown,
) -> list[Text]:
    cells = [[show(value) for value in row] for row in plane]
    wide = max(len(cell) for row in cells for cell in row) + 1
    lines = [Text(title, style("dim"))]
    for y, row in enumerate(cells):
        line = Text()
        for x, cell in enumerate(row):
            marked = chosen == (y, x)
            if chosen is None:
                line.append(cell.rjust(wide))
            else:
                line.append(f"[{cell}]".rjust(wide + 1) if marked else f"{cell} ".rjust(wide + 1), "bold" * marked)
        lines.append(line)
    return lines
