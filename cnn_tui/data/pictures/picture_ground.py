"""Puts the transparent parts of a picture on a ground, as a picture viewer does: white, or black under bright drawings.

It goes some rows at a time, so that a picture of many pixels takes no more memory than it has and what it becomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image

Ground = Literal["", "white", "black"]

TOO_BRIGHT = 191
"""Drawings of which all is lighter are put on black: on white they would hardly be seen."""
_AT_ONCE = 1_000_000  # pixels


def on_ground(picture: Image.Image, mode: str) -> tuple[Image.Image, Ground]:
    """The picture in `mode`, L or RGB, and what its transparent parts were put on; "" where it has none after all."""
    import numpy as np
    from PIL import Image

    if picture.width * picture.height <= _AT_ONCE:
        picture = picture.convert("RGBA")  # once for all the looks at it
    lowest, highest = 255, 0
    for _, strip in _strips(picture):
        alphas = np.asarray(strip.getchannel("A"))
        lowest, highest = min(lowest, int(alphas.min())), max(highest, int(alphas.max()))
    ground: Ground = "" if lowest == 255 else _ground_of(picture, highest // 2)
    made = Image.new(mode, picture.size)
    for top, strip in _strips(picture):
        shown = Image.alpha_composite(Image.new("RGBA", strip.size, ground), strip) if ground else strip
        made.paste(shown.convert(mode), (0, top))
    return made, ground


def _ground_of(picture: Image.Image, seen: int) -> Ground:
    """White where any of what is drawn, which is what has an alpha above `seen`, is dark enough for it."""
    import numpy as np

    drawn = False
    for _, strip in _strips(picture):
        greys = np.asarray(strip.convert("RGB").convert("L"))[np.asarray(strip.getchannel("A")) > seen]
        if greys.size and greys.min() <= TOO_BRIGHT:
            return "white"
        drawn = drawn or greys.size > 0
    return "black" if drawn else "white"


def _strips(picture: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Some rows of a picture at a time, as red, green, blue and alpha, and the first one's place."""
    rows = max(1, _AT_ONCE // picture.width)
    for top in range(0, picture.height, rows):
        box = (0, top, picture.width, min(picture.height, top + rows))
        yield top, picture.crop(box).convert("RGBA")
