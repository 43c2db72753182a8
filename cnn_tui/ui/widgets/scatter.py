"""Points of classes in a plane: a sign in each cell that has points, or dots in a picture; and the way between them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.style import Style
from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.ui.widgets.class_signs import colour_of, sign_of
from cnn_tui.ui.widgets.image import Fit
from cnn_tui.ui.widgets.shading import Colour, Mode

Cell: TypeAlias = tuple[int, int]
"""Column and row, from the upper left."""
_TALL = 2
"""A cell is about twice as tall as it is wide."""
_CELL = (7, 14)
"""Pixels of a cell: fine enough for dots, and few enough to be sent quickly."""


class PlaneWindow(NamedTuple):
    """The part of the plane that is drawn."""

    left: float
    right: float
    bottom: float
    top: float

    def around(self, across: float, up: float, share: float) -> PlaneWindow:
        """A window of that share of this one's sides, around a point, but not beyond this one."""
        ends: list[float] = []
        for at, low, high in ((across, self.left, self.right), (up, self.bottom, self.top)):
            side = (high - low) * share
            start = min(max(at - side / 2, low), high - side)
            ends += [start, start + side]
        return PlaneWindow(*ends)

    def is_well_inside(self, across: float, up: float) -> bool:
        """Whether a point is in it, and not near a side."""
        near_x, near_y = (self.right - self.left) / 8, (self.top - self.bottom) / 8
        return self.left + near_x <= across <= self.right - near_x and self.bottom + near_y <= up <= self.top - near_y


def whole_window(across: Sequence[float], up: Sequence[float]) -> PlaneWindow:
    """The window in which all points are; sides that would have no length get one."""
    found: list[float] = []
    for numbers in (across, up):
        low, high = min(numbers), max(numbers)
        found += [low, high] if high > low else [low - 0.5, low + 0.5]
    return PlaneWindow(*found)


class Scatter:
    """Points in cells. A cell shows the class that most of its points are of, or the one that is looked for."""

    def __init__(
        self,
        across: Sequence[float],
        up: Sequence[float],
        labels: Sequence[int],
        window: PlaneWindow,
        size: tuple[int, int],
        only: int | None = None,
    ) -> None:
        """`size` is in columns and rows; with `only`, other classes' points are dots, and nobody goes to them."""
        self.columns, self.rows = size
        self.only = only
        self._across, self._up, self._labels, self._window = across, up, labels, window
        self.cells: dict[Cell, list[int]] = {}
        """The points of each cell that has any, by their places in the sequences."""
        self._drawn_at = self._places(*size)
        for at, cell in enumerate(self._drawn_at):
            if cell is not None:
                self.cells.setdefault(cell, []).append(at)
        self.shown: dict[Cell, int | None] = {cell: self._class_of(points) for cell, points in self.cells.items()}
        """The class that each cell shows; None where it has none of the class that is looked for."""

    def _places(self, columns: int, rows: int) -> list[Cell | None]:
        """The cell of each point; None for one beyond the window."""
        left, right, bottom, top = self._window
        wide, high = columns / (right - left), rows / (top - bottom)
        last, lowest = columns - 1, rows - 1
        return [
            (min(last, int((x - left) * wide)), min(lowest, int((top - y) * high)))
            if left <= x <= right and bottom <= y <= top
            else None
            for x, y in zip(self._across, self._up, strict=True)
        ]

    def _class_of(self, points: Sequence[int]) -> int | None:
        counts = Counter(map(self._labels.__getitem__, points))
        if self.only is not None:
            return self.only if self.only in counts else None
        return max(counts, key=lambda label: (counts[label], -label))

    def cell_of(self, point: int) -> Cell | None:
        """Where a point is drawn; None beyond the window."""
        return self._drawn_at[point]

    def points_at(self, cell: Cell) -> list[int]:
        """The points of a cell that one can go to: those of the class that it shows, and then the others."""
        shown, points = self.shown.get(cell), self.cells.get(cell, [])
        own = [one for one in points if self._labels[one] == shown]
        return own if self.only is not None else own + [one for one in points if self._labels[one] != shown]

    def towards(self, cell: Cell, across: int, down: int) -> Cell | None:
        """The nearest cell with points in a direction; None where there is none. What lies aside counts as farther."""
        best, least = None, (True, 0.0)
        for other, shown in self.shown.items():
            right, below = other[0] - cell[0], _TALL * (other[1] - cell[1])
            ahead, aside = right * across + below * down, abs(right * down) + abs(below * across)
            if ahead <= 0 or shown is None:
                continue
            way = aside > ahead, float(ahead * ahead + 4 * aside * aside)
            if best is None or way < least:
                best, least = other, way
        return best

    # Drawing

    def in_signs(self, style_of: Callable[[int], Style], left_out: tuple[str, Style]) -> list[Text]:
        """A line for each row; `left_out` is the sign of points of other classes than the one that is looked for."""
        signs = [[(" ", Style.null())] * self.columns for _ in range(self.rows)]
        for (column, row), shown in self.shown.items():
            signs[row][column] = left_out if shown is None else (sign_of(shown), style_of(shown))
        lines = []
        for cells_of_row in signs:
            line = Text(no_wrap=True)
            for style, cells in itertools.groupby(cells_of_row, lambda one: one[1]):
                line.append("".join(sign for sign, _ in cells), style)
            lines.append(line)
        return lines

    def in_dots(
        self, cell: tuple[int, int], colour_of: Callable[[int], Colour], grounds: tuple[Colour, Colour]
    ) -> Picture:
        """A picture of dots, `cell` pixels for each cell.

        `grounds` are the colours behind them, and of points of other classes than the one that is looked for.
        """
        wide, tall = cell[0] * self.columns, cell[1] * self.rows
        pixels = bytearray(bytes(grounds[0]) * (wide * tall))
        dots = {label: bytes(colour_of(label)) * 3 for label in set(self._labels)}
        aside = bytes(grounds[1]) * 3
        order = range(len(self._labels))
        if self.only is not None:
            order = sorted(order, key=lambda at: self._labels[at] == self.only)  # type: ignore[assignment]
        places = self._places(wide, tall)
        for at in order:
            place = places[at]
            if place is None:
                continue
            label = self._labels[at]
            dot = dots[label] if self.only in (None, label) else aside
            x, y = min(max(place[0], 1), wide - 2), min(max(place[1], 1), tall - 2)
            for line in range(y - 1, y + 2):
                start = (line * wide + x - 1) * 3
                pixels[start : start + 9] = dot
        return Picture((tall, wide, 3), bytes(pixels))

    def middles(self) -> dict[int, Cell]:
        """For each class the cell that shows it nearest to the middle of its cells, across and down."""
        found: dict[int, Cell] = {}
        by_class: dict[int, list[Cell]] = {}
        for cell, shown in self.shown.items():
            if shown is not None:
                by_class.setdefault(shown, []).append(cell)
        for label, cells in by_class.items():
            column, row = (sorted(part)[len(cells) // 2] for part in zip(*cells, strict=True))
            found[label] = min(cells, key=lambda one: (one[0] - column) ** 2 + (_TALL * (one[1] - row)) ** 2)
        return found


def laid_over(lines: Sequence[Text], marks: Mapping[Cell, tuple[str, Style]]) -> list[Text]:
    """Lines of cells with other signs in some of them; lines that stay are the same ones."""
    found = list(lines)
    for (column, row), (sign, style) in marks.items():
        if 0 <= row < len(found):
            line = found[row]
            found[row] = Text.assemble(line[:column], (sign, style), line[column + 1 :], no_wrap=True)
    return found


if TYPE_CHECKING:
    from cnn_tui.ui.terminal.album import Album


def scatter_in_pixels(scatter: Scatter, album: Album, mode: Mode, *, dark: bool, ground: Colour) -> list[Text]:
    """As many lines as the scatter has rows. Points of other classes than the one that is looked for are grey."""

    def colour(label: int) -> Colour:
        return rgb(colour_of(label, mode, dark=dark))

    aside: Colour = (90, 90, 90) if dark else (190, 190, 190)
    picture = scatter.in_dots(_CELL, colour, (ground, aside))
    return album.put(picture, Fit(scatter.columns, 2 * scatter.rows))


def rgb(colour: str) -> Colour:
    """A colour that is written as #rrggbb."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
