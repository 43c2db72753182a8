"""Pictures as sixel graphics: bands of six rows, one colour after the other.

The format is that of DEC's VT300 terminals ("VT330/VT340 Programmer Reference Manual", chapter 14).
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Sequence

from cnn_tui.ui.terminal.album import Album, PicturePiece
from cnn_tui.ui.widgets.image import Fit
from cnn_tui.ui.widgets.shading import Colour

_BAND = 6
_MOST_COLOURS = 64
"""In a piece: each is told anew to every row of cells, which takes more bytes than their pixels."""
_STEPS = (4, 10, 20)
"""Percent between two steps of a colour, the first that has few enough: no eye sees 4 in a small picture."""
_MOST_PIXELS = 5_000
"""Of a picture: so many different ones take some 50 KB on a large screen, and a line may be slow."""
_ALONE = 3
"""So many equal characters are as short as their count."""


def painted(album: Album, piece: PicturePiece, columns: int, cell: tuple[int, int]) -> str:
    """What paints `columns` cells of a picture from `piece` on, where a cell has so many pixels across and down.

    "" for a picture that made room for others.
    """
    placed = album.placed(piece)
    if placed is None:
        return ""
    picture, size = placed.picture, placed.size
    wide, tall = size.columns * cell[0], size.rows * cell[1] // 2
    height, width, _ = picture.shape
    scale = min(1.0, wide / width, tall / height, (_MOST_PIXELS / (width * height)) ** 0.5)
    grid = album.grid(picture, Fit(max(1, round(width * scale)), max(1, round(height * scale))))
    top, left = piece.row * cell[1], piece.column * cell[0]
    down = _spans(top, min(tall, top + cell[1]), tall, len(grid))
    across = _spans(left, left + columns * cell[0], wide, len(grid[0]))
    if not down or not across:
        return ""
    rows = [grid[at][min(across) : max(across) + 1] for at in down]
    return encode(rows, list(down.values()), list(across.values()))


def encode(grid: Sequence[Sequence[Colour]], heights: Sequence[int], widths: Sequence[int]) -> str:
    """The escape sequence that paints a grid of colours, red, green and blue of 0 to 255, from the cursor on.

    Each row of the grid is so many pixels high, each column so many wide; 0 leaves it out. Colours are sent in percent,
    as the format has them.
    """
    for step in _STEPS:
        rows = [[_stepped(colour, step) for colour in row] for row in grid]
        if len(set(itertools.chain.from_iterable(rows))) <= _MOST_COLOURS:
            break
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


def _spans(first: int, end: int, shown: int, pixels: int) -> dict[int, int]:
    """Which of so many `pixels` the ones from `first` to before `end` of those `shown` belong to, and how many."""
    return collections.Counter(at * pixels // shown for at in range(first, end))
