"""What the window by hand moves over, and its picture: pixels with the border of padding, the window framed on them.

A terminal has no lines as thin as a pixel to frame a window with, and colour alone must not say where it is. So the
window is said twice: its pixels are tinted orange, and marks in a row above (▾) and a column at the left (▸) stand
where it begins and ends, which can be read without colour too. The border of zeros is blue, or dots.

Everything counts in pixels of the sheet, border included, from its upper left corner. A cell holds two pixels, one
above the other, so what is shown begins at an even row: else every cell would mix two rows that belong to others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.data.dataset import SAMPLE
from cnn_tui.data.images import Picture
from cnn_tui.jobs.explain.answers import Activations
from cnn_tui.jobs.explain.protocol import ShowActivations
from cnn_tui.network.by_hand.convolution import Image, size_of
from cnn_tui.text import fitted
from cnn_tui.ui.explain.hand.bench import Bench
from cnn_tui.ui.explain.scene import Scene
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import draw
from cnn_tui.ui.widgets.shading import Mode

Pixel = tuple[int, int, int]
_BORDER: Pixel = (40, 60, 120)
_DOWN, _RIGHT = "▾", "▸"


class Box(NamedTuple):
    """A rectangle of pixels: rows and columns from the first to before the last."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, y: int, x: int) -> bool:
        return self.top <= y < self.bottom and self.left <= x < self.right


class Sheet(NamedTuple):
    """Rows of pixels with a border around them. Grey is three times the same number, 0 to 255."""

    rows: Sequence[Sequence[Pixel]]
    border: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Above, below, left, right."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width with the border."""
        above, below, left, right = self.border
        return len(self.rows) + above + below, len(self.rows[0]) + left + right

    def pixel(self, y: int, x: int) -> Pixel | None:
        """A pixel, counted from the corner of the border; None in the border."""
        row, column = y - self.border[0], x - self.border[2]
        inside = 0 <= row < len(self.rows) and 0 <= column < len(self.rows[0])
        return self.rows[row][column] if inside else None


def room_of(sheet: Sheet, width: int, height: int) -> tuple[int, int, int]:
    """How a sheet is shown in so many cells, its marks at the left and above included: pixels down, across, scale."""
    rows, columns = sheet.size
    wide, tall = max(1, width - 1), max(1, (height - 1) * 2)
    scale = max(1, min(wide // columns, tall // rows))
    return min(rows, tall // scale), min(columns, wide // scale), scale


def framed(sheet: Sheet, window: Box, width: int, height: int, mode: Mode, dark: bool, mark: Style) -> list[Text]:
    """The sheet, or the part of it around the window; marks above and at the left say where the window is.

    `window` counts from the corner of the border.
    """
    down, across, scale = room_of(sheet, width, height)
    rows, columns = sheet.size
    top = _start(window.top, window.bottom, down, rows) // 2 * 2
    left = _start(window.left, window.right, across, columns)
    pixels = bytearray()
    shown = min(down, rows - top)
    for y in range(top, top + shown):
        row = bytearray()
        for x in range(left, left + across):
            row += bytes(_tinted(sheet.pixel(y, x), window.holds(y, x), mode)) * scale
        pixels += row * scale
    picture = Picture((shown * scale, across * scale, 3), bytes(pixels))
    drawn = draw(picture, across * scale, -(-shown * scale // 2), mode, dark=dark)
    if mode == "shades":
        drawn = [_dotted(line, at, sheet, top, left, across, scale) for at, line in enumerate(drawn)]
    above = "".join((_DOWN if window.left <= x < window.right else " ") * scale for x in range(left, left + across))
    lines = [Text(" " + above, mark)]
    for at, line in enumerate(drawn):
        half = {top + (2 * at) // scale, top + min(2 * at + 1, shown * scale - 1) // scale}
        inside = any(window.top <= y < window.bottom for y in half)
        lines.append(Text.assemble((_RIGHT if inside else " ", mark), line))
    return lines


def _start(first: int, last: int, shown: int, count: int) -> int:
    """Where to begin so that a window is in the middle of what is shown."""
    return max(0, min((first + last - shown) // 2, count - shown))


def _tinted(pixel: Pixel | None, inside: bool, mode: Mode) -> Pixel:
    """A border is blue; in the window there is orange over it all. Letters have no tint."""
    if mode == "shades":
        return pixel or (0, 0, 0)
    red, green, blue = pixel if pixel is not None else _BORDER
    if not inside:
        return red, green, blue
    return min(255, 110 + red * 57 // 100), min(255, 50 + green * 70 // 100), blue // 2


def _dotted(line: Text, at: int, sheet: Sheet, top: int, left: int, across: int, scale: int) -> Text:
    """Letters with a dot for the border."""
    rows = {top + (2 * at) // scale, top + (2 * at + 1) // scale}
    letters = list(line.plain)
    for place in range(min(len(letters), across * scale)):
        if all(sheet.pixel(y, left + place // scale) is None for y in rows):
            letters[place] = "·"
    return Text("".join(letters))


def ends(plane: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The smallest of the numbers, and the largest."""
    return min(min(row) for row in plane), max(max(row) for row in plane)


def grey(plane: Sequence[Sequence[float]], low: float, high: float) -> list[list[Pixel]]:
    """Numbers as grey pixels: `low` is black and `high` white."""
    span = (high - low) or 1.0
    return [[(level,) * 3 for level in (_level(value, low, span) for value in row)] for row in plane]


def _level(value: float, low: float, span: float) -> int:
    return max(0, min(255, round((value - low) * 255 / span)))


class HandInput:
    """The input of the convolution by hand: an image or, for a filter of a deeper layer, the maps below that layer.

    It gives the same thing twice: as numbers for the arithmetic, and as a sheet of pixels to be drawn.
    """

    def __init__(self, scene: Scene, bench: Bench) -> None:
        self.scene = scene
        self.bench = bench
        self._kept: tuple[object, Image] | None = None

    @property
    def maps(self) -> ShowActivations | None:
        """The question for the maps below the trained filter; None where the image itself is below."""
        trained, index, own = self.bench.trained, self.scene.gallery.index, self.scene.own
        if trained is None or not trained.below or not self.bench.is_convolution or not self.scene.model_id:
            return None
        if own is None and index is None:
            return None
        images = () if own or index is None else (index,)
        path = own.path if own else ""
        return ShowActivations(
            self.scene.model_id, images, path, (trained.below,), 0, len(self.bench.kernel), self.scene.epoch
        )

    @property
    def picture(self) -> Picture | None:
        """The image: the user's own, else the one that is looked at."""
        return self.scene.own.prediction.picture if self.scene.own else self.scene.picture()

    @property
    def title(self) -> str:
        """What it is: a map of a trained layer or, with its class where that is known, an image."""
        trained, gallery = self.bench.trained, self.scene.gallery
        if trained and self.maps:
            return f"{trained.below}, map {self.bench.channel + 1}"
        label = gallery.label_of(gallery.index) if gallery.index is not None and self.scene.own is None else None
        return "image" if label is None else f"image: {fitted(gallery.name(label), 14)}"

    def image(self) -> Image | None:
        """The numbers; None while they are not there."""
        maps, picture = self.maps, self.picture
        if maps is not None:
            found = self.scene.answer(maps, Activations)
            if found is None:
                return None
            layer = found.layers[0]
            return self._keep(maps, lambda: tuple(layer.values(0, at) for at in range(len(layer.maps[0]))))
        if picture is None:
            return None
        return self._keep(picture, lambda: picture.channels(1 / 255))

    def missing(self) -> str:
        """Why the numbers are not there (yet)."""
        maps = self.maps
        if maps is not None:
            return self.scene.refusal(maps) or self.scene.waiting("the maps below this filter")
        known = self.scene.facts.get(self.scene.wanted(SAMPLE))
        if isinstance(known, str):
            return known
        if self.scene.kept():
            return self.scene.state_of_kept("images")
        if known is None:
            return "reading the images …"
        return f"There is no image here: {key_of('explain.order')} and {key_of('explain.class')} choose others."

    def sheet(self, image: Image) -> Sheet:
        """The pixels, with the border that padding adds; a colour image in its colours."""
        border, picture = self.border(image), self.picture
        if self.maps is None and picture is not None and picture.shape[2] == 3 and self.bench.is_convolution:
            wide, pixels = picture.shape[1], picture.pixels
            triples = [(pixels[at], pixels[at + 1], pixels[at + 2]) for at in range(0, len(pixels), 3)]
            return Sheet([triples[start : start + wide] for start in range(0, len(triples), wide)], border)
        plane = image[min(self.bench.channel, len(image) - 1)]
        return Sheet(grey(plane, *(ends(plane) if self.maps else (0.0, 1.0))), border)

    def border(self, image: Image) -> tuple[int, int, int, int]:
        """Rows and columns that padding adds: above, below, left, right."""
        return self.bench.window.border(*size_of(image[0]))

    def box(self, image: Image, top: int, left: int) -> Box:
        """The window with its corner there on the image, counted from the corner of the border."""
        above, _, before, _ = self.border(image)
        rows, columns = self.bench.size
        return Box(top + above, left + before, top + above + rows, left + before + columns)

    def _keep(self, key: object, make: Callable[[], Image]) -> Image:
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, make())
        return self._kept[1]
