"""Splits the images of a dataset into what is trained on and what is validated on."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.images import leaving_out
from cnn_tui.experiment.images.image_ranges import ImageNumbers, range_of, ranges_of
from cnn_tui.training.data.datasets import Images
from cnn_tui.training.data.readers import Labels, Pixels

Places: TypeAlias = NDArray[np.int64]
Number = TypeVar("Number", np.uint8, np.int64)


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


def not_left_out(images: Images, leave_out: ImageNumbers) -> Places:
    """The places of the training images that are not left out, ascending. Raises DatasetError."""
    count = len(images.x_train)
    if why := leaving_out.problem_of(leave_out, count):
        raise DatasetError(f"{why}: change the experiment")
    stay = np.ones(count, np.bool_)
    for first, last in ranges_of(leave_out):
        stay[first : last + 1] = False
    return np.flatnonzero(stay)


def learned_and_held(
    images: Images, validation: str | float, seed: int | None, leave_out: ImageNumbers = ()
) -> tuple[Places, Places]:
    """The places of the training images that are learned from, and of those held out to validate on, both ascending.

    Raises DatasetError.
    """
    places = not_left_out(images, leave_out)
    if isinstance(validation, float):
        learned, held = held_out(len(places), validation, seed)
        return places[learned], places[held]
    span = range_of(validation)
    if span is None:
        return places, places[:0]
    is_held = (places >= span.first) & (places <= span.last)
    if span.last >= len(images.x_train) or is_held.all() or not is_held.any():
        raise DatasetError(
            f"A validation on training images {span.words} leaves {is_held.sum():,} of {len(places):,} to validate on "
            f"and {(~is_held).sum():,} to train on, of images 0 to {len(images.x_train) - 1}: choose others."
        )
    return places[~is_held], places[is_held]


def split(images: Images, validation: str | float, seed: int | None, leave_out: ImageNumbers = ()) -> Split:
    """Split the images by an experiment's `validation`: "none", "test", a fraction above 0 and below 1, or a range.

    Images that were read to be validated on alone, from another place, are what it is then.

    The training images at the places `leave_out` are in none of the parts. Parts of images one after another are views
    of the images that are given; others are copied, so that without `images` that memory is free again.
    """
    if isinstance(validation, float) and not 0 < validation < 1:
        raise DatasetError(f"The validation {validation!r} is not known: a fraction is above 0 and below 1.")
    learned, held = learned_and_held(images, validation, seed, leave_out)
    x, y = _some(images.x_train, learned), _some(images.y_train, learned)
    if images.x_val is not None:
        return Split(x, y, images.x_val, images.y_val)
    if isinstance(validation, str) and validation not in ("none", "test") and range_of(validation) is None:
        raise DatasetError(
            f'The validation {validation!r} is not known. It is "none", "test", a fraction, or images like "0-4999".'
        )
    if validation == "none":
        return Split(x, y, None, None)
    if validation == "test":
        return Split(x, y, images.x_test, images.y_test)
    return Split(x, y, _some(images.x_train, held), _some(images.y_train, held))


def _some(images: NDArray[Number], places: Places) -> NDArray[Number]:
    """The images at ascending places: a view where those come one after another."""
    first, after = int(places[0]), int(places[-1]) + 1
    if after - first < len(places) + 1:
        return images if len(places) == len(images) else images[first:after]
    return images[places]
