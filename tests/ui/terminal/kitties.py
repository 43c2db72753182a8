"""A terminal that shows kitty's graphics where it finds placeholders: which part of which picture is in each cell."""

from __future__ import annotations

import base64
import io
import re
import struct
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import pyte.graphics
from PIL import Image

from cnn_tui.ui.terminal.kitty import MARKS, PLACEHOLDER
from tests.terminal import Terminal

_SEQUENCE = re.compile(rb"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\")
_QUESTIONS = {b"\x1b[?2026$p": "\x1b[?2026;2$y", b"\x1b[?80$p": "", b"\x1b[>q": "\x1bP>|{name}\x1b\\"}


class Sent(NamedTuple):
    """A picture that was sent, to be shown in so many cells; `length` is what it took in the escape sequences."""

    image: Image.Image
    columns: int
    rows: int
    length: int


class KittyTerminal(Terminal):
    """It says that it is `name`, and that it takes pictures if it `takes` them."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        name: str = "kitty(0.40.1)",
        takes: bool = True,
        env: dict[str, str] | None = None,
    ) -> None:
        self.name, self.takes = name, takes
        self.sent: dict[int, Sent] = {}
        self.asked: list[bytes] = []
        self._begun: tuple[dict[str, str], bytes] | None = None
        self._cut = b""
        super().__init__(command, env=env)

    @property
    def shown(self) -> dict[int, dict[tuple[int, int], tuple[int, int]]]:
        """For each picture that is to be seen: which row and column of the screen shows which of its cells."""
        found: dict[int, dict[tuple[int, int], tuple[int, int]]] = {}
        for y, line in enumerate(self.cells):
            before: tuple[int, int, int, str] | None = None
            for x, cell in enumerate(line):
                if not cell.data.startswith(PLACEHOLDER):
                    before = None
                    continue
                marks = [MARKS.index(mark) for mark in unicodedata.normalize("NFD", cell.data)[1:]]
                if marks:
                    row, column, high = marks
                else:
                    assert before is not None and before[3] == cell.fg, "it goes on from the cell on its left"
                    row, column, high = before[0], before[1] + 1, before[2]
                before = (row, column, high, cell.fg)
                number = next(one for one in self.sent if one >> 24 == high and _colour(one & 0xFF) == cell.fg)
                found.setdefault(number, {})[y, x] = (row, column)
        return found

    def _take(self, data: bytes) -> None:
        data = self._cut + data
        start = data.rfind(b"\x1b")
        rest = data[start:]
        begun = start >= 0 and re.match(rb"\x1b(\Z|_\Z|\[\Z|_G|\[[?>])", rest) and len(rest) < 5_000
        whole = not begun or re.match(rb"\x1b_G[^\x1b]*\x1b\\|\x1b\[[?>][\d;]*\$?[@-~]", rest)
        data, self._cut = (data, b"") if whole else (data[:start], rest)
        for question, answer in _QUESTIONS.items():
            if question in data:
                self.asked.append(question)
                data = data.replace(question, b"")
                self.press(answer.format(name=self.name))
        for one in _SEQUENCE.finditer(data):
            keys = dict(pair.split("=") for pair in one[1].decode().split(","))
            self._graphics(keys, one[2])
        super()._take(_SEQUENCE.sub(b"", data))

    def _graphics(self, keys: dict[str, str], data: bytes) -> None:
        if keys.get("a") == "q":
            self.asked.append(b"graphics")
            if self.takes:
                self.press(f"\x1b_Gi={keys['i']};OK\x1b\\")
            return
        if self._begun is not None:
            assert set(keys) <= {"m", "q"}
            keys, data = {**self._begun[0], "m": keys["m"]}, self._begun[1] + data
        if keys["m"] == "1":
            self._begun = (keys, data)
            return
        self._begun = None
        assert (keys["a"], keys["U"], keys["f"]) == ("T", "1", "100")
        image = Image.open(io.BytesIO(base64.b64decode(data)))
        image.load()
        self.sent[int(keys["i"])] = Sent(image, int(keys["c"]), int(keys["r"]), len(data))

    def _set_size(self, columns: int, rows: int) -> None:
        self._set_winsize(struct.pack("HHHH", rows, columns, columns * 10, rows * 20))


def _colour(number: int) -> str:
    """How pyte names a colour of the palette of 256."""
    return str(pyte.graphics.FG_BG_256[number])
