"""Pictures that a terminal shows with all their pixels, sent through an app that can only write text.

Textual lays out, clips, scrolls and covers text, and knows no pixels. If pixels were written past it, nobody would know
where a picture is when a box opens over it or its pane is scrolled. So a picture is given to Textual as text: a block
of as many letters as it has cells, each letter standing for one cell of one picture and for nothing else.
 - The letters are of Unicode's private area, which no text from outside has, and one cell wide.
 - They have the style "conceal", so that a terminal that got one by mistake would show nothing; `lines.py`, which makes
   text from outside harmless, lets only concealed letters through as they are.
The way of a picture: a view asks `Album.put` for its lines of letters and draws them as it draws any text. Textual
writes what of them is to be seen. `Screen` asks `Album.piece` which cell of which picture each letter is, compares
those with what was sent before as it compares characters, and asks `Album.sixel` for the pixels of the cells in a row
that have changed. So a picture that a box has covered is painted anew only where it comes to light again.

Letters are given out in turn. When all 65,534 are used up the first ones are given out again, and the pictures that
had them are forgotten: they must be long gone from the screen, as no screen has so many cells.

The pixels go as sixel graphics: bands of six rows, one colour after the other. The format is that of DEC's VT300
terminals ("VT330/VT340 Programmer Reference Manual", chapter 14).
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.ui.widgets.image import Fit, resampled
from cnn_tui.ui.widgets.shading import Colour

_BAND = 6
_MOST_COLOURS = 250  # a terminal has 256 of them at least
_STEP = 4
"""Percent between two steps of a colour: fewer bytes, and no eye sees it in a small picture."""
_COARSE = 20
"""The same where there are too many colours: 216 are left."""
_ALONE = 3
"""So many equal characters are as short as their count."""


def encode(grid: Sequence[Sequence[Colour]], heights: Sequence[int], widths: Sequence[int]) -> str:
    """The escape sequence that paints a grid of colours, red, green and blue of 0 to 255, from the cursor on.

    Each row of the grid is so many pixels high, each column so many wide; 0 leaves it out. Colours are sent in percent,
    as the format has them.
    """
    rows = [[_stepped(colour, _STEP) for colour in row] for row in grid]
    if len(set(itertools.chain.from_iterable(rows))) > _MOST_COLOURS:
        rows = [[_stepped(colour, _COARSE) for colour in row] for row in grid]
    numbers = {colour: at for at, colour in enumerate(dict.fromkeys(itertools.chain.from_iterable(rows)))}
    palette = "".join(f"#{at};2;{red};{green};{blue}" for (red, green, blue), at in numbers.items())
    lines = [at for at, height in enumerate(heights) for _ in range(height)]
    bands = []
    for top in range(0, len(lines), _BAND):
        bits: dict[Colour, list[int]] = {}
        for bit, at in enumerate(lines[top : top + _BAND]):
            for x, colour in enumerate(rows[at]):
                bits.setdefault(colour, [0] * len(widths))[x] |= 1 << bit
        bands.append("$".join(f"#{numbers[colour]}{_line(line, widths)}" for colour, line in bits.items()))
    return f'\x1bP0;1q"1;1;{sum(widths)};{len(lines)}{palette}{"-".join(bands)}\x1b\\'


def _line(bits: Sequence[int], widths: Sequence[int]) -> str:
    """A band in one colour: a character for each pixel across, equal ones counted, but none for an empty end."""
    parts = []
    for value, same in itertools.groupby(zip(bits, widths, strict=True), lambda one: one[0]):
        count, character = sum(width for _, width in same), chr(63 + value)
        parts.append(character * count if count <= _ALONE else f"!{count}{character}")
    if not bits[-1]:
        parts.pop()
    return "".join(parts)


def _stepped(colour: Colour, step: int) -> Colour:
    """In percent, to the nearest of the steps."""
    red, green, blue = (round(part / 2.55 / step) * step for part in colour)
    return red, green, blue


LETTERS = range(0xF0000, 0xFFFFE)
_HIDDEN = Style(conceal=True)
_MOST_GRIDS = 64  # more than there are pictures beside each other


class PicturePiece(NamedTuple):
    """A cell of a picture."""

    picture: int
    row: int
    column: int


class _Placed(NamedTuple):
    """A picture with its size in cells, and its letters."""

    number: int
    picture: Picture
    size: Fit
    letters: range


class Album:
    """The pictures that were put on the screen: by the app in its thread, asked for by the line in another."""

    def __init__(self) -> None:
        self._placed: dict[tuple[Picture, Fit], _Placed] = {}
        self._by_number: dict[int, _Placed] = {}
        self._by_letter: dict[int, PicturePiece] = {}
        self._numbers = itertools.count(1)
        self._next = 0
        self._grids: dict[tuple[Picture, Fit], list[list[Colour]]] = {}

    def put(self, picture: Picture, size: Fit) -> list[Text]:
        """The lines of text that show the picture; the same ones for the same picture, while it is remembered."""
        columns, rows = size.cells
        placed = self._placed.get((picture, size)) or self._place(picture, size)
        letters = "".join(map(chr, placed.letters))
        return [Text(letters[row * columns : (row + 1) * columns], _HIDDEN) for row in range(rows)]

    def _place(self, picture: Picture, size: Fit) -> _Placed:
        columns, rows = size.cells
        if self._next + columns * rows > len(LETTERS):
            self._next = 0  # and over those that were put first
        letters = LETTERS[self._next : self._next + columns * rows]
        self._next += columns * rows
        for number in {self._by_letter[letter].picture for letter in letters if letter in self._by_letter}:
            old = self._by_number.pop(number)
            del self._placed[old.picture, old.size]
            for letter in old.letters:
                del self._by_letter[letter]
        placed = _Placed(next(self._numbers), picture, size, letters)
        self._placed[picture, size] = self._by_number[placed.number] = placed
        for at, letter in enumerate(letters):
            self._by_letter[letter] = PicturePiece(placed.number, *divmod(at, columns))
        return placed

    def piece(self, letter: str) -> PicturePiece | None:
        """Which cell of a picture a letter stands for; None where it is another letter."""
        return self._by_letter.get(ord(letter))

    def sixel(self, piece: PicturePiece, columns: int, cell: tuple[int, int]) -> str:
        """What paints `columns` cells of a picture from `piece` on, where a cell has so many pixels across and down.

        "" for a picture that made room for others.
        """
        placed = self._by_number.get(piece.picture)
        if placed is None:
            return ""
        _, picture, size, _ = placed
        wide, tall = size.columns * cell[0], size.rows * cell[1] // 2
        grid = self._grid(picture, Fit(min(wide, picture.shape[1]), min(tall, picture.shape[0])))
        top, left = piece.row * cell[1], piece.column * cell[0]
        down = _spans(top, min(tall, top + cell[1]), tall, len(grid))
        across = _spans(left, left + columns * cell[0], wide, len(grid[0]))
        if not down or not across:
            return ""
        rows = [grid[at][min(across) : max(across) + 1] for at in down]
        return encode(rows, list(down.values()), list(across.values()))

    def _grid(self, picture: Picture, size: Fit) -> list[list[Colour]]:
        """A picture with no more pixels than it is shown with. The last ones are kept: they are asked for by rows."""
        grid = self._grids.pop((picture, size), None) or resampled(picture, size)
        self._grids[picture, size] = grid
        while len(self._grids) > _MOST_GRIDS:
            del self._grids[next(iter(self._grids))]
        return grid


def _spans(first: int, end: int, shown: int, pixels: int) -> dict[int, int]:
    """Which of so many `pixels` the ones from `first` to before `end` of those `shown` belong to, and how many."""
    return collections.Counter(at * pixels // shown for at in range(first, end))
