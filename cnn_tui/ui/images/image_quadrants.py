"""Four pixels in a cell: for a picture that is drawn with fewer columns than it has.

A cell has two colours, so of the ways to part its four pixels into two groups the one is taken that loses least. One of
them is the upper and the lower half, so the picture is never worse than in half blocks.
"""

from __future__ import annotations

from typing import NamedTuple

from cnn_tui.ui.images.image_grid import Colour

# By which of the pixels are in front: 1 is upper left, 2 upper right, 4 lower left, 8 lower right.
_GLYPHS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
# The lower right pixel is always behind: the other half of the ways is the same with the colours changed.
_WAYS = tuple(
    (mask, tuple(at for at in range(4) if mask >> at & 1), tuple(at for at in range(4) if not mask >> at & 1))
    for mask in range(1, 8)
)


class Cell(NamedTuple):
    """A character with the colours of its front and its ground."""

    glyph: str
    front: Colour
    ground: Colour


def cell_of(pixels: tuple[Colour, Colour, Colour, Colour]) -> Cell:
    """The cell for the pixels at the upper left, upper right, lower left and lower right."""
    if pixels.count(pixels[3]) == 4:
        return Cell(" ", pixels[3], pixels[3])
    light = [sum(pixel) for pixel in pixels]
    best, most = _WAYS[0], -1.0
    for way in _WAYS:
        _, front, ground = way
        # What is lost is the sum of squares less this.
        kept = sum(light[at] for at in front) ** 2 / len(front) + sum(light[at] for at in ground) ** 2 / len(ground)
        if kept > most:
            best, most = way, kept
    mask, front, ground = best
    return Cell(_GLYPHS[mask], _mean([pixels[at] for at in front]), _mean([pixels[at] for at in ground]))


def cells_of(above: list[Colour], below: list[Colour]) -> list[Cell]:
    """A line of cells from two rows of pixels, twice as many as cells."""
    return [cell_of((above[at], above[at + 1], below[at], below[at + 1])) for at in range(0, len(above) - 1, 2)]


def _mean(colours: list[Colour]) -> Colour:
    count = len(colours)
    red, green, blue = zip(*colours, strict=True)
    return sum(red) // count, sum(green) // count, sum(blue) // count
