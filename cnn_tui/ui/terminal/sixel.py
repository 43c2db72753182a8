"""Pixels as a terminal's sixel graphics: bands of six rows, one colour after the other.

The format is that of DEC's VT300 terminals ("VT330/VT340 Programmer Reference Manual", chapter 14).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

Colour = tuple[int, int, int]

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
