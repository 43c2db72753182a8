"""A picture of the user's own made into an image that a network takes, each step said in a sentence."""

from __future__ import annotations

import math
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn_tui.data.dataset import shown
from cnn_tui.data.image_folder import MOST_PIXELS
from cnn_tui.jobs.explain_protocol import ExplainError
from cnn_tui.text import reason

if TYPE_CHECKING:
    from PIL import Image

    Pillow = Image.Image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
BRIGHT, DARK = 160, 96
"""A mean border above is bright, one below is dark; between them nothing is turned around."""
_DEEP = ("I", "I;16", "I;16B", "I;16L", "F")  # more than 8 bits a pixel, which Pillow would cut off at 255

Pixels = NDArray[np.uint8]


class Opened(NamedTuple):
    """A picture in memory, and what is to be said of it."""

    picture: Pillow
    steps: tuple[str, ...]


class Prepared(NamedTuple):
    """An image of (height, width, channels) as bytes, and what was done to make it one."""

    pixels: Pixels
    steps: tuple[str, ...]


def open_picture(path: Path) -> Opened:
    """Unpack a picture. Raises ExplainError, of a wrong question, for what is no picture or too large a one."""
    steps: list[str] = []
    return Opened(_unpacked(path, steps), tuple(steps))


def prepare(opened: Opened, shape: tuple[int, int, int], border: float | None) -> Prepared:
    """Make a picture an image of `shape`. `border` is how bright the border of the test images is, None if unknown.

    A grey picture with a bright border is turned around where theirs is dark.
    """
    steps = list(opened.steps)
    picture = _upright(opened.picture, steps)
    flat = _without_alpha(_eight_bits(picture, steps), steps)
    height, width, channels = shape
    grey = channels == 1
    if flat.mode != ("L" if grey else "RGB"):
        coloured = flat.mode != "L"
        flat = flat.convert("L" if grey else "RGB")
        if grey and coloured:
            steps.append("made grey, as the network's images are")
        elif not grey:
            steps.append("its grey was written to three channels, as the network's images have")
    pixels = _fitted(flat, width, height, steps).reshape(shape)
    own = border_of(pixels[np.newaxis])
    if grey and border is not None and border < DARK and own > BRIGHT:
        pixels = (255 - pixels).astype(np.uint8)
        steps.append(
            f"inverted: its border is bright ({own:.0f} of 255), and that of the test images dark ({border:.0f})"
        )
    steps.append(f"divided by 255, in a batch of (1, {_shape(shape)})")
    return Prepared(pixels, tuple(steps))


def border_of(images: Pixels) -> float:
    """How bright the outermost pixels of images (n, height, width, channels) are: their mean, 0 to 255."""
    edges = [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]]
    return float(np.concatenate([edge.reshape(-1) for edge in edges]).mean())


def _unpacked(path: Path, steps: list[str]) -> Pillow:
    from PIL import Image, UnidentifiedImageError

    name = shown(path)
    if not os.path.exists(path):  # noqa: PTH110  it never raises
        raise ExplainError(f"there is no file {name}", wrong=True)
    if not path.is_file():  # a pipe would never end
        raise ExplainError(f"{name} is no file; give a PNG or a JPEG", wrong=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a large picture, which is measured below
            picture = Image.open(path, formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        frames = getattr(picture, "n_frames", 1)
        picture.load()
    except Image.DecompressionBombError:
        raise ExplainError(
            f"{name} has more than the {MOST_PIXELS // 1_000_000} million pixels that are unpacked: make it smaller",
            wrong=True,
        ) from None
    except UnidentifiedImageError:
        raise ExplainError(f"{name} is no picture that can be read; give a PNG or a JPEG", wrong=True) from None
    except PermissionError:
        raise ExplainError(f"{name} may not be read: check its permissions", wrong=True) from None
    except Exception as error:  # a broken picture makes Pillow's readers raise nearly anything
        why = reason(error)
        raise ExplainError(f"{name} is a broken picture ({why}); save it again as PNG", wrong=True) from None
    if frames > 1 and picture.format != "MPO":  # a telephone's JPEG, with a small copy beside it
        steps.append(f"it moves: the first of its {frames} frames was taken")
    return picture


def _upright(picture: Pillow, steps: list[str]) -> Pillow:
    """The picture as the camera was held."""
    from PIL import ExifTags, ImageOps

    try:
        turned = picture.getexif().get(ExifTags.Base.Orientation, 1)
        upright = ImageOps.exif_transpose(picture)
    except Exception:  # the notes of a camera can be broken in as many ways as a picture
        return picture
    if turned in range(2, 9):
        steps.append("turned upright, as the camera noted in it")
    return upright


def _eight_bits(picture: Pillow, steps: list[str]) -> Pillow:
    from PIL import Image

    if picture.mode not in _DEEP:
        return picture
    deep = np.asarray(picture).astype(np.float64)
    highest = 65535.0 if picture.mode != "F" and deep.max(initial=0) > 255 else max(float(deep.max(initial=0)), 255.0)
    steps.append("its 16 bits a pixel became 8")
    return Image.fromarray(np.clip(deep * (255 / highest), 0, 255).astype(np.uint8))


def _without_alpha(picture: Pillow, steps: list[str]) -> Pillow:
    """The picture on a ground that its visible parts stand out from: black under bright ones, else white."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on a palette's transparency
        if "A" not in picture.getbands() and "transparency" not in picture.info:
            return picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode == "1" else "RGB")
        picture = picture.convert("RGBA")
    grey = np.asarray(picture.convert("RGB").convert("L"), np.float64)
    alpha = np.asarray(picture.getchannel("A"), np.float64)
    if alpha.min() == 255:
        return picture.convert("RGB")
    visible = float((grey * alpha).sum() / alpha.sum()) if alpha.any() else 0.0
    ground = "black" if visible > 127 else "white"
    steps.append(f"put on {ground}, because parts of it are transparent")
    below = Image.new("RGBA", picture.size, ground)
    return Image.alpha_composite(below, picture).convert("RGB")


def _fitted(picture: Pillow, width: int, height: int, steps: list[str]) -> Pixels:
    """The picture in the middle of width x height, its proportions kept, the rest in the colour of its border."""
    from PIL import Image

    if picture.size == (width, height):
        return np.asarray(picture, np.uint8)
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, math.floor(picture.width * scale + 0.5)), max(1, math.floor(picture.height * scale + 0.5)))
    before = f"{picture.width}x{picture.height}"
    whole = np.asarray(picture, np.uint8)
    edge = np.concatenate([whole[0], whole[-1], whole[:, 0], whole[:, -1]])
    ground = np.rint(edge.reshape(len(edge), -1).mean(axis=0)).astype(np.uint8)
    small = np.asarray(picture.resize(size, Image.Resampling.LANCZOS), np.uint8)
    steps.append(f"resized from {before} to {size[0]}x{size[1]}")
    if size == (width, height):
        return small
    channels = ground.size
    canvas = np.empty((height, width, channels), np.uint8)
    canvas[:] = ground
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small.reshape(size[1], size[0], channels)
    steps.append(f"filled up to {width}x{height} in its border's colour")
    return canvas


def _shape(shape: tuple[int, int, int]) -> str:
    return ", ".join(str(size) for size in shape)
