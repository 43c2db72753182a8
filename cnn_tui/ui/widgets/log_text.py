"""What a program printed, as text that a terminal does not obey, and the search in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnn_tui.ui.widgets.lines import inert

# Colours, titles and cursor movements go; what is not whole stays, as a sign for each character.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]")
_TAB = 4


def plain(data: bytes) -> str:
    """Bytes of a log as one line of printable characters."""
    text = data.decode("utf-8", errors="replace")
    return text if text.isprintable() else inert(_ESCAPES.sub("", text).expandtabs(_TAB))


class Search:
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
