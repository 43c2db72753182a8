"""Draws a picture of curves on a canvas, from back to front: grid, limits, bands, curves, marks, words."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from cnn_tui.reports.chart.axes import XY, Bounds, thin
from cnn_tui.reports.chart.canvas import Canvas, Dot, Place, line_dots
from cnn_tui.reports.chart.picture import GLYPHS, ChartPicture, ChartSeries, Shade
from cnn_tui.text import cut

_ROOM_FOR_GRID = (40, 8)
"""Columns and rows from which on there is a grid."""
LONGEST_NAME = 18
"""Cells of a curve's name at most."""
_DOTTED = (1, 2)
_GRID_STEP = 4
"""Columns from one dot of the grid to the next."""


class CurveDrawing:
    """A picture on a canvas, of which it knows where epochs and values are."""

    def __init__(self, picture: ChartPicture, limits: Bounds, canvas: Canvas) -> None:
        self.canvas = canvas
        self._picture = picture
        self._left, self._right = picture.window
        self._low, self._high = (self._scaled(one) for one in limits)
        self._cuts: list[tuple[int, int, str, str]] = []
        """Where curves leave the chart: column, row, words, style."""

    def draw(self, ticks: Sequence[float]) -> None:
        """Draw everything but what stands beside the canvas."""
        canvas, picture = self.canvas, self._picture
        if canvas.columns >= _ROOM_FOR_GRID[0] and canvas.rows >= _ROOM_FOR_GRID[1]:
            self._draw_grid(ticks)
        self._draw_lines()
        for shade in picture.shades:
            canvas.paint(self._dots_of(shade), shade.style, ".")
        for one in picture.series:
            self._draw_series(one)
        self._draw_marks()
        self._write_cuts()
        self._write_labels()

    # Where things are

    def column(self, epoch: float) -> int:
        """The column of a place on the x axis."""
        return round(self._x(epoch)) // self.canvas.across

    def row(self, value: float) -> int:
        """The row of a value."""
        return round(self._y(value)) // self.canvas.down

    def _x(self, epoch: float) -> float:
        return (epoch - self._left) / (self._right - self._left) * (self.canvas.width - 1)

    def _y(self, value: float) -> float:
        return (self._high - self._scaled(value)) / (self._high - self._low) * (self.canvas.height - 1)

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self._picture.log else value

    def _can_show(self, value: float) -> bool:
        return (0.0 if self._picture.log else -math.inf) < value < math.inf

    def _is_within(self, epoch: float) -> bool:
        return self._left <= epoch <= self._right

    # What is drawn

    def _draw_grid(self, ticks: Sequence[float]) -> None:
        for tick in ticks:
            for column in range(_GRID_STEP - 1, self.canvas.columns, _GRID_STEP):
                self.canvas.put(column, self.row(tick), GLYPHS.grid, "grid")

    def _draw_lines(self) -> None:
        """The limits of rules across, and epochs down."""
        for line in self._picture.columns:
            if self._is_within(line.at):
                for row in range(self.canvas.rows):
                    sign = GLYPHS.deadline if line.dotted else GLYPHS.crosshair
                    self.canvas.put(self.column(line.at), row, sign, line.style)
        for level in self._picture.levels:
            if self._can_show(level.value) and self._low <= self._scaled(level.value) <= self._high:
                self.canvas.put(0, self.row(level.value), GLYPHS.level * self.canvas.columns, "dim")

    def _dots_of(self, shade: Shade) -> Iterator[Dot]:
        """One dot in four of those that lie within a band."""
        canvas = self.canvas
        for x in range(0, canvas.width, 2):
            epoch = self._left + (self._right - self._left) * x / max(1, canvas.width - 1)
            ends = ends_at(shade.band, epoch)
            if ends is None or not all(map(self._can_show, ends)):
                continue
            bottom, top = (round(self._y(end)) for end in ends)
            for y in range(max(0, top), min(canvas.height - 1, bottom) + 1):
                if y % 2 == x // 2 % 2:
                    yield x, y

    def _draw_series(self, one: ChartSeries) -> None:
        thinned = thin(one.points, self._left, self._right, self.canvas.width)
        points = [point for point in thinned if self._can_show(point[1])]
        if one.glyph:
            for at, value in points:
                self._mark(at, value, one.glyph, one.style)
            return
        if len(points) == 1:  # a level across its epoch, dotted: nothing is known of the way there
            points = [(max(self._left, points[0][0] - 1), points[0][1]), *points]
            one = one if one.pattern.dots else one._replace(pattern=one.pattern._replace(dots=_DOTTED))
        for stretch in _unbroken(thinned, points):
            self._draw_stretch(one, stretch)
        self._mark_cuts(one, points)

    def _draw_stretch(self, one: ChartSeries, points: Sequence[XY]) -> None:
        canvas = self.canvas
        places: list[Place] = [(self._x(at), self._y(value)) for at, value in points]
        if len(places) == 1:
            places *= 2
        thick = one.thick and canvas.kind == "braille"
        pattern = () if canvas.kind == "ascii" and one.pattern.sign else one.pattern.dots
        dots = line_dots(places, canvas.width, canvas.height, pattern, thick)
        canvas.paint(dots, one.style, one.pattern.sign)

    def _mark_cuts(self, one: ChartSeries, points: Sequence[XY]) -> None:
        """Where the curve leaves the chart, the farthest value of each stretch that is outside."""

        def side(point: XY) -> int:
            height = self._scaled(point[1])
            return (height > self._high + 1e-9) - (height < self._low - 1e-9)

        inside = [point for point in points if self._is_within(point[0])]
        for where, group in itertools.groupby(inside, side):
            if where:
                far = max(group, key=lambda point: where * point[1])
                glyph = GLYPHS.above if where > 0 else GLYPHS.below
                row, column = 0 if where > 0 else self.canvas.rows - 1, self.column(far[0])
                self.canvas.put(column, row, glyph, one.style)
                value = f"{far[1]:.3g}" if abs(far[1]) < 1_000 else f"{far[1]:,.0f}"
                self._cuts.append((column, row, f"{glyph} {'up' if where > 0 else 'down'} to {value}", one.style))

    def _write_cuts(self) -> None:
        """How far the curves go that leave the chart: at the sign, else behind it in its row, if there is room."""
        free = f" {GLYPHS.grid}"
        for column, row, words, style in self._cuts:
            if self.canvas.is_free(column + 1, row, len(words), free):
                self.canvas.put(column, row, words, style)
                continue
            places = range(column + 2, self.canvas.columns - len(words))
            at = next((at for at in places if self.canvas.is_free(at - 1, row, len(words) + 2, free)), None)
            if at is not None:
                self.canvas.put(at, row, words, style)

    def _draw_marks(self) -> None:
        for mark in self._picture.marks:
            if not self._is_within(mark.at):
                continue
            if mark.value is None:
                row = 0 if self._lies_lowest(mark.at) else self.canvas.rows - 1
                self.canvas.put(self.column(mark.at), row, mark.glyph, mark.style)
            elif self._can_show(mark.value):
                self._mark(mark.at, mark.value, mark.glyph, mark.style)

    def _lies_lowest(self, at: float) -> bool:
        """Whether a mark of a value, as the best one, stands at the foot of the chart there already."""
        values = [mark.value for mark in self._picture.marks if mark.at == at and mark.value is not None]
        return any(self._can_show(value) and self.row(value) == self.canvas.rows - 1 for value in values)

    def _mark(self, at: float, value: float, glyph: str, style: str) -> None:
        if self._is_within(at) and self._low - 1e-9 <= self._scaled(value) <= self._high + 1e-9:
            self.canvas.put(self.column(at), self.row(value), glyph, style)

    # Words

    def _write_labels(self) -> None:
        """The labels of limits, each whole where the curves leave room for it, or not at all."""
        for level in self._picture.levels:
            if not self._can_show(level.value):
                continue
            row, words = self.row(level.value), f" {level.label} "
            free = (
                column
                for column in range(1, self.canvas.columns - len(words))
                if self.canvas.is_free(column - 1, row, len(words) + 2, GLYPHS.level)
            )
            if (column := next(free, None)) is not None:
                self.canvas.put(column, row, words, "dim")
        for mark in self._picture.marks:
            if mark.words and mark.value is not None and self._is_within(mark.at):
                self._write_before(self.column(mark.at), self.row(mark.value), mark.words, mark.style)

    def _write_before(self, column: int, row: int, words: str, style: str) -> None:
        """Write words that end before a column: in its row, over its own level if need be, or in a row beside it."""
        begin = column - len(words) - 1
        for place in (row, row - 1, row + 1):
            if self.canvas.is_free(begin, place, len(words), f" {GLYPHS.grid}", style if place == row else ""):
                self.canvas.put(begin, place, words, style)
                return

    def names(self) -> dict[int, tuple[str, str]]:
        """What stands beside the rows: the names of curves with their styles, as near to their ends as they can."""
        wanted = []
        for one in self._picture.series:
            known = [point for point in one.points if self._can_show(point[1]) and self._is_within(point[0])]
            if one.name and known:
                row = max(0, min(self.canvas.rows - 1, self.row(known[-1][1])))
                wanted.append((row, known[-1][1], one))
        wanted.sort(key=lambda name: (name[0], -name[1]))
        rows = spread_out([row for row, _, _ in wanted], self.canvas.rows)
        return {row: (cut(one.name, LONGEST_NAME), one.style) for row, (_, _, one) in zip(rows, wanted, strict=True)}


def spread_out(rows: Sequence[int], count: int) -> list[int]:
    """Rows in order, moved as little as need be so that each is alone; there are at least as many as are asked for."""
    found: list[int] = []
    for row in rows:
        found.append(max(row, found[-1] + 1) if found else row)
    most = count - 1
    for at in range(len(found) - 1, -1, -1):
        found[at] = min(found[at], most)
        most = found[at] - 1
    return found


def _unbroken(all_points: Sequence[XY], shown: Sequence[XY]) -> Iterator[list[XY]]:
    """The points that can be shown, parted where one between them cannot be."""
    if len(shown) <= 2 or len(all_points) == len(shown):
        if shown:
            yield list(shown)
        return
    known, stretch = set(shown), []
    for point in all_points:
        if point in known:
            stretch.append(point)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def ends_at(band: Sequence[tuple[float, float, float]], x: float) -> tuple[float, float] | None:
    """The lowest and the highest value of a band at an epoch, or between two; None outside of it."""
    for before, after in itertools.pairwise(band):
        if before[0] <= x <= after[0]:
            share = (x - before[0]) / (after[0] - before[0])
            low, high = (one + (other - one) * share for one, other in zip(before[1:], after[1:], strict=True))
            return (low, high) if math.isfinite(low + high) else None
    return None
