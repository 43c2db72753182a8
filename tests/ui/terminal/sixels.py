"""A terminal that shows sixel graphics: what it was sent as pictures, it has as pixels."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import NamedTuple

from tests.terminal import Terminal

_PICTURE = re.compile(rb"\x1bP([\d;]*)q(.*?)\x1b\\", re.DOTALL)
_TOKEN = re.compile(r'"(?P<raster>[\d;]+)|#(?P<colour>[\d;]+)|(?:!(?P<count>\d+))?(?P<bits>[?-~])|(?P<control>[$-])')

Percent = tuple[int, int, int]


def decoded(sixel: str) -> list[list[Percent | None]]:
    """The rows of pixels of an escape sequence, each as its colour in percent; None where nothing was painted."""
    body = sixel.removeprefix("\x1bP0;1q").removesuffix("\x1b\\")
    palette: dict[int, Percent] = {}
    pixels: dict[tuple[int, int], Percent] = {}
    colour, x, band, width, height = 0, 0, 0, 0, 0
    at = 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        assert token, f"not sixel: {body[at : at + 20]!r}"
        at = token.end()
        if token["raster"]:
            _, _, width, height = map(int, token["raster"].split(";"))
        elif token["colour"]:
            colour, *defined = map(int, token["colour"].split(";"))
            if defined:
                assert defined[0] == 2, "a colour in red, green and blue"
                palette[colour] = (defined[1], defined[2], defined[3])
        elif token["control"]:
            x = 0
            band += token["control"] == "-"
        else:
            bits = ord(token["bits"]) - 63
            count = int(token["count"] or 1)
            painted = [band * 6 + bit for bit in range(6) if bits >> bit & 1]
            pixels |= {(row, column): palette[colour] for row in painted for column in range(x, x + count)}
            x += count
    assert all(row < height and column < width for row, column in pixels), "a pixel outside of the picture"
    return [[pixels.get((row, column)) for column in range(width)] for row in range(height)]


class Painted(NamedTuple):
    """A picture that was sent: from which row and column of cells on, and its pixels."""

    row: int
    column: int
    pixels: list[list[Percent | None]]


class SixelTerminal(Terminal):
    """With cells of `cell` pixels across and down. If it `says`, it answers when it is asked for sixel graphics.

    `synchronized` is its answer to what is asked before: 2 where it has synchronized output, 0 where not, as xterm.
    Among its `attributes` are 4 for sixel graphics; xterm may know them without being told to show them.
    """

    def __init__(
        self,
        command: Sequence[str],
        cell: tuple[int, int],
        *,
        says: bool = True,
        synchronized: int = 2,
        attributes: str = "63;1;2;4;22",
        env: dict[str, str] | None = None,
    ) -> None:
        self.cell = cell
        self._attributes = f"\x1b[?{attributes}c"
        self._synchronized = f"\x1b[?2026;{synchronized}$y"
        self.says = says
        self.painted: list[Painted] = []
        self._asked = b""
        self._cut = b""
        super().__init__(command, env=env)

    def pixels(self, row: int, column: int, rows: int, columns: int) -> list[list[Percent | None]]:
        """What was painted last in a rectangle of cells."""
        wide, tall = self.cell
        grid: list[list[Percent | None]] = [[None] * (columns * wide) for _ in range(rows * tall)]
        for one in self.painted:
            for y, line in enumerate(one.pixels, (one.row - row) * tall):
                for x, colour in enumerate(line, (one.column - column) * wide):
                    if 0 <= y < len(grid) and 0 <= x < len(grid[0]):
                        grid[y][x] = colour
        return grid

    def _take(self, data: bytes) -> None:
        self._asked = self._asked[-8:] + data
        for question, answer in (
            (b"\x1b[?2026$p", self._synchronized),
            (b"\x1b[?80$p", "\x1b[?80;2$y"),
            (b"\x1b[c", self._attributes),
        ):
            if self.says and question in self._asked:
                self._asked = self._asked.replace(question, b"")
                self.press(answer)
        data = self._cut + data
        start = data.rfind(b"\x1bP")
        whole = start < 0 or b"\x1b\\" in data[start:]
        data, self._cut = (data, b"") if whole else (data[:start], data[start:])
        done = 0
        for picture in _PICTURE.finditer(data):
            super()._take(data[done : picture.start()])
            cursor = self._screen.cursor
            self.painted.append(Painted(cursor.y, cursor.x, decoded(picture[0].decode())))
            done = picture.end()
        super()._take(data[done:])

    def _set_size(self, columns: int, rows: int) -> None:
        self._set_winsize(struct.pack("HHHH", rows, columns, columns * self.cell[0], rows * self.cell[1]))
