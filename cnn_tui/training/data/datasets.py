"""Find a dataset on this machine, load it, and split a validation set off it.

Images stay uint8 until the device. Where a set is looked for: `CNN_TUI_DATA`, Keras's cache, what the system ships;
then it is downloaded; then Fashion-MNIST, and only it, is stood in for by the sample inside this package, loudly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from cnn_tui.data import csv_file, parquet_file
from cnn_tui.data.course import how_to_get, is_drawn, resolved, title_of
from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    BUILT_IN,
    DataOptions,
    Dataset,
    DatasetError,
    form_of,
    path_of,
    shown,
    unreadable,
)
from cnn_tui.data.describe import describe
from cnn_tui.data.labels import odd_numbers, without_images
from cnn_tui.data.left_out import FilesLeftOut, sentence_of
from cnn_tui.experiment import leaving_out
from cnn_tui.text import sentence
from cnn_tui.training.data import csv_reader, parquet_reader, picture_reader, readers
from cnn_tui.training.data.check import check_images
from cnn_tui.training.data.download import DOWNLOADS, Progress, fetch, keras_home
from cnn_tui.training.data.readers import Arrays, Labels, Pixels, Reading, not_told

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


class Images(NamedTuple):
    """A dataset in memory: images uint8 (count, height, width, channels), labels int64 (count,).

    Treat the arrays as read-only; some are views of what was read. `source` is a sentence; `warnings` are sentences
    that one should know before one believes a figure.
    """

    dataset: Dataset
    x_train: Pixels
    y_train: Labels
    x_test: Pixels
    y_test: Labels
    source: str
    warnings: tuple[str, ...] = ()


class Split(NamedTuple):
    """What is trained on and what is watched beside it; `x_val` and `y_val` are None without validation."""

    x_train: Pixels
    y_train: Labels
    x_val: Pixels | None
    y_val: Labels | None


def to_stderr(sentence: str) -> None:
    """Say a sentence where words and progress go."""
    print(sentence, file=sys.stderr)


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
    own = _own_folder()
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


def load(
    name: str,
    options: DataOptions = AS_THEY_ARE,
    *,
    download: bool = True,
    say: Callable[[str], None] = to_stderr,
    progress: Progress | None = None,
    reading: Reading = not_told,
) -> Images:
    """Load a dataset, downloading a built-in one that is not on this machine, a folder's pictures as they are wanted.

    `say` is told, a sentence at a time, what the user should know; `progress` the bytes of a download, `reading` how
    many pictures of a folder are read. Raises DatasetError when the dataset is unknown, broken, or nowhere to be had.
    Fashion-MNIST then becomes its sample: the `dataset.name` of the result is "fashion_mnist_sample".
    """
    _check_own_folder(say)
    if is_drawn(resolved(name)):
        say(f"{title_of(name)}: drawn pictures, which stand in for the real ones. {how_to_get(name)}")
    name = resolved(name)
    source, why = find(name), "it is not on this machine"
    if source is None and name in DOWNLOADS and download:
        try:
            fetch(name, say, progress)
            source = find(name)
        except DatasetError as error:
            why = str(error).rstrip(".")
    if source is not None:
        return _read(name, source, say, options, reading)
    described = describe(name, options)  # an unknown name ends here, with what is allowed
    if name != "fashion_mnist":
        raise DatasetError(
            f"{described.title} cannot be loaded: {why}. Get it with `cnn-tui data fetch {name}`, "
            f"or put {name}.npz into a folder and set CNN_TUI_DATA to that folder."
        )
    say(
        "Fashion-MNIST is nowhere to be found, so the built-in sample of it is used: 6,000 + 1,000 of its "
        f"70,000 images, and a lower accuracy than the whole set gives. ({why}.) "
        "Get the whole set with `cnn-tui data fetch fashion_mnist`, or set CNN_TUI_DATA to a folder that has it."
    )
    return _read("fashion_mnist_sample", Source("sample", SAMPLE, "npz"), say)


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


def _read(
    name: str,
    source: Source,
    say: Callable[[str], None],
    options: DataOptions = AS_THEY_ARE,
    reading: Reading = not_told,
) -> Images:
    described = describe(name, options)
    try:
        arrays, left_out = _read_layout(source, described, options, say, reading)
    except OSError as error:
        raise unreadable(source.path, error) from None
    if name in BUILT_IN:
        _check_built_in(described, arrays, source.path)
    described = msgspec.structs.replace(
        described, train_images=len(arrays.x_train), test_images=len(arrays.x_test), left_out=left_out
    )
    warnings = filter(None, (sentence_of(left_out), check_images(arrays.x_train), *_about_labels(described, arrays)))
    read_from = f"{described.title} was read from {source}{_tested_on(source, options)}."
    return Images(described, *arrays, read_from, tuple(warnings))


def _tested_on(source: Source, options: DataOptions) -> str:
    """The end of a sentence on where a dataset is: the other place, where that to be tested on lies apart."""
    if source.layout == "csv":
        test = csv_file.halves(source.path, options).test
        return f", and what is tested on from {shown(test.path)[1:-1]}" if test is not None else ""
    if source.layout == "parquet":
        other = parquet_file.halves(source.path, options).test
        return f", and what is tested on from {shown(other.paths[0])[1:-1]}" if other is not None else ""
    return f", and what is tested on from {shown(options.test)[1:-1]}" if isinstance(options.test, str) else ""


def _about_labels(described: Dataset, arrays: Arrays) -> list[str]:
    """Sentences that name labels of no image, and classes without training or without test images."""
    odd = odd_numbers(described.unused, described.classes, described.is_table)
    counts = (np.bincount(labels, minlength=described.classes) for labels in (arrays.y_train, arrays.y_test))
    missing = without_images(described.class_names, *(count.tolist() for count in counts))
    return [*([sentence(odd)] if odd else []), *missing]


def _read_layout(
    source: Source, described: Dataset, options: DataOptions, say: Callable[[str], None], reading: Reading
) -> tuple[Arrays, tuple[FilesLeftOut, ...]]:
    """The arrays, and what of the files is not in them."""
    match source.layout:
        case "npz":
            return readers.read_npz(source.path, say), ()
        case "idx":
            return readers.read_idx(source.path), ()
        case "cifar10":
            return readers.read_cifar10(source.path), ()
        case "cifar100":
            return readers.read_cifar100(source.path), ()
        case "csv":
            return csv_reader.read_csv(source.path, options, say), ()
        case "parquet":
            return parquet_reader.read_parquet(source.path, described.input_shape, options, say, reading)
        case "pictures":
            return picture_reader.read_folder(source.path, described.input_shape, options, say, reading)


def _check_built_in(described: Dataset, arrays: Arrays, path: Path) -> None:
    for images in (arrays.x_train, arrays.x_test):
        if images.shape[1:] != described.input_shape:
            raise DatasetError(
                f"{shown(path)} is not {described.title}: its images are {' × '.join(map(str, images.shape[1:]))} "
                f"and not {' × '.join(map(str, described.input_shape))}. Replace it, or give its path as the dataset."
            )
    highest = max(int(arrays.y_train.max()), int(arrays.y_test.max()))
    if highest >= described.classes:
        raise DatasetError(
            f"{shown(path)} is not {described.title}: it has the label {highest}, and the {described.classes} classes "
            "count from 0. Replace it, or give its path as the dataset."
        )


def _check_own_folder(say: Callable[[str], None]) -> None:
    own = _own_folder()
    if own and not (os.path.isdir(own) and os.access(own, os.R_OK | os.X_OK)):  # noqa: PTH112  it never raises
        say(f"CNN_TUI_DATA is {shown(own)}, which is no folder that can be read, so it is passed over.")


def _own_folder() -> Path | None:
    own = os.environ.get("CNN_TUI_DATA")
    return Path(os.path.expanduser(own)) if own else None  # noqa: PTH111  it never raises
