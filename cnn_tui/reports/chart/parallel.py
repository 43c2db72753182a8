"""Parallel coordinates: an upright axis for each quantity, and a line across them for each thing that has them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.reports.chart.canvas import Canvas, ChartLine, Kind, Pattern, line_dots
from cnn_tui.text import cells, cut

_NARROWEST = 11
"""Cells that an axis has for itself at least, so that its name can be read."""
_BAR = 4


class UprightAxis(NamedTuple):
    """An axis. `share` is how much it explains, from 0 to 1; None where that is not known."""

    name: str
    ticks: Sequence[tuple[float, str]]
    """Heights from 0 at its foot to 1, and what stands there; the ends are written first."""
    share: float | None = None


class Across(NamedTuple):
    """A line across the axes: its height on each, from 0 to 1. A line that has fewer heights ends before the last."""

    heights: Sequence[float]
    style: str
    pattern: Pattern
    thick: bool = False


def room_for(width: int) -> int:
    """How many axes fit."""
    return max(2, 1 + (width - 1) // _NARROWEST)


def parallel(
    axes: Sequence[UprightAxis], lines: Sequence[Across], width: int, rows: int, kind: Kind
) -> list[ChartLine]:
    """At most `rows` lines of `width` cells: names, shares where they are known, and the axes; from back to front."""
    columns = [round(at * (width - 1) / (len(axes) - 1)) for at in range(len(axes))]
    shares = any(axis.share is not None for axis in axes)
    top = Canvas(width, 2 if shares else 1, kind)
    canvas = Canvas(width, max(2, rows - top.rows), kind)
    for axis, column, (first, room) in zip(axes, columns, _rooms(columns, width), strict=True):
        right = column == columns[-1]
        _write(top, 0, cut(axis.name, room), "strong", first, room, right=right)
        if axis.share is not None:
            _write(top, 1, _share(axis.share), "accent", first, room, right=right)
        for row in range(canvas.rows):
            canvas.put(column, row, "│", "grid")
    for line in lines:
        canvas.paint(
            line_dots(
                [_place(canvas, column, height) for column, height in zip(columns, line.heights, strict=False)],
                canvas.width,
                canvas.height,
                line.pattern.dots,
                line.thick,
            ),
            line.style,
            line.pattern.sign,
        )
    for axis, column in zip(axes, columns, strict=True):
        _write_ticks(canvas, axis, column, right=column == columns[-1])
    return [*top.lines(), *canvas.lines()]


def _rooms(columns: Sequence[int], width: int) -> list[tuple[int, int]]:
    """For the words of each axis the first column and how many there are; the last two share what is between them."""
    half = (width - columns[-2]) // 2
    starts = [*columns[:-1], width - half]
    return [(one, other - one - 1) for one, other in itertools.pairwise([*starts, width + 1])]


def _write(canvas: Canvas, row: int, words: str, style: str, first: int, room: int, *, right: bool) -> None:
    canvas.put(first + room - cells(words) if right else first, row, words, style)


def _share(share: float) -> str:
    full = min(_BAR, max(0, round(share * _BAR)))
    return f"{'━' * full}{'─' * (_BAR - full)} {share * 100:.0f} %"


def _place(canvas: Canvas, column: int, height: float) -> tuple[float, float]:
    return column * canvas.across, (1 - height) * (canvas.height - 1)


def _write_ticks(canvas: Canvas, axis: UprightAxis, column: int, *, right: bool) -> None:
    taken: set[int] = set()
    ends = sorted(axis.ticks, key=lambda tick: abs(tick[0] - 0.5), reverse=True)
    for height, words in ends:
        row = round((1 - height) * (canvas.rows - 1))
        if row not in taken:
            taken.add(row)
            words = f" {cut(words, _NARROWEST - 3)} "  # set off from the lines
            canvas.put(column - cells(words) if right else column + 1, row, words, "")
