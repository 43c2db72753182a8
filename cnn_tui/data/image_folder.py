"""A dataset in a folder of image folders: one folder a class, or one a class under `train` and under `test`.

    DIR/train/cat/1.png  DIR/test/cat/7.png      the folder says what is tested on; PARTS has the names that will do
    DIR/cat/1.png                                every fifth picture of a class, sorted by path, is tested on
    DIR/cat/1.png        OTHER/cat/7.png         with another folder as `test`, that is tested on
    DIR/a.csv  DIR/1.png                         a table names the pictures and their classes: see picture_list.py

As Keras does, it takes the pictures of a class folder with all the folders inside it. What it does not take is counted.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from cnn_tui.data import picture_list, picture_survey
from cnn_tui.data.data_facts import Stamp, stamp_of
from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    TEST_SHARE,
    DataOptions,
    Dataset,
    DatasetError,
    is_file,
    is_tested,
    path_of,
    shown,
)
from cnn_tui.data.folder_pictures import FolderPictures
from cnn_tui.data.left_out import LeftOutCounter
from cnn_tui.data.picture import ENDINGS
from cnn_tui.text import enumerated, escaped

HIDDEN = (".", "__MACOSX")
"""What the names of files and folders begin with that a system puts there, and that are no images of anybody's."""
PARTS = {
    "train": ("train", "training", "train_set", "training_set"),
    "test": ("test", "testing", "test_set", "testing_set"),
    "validation": ("val", "valid", "validation", "val_set", "validation_set"),
}
"""What the folders of a dataset's parts may be called, in capitals or not. Without test, validation is tested on."""
_MOST_KEPT = 32


_described: dict[tuple[str, Path, DataOptions], tuple[Stamp, Dataset]] = {}


def describe(name: str, folder: Path, options: DataOptions = AS_THEY_ARE) -> Dataset:
    """Describe the folder as the dataset called `name`, anew when a folder in it has changed.

    Raises DatasetError, OSError.
    """
    stamp, dataset = _described.get((name, folder, options), ((), None))
    if dataset is not None and stamp_of(Path(path) for path, _, _ in stamp) == stamp:
        return dataset
    listing = list_pictures(folder, options.test)
    survey = picture_survey.survey(folder, listing.paths)
    height, width = options.image_size or survey.size[::-1]
    coloured = survey.coloured if options.color is None else options.color == "rgb"
    dataset = Dataset(
        name=name,
        title=escaped(folder.stem if is_file(folder) else folder.resolve().name),
        input_shape=(height, width, 3 if coloured else 1),
        class_names=tuple(escaped(class_name) for class_name in listing.names),
        train_images=len(listing.train),
        test_images=len(listing.test),
        left_out=listing.left_out,
    )
    while len(_described) >= _MOST_KEPT:
        del _described[next(iter(_described))]
    _described[name, folder, options] = stamp_of(map(Path, listing.folders)), dataset
    return dataset


def list_pictures(folder: Path, test: str | float | None = None) -> FolderPictures:
    """List the pictures of a folder, sorted by class and path. Raises DatasetError where there are none, OSError.

    `test` is that of `DataOptions`: another folder of classes, or the share of each class that is tested on.
    """
    if is_file(folder):
        return picture_list.list_named(folder, test)
    look = _Look(folder)
    if isinstance(test, str):
        return _list_apart(look, test)
    parts = _parts(folder)
    if parts and test is not None:
        raise DatasetError(
            f"{shown(folder)} has the folder {shown(parts[1])} to test on, and test = {test:g} asks for a share of "
            f"each class. Leave test out, or make {shown(folder / parts[0])} the dataset."
        )
    if parts:
        return _list_parts(look, *parts)
    train = folder / "train"
    if train.is_dir() and _folders(train):
        raise DatasetError(
            f"{shown(folder)} has a folder train but no folder test. Add one, with the same class folders; or make "
            "the folder train the dataset, of which a share is tested on."
        )
    return _list_share(look, TEST_SHARE if test is None else test)


def _list_share(look: _Look, share: float) -> FolderPictures:
    names = look.class_names(look.folder)
    train: list[tuple[str, int]] = []
    test: list[tuple[str, int]] = []
    for label, class_name in enumerate(names):
        for position, picture in enumerate(look.pictures(look.folder / class_name)):
            (test if is_tested(position, share) else train).append((picture, label))
    if not train or not test:
        which = "every fifth one" if share == TEST_SHARE else f"a share of {share:g}"
        few = "five pictures" if share == TEST_SHARE else "enough pictures"
        raise DatasetError(
            f"No class in {shown(look.folder)} has {few}, and {which} is what is tested on. "
            "Add pictures, or make the folders train and test."
        )
    return look.result(names, train, test, (look.folder, look.folder))


def _parts(folder: Path) -> tuple[str, str] | None:
    """The names of the folders of training and of test pictures; None where there is no such pair."""
    found: dict[str, str] = {}
    for name in _folders(folder):
        plain = name.casefold().replace("-", "_").replace(" ", "_")
        for part, names in PARTS.items():
            if plain in names:
                found.setdefault(part, name)
    test = found.get("test") or found.get("validation")
    return (found["train"], test) if "train" in found and test else None


def _list_parts(look: _Look, train: str, test: str) -> FolderPictures:
    halves = look.folder / train, look.folder / test
    names = look.class_names(halves[0])
    pictures = _of_halves(look, halves, names, [one for one in _folders(halves[1]) if one not in names], [])
    look.visit(halves[1])
    look.visit(look.folder, used=(train, test))
    return look.result(names, *pictures, halves)


def _list_apart(look: _Look, test: str) -> FolderPictures:
    """The pictures of two folders that lie apart: their classes are the same ones."""
    other = path_of(test)
    if other is None or not other.is_dir():
        raise DatasetError(f"There is no folder {shown(test)} to test on. Set test to the path of a folder of classes.")
    if other.samefile(look.folder):
        raise DatasetError(
            f"{shown(test)} is both what is learned from and what is tested on. Set test to another folder, or to a "
            "share like 0.2."
        )
    halves = look.folder, other
    names, tested = look.class_names(halves[0]), _folders(other)
    unknown = [one for one in tested if one not in names]
    missing = [one for one in names if one not in tested] if tested else []
    pictures = _of_halves(look, halves, names, unknown, missing)
    look.visit(other)
    return look.result(names, *pictures, halves)


def _of_halves(
    look: _Look, halves: tuple[Path, Path], names: tuple[str, ...], unknown: list[str], missing: list[str]
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The pictures to learn from and to test on. Raises DatasetError for classes that only one half has."""
    both = ((halves[1], unknown), (halves[0], missing))
    if differing := [f"only {shown(folder)} has {_named(only)}" for folder, only in both if only]:
        raise DatasetError(
            f"The classes to learn from and to test on are not the same: {', and '.join(differing)}. "
            "Name the folders of a class alike in both."
        )
    train, test = (
        [
            (file, label)
            for label, name in enumerate(names)
            if (folder / name).is_dir()
            for file in look.pictures(folder / name)
        ]
        for folder in halves
    )
    if not test:
        raise DatasetError(f"{shown(halves[1])} has no class folders. Add some, named as those in {shown(halves[0])}.")
    return train, test


def _named(classes: list[str]) -> str:
    return f"the class{'es' * (len(classes) > 1)} {enumerated(map(shown, classes), 'and')}"


class _Look:
    """Goes through a dataset's folders: gives the pictures, counts what is none, remembers where it has been."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._left_out = LeftOutCounter()
        self._folders: dict[str, None] = {}

    def result(
        self,
        names: tuple[str, ...],
        train: list[tuple[str, int]],
        test: list[tuple[str, int]],
        halves: tuple[Path, Path],
    ) -> FolderPictures:
        return FolderPictures(names, train, test, halves, self._left_out.result(), tuple(self._folders))

    def class_names(self, folder: Path) -> tuple[str, ...]:
        """The class folders in a folder, sorted."""
        names = tuple(_folders(folder))
        if len(names) < 2:
            found = f"only the folder {shown(names[0])}" if names else "no folders"
            raise DatasetError(
                f"{shown(folder)} has {found}. A folder of images has a folder for each class, two at least, "
                "with its pictures inside."
            )
        self.visit(folder, used=names)
        return names

    def visit(self, folder: Path, used: tuple[str, ...] | None = None) -> None:
        """Count the pictures in a folder whose folders alone are used, and those in folders that are not."""
        self._folders[str(folder)] = None
        with os.scandir(folder) as entries:
            beside = sorted(entries, key=lambda entry: entry.name)
        for entry in beside:
            if entry.name.startswith(HIDDEN):
                continue
            if not _is_folder(entry):
                if _is_picture(entry):
                    self._left_out.add("outside", self._name(entry.path))
            elif used is not None and entry.name not in used:
                inside = sum(1 for _ in _Look(self.folder).walk(entry.path))
                if inside:
                    self._left_out.add("folder not used", self._name(entry.path), inside)

    def pictures(self, folder: Path) -> list[str]:
        """The pictures of a class, with those in folders inside its own."""
        found = list(self.walk(str(folder)))
        if not found:
            raise DatasetError(
                f"The class folder {shown(folder)} has no pictures ({', '.join(ENDINGS)}). "
                "Add some, or remove the folder."
            )
        return found

    def walk(self, folder: str) -> Iterator[str]:
        """The pictures in a folder and those inside it, sorted by their paths. Links to folders are not followed."""
        going = [self._inside(folder)]  # and not a function in itself: a folder may lie thousands deep
        while going:
            entry = next(going[-1], None)
            if entry is None:
                going.pop()
            elif entry.name.startswith(HIDDEN):
                self._left_out.add("hidden", self._name(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                going.append(self._inside(entry.path))
            elif _is_folder(entry):
                self._left_out.add("linked folder", self._name(entry.path))
            elif _is_picture(entry):
                yield entry.path
            else:
                self._left_out.add("no picture", self._name(entry.path))

    def _inside(self, folder: str) -> Iterator[os.DirEntry[str]]:
        self._folders[folder] = None
        with os.scandir(folder) as entries:
            return iter(sorted(entries, key=lambda entry: entry.name))

    def _name(self, path: str) -> str:
        return escaped(os.path.relpath(path, self.folder))  # a name may be no text, and facts are kept as JSON


def _is_picture(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):  # of a link that leads back to itself
        return entry.name.lower().endswith(ENDINGS) and entry.is_file()
    return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):
        return entry.is_dir()
    return False


def _folders(folder: Path) -> list[str]:
    """The folders inside one, sorted; what a system hides there is no class."""
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not e.name.startswith(HIDDEN) and _is_folder(e))
