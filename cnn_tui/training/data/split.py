"""Splits the images of a dataset into what is trained on and what is validated on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment import leaving_out
from cnn_tui.training.data.datasets import Images
from cnn_tui.training.data.readers import Labels, Pixels


class Split(NamedTuple):
    """What is trained on and what is watched beside it; `x_val` and `y_val` are None without validation."""

    x_train: Pixels
    y_train: Labels
    x_val: Pixels | None
    y_val: Labels | None


def held_out(count: int, fraction: float, seed: int | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions to train on and positions held out, both ascending: a random `fraction` of `count` images.

    The same count, fraction and seed always hold out the same images; no seed is seed 0.
    """
    held = round(count * fraction)
    if not 0 < held < count:
        raise DatasetError(
            f"A validation of {fraction:g} leaves {held:,} of {count:,} images to validate on and {count - held:,} to "
            "train on. Both need one at least: choose another fraction."
        )
    order = np.random.default_rng(seed or 0).permutation(count)
    return np.sort(order[held:]), np.sort(order[:held])


def not_left_out(images: Images, leave_out: Sequence[int]) -> NDArray[np.int64]:
    """The places of the training images that are not left out, ascending. Raises DatasetError."""
    count = len(images.x_train)
    if why := leaving_out.problem_of(tuple(leave_out), count):
        raise DatasetError(f"{why}: change the experiment")
    return np.delete(np.arange(count), np.array(leave_out, np.int64))


def split(images: Images, validation: str | float, seed: int | None, leave_out: Sequence[int] = ()) -> Split:
    """Split the images by an experiment's `validation`: "none", "test", or a fraction above 0 and below 1.

    The training images at the places `leave_out` are in none of the parts. Without them, "none" and "test" copy
    nothing. A fraction copies the training images once, into the two parts; drop `images` afterwards to get that memory
    back.
    """
    if leave_out:
        places = not_left_out(images, leave_out)
        images = images._replace(x_train=images.x_train[places], y_train=images.y_train[places])
    if validation == "none":
        return Split(images.x_train, images.y_train, None, None)
    if validation == "test":
        return Split(images.x_train, images.y_train, images.x_test, images.y_test)
    if isinstance(validation, str) or not 0 < validation < 1:
        raise DatasetError(
            f'The validation {validation!r} is not known. It is "none", "test", or a fraction above 0 and below 1.'
        )
    train, held = held_out(len(images.x_train), validation, seed)
    return Split(images.x_train[train], images.y_train[train], images.x_train[held], images.y_train[held])
