"""Lines of a log as text, and a search for a word in a log of any size. No widget."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cnn_tui.artifacts.log_file import LogFile
from cnn_tui.ui.widgets.lines import inert

# Colours, titles and cursor movements go; what is not whole stays, as a sign for each character.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]")
_TAB = 4


def plain(data: bytes) -> str:
    """Bytes of a log as one line of printable characters."""
    text = data.decode("utf-8", errors="replace")
    return text if text.isprintable() else inert(_ESCAPES.sub("", text).expandtabs(_TAB))


class LogSearch:
    """A word that is looked for, in capitals or not."""

    def __init__(self, word: str) -> None:
        self.word = word
        self._pattern = re.compile(b"".join(_either(char) for char in word))
        self._shown = re.compile(re.escape(word), re.IGNORECASE)

    def places(self, data: bytes) -> Iterator[int]:
        """Where the word begins in the bytes of a log."""
        if self.word.isascii():
            # Several times as fast as the pattern, which is for letters that bytes do not know.
            low, word = data.lower(), self.word.lower().encode()
            at = low.find(word)
            while at >= 0:
                yield at
                at = low.find(word, at + 1)
            return
        yield from (hit.start() for hit in self._pattern.finditer(data))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the word stands in a line of text."""
        return [hit.span() for hit in self._shown.finditer(text)]


def _either(char: str) -> bytes:
    forms = sorted({char, char.lower(), char.upper()})
    return b"(?:%s)" % b"|".join(re.escape(form.encode("utf-8", errors="replace")) for form in forms)


def find_row(
    search: LogSearch, file: LogFile, origin: int, backwards: bool, alive: Callable[[], bool]
) -> tuple[int | None, bool]:
    """The next row with the word, None without one, and whether it is beyond the end at which the search goes on."""
    size = file.size()
    for wrapped in (False, True):
        if backwards:
            places = file.find_back(search.places, *((origin, size) if wrapped else (0, origin)), alive)
        else:
            places = file.find(search.places, *((0, origin) if wrapped else (origin, size)), alive)
        for place in places:
            if not alive():
                break
            row = file.row_at(place)
            # What only an escape sequence holds is not on the screen.
            if any(search.spans(plain(one.data)) for one in file.rows(row, 1)):
                return row, wrapped
    return None, True
