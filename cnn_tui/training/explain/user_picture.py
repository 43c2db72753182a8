"""A picture of the user's own made into an image that a network takes, each step said in a sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn_tui.data.dataset import DataOptions, shown, size_in_words
from cnn_tui.data.pictures import picture, picture_survey
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.data.pictures.picture import Fault, Form, Made, Opened, PictureError, is_deep, without_warnings
from cnn_tui.jobs.explain.protocol import ExplainError

BRIGHT, DARK = 160, 96
"""A mean border above is bright, one below is dark; between them nothing is turned around."""

Pixels = NDArray[np.uint8]

_ADVICE: dict[Fault, str] = {
    "too large": ": make it smaller",
    "no picture": "; give a PNG or a JPEG",
    "unreadable": ": check its permissions",
    "broken": "; save it again as PNG",
}


class Prepared(NamedTuple):
    """An image of (height, width, channels) as bytes, and what was done to make it one."""

    pixels: Pixels
    steps: tuple[str, ...]


def open_picture(path: Path, shape: tuple[int, int, int] | None = None) -> Opened:
    """Unpack a picture that is to become an image of `shape`, if that is known.

    Raises ExplainError, of a wrong question, for what is no picture or too large a one.
    """
    if not os.path.exists(path):  # noqa: PTH110  it never raises
        raise ExplainError(f"there is no file {shown(path)}", wrong=True)
    if not path.is_file():  # a pipe would never end
        raise ExplainError(f"{shown(path)} is no file; give a PNG or a JPEG", wrong=True)
    try:
        with without_warnings():
            return picture.open_picture(path, shape)
    except PictureError as error:
        raise ExplainError(f"{shown(path)} {error}{_ADVICE[error.kind]}", wrong=True) from None


def beside(folder: Path, options: DataOptions, opened: Opened, form: Form) -> Form:
    """What a picture becomes beside those of a folder that is read with these options: its white is theirs.

    Raises DatasetError, OSError.
    """
    if not is_deep(opened.picture):
        return form
    return form._replace(top=picture_survey.top_in(folder, list_pictures(folder, options).paths))


def prepare(opened: Opened, form: Form, border: float | None) -> Prepared:
    """Make a picture an image of `form`. `border` is how bright the border of the test images is, None if unknown.

    A grey picture with a bright border is turned around where theirs is dark.
    """
    try:
        with without_warnings():
            made = picture.make(opened, form)
    except PictureError as error:
        raise ExplainError(f"the picture {error}{_ADVICE[error.kind]}", wrong=True) from None
    steps, pixels = _steps(opened, made, form.crop), made.pixels
    own = border_of(pixels[np.newaxis])
    if form.shape[2] == 1 and border is not None and border < DARK and own > BRIGHT:
        pixels = (255 - pixels).astype(np.uint8)
        steps.append(
            f"inverted: its border is bright ({own:.0f} of 255), and that of the test images dark ({border:.0f})"
        )
    steps.append(f"divided by 255, in a batch of (1, {', '.join(map(str, form.shape))})")
    return Prepared(pixels, tuple(steps))


def border_of(images: Pixels) -> float:
    """How bright the outermost pixels of images (n, height, width, channels) are: their mean, 0 to 255."""
    edges = [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]]
    return float(np.concatenate([edge.reshape(-1) for edge in edges]).mean())


def _steps(opened: Opened, made: Made, crop: bool) -> list[str]:
    """What was done to a picture, in words."""
    height, width, channels = made.pixels.shape
    steps = []
    if opened.moves:
        steps.append("it moves: the first of its frames was taken")
    if opened.turned:
        steps.append("turned upright, as the camera noted in it")
    if made.top is not None:
        steps.append(f"its 16 bits a pixel became 8, with {made.top:,} as white")
    if made.ground:
        steps.append(f"put on {made.ground}, because parts of it are transparent")
    if made.recoloured:
        grey = "made grey, as the network's images are"
        steps.append(grey if channels == 1 else "its grey was written to three channels, as the network's images have")
    if made.size != (width, height):
        stretched = made.size[0] * height != made.size[1] * width
        how = "" if not stretched else ", its middle taken" if crop else ", stretched as the pictures of a folder are"
        steps.append(f"resized from {size_in_words(*reversed(made.size))} to {size_in_words(height, width)}{how}")
    return steps
