"""Pictures by kitty's graphics protocol, with Unicode placeholders.

A picture is sent once, as a PNG, and shows nothing yet. It appears wherever there are placeholders of it: a character
that stands for one cell of a picture, its row and column as marks above it, its number as the colour of the letter. To
all that lies between, they are text: tmux keeps them in its panes, scrolls and clips them, and shows them again when
its window comes back. kitty from 0.28 on and Ghostty know placeholders.

The protocol: "Terminal graphics protocol" of kitty's documentation, with the part "Unicode placeholders".
"""

from __future__ import annotations

import base64
import io
import itertools
import secrets
from typing import NamedTuple

from cnn_tui.data.images import Picture
from cnn_tui.ui.terminal.album import Album, PicturePiece, PlacedPicture
from cnn_tui.ui.widgets.image import Fit

PLACEHOLDER = "\U0010eeee"
MOST_BYTES = 48_000
"""Of one picture as it is sent. One that would take more loses pixels first."""
_CHUNK = 4_096  # of data in one escape sequence: no terminal has to take more
_NUMBERS = range(16, 256)
"""A number is a colour of the palette of 256, which tmux hands on whatever it knows of more colours. The first 16 have
short codes too, and are left out."""
_CELL = (10, 20)
"""Pixels of a cell, for a terminal that does not say."""

# The marks for row, column and the number's highest byte, in the order of the protocol, which has a few more. They are
# characters of Unicode 6.0 that combine above a letter and that no normalization joins with one.
_RANGES = (
    "305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 59c-5a1 5a8-5a9 "
    "5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec 730 732-733 735-736 73a 73d "
    "73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951 953-954 f82-f83 f86-f87 135d-135f "
    "17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1 1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe "
    "20d0-20d1 20d4-20d7 20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1 2de0-2dff"
)


def _marks() -> str:
    ends = [[int(end, 16) for end in part.split("-")] for part in _RANGES.split()]
    return "".join(chr(code) for first, *last in ends for code in range(first, (last or [first])[0] + 1))


MARKS = _marks()


class Shown(NamedTuple):
    """What is to be sent for cells of a picture, and the code of the foreground that the terminal has after it."""

    text: str
    foreground: str = ""


class Placeholders:
    """What is sent for pictures: each picture once, and placeholders where it is to be seen."""

    def __init__(self, album: Album, *, through_tmux: bool = False) -> None:
        self._album = album
        self._through_tmux = through_tmux
        # Another program in the same terminal (a second lab in another pane) has pictures with numbers of its own.
        self._high = secrets.randbelow(len(MARKS) - 1) + 1
        self._next = itertools.cycle(_NUMBERS)
        self._numbers: dict[int, int] = {}
        """The number in the terminal of each picture that it has, by that in the album; the oldest first."""

    def forget(self) -> None:
        """Take it that the terminal has no picture any more."""
        self._numbers.clear()

    def sent(self, piece: PicturePiece, columns: int, cell: tuple[int, int]) -> Shown:
        """What shows `columns` cells of a picture from `piece` on, the picture itself first where it was not sent.

        Blanks for a picture that made room for others in the album.
        """
        placed = self._album.placed(piece)
        if placed is None or max(placed.size.cells) > len(MARKS):
            return Shown(" " * columns)
        number = self._numbers.get(placed.number)
        data = ""
        if number is None:
            number = next(self._next)
            self._numbers = {had: taken for had, taken in self._numbers.items() if taken != number}
            self._numbers[placed.number] = number
            data = self._transmission(placed, number, cell)
        # A placeholder without marks is the one after that on its left.
        first = PLACEHOLDER + MARKS[piece.row] + MARKS[piece.column] + MARKS[self._high]
        foreground = f"38;5;{number}"
        return Shown(f"{data}\x1b[{foreground}m{first}{PLACEHOLDER * (columns - 1)}", foreground)

    def _transmission(self, placed: PlacedPicture, number: int, cell: tuple[int, int]) -> str:
        columns, rows = placed.size.cells
        wide, tall = cell if all(cell) else _CELL
        data = encode(self._album, placed.picture, Fit(columns * wide, rows * tall))
        chunks = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)]
        about = f"a=T,U=1,f=100,q=2,i={self._high << 24 | number},c={columns},r={rows},"
        return "".join(
            self._wrapped(f"\x1b_G{about if not at else ''}m={int(at < len(chunks) - 1)};{chunk}\x1b\\")
            for at, chunk in enumerate(chunks)
        )

    def _wrapped(self, sequence: str) -> str:
        """A sequence in the form in which tmux hands it on."""
        return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\" if self._through_tmux else sequence


def encode(album: Album, picture: Picture, most: Fit) -> str:
    """A picture as PNG in base64: no more pixels than `most`, and no more bytes than `MOST_BYTES`."""
    height, width, _ = picture.shape
    scale = min(1.0, most.columns / width, most.rows / height)
    while True:
        size = Fit(max(1, round(width * scale)), max(1, round(height * scale)))
        data = base64.b64encode(_png(album, picture, size)).decode()
        if len(data) <= MOST_BYTES:
            return data
        scale *= min(0.9, (MOST_BYTES / len(data)) ** 0.5)


def _png(album: Album, picture: Picture, size: Fit) -> bytes:
    # Here, and not at the top: most terminals know no such graphics, and reading Pillow takes its time.
    from PIL import Image

    height, width, channels = picture.shape
    if (size.columns, size.rows) == (width, height):
        image = Image.frombytes("L" if channels == 1 else "RGB", (width, height), picture.pixels)
    else:
        image = Image.new("RGB", (size.columns, size.rows))
        image.putdata([colour for row in album.grid(picture, size) for colour in row])
        if channels == 1:
            image = image.convert("L")
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
