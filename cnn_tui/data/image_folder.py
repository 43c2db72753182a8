"""A dataset in a folder of image folders: one folder a class, or one a class under `train` and under `test`.

    DIR/train/cat/1.png  DIR/test/cat/7.png      the folder says what is tested on
    DIR/cat/1.png                                every fifth picture of a class, sorted by name, is tested on

Pillow is imported only where a picture is opened.
"""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cnn_tui.data.dataset import Dataset, DatasetError, shown
from cnn_tui.text import escaped

if TYPE_CHECKING:
    from PIL import Image

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
MOST_PIXELS = 50_000_000  # a picture of more is refused before it is unpacked: 150 MB in memory
GREY_MODES = ("1", "L", "I;16", "I;16B", "I;16L")
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")  # and no others, whatever a file's content claims to be


class FolderPictures(NamedTuple):
    """The pictures of a folder: `names` are the class folders, `train` and `test` pairs of (path, label)."""

    names: tuple[str, ...]
    train: list[tuple[str, int]]
    test: list[tuple[str, int]]


def describe(name: str, folder: Path) -> Dataset:
    """Describe the folder as the dataset called `name`. Raises DatasetError, OSError."""
    return _described(name, folder, tuple(_changed(folder)))


@functools.lru_cache(maxsize=32)
def _described(name: str, folder: Path, changed: tuple[int, ...]) -> Dataset:
    listing = list_pictures(folder)
    with open_picture(listing.train[0][0]) as picture:
        width, height = picture.size
        channels = 1 if picture.mode in GREY_MODES else 3
    return Dataset(
        name=name,
        title=escaped(folder.resolve().name),
        input_shape=(height, width, channels),
        class_names=tuple(escaped(class_name) for class_name in listing.names),
        train_images=len(listing.train),
        test_images=len(listing.test),
    )


def list_pictures(folder: Path) -> FolderPictures:
    """List the pictures of a folder, sorted by class and name. Raises DatasetError where there are none."""
    train, test = folder / "train", folder / "test"
    if train.is_dir() and test.is_dir():
        return _list_split(train, test)
    if train.is_dir() and _folders(train):
        raise DatasetError(
            f"{shown(folder)} has a folder train but no folder test. Add one, with the same class folders."
        )
    names = _class_names(folder)
    listing = FolderPictures(names, [], [])
    for label, class_name in enumerate(names):
        for position, picture in enumerate(_pictures(folder / class_name)):
            (listing.test if position % 5 == 4 else listing.train).append((picture, label))
    if not listing.test:
        raise DatasetError(
            f"No class in {shown(folder)} has five pictures, and every fifth one is what is tested on. "
            "Add pictures, or make the folders train and test."
        )
    return listing


def open_picture(path: str) -> Image.Image:
    """Open and unpack a picture, turned as its camera meant it. Raises DatasetError when it is broken or huge."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns over the terminal; the size is checked here anyway
            with Image.open(path, formats=_FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Image.DecompressionBombError
                return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError:
        raise DatasetError(
            f"{shown(path)} has more than the {MOST_PIXELS // 1_000_000} million pixels that are unpacked. "
            "Make it smaller, or remove it."
        ) from None
    except Exception as error:  # a broken picture makes Pillow's readers raise nearly anything
        raise DatasetError(
            f"{shown(path)} cannot be read as a picture ({type(error).__name__}). Remove or replace it."
        ) from None


def _list_split(train: Path, test: Path) -> FolderPictures:
    names = _class_names(train)
    unknown = [class_name for class_name in _folders(test) if class_name not in names]
    if unknown:
        raise DatasetError(
            f"{shown(test)} has the class {shown(unknown[0])}, which {shown(train)} has not. "
            "Name the folders of a class alike in both."
        )
    parts: list[list[tuple[str, int]]] = []
    for folder in (train, test):
        present = [(label, folder / class_name) for label, class_name in enumerate(names)]
        parts.append([(file, label) for label, path in present if path.is_dir() for file in _pictures(path)])
    if not parts[1]:
        raise DatasetError(f"{shown(test)} has no class folders. Add some, named as those in train.")
    return FolderPictures(names, parts[0], parts[1])


def _class_names(folder: Path) -> tuple[str, ...]:
    names = tuple(_folders(folder))
    if len(names) < 2:
        found = f"only the folder {shown(names[0])}" if names else "no folders"
        raise DatasetError(
            f"{shown(folder)} has {found}. A folder of images has a folder for each class, two at least, "
            "with its pictures inside."
        )
    return names


def _folders(folder: Path) -> list[str]:
    """The folders inside one, sorted; what a system hides there is no class."""
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not e.name.startswith((".", "__MACOSX")) and e.is_dir())


def _pictures(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        found = sorted(
            entry.path
            for entry in entries
            if not entry.name.startswith(".") and entry.name.lower().endswith(ENDINGS) and entry.is_file()
        )
    if not found:
        raise DatasetError(
            f"The class folder {shown(folder)} has no pictures ({', '.join(ENDINGS)}). Add some, or remove the folder."
        )
    return found


def _changed(folder: Path) -> Iterator[int]:
    """When the folder, its class folders and those below `train` and `test` last changed, in nanoseconds."""
    yield folder.stat().st_mtime_ns
    for name in _folders(folder):
        yield (folder / name).stat().st_mtime_ns
        if name in ("train", "test"):
            yield from ((folder / name / inner).stat().st_mtime_ns for inner in _folders(folder / name))
