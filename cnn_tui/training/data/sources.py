"""Finds a dataset on this machine, without loading it: in `CNN_TUI_DATA`, Keras's cache, and what the system ships."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

from cnn_tui.data.dataset import BUILT_IN, form_of, path_of, shown
from cnn_tui.training.data import readers
from cnn_tui.training.data.download import keras_home

Kind = Literal["CNN_TUI_DATA", "keras cache", "system", "sample", "file", "folder"]
Layout = Literal["npz", "idx", "cifar10", "cifar100", "pictures", "csv", "parquet"]

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "fashion_mnist_sample.npz"
SYSTEM = Path("/usr/share/datasets")  # Debian's dataset packages

_ALSO_CALLED = {
    "fashion_mnist": ("fashion-mnist", "fashion_mnist"),
    "mnist": ("mnist",),
    "cifar10": ("cifar10", "cifar-10"),
    "cifar100": ("cifar100", "cifar-100"),
}
# The first ten test labels. The idx files of both sets have the same names, and only content tells them apart.
_FIRST_LABELS = {
    "fashion_mnist": bytes((9, 2, 1, 1, 6, 1, 4, 6, 5, 7)),
    "mnist": bytes((7, 2, 1, 0, 4, 1, 4, 9, 5, 9)),
}
_CIFAR: dict[str, tuple[Layout, str, tuple[str, ...]]] = {
    "cifar10": ("cifar10", "cifar-10-batches-py", (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch")),
    "cifar100": ("cifar100", "cifar-100-python", ("train", "test", "meta")),
}


class Source(NamedTuple):
    """Where a dataset is: what kind of place, the path there, and how its files are laid out."""

    kind: Kind
    path: Path
    layout: Layout

    def __str__(self) -> str:
        """The place in a few words, for a table or a sentence."""
        words = {"keras cache": " (Keras's cache)", "system": " (the system's copy)", "CNN_TUI_DATA": " (CNN_TUI_DATA)"}
        return f"{shown(self.path)[1:-1]}{words.get(self.kind, '')}"


def find(name: str) -> Source | None:
    """Where the dataset is on this machine, without loading it; None when it is not here."""
    if name == "fashion_mnist_sample":
        return Source("sample", SAMPLE, "npz")
    if name not in BUILT_IN:
        path = path_of(name)
        if path is None:
            return None
        form = form_of(name)
        if form == "npz" or form == "csv" or form == "parquet":
            return Source("file", path, form)
        return Source("folder", path, "pictures")
    own = own_folder()
    places: list[tuple[Kind, Path]] = [("keras cache", keras_home() / "datasets"), ("system", SYSTEM)]
    if own:
        places.insert(0, ("CNN_TUI_DATA", own))
    for kind, place in places:
        try:
            found = _find_in(place, name)
        except OSError:  # a folder that may not be entered holds nothing for us
            continue
        if found:
            return Source(kind, *found)
    return None


def locations() -> list[tuple[str, Source | None]]:
    """Every built-in dataset and where it is on this machine, None where it would have to be downloaded."""
    return [(name, find(name)) for name in BUILT_IN]


def own_folder() -> Path | None:
    """What `CNN_TUI_DATA` says, whether there is such a folder or not; None where it says nothing."""
    own = os.environ.get("CNN_TUI_DATA")
    return Path(os.path.expanduser(own)) if own else None  # noqa: PTH111  it never raises


def _find_in(place: Path, name: str) -> tuple[Path, Layout] | None:
    """The dataset's files in one folder, however they are laid out there."""
    for alias in _ALSO_CALLED[name]:
        if (place / f"{alias}.npz").is_file():
            return place / f"{alias}.npz", "npz"
    if name in _CIFAR:
        layout, folder, files = _CIFAR[name]
        # Keras has unpacked into a folder of its own since 3.0; before, and by hand, it is the inner one alone.
        for path in (place / f"{folder}-target" / folder, place / folder, place):
            if all((path / file).is_file() for file in files):
                return path, layout
        return None
    for alias in _ALSO_CALLED[name]:
        if readers.has_idx(place / alias):
            return place / alias, "idx"
    if readers.has_idx(place) and not _is_another(place, name):
        return place, "idx"
    return None


def _is_another(folder: Path, name: str) -> bool:
    """Whether the idx files of a folder that is not named after a set are known to be another set's."""
    first = readers.first_test_labels(folder)
    return any(first == labels for other, labels in _FIRST_LABELS.items() if other != name)
