"""Pictures that a terminal shows with all their pixels, sent through an app that can only write text.

Textual lays out, clips, scrolls and covers text, and knows no pixels. If pixels were written past it, nobody would know
where a picture is when a box opens over it or its pane is scrolled. So a picture is given to Textual as text: a block
of as many letters as it has cells, each letter standing for one cell of one picture and for nothing else.
 - The letters are of Unicode's private area, which no text from outside has, and one cell wide.
 - They have the style "conceal", so that a terminal that got one by mistake would show nothing; `lines.py`, which makes
   text from outside harmless, lets only concealed letters through as they are.
The way of a picture: a view asks `Album.put` for its lines of letters and draws them as it draws any text. Textual
writes what of them is to be seen. `Screen` asks `Album.piece` which cell of which picture each letter is, compares
those with what was sent before as it compares characters, and sends the cells that have changed: as `kitty.py` or as
`sixel.py` says, whichever the terminal knows. So a picture that a box has covered is painted anew only where it comes
to light again.

Letters are given out in turn. When all 65,534 are used up the first ones are given out again, and the pictures that
had them are forgotten: they must be long gone from the screen, as no screen has so many cells.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.ui.widgets.image import Fit, resampled
from cnn_tui.ui.widgets.shading import Colour

LETTERS = range(0xF0000, 0xFFFFE)
_HIDDEN = Style(conceal=True)
_MOST_GRIDS = 64  # more than there are pictures beside each other


class PicturePiece(NamedTuple):
    """A cell of a picture."""

    picture: int
    row: int
    column: int


class PlacedPicture(NamedTuple):
    """A picture with its size in cells, and its letters."""

    number: int
    picture: Picture
    size: Fit
    letters: range


class Album:
    """The pictures that were put on the screen: by the app in its thread, asked for by the line in another."""

    def __init__(self) -> None:
        self._placed: dict[tuple[Picture, Fit], PlacedPicture] = {}
        self._by_number: dict[int, PlacedPicture] = {}
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

    def _place(self, picture: Picture, size: Fit) -> PlacedPicture:
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
        placed = PlacedPicture(next(self._numbers), picture, size, letters)
        self._placed[picture, size] = self._by_number[placed.number] = placed
        for at, letter in enumerate(letters):
            self._by_letter[letter] = PicturePiece(placed.number, *divmod(at, columns))
        return placed

    def piece(self, letter: str) -> PicturePiece | None:
        """Which cell of a picture a letter stands for; None where it is another letter."""
        return self._by_letter.get(ord(letter))

    def placed(self, piece: PicturePiece) -> PlacedPicture | None:
        """The picture that a piece is of; None for one that made room for others."""
        return self._by_number.get(piece.picture)

    def grid(self, picture: Picture, size: Fit) -> list[list[Colour]]:
        """A picture with no more pixels than it is shown with. The last ones are kept: they are asked for by rows."""
        grid = self._grids.pop((picture, size), None) or resampled(picture, size)
        self._grids[picture, size] = grid
        while len(self._grids) > _MOST_GRIDS:
            del self._grids[next(iter(self._grids))]
        return grid
