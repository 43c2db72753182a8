"""The words of the view by hand: the settings, the sizes that follow from them, and the question of LAB 2."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from cnn_tui.exercises.model import Exercise
from cnn_tui.network.convolution import Image, size_of
from cnn_tui.text import counted
from cnn_tui.ui.explain.arithmetic import Styles, shown_activation
from cnn_tui.ui.explain.bench import Bench
from cnn_tui.ui.explain.view import short
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert

Asked = tuple[int, int, Exercise, str]
"""A question's number, of how many, the exercise, and what was answered."""
_UNNAMED = ("operation", "size", "activation")  # their values say what they are


def settings(bench: Bench, width: int, style: Styles) -> list[Text]:
    """What is stepped with Tab, + and -."""
    rows, columns = bench.size
    down, across = bench.strides
    values = {
        "operation": bench.operation,
        "kernel": short(bench.kernel_name, 24),
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


def question_lines(asked: Asked | None, width: int, most: int, console: Console, style: Styles) -> list[Text]:
    """LAB 2's question, what was answered, and the keys, in at most so many lines."""
    if asked is None:
        return [Text(f"LAB 2: {key_of('explain.next_question')} asks the first question.", style("dim"))][
            : max(0, most)
        ]
    _, _, exercise, answer = asked
    told = [Text(short(f"Your answer: {answer}", width), style("good"))] if answer else []
    room = most - 1 - len(told)
    if room < 1:
        return [_head(asked, width, style, whole=False)][: max(0, most)]
    lines = list(Text(inert(" ".join(exercise.question.split()))).wrap(console, width))
    whole = len(lines) <= room
    if not whole:
        lines = lines[:room]
        lines[-1].truncate(width - 9)
        lines[-1].append(f" … {key_of('explain.answer')}: all")
    if answer and exercise.remark:  # not before it is answered
        remark = " ".join(f"Good to know: {exercise.remark}".split())
        more = list(Text(inert(remark), style("dim")).wrap(console, width))
        told += more if len(lines) + len(told) + len(more) < most else []
    return [_head(asked, width, style, whole=whole), *lines, *told]


def _head(asked: Asked, width: int, style: Styles, *, whole: bool) -> Text:
    number, count, exercise, answer = asked
    words = f"LAB 2, {number} of {count}: {exercise.heading}" + (", answered" if answer and not whole else "")
    key = key_of("explain.answer")
    others = f"{key_of('explain.next_question')} {key_of('explain.previous_question')} others"
    keys = (f"   {key} answers, {others}", f"   {key} answers")
    if not whole:
        keys = (f"   {key}: read and answer it", f"   {key}: read it")
    more = next((one for one in keys if len(words + one) <= width), "")
    return Text(short(words + more, width), style("accent"))
