"""Images in a terminal: half blocks of two pixels a cell in colour, else letters from light to dark.

Where there are many colours, a picture that has more columns than there is room for is drawn four pixels a cell. A
terminal that shows pictures gets all the pixels, where blocks would lose some or the colours are few.

Colours are given as 24 bits, which Rich turns into 256 where a terminal has no more; sixteen have four greys, chosen
here. Kernels, whose numbers may be below 0, have signs and digits too, so that they read without colour.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.style import Style
from rich.text import Span, Text

from cnn_tui.data.images import Picture
from cnn_tui.network.by_hand.convolution import Plane
from cnn_tui.text import centred
from cnn_tui.ui.widgets.shading import Colour, Mode, signed_style

if TYPE_CHECKING:
    from textual.app import App

    from cnn_tui.ui.terminal.album import Album


class Fit(NamedTuple):
    """How large an image is drawn: pixels across and down, of which a cell holds one above the other."""

    columns: int
    rows: int

    @property
    def cells(self) -> tuple[int, int]:
        return self.columns, -(-self.rows // 2)


def fit(shape: tuple[int, ...], width: int, height: int) -> Fit:
    """How an image (height, width, ...) is drawn into `width` x `height` cells: enlarged by whole numbers only."""
    scale = min(width / shape[1], 2 * height / shape[0])
    if scale >= 1:
        scale = math.floor(scale)
    return Fit(max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))


def resampled(picture: Picture, size: Fit) -> list[list[Colour]]:
    """Rows of colours: each pixel repeated, or the mean of those that fall together."""
    height, width, channels = picture.shape
    across = [_span(at, width, size.columns) for at in range(size.columns)]
    lines: list[list[Colour]] = []
    before = (0, 0)
    for down in range(size.rows):
        first, last = _span(down, height, size.rows)
        if (first, last) != before:  # a pixel that is repeated is worked out once
            rows = [picture.pixels[y * width * channels : (y + 1) * width * channels] for y in range(first, last)]
            planes = [_means([row[channel::channels] for row in rows], across) for channel in range(channels)]
            line = list(zip(*planes, strict=True)) if channels == 3 else [_GREYS[level] for level in planes[0]]
            before = first, last
        lines.append(line)
    return lines


_GREYS: tuple[Colour, ...] = tuple((level, level, level) for level in range(256))


def _means(rows: list[bytes], across: list[tuple[int, int]]) -> list[int]:
    """One channel of some rows as one, of so many spans of pixels."""
    if len(rows) == 1 and len(across) >= len(rows[0]):
        row = rows[0]
        return [row[left] for left, _ in across]
    below = rows[0] if len(rows) == 1 else [*map(sum, zip(*rows, strict=True))]
    return [sum(below[left:right]) // ((right - left) * len(rows)) for left, right in across]


def _span(at: int, pixels: int, shown: int) -> tuple[int, int]:
    """Which pixels fall on one that is shown: at least one."""
    first = at * pixels // shown
    return first, max(first + 1, (at + 1) * pixels // shown)


SHADES = " .:-=+*#%@"
HALF = "▀"

_STEP = 85  # the four greys among the sixteen colours are 0, 85, 170 and 255


def mode_of(color_system: str | None, ascii_only: bool = False) -> Mode:
    """How to draw on a console with that `color_system`, as Rich names it; None has no colours."""
    if ascii_only or color_system is None:
        return "shades"
    return "16" if color_system in ("standard", "windows") else "full"


def mode_in(app: App[object]) -> Mode:
    """How to draw in that app."""
    return mode_of(None if app.no_color else app.console.color_system, bool(getattr(app, "ascii_only", False)))


def draw(
    picture: Picture, width: int, height: int, mode: Mode = "full", *, dark: bool = True, album: Album | None = None
) -> list[Text]:
    """The image in at most `width` x `height` cells, its proportions kept.

    `dark` tells that letters are lighter than what is behind them: so that white is white in shades too. `album` is
    that of a terminal that shows pictures.
    """
    if width < 1 or height < 1:
        return []
    size = fit(picture.shape, width, height)
    if album is not None and mode != "shades" and (picture.shape[1] > size.columns or mode == "16"):
        return album.put(picture, size)
    if len(picture.pixels) > _MOST_KEPT:
        return _drawn(picture, size, mode, dark)
    return [line.copy() for line in _drawn_before(picture, size, mode, dark)]


_MOST_KEPT = 4096
"""So many bytes a picture has at most whose drawing is kept: maps of a layer, of which dozens are drawn at a key."""


@functools.lru_cache(maxsize=512)
def _drawn_before(picture: Picture, size: Fit, mode: Mode, dark: bool) -> tuple[Text, ...]:
    return tuple(_drawn(picture, size, mode, dark))


def _drawn(picture: Picture, size: Fit, mode: Mode, dark: bool) -> list[Text]:
    if mode == "full" and picture.shape[1] > size.columns:
        return _quadrants(resampled(picture, Fit(2 * size.columns, size.rows + size.rows % 2)))
    grid = resampled(picture, size)
    if mode == "shades":
        return _in_shades(grid, dark)
    return [_half_blocks(above, below, mode) for above, below in _pairs(grid)]


def draw_kernel(plane: Plane, width: int, height: int, mode: Mode = "full") -> list[Text]:
    """A kernel, a block for each weight: orange and + above 0, blue and - below, stronger the further from it.

    Without colours a block says how far in tenths of the largest weight: +9 is the largest.
    """
    rows, columns = len(plane), len(plane[0])
    wide = min(6, width // columns)
    tall = max(1, min(wide // 2, height // rows))
    if wide < 1 or rows > height:
        return [Text("it needs more room")][:height]
    most = max((abs(weight) for row in plane for weight in row if math.isfinite(weight)), default=0.0) or 1.0
    lines = []
    for row in plane:
        for line in range(tall):
            text = Text()
            for weight in row:
                share = max(-1.0, min(1.0, weight / most)) if math.isfinite(weight) else 0.0
                label = _label(share, wide, mode) if line == (tall - 1) // 2 else ""
                text.append(centred(label, wide), signed_style(share, mode))
            lines.append(text)
    return lines


def side_by_side(blocks: Sequence[Sequence[Text]], gap: int = 2) -> list[Text]:
    """Drawings beside each other, each as wide as its widest line."""
    widths = [max((line.cell_len for line in block), default=0) for block in blocks]
    lines = []
    for at in range(max((len(block) for block in blocks), default=0)):
        whole = Text()
        for number, (block, width) in enumerate(zip(blocks, widths, strict=True), 1):
            line = block[at] if at < len(block) else Text()
            whole.append_text(line)
            if number < len(blocks):
                whole.append(" " * (width - line.cell_len + gap))
        lines.append(whole)
    return lines


def _pairs(grid: list[list[Colour]]) -> list[tuple[list[Colour], list[Colour] | None]]:
    return [(grid[y], grid[y + 1] if y + 1 < len(grid) else None) for y in range(0, len(grid), 2)]


def _quadrants(grid: list[list[Colour]]) -> list[Text]:
    lines = []
    for above, below in zip(grid[::2], grid[1::2], strict=True):
        cells = cells_of(above, below)
        looks = [(cell.front, cell.ground) for cell in cells]
        lines.append(_line("".join([cell.glyph for cell in cells]), looks, "full"))
    return lines


def _half_blocks(above: list[Colour], below: list[Colour] | None, mode: Mode) -> Text:
    lower: Sequence[Colour | None] = below or [None] * len(above)
    return _line(HALF * len(above), list(zip(above, lower, strict=True)), mode)


def _line(glyphs: str, looks: Sequence[tuple[Colour, Colour | None]], mode: Mode) -> Text:
    """Characters, each with the colours of its front and its ground; a run of equal looks is sent as one."""
    spans, start = [], 0
    for at in range(1, len(looks) + 1):
        if at == len(looks) or looks[at] != looks[start]:
            spans.append(Span(start, at, _half_style(*looks[start], mode)))
            start = at
    return Text(glyphs, spans=spans)


@functools.lru_cache(maxsize=8192)
def _half_style(above: Colour, below: Colour | None, mode: Mode) -> Style:
    return Style(color=_colour(above, mode), bgcolor=None if below is None else _colour(below, mode))


def _colour(colour: Colour, mode: Mode) -> str:
    if mode == "16" and max(colour) - min(colour) < 24:
        colour = (round(sum(colour) / 3 / _STEP) * _STEP,) * 3
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _in_shades(grid: list[list[Colour]], dark: bool) -> list[Text]:
    lines = []
    for above, below in _pairs(grid):
        cells = zip(above, below or above, strict=True)
        # What the eye makes of red, green and blue.
        levels = [sum(299 * c[0] + 587 * c[1] + 114 * c[2] for c in pair) / 2000 for pair in cells]
        darkness = [level if dark else 255 - level for level in levels]
        lines.append(Text("".join(SHADES[int(level * len(SHADES) / 256)] for level in darkness)))
    return lines


def _label(share: float, wide: int, mode: Mode) -> str:
    sign = "+" if share > 0 else "-" if share < 0 else "0" if mode == "shades" else "·"
    if mode != "shades" or wide < 3 or not share:
        return sign
    return f"{sign}{min(9, math.ceil(abs(share) * 9))}"


# The ways to part four pixels in two: the character, the pixels that are in front in it, and those behind. The lower
# right one is always behind: the other half of the ways is the same with the colours changed.
_PARTINGS = (
    ("▘", (0,), (1, 2, 3)),
    ("▝", (1,), (0, 2, 3)),
    ("▀", (0, 1), (2, 3)),
    ("▖", (2,), (0, 1, 3)),
    ("▌", (0, 2), (1, 3)),
    ("▞", (1, 2), (0, 3)),
    ("▛", (0, 1, 2), (3,)),
)


class QuadrantCell(NamedTuple):
    """A character with the colours of its front and its ground."""

    glyph: str
    front: Colour
    ground: Colour


def cell_of(pixels: tuple[Colour, Colour, Colour, Colour]) -> QuadrantCell:
    """The cell for the pixels at the upper left, upper right, lower left and lower right."""
    if pixels.count(pixels[3]) == 4:
        return QuadrantCell(" ", pixels[3], pixels[3])
    a, b, c, d = map(sum, pixels)
    # For each of _PARTINGS how far the means of its two parts are apart, squared, times what makes a measure of it: the
    # larger it is, the less is lost by showing the pixels of each part as their mean.
    total = a + b + c + d
    apart = (
        (4 * a - total) ** 2,
        (4 * b - total) ** 2,
        3 * (2 * (a + b) - total) ** 2,
        (4 * c - total) ** 2,
        3 * (2 * (a + c) - total) ** 2,
        3 * (2 * (b + c) - total) ** 2,
        (4 * d - total) ** 2,
    )
    glyph, front, ground = _PARTINGS[apart.index(max(apart))]
    return QuadrantCell(glyph, _mean([pixels[at] for at in front]), _mean([pixels[at] for at in ground]))


def cells_of(above: list[Colour], below: list[Colour]) -> list[QuadrantCell]:
    """A line of cells from two rows of pixels, twice as many as cells."""
    return [cell_of((above[at], above[at + 1], below[at], below[at + 1])) for at in range(0, len(above) - 1, 2)]


def _mean(colours: list[Colour]) -> Colour:
    count = len(colours)
    if count == 1:
        return colours[0]
    red = green = blue = 0
    for one, two, three in colours:
        red += one
        green += two
        blue += three
    return red // count, green // count, blue // count
