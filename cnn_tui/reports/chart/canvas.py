"""A canvas of cells that are finer inside: lines are drawn by their dots, which become braille, blocks or ASCII."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from cnn_tui.reports.ascii import to_ascii

Kind: TypeAlias = Literal["braille", "blocks", "ascii"]
"""What lines are made of: dots of two by four a cell, quarters of cells, or characters that every terminal has."""
Dot: TypeAlias = tuple[int, int]
Place: TypeAlias = tuple[float, float]
ChartLine: TypeAlias = list[tuple[str, str]]
"""Pieces of text, each with the name of its style."""

_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_QUARTERS = ((1, 2), (4, 8))
_BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"


class Pattern(NamedTuple):
    """How a line is broken: so many dots on, off, on …; nothing for a whole line. In ASCII `sign` draws it instead."""

    dots: tuple[int, ...]
    sign: str


PATTERNS = (
    Pattern((), "*"),
    Pattern((4, 3), "o"),
    Pattern((1, 2), "+"),
    Pattern((5, 2, 1, 2), "x"),
    Pattern((8, 2), "#"),
    Pattern((3, 2, 1, 2, 1, 2), "%"),
)
"""Lines that are told apart without colour."""


class Canvas:
    """Cells with a character and a style each, drawn from back to front."""

    def __init__(self, columns: int, rows: int, kind: Kind) -> None:
        self.columns, self.rows, self.kind = columns, rows, kind
        self.across, self.down = (2, 2) if kind == "blocks" else (2, 4)
        self._signs = [[" "] * columns for _ in range(rows)]
        self._styles = [[""] * columns for _ in range(rows)]

    @property
    def width(self) -> int:
        """Dots across."""
        return self.columns * self.across

    @property
    def height(self) -> int:
        """Dots down."""
        return self.rows * self.down

    def is_free(self, column: int, row: int, length: int, under: str, style: str = "") -> bool:
        """Whether these cells are on the canvas and have nothing but signs of `under`, or what is of a style."""
        if not (column >= 0 and column + length <= self.columns and 0 <= row < self.rows):
            return False
        places = range(column, column + length)
        return all(self._signs[row][at] in under or self._styles[row][at] == style for at in places)

    def put(self, column: int, row: int, text: str, style: str) -> None:
        """Write from a cell on; what is not on the canvas is left out."""
        if 0 <= row < self.rows:
            for at, sign in enumerate(text, column):
                if 0 <= at < self.columns:
                    self._signs[row][at], self._styles[row][at] = sign, style

    def paint(self, dots: Iterable[Dot], style: str, sign: str = "") -> None:
        """Paint dots over what is there: a cell shows the dots of what came last, or in ASCII its `sign`."""
        bits = _QUARTERS if self.kind == "blocks" else _BRAILLE
        found: dict[Dot, int] = {}
        for x, y in dots:
            if 0 <= x < self.width and 0 <= y < self.height:
                cell = x // self.across, y // self.down
                found[cell] = found.get(cell, 0) | bits[y % self.down][x % self.across]
        for (column, row), mask in found.items():
            self._styles[row][column] = style
            self._signs[row][column] = self._character(mask, sign)

    def _character(self, mask: int, sign: str) -> str:
        if self.kind == "blocks":
            return _BLOCKS[mask]
        if self.kind == "ascii" and sign:
            return sign
        return chr(0x2800 + mask)

    def lines(self) -> list[ChartLine]:
        """The rows as pieces of one style; a blank takes the style of what is before it."""
        return [self._line(row) for row in range(self.rows)]

    def _line(self, row: int) -> ChartLine:
        pieces: ChartLine = []
        for sign, style in zip(self._signs[row], self._styles[row], strict=True):
            if pieces and (style == pieces[-1][1] or sign == " "):
                pieces[-1] = (pieces[-1][0] + sign, pieces[-1][1])
            else:
                pieces.append((sign, style))
        return [(to_ascii(words), style) for words, style in pieces] if self.kind == "ascii" else pieces


def line_dots(points: Sequence[Place], width: int, height: int, pattern: Sequence[int], thick: bool) -> Iterator[Dot]:
    """The dots of a line through places that are given in dots, as far as they are within `width` and `height`.

    A thick line is two dots wide.
    """
    at, cycle = 0, sum(pattern)
    before: Dot | None = None
    for one, other in itertools.pairwise(points):
        found = _clipped(one, other, width, height)
        if found is None:
            continue
        (x, y), (to_x, to_y) = found
        steps = max(1, math.ceil(max(abs(to_x - x), abs(to_y - y))))
        steep = abs(to_y - y) > abs(to_x - x)
        for step in range(steps + 1):
            dot = round(x + (to_x - x) * step / steps), round(y + (to_y - y) * step / steps)
            if dot == before:
                continue
            before, at = dot, at + 1
            if not pattern or _is_on(pattern, (at - 1) % cycle):
                yield dot
                if thick:
                    yield (dot[0] + 1, dot[1]) if steep else (dot[0], dot[1] + (1 if dot[1] + 1 < height else -1))


def _is_on(pattern: Sequence[int], at: int) -> bool:
    for place, length in enumerate(pattern):
        if at < length:
            return place % 2 == 0
        at -= length
    return False


def _clipped(one: Place, other: Place, width: int, height: int) -> tuple[Place, Place] | None:
    """The part of a stretch that is on the canvas; None where there is none."""
    (x, y), (to_x, to_y) = one, other
    begin, end = 0.0, 1.0
    for start, change, most in ((x, to_x - x, width - 1), (y, to_y - y, height - 1)):
        if change == 0:
            if not -0.5 <= start <= most + 0.5:
                return None
            continue
        first, last = sorted((-start / change, (most - start) / change))
        begin, end = max(begin, first), min(end, last)
    if begin > end:
        return None
    return (x + (to_x - x) * begin, y + (to_y - y) * begin), (x + (to_x - x) * end, y + (to_y - y) * end)


def sample(pattern: Pattern, kind: Kind, columns: int = 5) -> str:
    """A piece of a line, for a legend."""
    if kind == "ascii":
        return pattern.sign * columns
    canvas = Canvas(columns, 1, kind)
    middle = (canvas.height - 1) // 2
    canvas.paint(
        line_dots([(0, middle), (canvas.width - 1, middle)], canvas.width, canvas.height, pattern.dots, True), ""
    )
    return "".join(words for words, _ in canvas.lines()[0])
