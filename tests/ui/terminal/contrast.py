"""How well what is on a terminal can be read: the contrast of each character to what is behind it."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.terminal import Terminal

LEAST = 4.5
"""What WCAG asks of text."""

# What terminals make of the sixteen colours, in the order of their codes; pyte calls yellow brown.
_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
CONSOLE = (
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
XTERM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
WINDOWS = (
    "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2"
)


class Faint(NamedTuple):
    """Characters side by side that can hardly be read."""

    contrast: float
    text: str
    colours: tuple[str, str]


def palette(colours: str) -> dict[str, str]:
    """The colours by the names that pyte gives them."""
    names = [*_NAMES, *(f"bright{name}" for name in _NAMES)]
    return dict(zip(names, colours.split(), strict=True))


def faint(terminal: Terminal, names: dict[str, str] | None = None, least: float = LEAST) -> list[Faint]:
    """What cannot be read on the screen now. Lines and blocks are no text, and a chart's dots are not either."""
    found: list[Faint] = []
    for row in terminal.cells:
        for text, front, back in _runs(row):
            if not any(char.isalnum() or char in string.punctuation for char in text):
                continue
            contrast = _contrast(front, back, names or {})
            if contrast < least:
                found.append(Faint(round(contrast, 2), text.strip(), (front, back)))
    return found


def _runs(row: list[Any]) -> Iterator[tuple[str, str, str]]:
    text, look = "", ("", "")
    for cell in [*row, None]:
        colours = ("", "") if cell is None else (cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg)
        if colours != look and text:
            yield text, *look
            text = ""
        look = colours
        text += "" if cell is None else cell.data


def _contrast(front: str, back: str, names: dict[str, str]) -> float:
    light, dark = sorted((_luminance(names.get(one, one)) for one in (front, back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    assert len(colour) == 6, f"the app left a colour to the terminal: {colour}"
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
