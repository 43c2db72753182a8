"""The training images of a run whose labels are probably wrong, as they were found; read at once, without NumPy.

Networks that were trained without an image said what it is; `analysis/confident_learning.py` finds who is in doubt.
Of those that are, the file has what was said of them, and the pictures are kept as test images are (`data/images.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from cnn_tui.data import raw_file
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.home import run_folder

FORMAT = "cnn-tui suspects 1"


class SuspectsHeader(msgspec.Struct, frozen=True):
    """What the file says of itself.

    Of `count` images in `folds` parts, each was asked about with a network that had learned from the other parts;
    `right` were taken for what their labels say. `images` is the digest of all training images of the dataset and
    their labels, `total` how many they are, `pictures` the digest of the suspects alone, in their order.
    """

    format: str
    suspects: int
    count: int
    right: int
    total: int
    folds: int
    class_names: tuple[str, ...]
    images: str
    pictures: str


class Suspect(NamedTuple):
    """A training image that probably has a wrong label."""

    image: int
    """Its place among all training images, from 0."""
    label: int
    suspected: int
    """The class that it probably is of."""
    confidence: float
    """How sure the network was of the label: the smaller, the graver the doubt."""
    instead: float
    """How sure it was of the suspected class."""


def suspects_path(run_id: int) -> Path:
    return run_folder(run_id) / "suspects.bin"


class Suspects:
    """The suspects of a run, the gravest doubt first."""

    def __init__(self, run_id: int) -> None:
        """Open them. Raises RawFileError where they are not there."""
        path = suspects_path(run_id)
        self.header, start = raw_file.read_header(path, SuspectsHeader)
        header, classes = self.header, len(self.header.class_names)
        if header.format != FORMAT:
            raise RawFileError(f"{path} is of another version")
        each = raw_file.size_of(header.suspects)
        data = memoryview(raw_file.read_bytes(path, start, each * (5 + classes)))
        places, labels, suspected = (raw_file.numbers("i", data[at * each : (at + 1) * each]) for at in range(3))
        confidence, instead = (raw_file.numbers("f", data[at * each : (at + 1) * each]) for at in (3, 4))
        self._said = raw_file.numbers("f", data[5 * each :])
        self.found = [Suspect(*one) for one in zip(places, labels, suspected, confidence, instead, strict=True)]

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.header.class_names

    def probabilities(self, at: int) -> list[float]:
        """How sure the network was of each class of a suspect, by its place in the list."""
        classes = len(self.header.class_names)
        return self._said[at * classes : (at + 1) * classes].tolist()
