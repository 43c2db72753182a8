"""A pencil that shakes: draws shapes whose places, sizes and colours are given by lot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import random

    from PIL import Image

SIDE = 128
"""Pixels of an edge of a colour picture."""
_FINE = 2
"""Pictures are drawn so many times larger and then made smaller, which gives soft edges."""

Color = tuple[int, int, int]
Point = tuple[float, float]


class Pose(NamedTuple):
    """How the thing in a picture may stand: shares of the picture's edge, and the tilt in radians."""

    sizes: tuple[float, float] = (0.72, 1.0)
    across: float = 0.08
    down: float = 0.06
    tilt: float = 0.0
    flips: bool = True


USUAL = Pose()


class Drawing:
    """A picture in the making. Places are shares of its edge: (0, 0) is upper left, (1, 1) lower right."""

    def __init__(self, chance: random.Random, background: Color, side: int = SIDE, pose: Pose = USUAL) -> None:
        """`side` is in pixels."""
        from PIL import Image, ImageDraw  # not before something is drawn: it is slow to load

        self.chance, self._side, self._edge = chance, side, _FINE * side
        self._image = Image.new("RGB", (self._edge, self._edge), background)
        self._pencil = ImageDraw.Draw(self._image)
        self.pose(pose)

    def pose(self, pose: Pose) -> None:
        """Let what is drawn from here on stand in another way, by lot."""
        self._flipped = pose.flips and self.chance.random() < 0.5
        self._size = self.between(*pose.sizes)
        self._shift = (self.between(-pose.across, pose.across), self.between(-pose.down, pose.down))
        tilt = self.between(-pose.tilt, pose.tilt) if pose.tilt else 0.0
        self._turn = (math.cos(tilt), math.sin(tilt))

    def between(self, least: float, most: float) -> float:
        """A number by lot."""
        return self.chance.uniform(least, most)

    def near(self, color: Color, range_: int = 10) -> Color:
        """A colour that is nearly this one."""
        red, green, blue = (min(255, max(0, part + self.chance.randint(-range_, range_))) for part in color)
        return red, green, blue

    def ground(self, color: Color, horizon: float) -> None:
        """Fill everything below a line across the whole picture."""
        self._pencil.rectangle((0, horizon * self._edge, self._edge, self._edge), fill=color)

    def blob(self, middle: Point, radii: Point, color: Color) -> None:
        """An ellipse."""
        (x, y), (across, down) = self._place(middle), radii
        across, down = (radius * self._size * self._edge for radius in (across, down))
        self._pencil.ellipse((x - across, y - down, x + across, y + down), fill=color)

    def shape(self, points: list[Point], color: Color) -> None:
        """A polygon."""
        self._pencil.polygon([self._place(point) for point in points], fill=color)

    def limb(self, points: list[Point], width: float, color: Color) -> None:
        """A line that is thick and round at both ends, as a leg or a finger."""
        placed = [self._place(point) for point in points]
        thick = max(1.0, width * self._size * self._edge)
        self._pencil.line(placed, fill=color, width=round(thick), joint="curve")
        for x, y in (placed[0], placed[-1]):
            self._pencil.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=color)

    def finished(self) -> Image.Image:
        """The picture in its size, with the grain of a camera."""
        from PIL import Image, ImageFilter

        small = self._image.resize((self._side, self._side), Image.Resampling.BOX)
        grain = Image.frombytes("L", (self._side, self._side), self.chance.randbytes(self._side**2))
        grain = grain.filter(ImageFilter.BoxBlur(1)).convert("RGB")
        return Image.blend(small, grain, 0.06)

    def _place(self, point: Point) -> Point:
        x, y = ((share - 0.5) * self._size for share in point)
        cosine, sine = self._turn
        x, y = x * cosine - y * sine + 0.5 + self._shift[0], x * sine + y * cosine + 0.5 + self._shift[1]
        return (1 - x if self._flipped else x) * self._edge, y * self._edge
