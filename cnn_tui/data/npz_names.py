"""What the arrays of a `.npz` file are called that are learned from, validated and tested on."""

from __future__ import annotations

import zipfile
from typing import Literal, NamedTuple, TypeAlias

Part: TypeAlias = Literal["train", "test", "validation"]
What: TypeAlias = Literal["images", "labels"]
_SPELLINGS = (
    ("x_{}", "y_{}"),
    ("X_{}", "y_{}"),
    ("{}_images", "{}_labels"),
    ("images_{}", "labels_{}"),
    ("{}_x", "{}_y"),
    ("{}_X", "{}_y"),
)
"""What people call them: images and labels, by the part that they are."""
_PARTS: dict[Part, tuple[str, ...]] = {
    "train": ("train",),
    "test": ("test",),
    "validation": ("val", "valid", "validation"),
}


class PartArrays(NamedTuple):
    """What the arrays of a part are called."""

    images: str
    labels: str


def arrays_of(archive: zipfile.ZipFile, part: Part) -> PartArrays | None:
    """The arrays of the part `train`, `test` or `validation`; None where there are no such images to validate on.

    Those to learn from and to test on may not be there.
    """
    there = {name.removesuffix(".npy") for name in archive.namelist()}
    every = [
        PartArrays(images.format(called), labels.format(called))
        for images, labels in _SPELLINGS
        for called in _PARTS[part]
    ]
    found = [one for one in every if one.images in there]
    whole = next((one for one in found if one.labels in there), None)
    return whole or (None if part == "validation" else (found or every)[0])


def part_called(array: str) -> tuple[Part, What] | None:
    """The part that an array is of, by its name, and whether it has "images" or "labels"; None for any other name."""
    for part, names in _PARTS.items():
        for called in names:
            for images, labels in _SPELLINGS:
                if array == images.format(called):
                    return part, "images"
                if array == labels.format(called):
                    return part, "labels"
    return None
