"""What the view by hand shows: its settings, the sizes, the pictures and the arithmetic, as shades or in numbers."""

from __future__ import annotations

from typing import NamedTuple

from rich.text import Text

from cnn_tui.network.by_hand.convolution import Image, Plane, size_of
from cnn_tui.text import counted, fitted
from cnn_tui.ui.explain.hand.arithmetic import Arithmetic, Step, arithmetic_of, number, shown_activation
from cnn_tui.ui.explain.hand.bench import Bench
from cnn_tui.ui.explain.hand.framed import Box, HandInput, Sheet, ends, framed, grey, room_of
from cnn_tui.ui.explain.hand.lab2 import Lab2Question, least_lines, question_lines
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import Styles

_TALL = 18
"""Lines of a picture that is not enlarged: more is left to the words."""
_QUESTION = 8
_UNNAMED = ("operation", "size", "activation")  # their values say what they are


def settings(bench: Bench, width: int, style: Styles) -> list[Text]:
    """What is stepped with Tab, + and -."""
    rows, columns = bench.size
    down, across = bench.strides
    values = {
        "operation": bench.operation,
        "kernel": fitted(bench.kernel_name, 24),
        "size": f"{rows}x{columns}",
        "stride": str(down) if down == across else f"{down}x{across}",
        "padding": bench.padding,
        "activation": shown_activation(bench.activation),
    }
    lines = [Text(no_wrap=True)]
    for field in bench.fields:
        chosen = field == bench.chosen
        name = "" if field in _UNNAMED else f"{field} "
        words = f"{'▸' if chosen else ' '}{name}{values[field]} "
        if lines[-1].cell_len + len(words) > width:
            lines.append(Text(no_wrap=True))
        lines[-1].append(words, style("cursor" if chosen else "strong"))
    step = f"{key_of('explain.step_up')} {key_of('explain.step_down')}"
    field, enter = key_of("explain.field"), key_of("explain.open")
    hints = (f"  {field}, {step}; {enter} lists kernels", f"  {field} {step} {enter}")
    hint = next((one for one in hints if lines[-1].cell_len + len(one) <= width), "")
    lines[-1].append(hint, style("dim"))
    return lines


def sizes(bench: Bench, image: Image, *, brief: bool) -> str:
    """The sizes before and after, what the border loses and, unless it is to be `brief`, what few windows see."""
    window = bench.window
    height, width = size_of(image[0])
    rows, columns = window.output_size(height, width)
    border, lost, unseen = window.border(height, width), window.lost(height, width), window.unseen(height, width)
    words = f"{height}x{width} → {rows}x{columns}."
    if any(border):
        above, below, left, right = border
        words += f" Padding adds {above}+{below} rows and {left}+{right} columns of zeros."
    elif lost != (0, 0) and bench.strides == (1, 1):
        words += f" The edge costs {counted(lost[0], 'row')} and {counted(lost[1], 'column')}."
    if unseen != (0, 0):
        words += f" No window reaches the last {counted(unseen[0], 'row')} and {counted(unseen[1], 'column')}."
    if brief:
        return words
    visits = window.visits(height, width)
    corner, most = visits[0][0], max(max(row) for row in visits)
    return f"{words} {corner} window{' sees' if corner == 1 else 's see'} a corner pixel, {most} one in the middle."


class FramedSheet(NamedTuple):
    """A picture with a window on it, and what it shows."""

    sheet: Sheet
    box: Box
    title: str


class ByHandPage:
    """What the window does at one place of `image`: the `step` there, and the whole `output`."""

    def __init__(
        self,
        view: ExplainView,
        ground: HandInput,
        bench: Bench,
        image: Image,
        step: Step,
        output: Plane,
        asked: Lab2Question | None,
    ) -> None:
        self._view, self._ground, self._bench = view, ground, bench
        self._image, self._step, self._output, self._asked = image, step, output, asked
        self._written = arithmetic_of(bench, image, step, view.style, view.mode)

    def draw(self, width: int, room: int) -> list[Text]:
        """As the scene wants it, in at most `room` lines."""
        lines = self._in_numbers(width, room) if self._view.scene.numbers else self._in_shades(width, room)
        return lines[:room]

    # In shades

    def _in_shades(self, width: int, room: int) -> list[Text]:
        """Image and output beside each other, the arithmetic below them or, where lines are short, at their right."""
        question = self._question(width, _QUESTION)
        written = [*self._written.written_out(width), self._written.sums(), *self._remark(width)]
        shown = self._framed()
        natural = min(_TALL, -(-shown[0].sheet.size[0] // 2) + 1)
        if room >= natural + len(written) + len(question) + 3:
            tall = self._tall(shown[0].sheet, width, room - len(written) - len(question) - 3)
            return [*self._beside(shown, width, tall), Text(), *written, Text(), *question]
        question = self._question(width, max(least_lines(self._asked), room - natural - 1))
        tall = self._tall(shown[0].sheet, width, room - 1 - len(question))
        crowded, total = self._crowded(shown, width, tall)
        return [*crowded, self._with_hint(total, width), *question]

    def _tall(self, sheet: Sheet, width: int, room: int) -> int:
        """Lines of the pictures: twice as large where there is room for that."""
        rows, columns = sheet.size
        return min(room, rows + 1 if room >= rows + 1 and columns * 4 < width else _TALL)

    def _framed(self) -> list[FramedSheet]:
        step, window = self._step, self._bench.window
        box = self._ground.box(self._image, step.top, step.left)
        low, high = ends(self._output)
        visits = window.visits(*size_of(self._image[0]))
        fewest, most = ends(visits)
        seen = grey(visits, 0, most)
        return [
            FramedSheet(self._ground.sheet(self._image), box, self._ground.title),
            FramedSheet(
                Sheet(grey(self._output, low, high)),
                Box(step.row, step.column, step.row + 1, step.column + 1),
                self._output_title(self._written),
            ),
            FramedSheet(
                Sheet(seen, self._ground.border(self._image)), box, f"windows that see a pixel, {fewest} to {most}"
            ),
        ]

    def _output_title(self, written: Arithmetic) -> str:
        low, high = (number(one, written.decimals) for one in ends(self._output))
        return f"output, {low} to {high}"

    def _beside(self, shown: list[FramedSheet], width: int, tall: int) -> list[Text]:
        """As many of them as fit, their titles above them."""
        blocks: list[list[Text]] = []
        for at, one in enumerate(shown):
            share = max(2, at + 1)
            block = [Text(f" {one.title}", self._view.style("dim")), *self._block(one, width, tall, share)]
            if at < 2 or _wide([*blocks, block]) <= width:
                blocks.append(block)
        return side_by_side(blocks)

    def _crowded(self, shown: list[FramedSheet], width: int, tall: int) -> tuple[list[Text], Text]:
        """Image and output with their titles among the marks and, where there is room at the right, the arithmetic.

        Beside them, how the output's number comes about.
        """
        blocks = [self._block(one, width, tall, 2) for one in shown[:2]]
        fitted = self._written.fitted(width - _wide(blocks, gap=1) - 1)
        written = fitted.stacked_up() if fitted else []
        if fitted is None or len(written) > tall:
            fitted, written = self._written, []
        titles = (shown[0].title, self._output_title(fitted))
        titled = [_titled(block, title, self._view) for block, title in zip(blocks, titles, strict=True)]
        return side_by_side([*titled, *([written] if written else [])], gap=1 if written else 2), fitted.sums()

    def _block(self, one: FramedSheet, width: int, tall: int, share: int) -> list[Text]:
        most = (width - 2 * (share - 1)) // share
        _, across, scale = room_of(one.sheet, most, tall)
        view = self._view
        dark, mark = view.app.current_theme.dark, view.style("accent")
        return framed(one.sheet, one.box, across * scale + 1, tall, view.mode, dark, mark)

    def _with_hint(self, total: Text, width: int) -> Text:
        hint = f"   {key_of('explain.numbers')}: in numbers"
        return total.append(hint, self._view.style("dim")) if total.cell_len + len(hint) <= width else total

    def _remark(self, width: int) -> list[Text]:
        words = self._written.difference()
        return self._view.paragraph(words, width) if words else []

    # In numbers

    def _in_numbers(self, width: int, room: int) -> list[Text]:
        """The arithmetic, then the numbers around the window and the output's around its cell."""
        written = self._written.written_out(width)[: max(0, room - 1)]
        written += [self._written.sums(), *self._remark(width)]
        question = self._question(width, _QUESTION)
        left_over = room - len(written) - 2
        if left_over - len(question) < 5:
            return [*written, Text(), *self._question(width, left_over + 1)]
        rows = min(left_over - len(question) - 1, 13)
        numbers = (*ends(self._output), *ends(self._image[min(self._bench.channel, len(self._image) - 1)]))
        cell = 2 + max(5, *(len(number(one, self._written.decimals)) for one in numbers))
        size = (rows, max(3, min(9, (width - 3) // 2 // cell)))
        around = self._written.input_around(size, f"{self._ground.title} around the window")
        beside = self._written.output_around(self._output, size)
        return [*written, Text(), *side_by_side([around, beside], 3), Text(), *question]

    def _question(self, width: int, most: int) -> list[Text]:
        return question_lines(self._asked, width, most, self._view.app.console, self._view.style)


def _titled(block: list[Text], words: str, view: ExplainView) -> list[Text]:
    """The words in the line of the marks, where the marks leave room for them."""
    line = block[0]
    if not line.plain[: len(words) + 2].strip():
        block[0] = Text(f" {words}", view.style("dim")) + line[len(words) + 1 :]
    elif not line.plain[-len(words) :].strip() and len(line) > len(words):
        block[0] = line[: -len(words)] + Text(words, view.style("dim"))
    return block


def _wide(blocks: list[list[Text]], gap: int = 2) -> int:
    return sum(max(line.cell_len for line in block) for block in blocks) + gap * (len(blocks) - 1)
