"""What the training pane has pictures of: a dataset, an image of each class, or a run, what it took images for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.data.dataset import DataOptions
from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.jobs.first_images import NoImagesError, first_images, one_of_each

MOST_CLASSES = 10
"""Pictures of a dataset; more would be too much for a slow line."""
MOST_OF_A_KIND = 4
"""Of a run's mistakes, and of its hits."""
_STEP = 17
_COARSE = bytes(round(level / _STEP) * _STEP for level in range(256))
"""Sixteen levels: more cells are alike by that, and fewer bytes are sent."""


class OfDataset(NamedTuple):
    """A dataset by its name, with what is said of it beside that."""

    dataset: str
    options: DataOptions


class OfRun(NamedTuple):
    """A run by its number."""

    run: int


Subject = OfDataset | OfRun


class LabelledPicture(NamedTuple):
    """A picture with its class and, of a run, what that took it for and how sure it was of it."""

    picture: Picture
    true: str
    predicted: str = ""
    probability: float = 0.0


class Gathered(NamedTuple):
    """Pictures of a dataset, or a run's mistakes and hits, those first that it was surest of."""

    classes: Sequence[LabelledPicture] = ()
    mistakes: Sequence[LabelledPicture] = ()
    hits: Sequence[LabelledPicture] = ()
    of: int = 0
    """How many classes the dataset has."""


def gather(subject: Subject) -> Gathered:
    """Read the pictures; those of a dataset may take a second. There are none where they cannot be had."""
    try:
        return _of_dataset(subject) if isinstance(subject, OfDataset) else _of_run(subject.run)
    except (RawFileError, NoImagesError):
        return Gathered()


def _of_dataset(subject: OfDataset) -> Gathered:
    images = first_images(*subject)
    shown = [
        LabelledPicture(_picture(images, index), _name(images.class_names, images.labels[index]))
        for index in one_of_each(images, MOST_CLASSES)
    ]
    return Gathered(classes=shown, of=len(images.class_names))


def _of_run(run_id: int) -> Gathered:
    said = open_predictions(run_id)
    images = StoredImages(said.images)
    mistakes, hits = (
        [_labelled(said, images, index) for index in said.surest(MOST_OF_A_KIND, wrong=wrong) if index < images.kept]
        for wrong in (True, False)
    )
    return Gathered(mistakes=mistakes, hits=hits)


def _labelled(said: Predictions, images: StoredImages, index: int) -> LabelledPicture:
    predicted = said.predicted[index]
    names = said.class_names
    return LabelledPicture(
        _picture(images, index),
        _name(names, said.labels[index]),
        _name(names, predicted),
        said.probabilities(index)[predicted],
    )


def _picture(images: StoredImages, index: int) -> Picture:
    shape, pixels = images.picture(index)
    return Picture(shape, pixels.translate(_COARSE))


def _name(names: Sequence[str], label: int) -> str:
    return names[label] if label < len(names) else str(label)
