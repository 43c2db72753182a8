"""The drawing of a map of features: its points as signs in cells or as a picture of dots, and the cursor over it."""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.jobs.explain.map_points import MapPoints
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.widgets.class_signs import class_style, sign_of
from cnn_tui.ui.widgets.scatter import PlaneWindow, Scatter, laid_over, scatter_in_pixels

_MOST_KEPT = 4
"""Drawings, so that to go back to the whole map does not draw it anew."""


class _DrawnMap(NamedTuple):
    """A map without the cursor: it stays while the cursor moves."""

    scatter: Scatter
    lines: list[Text]


class MapDrawing:
    """What a view has drawn of a map last, and where the points are on it."""

    def __init__(self, view: ExplainView) -> None:
        self._view = view
        self._last: _DrawnMap | None = None
        self._kept: dict[object, _DrawnMap] = {}

    def with_cursor(
        self, points: MapPoints, window: PlaneWindow, size: tuple[int, int], only: int | None, point: int | None
    ) -> list[Text]:
        """The part of the map in `window` on (width, height) cells, with the cursor on a point.

        With `only`, the points of that class.
        """
        drawing = self._draw(points, window, size, only)
        cell = drawing.scatter.cell_of(point) if point is not None else None
        if cell is None or point is None:
            return drawing.lines
        return laid_over(drawing.lines, {cell: (sign_of(points.labels[point]), self._view.style("cursor"))})

    def points_beside(self, point: int | None) -> list[int]:
        """The points in the cell of one, itself among them; none where it is not on the drawing."""
        cell = self._last.scatter.cell_of(point) if self._last and point is not None else None
        return self._last.scatter.points_at(cell) if self._last and cell else []

    def steps_from(self, point: int | None, across: int, down: int) -> list[int]:
        """The points that are come to by so many steps in a direction, each to the nearest cell that has points."""
        cell = self._last.scatter.cell_of(point) if self._last and point is not None else None
        steps: list[int] = []
        for _ in range(abs(across) + abs(down)):
            if self._last is None or cell is None:
                break
            cell = self._last.scatter.towards(cell, (across > 0) - (across < 0), (down > 0) - (down < 0))
            if cell is not None:
                steps.append(self._last.scatter.points_at(cell)[0])
        return steps

    def _draw(self, points: MapPoints, window: PlaneWindow, size: tuple[int, int], only: int | None) -> _DrawnMap:
        """The map without the cursor, drawn anew where it is another one."""
        view = self._view
        mode, dark, album = view.mode, view.app.current_theme.dark, getattr(view.app, "album", None)
        of = points, window, size, only, mode, dark, album is None
        if of in self._kept:
            self._last = self._kept[of]
            return self._last
        while len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        scatter = Scatter(points.across, points.up, points.labels, window, size, only)

        def style_of(label: int) -> Style:
            return class_style(label, mode, dark=dark)

        if album is None or mode == "shades":
            dot = "." if mode == "shades" else "·"
            lines = scatter.in_signs(style_of, (dot, view.style("dim")))
        else:
            lines = scatter_in_pixels(scatter, album, mode, dark=dark, ground=view.background_colors[1].rgb)
            marks = {cell: (sign_of(label), style_of(label)) for label, cell in scatter.middles().items()}
            lines = laid_over(lines, marks)
        self._last = self._kept[of] = _DrawnMap(scatter, lines)
        return self._last
