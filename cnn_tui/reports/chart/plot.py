"""A chart as lines of text: the drawing of its curves, with its axes and the names of curves around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.reports.ascii import to_ascii
from cnn_tui.reports.chart.axes import Bounds, epoch_ticks, value_labels, value_ticks
from cnn_tui.reports.chart.canvas import Canvas, ChartLine, Kind
from cnn_tui.reports.chart.curve_drawing import LONGEST_NAME, CurveDrawing
from cnn_tui.reports.chart.picture import ChartPicture
from cnn_tui.text import cells, padded

SMALLEST = (20, 5)
"""Columns and rows below which there is no chart."""
_AXIS = 2
"""Rows of the x axis and its labels."""
_ROOM_BESIDE_NAMES, _ROOM_OF_ONE_EPOCH = 48, 16
"""Columns that the curves keep when their names stand at their ends; where each is of one epoch, there is no curve."""


def plot(picture: ChartPicture, limits: Bounds, width: int, height: int, kind: Kind = "braille") -> list[ChartLine]:
    """The chart as lines of pieces of text with the names of their styles; `limits` are those of its y axis."""
    ticks, labels, left, columns, names = _frame(picture, limits, width, height)
    drawing = CurveDrawing(picture, limits, Canvas(columns, height - _AXIS, kind))
    drawing.draw(ticks)
    beside = drawing.names() if names else {}
    by_row = {drawing.row(tick): label for tick, label in zip(ticks, labels, strict=True)}
    lines = []
    for row, line in enumerate(drawing.canvas.lines()):
        label = by_row.get(row)
        side = f"{padded(label, left, right=True)}┤" if label is not None else " " * left + "│"
        words, style = beside.get(row, ("", "dim"))
        name = [(f" {padded(words, names - 1)}", style)] if names else []
        lines.append([(said(side, kind), "dim"), *((text, found or "dim") for text, found in line), *name])
    under = _under(picture.window, columns, drawing)
    return [*lines, *([(said(" " * left + text + " " * names, kind), "dim")] for text in under)]


class _Frame(NamedTuple):
    """What stands around the curves: the numbers of the y axis, as values and as text, and how wide everything is."""

    ticks: Sequence[float]
    labels: Sequence[str]
    left: int
    """Columns of the labels."""
    columns: int
    """And of the curves."""
    names: int
    """And of their names at the right."""


def _frame(picture: ChartPicture, limits: Bounds, width: int, height: int) -> _Frame:
    rows = height - _AXIS
    ticks = value_ticks(*limits, rows, picture.log)
    labels = value_labels(ticks, picture.log)
    left = max(map(cells, labels), default=5)
    names = _names_beside(picture, width - left - 1, rows)
    return _Frame(ticks, labels, left, width - left - 1 - names, names)


def epoch_at(picture: ChartPicture, limits: Bounds, width: int, height: int, column: int) -> float | None:
    """The place on the x axis above or below which a column of the drawing is; None beside the curves."""
    frame = _frame(picture, limits, width, height)
    at = column - frame.left - 1
    if not 0 <= at < frame.columns:
        return None
    first, last = picture.window
    return first + (last - first) * at / max(1, frame.columns - 1)


def said(text: str, kind: Kind) -> str:
    """Text as a chart of this kind has it."""
    return to_ascii(text) if kind == "ascii" else text


def _names_beside(picture: ChartPicture, room: int, rows: int) -> int:
    """How many columns the names at the ends of curves take, 0 where they have no room."""
    names = [one.name for one in picture.series if one.name and one.points]
    wanted = min(LONGEST_NAME, max(map(cells, names), default=0)) + 1
    least = _ROOM_OF_ONE_EPOCH if picture.window == (0, 1) else _ROOM_BESIDE_NAMES
    return wanted if names and len(names) <= rows and room - wanted >= least else 0


def _under(window: tuple[int, int], columns: int, drawing: CurveDrawing) -> tuple[str, str]:
    """The x axis, and the numbers of its epochs below it."""
    axis, numbers = list("─" * columns), list(" " * (columns + 1))
    end = -1
    for tick in epoch_ticks(*window, columns):
        column, label = drawing.column(tick), str(tick)
        begin = max(0, min(column + 1 - (len(label) - 1) // 2, columns + 1 - len(label)))
        axis[column] = "┬"
        if begin > end:
            numbers[begin : begin + len(label)] = label
            end = begin + len(label)
    return f"└{''.join(axis)}", "".join(numbers)
