"""A sign for each class, and a colour beside it: digits, then letters, so that classes differ without colours."""

from __future__ import annotations

import functools
import string
from collections.abc import Sequence

from rich.style import Style

from cnn_tui.text import cells
from cnn_tui.ui.widgets.shading import Mode

SIGNS = string.digits + string.ascii_letters
BEYOND = "*"
"""The sign of all classes that come after those."""

_ON_DARK = ["5fafff", "ffaf5f", "87d787", "ff8787", "d7afff", "5fd7d7", "ffd75f", "ff87d7", "d7d7af", "afafaf"]
_ON_LIGHT = ["005faf", "875f00", "005f00", "af0000", "5f00af", "005f5f", "5f5f00", "af005f", "5f0000", "4e4e4e"]
# Those of the sixteen that can be read on every terminal's black, and on every terminal's white.
_SIXTEEN_ON_DARK = ["55ffff", "ffff55", "55ff55", "ff5555", "ffffff", "aaaaaa"]
_SIXTEEN_ON_LIGHT = ["0000aa", "aa0000", "000000", "aa00aa"]


def sign_of(label: int) -> str:
    """The sign of a class: its number while that is one digit."""
    return SIGNS[label] if 0 <= label < len(SIGNS) else BEYOND


def colour_of(label: int, mode: Mode, *, dark: bool) -> str:
    """The colour of a class, as rich writes it; each comes again after some classes."""
    if mode == "16":
        colours = _SIXTEEN_ON_DARK if dark else _SIXTEEN_ON_LIGHT
    else:
        colours = _ON_DARK if dark else _ON_LIGHT
    return f"#{colours[label % len(colours)]}"


def in_rows(names: Sequence[str], width: int) -> list[range]:
    """Which names stand in each line of so many cells, two blanks between them."""
    rows, first, used = list[range](), 0, 0
    for at, name in enumerate(names):
        wide = cells(name) + 2
        if at > first and used + wide - 2 > width:
            rows.append(range(first, at))
            first, used = at, 0
        used += wide
    return [*rows, range(first, len(names))]


@functools.lru_cache(maxsize=1024)
def class_style(label: int, mode: Mode, *, dark: bool) -> Style:
    """How the sign of a class is written; without colours, as everything else."""
    return Style() if mode == "shades" else Style(color=colour_of(label, mode, dark=dark))
