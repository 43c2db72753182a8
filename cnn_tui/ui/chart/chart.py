"""What a chart is made of, and how plotext draws it in a terminal; this is the only module that imports plotext.

The axes are fixed ahead (x: all epochs, y: rounded bounds that seldom move), so that a new point changes few cells.
"""

from __future__ import annotations

import gc
import itertools
import math
import re
import threading
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from rich.text import Text
from textual.message import Message

from cnn_tui.ui.chart.axes import XY, Bounds, bounds, epoch_ticks, thin, value_labels, value_ticks
from cnn_tui.ui.widgets.lines import Lines


class ChartSeries(NamedTuple):
    """A curve: its points joined or, with a `glyph`, each marked by it. `style` is a name in `lines.STYLES`."""

    style: str
    points: Sequence[XY]
    glyph: str = ""


class Mark(NamedTuple):
    """One sign on the chart; without a height, at the bottom."""

    at: float
    value: float | None
    glyph: str
    style: str


class Level(NamedTuple):
    """A line across the chart at a value, with its label."""

    value: float
    label: str


class EpochLine(NamedTuple):
    """A line down the chart at an epoch, dotted or not."""

    at: float
    style: str
    dotted: bool = True


class Shade(NamedTuple):
    """Dots where several curves lie around their mean: between two values at each epoch, and in between."""

    style: str
    band: Sequence[tuple[float, float, float]]
    """Epoch, lowest value, highest."""


class ChartPicture(NamedTuple):
    """A chart, its series from back to front. A value that is no number, or on a log scale not above 0, is left out."""

    series: Sequence[ChartSeries] = ()
    window: tuple[int, int] = (0, 1)
    """The epochs at the ends of the x axis; 0 is where the first one begins."""
    marks: Sequence[Mark] = ()
    levels: Sequence[Level] = ()
    columns: Sequence[EpochLine] = ()
    shades: Sequence[Shade] = ()
    log: bool = False
    held: Sequence[float] = ()
    """The values that the y axis has to hold; the levels and marks come where they can."""
    subject: object = None
    """Bounds are chosen anew when it changes; otherwise they only widen."""
    empty: str = ""
    """What is said while there is no point."""


class Glyphs(NamedTuple):
    """The signs of curves and legends, a cell each and all different, so that no meaning hangs on colour alone."""

    curve: str = "braille"  # plotext's name for how it joins the points
    line: str = "━"  # a curve in a legend
    validation: str = "●"
    baseline: str = "○"  # its validation
    baseline_end: str = "b"  # the end of its training line
    raw: str = "·"  # a validation value behind the smoothed ones
    best: str = "★"
    rule_best: str = "☆"  # the best value that a rule with patience counts from, where that is another one
    fired: str = "■"
    lost: str = "✗"  # where a value stops being a number
    level: str = "┈"  # a limit in a legend
    deadline: str = "┊"  # in a legend: the epoch after which a rule with patience ends the run


GLYPHS = Glyphs()


_SMALLEST = (20, 5)
"""Columns and rows below which there is no chart."""
_AXIS = 2
"""Rows of the x axis and its labels."""
_CROWDED = 0.4
"""A level that would leave the curves a smaller share of the height is not shown."""
_NONE_ABOVE_ZERO = "No value here is above 0: L goes back from the log scale."
_ready = threading.Event()  # plotext is loaded
_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")


class Chart(Lines):
    class Loaded(Message):
        """What draws charts is there."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.picture = ChartPicture()
        self._bounds: Bounds | None = None
        self._is_loading = False

    def load_ahead(self) -> None:
        """Have what draws charts loaded, in a thread; a chart that is to be drawn before comes when it is there."""
        if not (_ready.is_set() or self._is_loading):
            self._is_loading = True
            threading.Thread(target=self._load, name="cnn-tui-chart", daemon=True).start()

    def _load(self) -> None:
        load()
        self.post_message(self.Loaded())

    def on_chart_loaded(self) -> None:
        """Draw what was to be drawn meanwhile."""
        gc.freeze()  # what is loaded stays: to look through it for garbage would hold up a key
        self.redraw()

    def show(self, picture: ChartPicture) -> None:
        """Draw a picture; nothing is done when it is the same as before."""
        if picture == self.picture:
            return
        before = self._bounds if picture.subject == self.picture.subject else None
        self._bounds = fit_bounds(picture, before)
        self.picture = picture
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self._words(width, height):
            return list(Text(words, self.style("dim")).wrap(self.app.console, width))
        if self._bounds is None:
            return []
        if not _ready.is_set():
            self.load_ahead()
            return []
        lines = plot(self.picture, self._bounds, width, height)
        styles = {name: self.style(name) for line in lines for _, name in line}
        return [Text.assemble(*((text, styles[name]) for text, name in line), no_wrap=True) for line in lines]

    def _words(self, width: int, height: int) -> str:
        """What is said in place of a chart."""
        if not any(one.points for one in self.picture.series):
            return self.picture.empty
        if self._bounds is None:
            return _NONE_ABOVE_ZERO if self.picture.log else "No value here is a number."
        if width < _SMALLEST[0] or height < _SMALLEST[1]:
            return "The chart needs more room: z shows this pane alone."
        return ""


def load() -> None:
    """Load plotext; it takes 0.4 s and, beside a training, much longer: the lab is not to stand still for that."""
    import plotext  # noqa: F401

    _ready.set()


def plot(picture: ChartPicture, limits: Bounds, width: int, height: int) -> list[list[tuple[str, str]]]:
    """The chart as lines of pieces of text with the names of their styles; `limits` are those of its y axis."""
    drawing = _Plot(picture, limits, width, height)
    lines = [list(_pieces(line)) for line in drawing.build().splitlines()[:height]]
    for code, label in drawing.labels.items():
        _write_on(lines, code, f" {label} ")
    names = ["", *drawing.names]
    return [[(piece, names[code] or "dim") for piece, code in line] for line in lines]


class _Plot:
    """One drawing with plotext. Its colours are numbers that stand for `names`, from 1."""

    def __init__(self, picture: ChartPicture, limits: Bounds, width: int, height: int) -> None:
        import plotext  # see `load`

        self.names: list[str] = []
        self.labels: dict[int, str] = {}
        """Of the levels, by their numbers."""
        self._plotext: Any = plotext
        self._figure: Any = plotext.figure
        self._picture, self._limits = picture, limits
        self._columns = width - 6
        self._rows = height - _AXIS
        plotext.terminal.limit(False, False)  # the size asked for is the widget's
        self._figure.clear()
        self._figure.plot_size(width, height)
        self._figure.theme("colorless")

    def build(self) -> str:
        """The chart as lines with plotext's colours."""
        self._draw_axes()
        self._draw_levels()
        picture, (left, right) = self._picture, self._picture.window
        for shade in picture.shades:
            self._draw_shade(shade)
        for one in picture.series:
            self._draw(thin(self._numbers(one.points), left, right, self._columns), one.glyph, one.style)
        for mark in picture.marks:
            if left <= mark.at <= right:
                value = self._limits[0] if mark.value is None else mark.value
                self._draw(self._numbers([(mark.at, value)]), mark.glyph, mark.style)
        text: str = self._figure.build().string()
        return text

    def _draw_axes(self) -> None:
        figure, (left, right) = self._figure, self._picture.window
        figure.axes(False, axis="x", side="upper")
        figure.axes(False, axis="y", side="right")
        figure.ruler("x").lim(left, right)
        ticks = epoch_ticks(left, right, self._columns)
        figure.ruler("x").ticks(ticks, [str(tick) for tick in ticks])
        log = self._picture.log
        ticks_y = value_ticks(*self._limits, self._rows, log)
        figure.ruler("y").lim(*(self._height(one) for one in self._limits))
        figure.ruler("y").ticks([self._height(one) for one in ticks_y], value_labels(ticks_y, log))

    def _draw_levels(self) -> None:
        figure, (left, right) = self._figure, self._picture.window
        low, high = self._limits
        for column in self._picture.columns:
            if left <= column.at <= right:
                colour = self._plotext.pixel(self._code(column.style))
                figure.line(column.at, orientation="vertical", pixel=colour, style="dotted" if column.dotted else None)
        for level in self._picture.levels:
            if low <= level.value <= high:
                self.names.append("")  # a number of its own, which no series has
                self.labels[len(self.names)] = level.label
                colour = self._plotext.pixel(len(self.names))
                figure.line(self._height(level.value), orientation="horizontal", pixel=colour, style="dotted")

    def _draw_shade(self, shade: Shade) -> None:
        """One dot in four of those that a cell of two by four has."""
        (left, right), (low, high) = self._picture.window, (self._height(one) for one in self._limits)
        wide, tall = 2 * self._columns, 4 * self._rows
        dots: list[XY] = []
        for column in range(0, wide, 2):
            x = left + (right - left) * (column + 0.5) / wide
            ends = ends_at(shade.band, x)
            if ends is None or (self._picture.log and ends[0] <= 0):
                continue
            bottom, top = (self._height(end) for end in ends)
            for row in range(tall):
                y = low + (high - low) * (row + 0.5) / tall
                if bottom <= y <= top and row % 2 == column // 2 % 2:
                    dots.append((x, y))
        if dots:
            marker = self._plotext.marker(GLYPHS.curve, pixel=self._plotext.pixel(self._code(shade.style)))
            self._figure.draw(self._figure.signal([x for x, _ in dots], [y for _, y in dots], marker=marker))

    def _draw(self, points: Sequence[XY], glyph: str, style: str) -> None:
        if not points:
            return
        marker = self._plotext.marker(glyph or GLYPHS.curve, pixel=self._plotext.pixel(self._code(style)))
        signal = self._figure.signal([x for x, _ in points], [self._height(y) for _, y in points], marker=marker)
        self._figure.draw(signal if glyph else signal.lines())

    def _numbers(self, points: Sequence[XY]) -> list[XY]:
        lowest = 0.0 if self._picture.log else -math.inf
        return [point for point in points if lowest < point[1] < math.inf]

    def _height(self, value: float) -> float:
        return math.log10(value) if self._picture.log else value

    def _code(self, name: str) -> int:
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name) + 1


def ends_at(band: Sequence[tuple[float, float, float]], x: float) -> tuple[float, float] | None:
    """The lowest and the highest value of a band at an epoch, or between two; None outside of it."""
    for before, after in itertools.pairwise(band):
        if before[0] <= x <= after[0]:
            share = (x - before[0]) / (after[0] - before[0])
            low, high = (one + (other - one) * share for one, other in zip(before[1:], after[1:], strict=True))
            return (low, high) if math.isfinite(low + high) else None
    return None


def fit_bounds(picture: ChartPicture, before: Bounds | None) -> Bounds | None:
    """The bounds of the y axis, those of `before` while they do; None when no value can be shown."""
    lowest = 0.0 if picture.log else -math.inf
    values = [value for value in picture.held if lowest < value < math.inf]
    if not values:
        return None
    found = bounds(values, before, picture.log)
    for level in picture.levels:
        if lowest < level.value:
            wider = bounds([*values, level.value], found, picture.log)
            if _share(found, wider, picture.log) >= _CROWDED:
                found = wider
    return found


def _share(part: Bounds, whole: Bounds, log: bool) -> float:
    (a, b), (c, d) = (tuple(map(math.log10, one)) if log else one for one in (part, whole))
    return (b - a) / (d - c)


def _write_on(lines: list[list[tuple[str, int]]], code: int, label: str) -> None:
    """Write a level's label where the curves leave room for it."""
    for line in lines:
        for at, (piece, found) in enumerate(line):
            if found == code and len(piece) >= len(label) + 2:
                line[at] = (piece[0] + label + piece[len(label) + 1 :], code)
                return


def _pieces(line: str) -> Iterable[tuple[str, int]]:
    """The parts of a line of plotext's with the number of their colour, 0 for none."""
    code, at = 0, 0
    for escape in _ESCAPE.finditer(line):
        if escape.start() > at:
            yield line[at : escape.start()], code
        parts = escape[1].split(";")
        if parts[:2] == ["38", "5"]:
            code = int(parts[2])
        elif parts == ["0"]:
            code = 0
        at = escape.end()
    if at < len(line):
        yield line[at:], code
