"""A picture of curves as plotext draws it: plain characters, for files. The only module that imports plotext.

The lab and the command line draw with `plot.py`, whose lines can be dashed, dotted and thick, and named at their ends.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from typing import Any

from cnn_tui.reports.chart.axes import XY, Bounds, epoch_ticks, value_labels, value_ticks
from cnn_tui.reports.chart.picture import ChartPicture

_AXIS = 2
"""Rows of the x axis and its labels."""
_MARGIN = 6
"""Columns of the y axis and its labels."""
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_one_figure = threading.Lock()
"""plotext has one figure for the whole process, and the lab writes reports in threads."""


def plotext_lines(picture: ChartPicture, limits: Bounds, width: int, height: int) -> list[str]:
    """The chart in `width` columns and `height` rows; `limits` are those of its y axis."""
    import plotext  # here, because it takes its time and only reports wait for it

    with _one_figure:
        plotext.terminal.limit(False, False)  # the size asked for, whatever the terminal's
        figure = plotext.figure
        figure.clear()
        figure.plot_size(width, height)
        figure.theme("colorless")
        _draw_axes(figure, picture, limits, width, height)
        for one in picture.series:
            _draw(plotext, picture, one.points, one.glyph)
        for mark in picture.marks:
            value = _edge(picture, limits, mark.at, height) if mark.value is None else mark.value
            _draw(plotext, picture, [(mark.at, value)], mark.glyph)
        text: str = figure.build().string()
    return [line.rstrip() for line in _ESCAPE.sub("", text).splitlines()]


def _edge(picture: ChartPicture, limits: Bounds, at: float, height: int) -> float:
    """Where a mark without a value stands: at the foot, or on top where that of a value, as the best, is there."""
    low, high = (_height(picture, one) for one in limits)
    row = (high - low) / max(height - _AXIS, 1)
    there = [mark.value for mark in picture.marks if mark.at == at and mark.value is not None]
    return limits[1] if any(value > 0 and _height(picture, value) - low < row for value in there) else limits[0]


def _draw_axes(figure: Any, picture: ChartPicture, limits: Bounds, width: int, height: int) -> None:
    left, right = picture.window
    figure.axes(False, axis="x", side="upper")
    figure.axes(False, axis="y", side="right")
    figure.ruler("x").lim(left, right)
    ticks = epoch_ticks(left, right, width - _MARGIN)
    figure.ruler("x").ticks(ticks, [str(tick) for tick in ticks])
    values = value_ticks(*limits, height - _AXIS, picture.log)
    figure.ruler("y").lim(*(_height(picture, one) for one in limits))
    figure.ruler("y").ticks([_height(picture, one) for one in values], value_labels(values, picture.log))


def _draw(plotext: Any, picture: ChartPicture, points: Sequence[XY], glyph: str) -> None:
    """A curve through the points or, with a glyph, that sign at each; what cannot be shown is left out."""
    lowest = 0.0 if picture.log else -math.inf
    left, right = picture.window
    shown = [(at, value) for at, value in points if lowest < value < math.inf and left <= at <= right]
    if not shown:
        return
    places = [at for at, _ in shown], [_height(picture, value) for _, value in shown]
    signal = plotext.figure.signal(*places, marker=plotext.marker(glyph or "braille"))
    plotext.figure.draw(signal if glyph else signal.lines())


def _height(picture: ChartPicture, value: float) -> float:
    return math.log10(value) if picture.log else value
