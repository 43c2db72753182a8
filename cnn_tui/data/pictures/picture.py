"""How a picture file becomes an array: the one way for training, predict, Explain and `cnn-tui data show`.

The steps, in their order; `keras_io/script/folder.py` writes the same ones into a script:

1. The first frame is unpacked and turned as its camera was held. A JPEG that is twice as large as wanted, or more, is
   unpacked at a half, a quarter or an eighth of its size, whichever is just large enough: that is several times as
   quick, and a photo of 12 million pixels takes as little memory as a small one.
2. More than 8 bits a pixel become 8: what counts is the largest number in the files of the set (`TOPS`).
3. Transparent parts are put on white, as a picture viewer does; on black where all that is drawn is too bright for it.
4. It is made grey, or red, green and blue.
5. It is brought to the size of the set, each pixel blended of those around it (`Resampling.BILINEAR`): so does Keras
   where a picture grows; where it shrinks, all pixels count here, and no more than four there. It is stretched, unless
   the set says otherwise.

Pillow and NumPy are imported only where a picture is opened.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, NamedTuple

from cnn_tui.data.pictures.counted_reads import LARGE, within_bounds
from cnn_tui.data.pictures.picture_ground import Ground, on_ground
from cnn_tui.text import reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm")
"""Of the files that are taken for pictures: those that Keras's own two readers of folders take."""
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")  # and no others, whatever a file's content claims to be
_BY_ENDING = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".gif": "GIF", ".webp": "WEBP"}
MOST_PIXELS = 50_000_000
"""A picture of more is refused before it is unpacked. One of as many takes 200 MB in memory, about 400 where its
colours, its depth or its direction are changed, and 750 as a WebP, whose reader keeps its own copies.
"""
LONGEST_SIDE = 100_000
"""Pixels of a side. A picture of one column takes twenty times the memory of one of as many pixels that is square."""
TOPS = (1, 255, 4_095, 65_535, 4_294_967_295)
"""What the white of pictures of more than 8 bits may be: the least that no number in the files of a set is above."""

DEEP_MODES = ("I", "F")
"""What Pillow's names of modes of more than 8 bits begin with, as I;16: those that it would cut off at 255."""
_AT_ONCE = 1_000_000  # pixels
_GREY = ("1", "L", "LA", "La")
_ORIENTATION = 0x0112  # in the notes of a camera; 1 is upright
_ON_ITS_SIDE = 5  # the first of its numbers that stand for a quarter turn

Fault = Literal["too large", "no picture", "unreadable", "broken"]


MakeRoom = Callable[[int], None]


def no_room_needed(pixels: int) -> None:
    """A `MakeRoom` for a reader of one picture at a time."""


class PictureError(ValueError):
    """A file that cannot be an image. The message is the second half of a sentence: `x.png` is a broken picture."""

    def __init__(self, kind: Fault, message: str) -> None:
        super().__init__(message)
        self.kind: Fault = kind


class Form(NamedTuple):
    """What each picture of a set becomes: bytes of `shape`, (height, width, channels).

    Where it has other proportions it is stretched, as Keras's `image_dataset_from_directory` does, or with `crop` its
    middle is taken.

    `top` is what is white in pictures of more than 8 bits, one of `TOPS`; None takes each by its own largest number.
    """

    shape: tuple[int, int, int]
    top: int | None = None
    crop: bool = False


class Opened(NamedTuple):
    """A picture in memory, upright. `turned` says whether it had to be, `moves` whether it has more than one frame.

    `size` is the (width, height) that it has in its file, upright, also where it was unpacked at a smaller one.
    """

    picture: Image.Image
    size: tuple[int, int]
    turned: bool = False
    moves: bool = False


class Made(NamedTuple):
    """An image, bytes of (height, width, channels), and what was done to make it one.

    `size` is the (width, height) that it had; `top` is of a picture of more than 8 bits, else None; `ground` is what
    its transparent parts were put on; `recoloured` says whether it was made grey, or given three channels.
    """

    pixels: Pixels
    size: tuple[int, int]
    top: int | None = None
    ground: Ground = ""
    recoloured: bool = False


@contextlib.contextmanager
def without_warnings() -> Iterator[None]:
    """Keeps Pillow from warning over the terminal; sizes are checked here. Not to be entered by several threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def header_of(path: str | Path | IO[bytes]) -> Iterator[Image.Image]:
    """A picture whose header alone is read so far: its mode, size and palette. Raises PictureError, also for its user.

    Anything that is raised while it is open is taken for a fault of the file.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with _read_in_bounds(path) as file, _identified(file, str(path)) as picture:
            if max(picture.size) > LONGEST_SIDE:
                raise PictureError("too large", f"has a side of more than {LONGEST_SIDE:,} pixels")
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            yield picture
    except Image.DecompressionBombError:
        raise PictureError(
            "too large", f"has more than the {MOST_PIXELS // 1_000_000} million pixels that are unpacked"
        ) from None
    except UnidentifiedImageError:
        raise PictureError("no picture", "is no picture that can be read") from None
    except PictureError:
        raise
    except PermissionError:
        raise PictureError("unreadable", "may not be read") from None
    except Exception as error:  # a broken picture makes Pillow's readers raise nearly anything
        raise PictureError("broken", f"is a broken picture ({reason(error)})") from None


@contextlib.contextmanager
def _read_in_bounds(path: str | Path | IO[bytes]) -> Iterator[str | Path | IO[bytes]]:
    """The file, of which no more small parts are read than it may have; a small one is given as it is."""
    if not isinstance(path, str | Path):
        size = path.seek(0, os.SEEK_END)
        path.seek(0)
        yield path if size < LARGE else within_bounds(path, size)
    elif (size := os.stat(path).st_size) < LARGE:  # noqa: PTH116  a path may be text here
        yield path
    else:
        with open(path, "rb") as file:  # noqa: PTH123
            yield within_bounds(file, size)


def _identified(file: str | Path | IO[bytes], name: str) -> Image.Image:
    """The picture in a file, tried first as what its name says: Pillow would load its readers of all kinds, 40 ms."""
    from PIL import Image, UnidentifiedImageError

    if likely := _BY_ENDING.get(os.path.splitext(name)[1].lower()):  # noqa: PTH122  a path may be text here
        with contextlib.suppress(UnidentifiedImageError):
            return Image.open(file, formats=(likely,))
    return Image.open(file, formats=FORMATS)


def open_picture(
    path: str | Path | IO[bytes], shape: tuple[int, int, int] | None = None, make_room: MakeRoom = no_room_needed
) -> Opened:
    """Unpack a picture and turn it upright. Raises PictureError.

    `shape` is that of the image which it is to become; a large JPEG is then not unpacked at its whole size. `make_room`
    is told how many pixels it will have in memory before it has them.
    """
    with header_of(path) as picture:
        # To count frames, all of a file is read. MPO: a telephone's two JPEGs.
        moves = picture.format != "MPO" and getattr(picture, "is_animated", False)
        size = picture.size
        if shape is not None:
            edge = max(shape[:2])
            picture.draft(None, (edge, edge))  # whichever way it was held
        make_room(picture.width * picture.height)
        picture.load()
        with contextlib.suppress(Exception):  # the notes of a camera can be broken in as many ways as a picture
            if (orientation := picture.getexif().get(_ORIENTATION, 1)) in range(2, 9):
                from PIL import ImageOps

                upright = size if orientation < _ON_ITS_SIDE else size[::-1]
                return Opened(ImageOps.exif_transpose(picture), upright, True, moves)
    return Opened(picture, size, False, moves)


def is_coloured(picture: Image.Image) -> bool:
    """Whether a picture may hold anything but greys. The header is enough to tell, save for a palette."""
    if picture.mode in ("P", "PA"):
        palette = picture.getpalette() or []
        return not palette[0::3] == palette[1::3] == palette[2::3]
    return picture.mode not in _GREY and not is_deep(picture)


def is_grey_png(path: str) -> bool:
    """Whether a file says in its first bytes that it is a PNG of greys: ten times as quick as `header_of`."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  a path is text here, and there may be many
            start = file.read(26)
    except OSError:
        return False
    return start[:8] == b"\x89PNG\r\n\x1a\n" and start[12:16] == b"IHDR" and start[25:] in (b"\0", b"\4")


def is_deep(picture: Image.Image) -> bool:
    """Whether a picture has more than 8 bits a pixel."""
    return picture.mode.startswith(DEEP_MODES)


def is_transparent(picture: Image.Image) -> bool:
    """Whether parts of a picture may be transparent."""
    return picture.has_transparency_data and not is_deep(picture)


def highest(picture: Image.Image) -> float:
    """The largest number in a picture of more than 8 bits."""
    return max(float(numbers.max()) for _, numbers in _strips(picture))


def top_of(number: float) -> int:
    """What is white where `number` is the largest of all."""
    return next((top for top in TOPS if number <= top), TOPS[-1])


def make(opened: Opened, form: Form) -> Made:
    """Make a picture an image of `form`. Raises PictureError for a kind of colour that Pillow cannot turn into red,
    green and blue.
    """
    import numpy as np
    from PIL import Image

    height, width, channels = form.shape
    picture, top = opened.picture, None
    ground: Ground = ""
    mode = "L" if channels == 1 else "RGB"
    if is_deep(picture):
        top = form.top or top_of(highest(picture))
        picture = _eight_bits(picture, top)
    try:
        coloured = is_coloured(opened.picture)
        if is_transparent(picture):
            picture, ground = on_ground(picture, mode)
        picture = picture if picture.mode == mode else picture.convert(mode)
    except ValueError as error:
        raise PictureError("broken", f"cannot be used ({reason(error)})") from None
    if picture.size != (width, height):
        box = middle(picture.size, (width, height)) if form.crop else None
        picture = picture.resize((width, height), Image.Resampling.BILINEAR, box)
    pixels = np.asarray(picture, np.uint8).reshape(form.shape)
    return Made(pixels, opened.size, top, ground, coloured == (channels == 1))


def middle(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[float, float, float, float]:
    """The largest box in the middle of a picture that has the proportions of `wanted`; sizes are (width, height)."""
    scale = min(size[0] / wanted[0], size[1] / wanted[1])
    left, top = (size[0] - wanted[0] * scale) / 2, (size[1] - wanted[1] * scale) / 2
    return left, top, size[0] - left, size[1] - top


def scale_of(top: int) -> float:
    """What brings numbers from 0 to `top` to 0 to 255: of whole numbers, the upper 8 bits are kept."""
    return 255 if top == 1 else 256 / (top + 1)


def _strips(picture: Image.Image) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Some rows of a picture of more than 8 bits at a time, so that only those are in memory eight bytes a pixel."""
    import numpy as np

    rows = max(1, _AT_ONCE // picture.width)
    for start in range(0, picture.height, rows):
        end = min(picture.height, start + rows)
        pixels = np.asarray(picture.crop((0, start, picture.width, end)))
        yield slice(start, end), np.nan_to_num(pixels.astype(np.float64))


def _eight_bits(picture: Image.Image, top: int) -> Image.Image:
    import numpy as np
    from PIL import Image

    made = np.empty((picture.height, picture.width), np.uint8)
    for strip, numbers in _strips(picture):
        made[strip] = (numbers * scale_of(top)).clip(0, 255)
    return Image.fromarray(made)
