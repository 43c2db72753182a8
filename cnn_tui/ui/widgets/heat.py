"""A map over an image: what speaks for something is orange, what speaks against it blue, the image grey below.

With sixteen colours the map stands alone, in steps of strength. Without colours it is digits for what speaks for and
letters for what speaks against, so that it reads in ASCII too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.network.by_hand.convolution import Plane
from cnn_tui.ui.widgets.image import draw, fit
from cnn_tui.ui.widgets.shading import Colour, Mode, largest_of, signed_colour

FOR, AGAINST = ".123456789", ".abcdefghi"
"""From nothing to the strongest, in ninths."""
_STEPS = (
    (0.75, (255, 255, 255), (85, 255, 255)),
    (0.5, (255, 255, 85), (85, 85, 255)),
    (0.25, (170, 85, 0), (0, 0, 170)),
)
"""Of sixteen colours: from that strength on, the colour of what speaks for and of what speaks against."""
_MOST = 256
"""Pixels along a side beyond which an image is drawn smaller: no terminal shows more."""


def legend(mode: Mode, *, only_for: bool) -> str:
    """How the drawing is to be read; `only_for` says that nothing in it can speak against."""
    if mode == "shades":
        words, against = "1-9: speaks for it, 9 the most", "; a-i: against it"
    elif mode == "16":
        words, against = "brown, yellow, white: speaks for it", "; blue: against it"
    else:
        words, against = "orange: speaks for it", "; blue: against it"
    return words if only_for else words + against


def shares(plane: Plane) -> Plane:
    """The numbers from -1 to 1: parts of the largest of them; 0 for NaN and the infinities."""
    most = largest_of(plane)
    return tuple(tuple(number / most if math.isfinite(number) else 0.0 for number in row) for row in plane)


def stretched(plane: Plane, rows: int, columns: int) -> Plane:
    """The map in another size, what lies between two numbers between them."""
    across = _between(len(plane[0]), columns)
    wide = [[row[left] + (row[right] - row[left]) * part for left, right, part in across] for row in plane]
    return tuple(
        tuple(one + (other - one) * part for one, other in zip(wide[above], wide[below], strict=True))
        for above, below, part in _between(len(plane), rows)
    )


def overlay(picture: Picture, plane: Plane) -> Picture:
    """The image in grey with the map over it, in the image's size."""
    height, width, channels = picture.shape
    grey: Sequence[int] = picture.pixels
    if channels == 3:
        red, green, blue = (picture.pixels[at::3] for at in range(3))
        grey = [(299 * r + 587 * g + 114 * b) // 1000 for r, g, b in zip(red, green, blue, strict=True)]
    pixels = bytearray()
    for at, row in enumerate(stretched(shares(plane), height, width)):
        for level, share in zip(grey[at * width : (at + 1) * width], row, strict=True):
            pixels += bytes(_laid_over(level, share))
    return Picture((height, width, 3), bytes(pixels))


def draw_heat(
    picture: Picture, plane: Plane, width: int, height: int, mode: Mode, *, dark: bool = True, album: object = None
) -> list[Text]:
    """The map over the image in at most `width` x `height` cells, as large as the image is drawn beside it."""
    if width < 1 or height < 1:
        return []
    if mode == "shades":
        size = fit(picture.shape, width, height)
        return _in_signs(stretched(shares(plane), size.cells[1], size.columns))
    if mode == "16" and album is None:
        return draw(_in_steps(plane, picture.shape), width, height, mode, dark=dark)
    return draw(overlay(smaller(picture), plane), width, height, mode, dark=dark, album=album)  # type: ignore[arg-type]


def smaller(picture: Picture) -> Picture:
    """The image with every second, third, … pixel where it is larger than any terminal shows."""
    height, width, channels = picture.shape
    step = -(-max(height, width) // _MOST)
    if step == 1:
        return picture
    rows = [picture.pixels[y * width * channels : (y + 1) * width * channels] for y in range(0, height, step)]
    columns = range(0, width, step)
    pixels = b"".join(row[x * channels : (x + 1) * channels] for row in rows for x in columns)
    return Picture((len(rows), len(columns), channels), pixels)


def _laid_over(level: int, share: float) -> Colour:
    """A grey, darkened to make room for the colour, and the colour by its strength."""
    strength = min(1.0, abs(share)) ** 0.7
    ground = level * (1 - 0.45 * strength)
    red, green, blue = (
        round(ground + (part - ground) * 0.75 * strength) for part in signed_colour(1.0 if share > 0 else -1.0)
    )
    return red, green, blue


def _in_steps(plane: Plane, shape: tuple[int, int, int]) -> Picture:
    height, width, _ = shape
    pixels = bytearray()
    for row in stretched(shares(plane), height, width):
        for share in row:
            pixels += bytes(
                next((up if share > 0 else down for least, up, down in _STEPS if abs(share) >= least), (0,) * 3)
            )
    return Picture((height, width, 3), bytes(pixels))


def _in_signs(plane: Plane) -> list[Text]:
    return [
        Text("".join((FOR if share > 0 else AGAINST)[min(9, round(abs(share) * 9))] for share in row)) for row in plane
    ]


def _between(count: int, shown: int) -> list[tuple[int, int, float]]:
    """For each place that is shown the two that it lies between, and how far from the first to the second it is."""
    found = []
    for at in range(shown):
        place = min(max((at + 0.5) * count / shown - 0.5, 0.0), count - 1.0)
        first = int(place)
        found.append((first, min(first + 1, count - 1), place - first))
    return found
