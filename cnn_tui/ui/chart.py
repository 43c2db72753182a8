"""Curves in a terminal, drawn by plotext; the only importer of it.

The axes are fixed ahead (x: all epochs, y: rounded bounds that seldom move), so that a new point changes few lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.ui.lines import Lines


class Series(NamedTuple):
    """A curve. `style` is one of the names in `lines.STYLES`; `dots` marks each point instead of joining them."""

    label: str
    style: str
    x: Sequence[float]
    y: Sequence[float]
    dots: bool = False


class Chart(Lines):
    """Curves over epochs."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._series: tuple[Series, ...] = ()
        self._epochs = 1
        self._bounds = (0.0, 1.0)
        self._empty = ""

    def show(self, series: Sequence[Series], epochs: int, empty: str = "") -> None:
        """Draw `series` over 0 to `epochs`; `empty` is said while there is no point."""
        self._series = tuple(series)
        self._epochs = max(1, epochs)
        self._empty = empty
        values = [value for one in series for value in one.y if math.isfinite(value)]
        self._bounds = bounds(values, self._bounds if values else None)
        self.redraw()

    def forget_bounds(self) -> None:
        """Choose new bounds at the next drawing: another run or metric is shown."""
        self._bounds = (0.0, 0.0)

    def draw(self, width: int, height: int) -> list[Text]:
        """The chart, or the words that stand for it."""
        if not any(one.x for one in self._series):
            return list(Text(self._empty, self.style("dim")).wrap(self.app.console, width))
        if height < 5 or width < 20:
            return [Text("the chart needs more room: z shows this pane alone", self.style("dim"))]
        return self._plot(width, height)

    def _plot(self, width: int, height: int) -> list[Text]:
        import plotext

        figure = plotext.figure
        figure.clear()
        figure.plot_size(width, height)
        figure.theme("colorless")
        low, high = self._bounds
        ticks = _epoch_ticks(self._epochs, width)
        figure.ruler("x").lim(0, self._epochs)
        figure.ruler("x").ticks(ticks, [str(tick) for tick in ticks])
        figure.ruler("y").lim(low, high)
        rows = _value_ticks(low, high, height)
        figure.ruler("y").ticks(rows, value_labels(rows))
        # plotext colours with 256-colour codes: these stand for the theme's own until the lines come back.
        colours = {}
        for code, one in enumerate(self._series, 1):
            points = [(x, y) for x, y in thin(one.x, one.y, (width - 7) * 2) if math.isfinite(y)]
            if not points:
                continue
            marker = plotext.marker("●" if one.dots else "braille", pixel=plotext.pixel(code))
            signal = figure.signal([x for x, _ in points], [y for _, y in points], marker=marker)
            figure.draw(signal if one.dots else signal.lines())
            colours[code] = self.style(one.style)
        return [_recolour(Text.from_ansi(line), colours) for line in figure.build().string().splitlines()][:height]


def _recolour(line: Text, colours: dict[int, Style]) -> Text:
    fresh = Text(line.plain, no_wrap=True)
    for span in line.spans:
        style = span.style
        if isinstance(style, Style) and style.color is not None and style.color.number in colours:
            fresh.stylize(colours[style.color.number], span.start, span.end)
    return fresh


def thin(x: Sequence[float], y: Sequence[float], most: int) -> list[tuple[float, float]]:
    """At most `most` points of a curve, the last one always kept: more than the columns can show cost time only."""
    points = list(zip(x, y, strict=True))
    if len(points) <= most:
        return points
    stride = math.ceil(len(points) / most)
    return points[(len(points) - 1) % stride :: stride]


def bounds(values: Sequence[float], before: tuple[float, float] | None) -> tuple[float, float]:
    """Round bounds that hold all values; the earlier ones while they do, so that the axis seldom moves."""
    if not values:
        return (0.0, 1.0)
    low, high = min(values), max(values)
    if before and before[1] > before[0]:
        if before[0] <= low and high <= before[1]:
            return before
        low, high = min(low, before[0]), max(high, before[1])
    step = _round_step(max(high - low, abs(high) * 1e-3, 1e-6), 6)
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    if bottom == top:
        top += step
    return (round(bottom, 10), round(top, 10))


def _round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10 … or a tenth, a hundredth of them, that cuts `span` into at most `most` parts."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(power * part for part in (1, 2, 5, 10, 20) if span / (power * part) <= most)


def value_labels(values: Sequence[float]) -> list[str]:
    """The values with as many decimals as tell them apart, all alike, at least five cells wide."""
    decimals = next((few for few in range(6) if len({f"{value:.{few}f}" for value in values}) == len(values)), 6)
    exact = next((few for few in range(6) if all(abs(round(value, few) - value) < 1e-9 for value in values)), 6)
    return [f"{value:.{min(max(decimals, exact), decimals + 1)}f}".rjust(5) for value in values]


def _epoch_ticks(epochs: int, width: int) -> list[int]:
    most = max(2, (width - 8) // 6)
    step = next(step for scale in range(12) for part in (1, 2, 5) if epochs / (step := part * 10**scale) <= most)
    return list(range(0, epochs + 1, step))


def _value_ticks(low: float, high: float, height: int) -> list[float]:
    step = _round_step(high - low, max(2, min(6, (height - 2) // 3)))
    first = math.ceil(low / step - 1e-9)
    return [at * step for at in range(first, math.floor(high / step + 1e-9) + 1)]
