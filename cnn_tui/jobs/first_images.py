"""Images of a dataset, to show one of each class: at once where they are kept, else read by a process of their own."""

from __future__ import annotations

import contextlib
import subprocess

import msgspec

from cnn_tui.data.data_facts import read_facts
from cnn_tui.data.dataset import DataOptions, for_any_folder
from cnn_tui.data.images import StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.home import home, use_scratch_if_read_only
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.launch import python
from cnn_tui.text import fault

PATIENCE = 120.0
"""Seconds after which nobody looks at a first screen any more."""


class NoImagesError(Exception):
    """There are no images to be shown; the message says why."""


def first_images(dataset: str, options: DataOptions) -> StoredImages:
    """Some images of a dataset, by its name or path. That takes a second: call it from a thread.

    Raises NoImagesError.
    """
    dataset = for_any_folder(dataset)
    with contextlib.suppress(RawFileError):
        return StoredImages(read_facts(dataset, options).test_images)
    try:
        home().mkdir(parents=True, exist_ok=True)
        use_scratch_if_read_only()
        command = python("cnn_tui.training.data.first_images", dataset, msgspec.json.encode(options).decode())
        ended = Child(command, errors=subprocess.PIPE, folder=home()).finish(PATIENCE)
    except Exception as error:
        raise NoImagesError(f"the dataset cannot be looked at: {fault(error)}") from None
    said = (ended.out or ended.errors or ["no reason was given"])[-1]
    if ended.status:
        raise NoImagesError(said)
    try:
        return StoredImages(said)
    except RawFileError as error:
        raise NoImagesError(str(error)) from None


def one_of_each(images: StoredImages, most: int) -> list[int]:
    """The first image of each class, of at most so many classes, by their numbers."""
    first: dict[int, int] = {}
    for index, label in enumerate(images.labels):
        first.setdefault(label, index)
    return [first[label] for label in sorted(first)[:most]]
