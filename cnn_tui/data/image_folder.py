"""A dataset in a folder of image folders: one folder a class, or one a class under `train` and under `test`.

    DIR/train/cat/1.png  DIR/test/cat/7.png      the folder says what is tested on; PARTS has the names that will do
    DIR/cat/1.png                                every fifth picture of a class, sorted by path, is tested on

As Keras does, it takes the pictures of a class folder with all the folders inside it. What it does not take is counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cnn_tui.data import picture_survey
from cnn_tui.data.data_facts import Stamp, stamp_of
from cnn_tui.data.dataset import AS_THEY_ARE, Dataset, DatasetError, PictureSettings, shown
from cnn_tui.data.left_out import FilesLeftOut, LeftOutCounter
from cnn_tui.data.picture import ENDINGS
from cnn_tui.text import escaped

HIDDEN = (".", "__MACOSX")
"""What the names of files and folders begin with that a system puts there, and that are no images of anybody's."""
PARTS = {
    "train": ("train", "training", "train_set", "training_set"),
    "test": ("test", "testing", "test_set", "testing_set"),
    "validation": ("val", "valid", "validation", "val_set", "validation_set"),
}
"""What the folders of a dataset's parts may be called, in capitals or not. Without test, validation is tested on."""
_MOST_KEPT = 32


class FolderPictures(NamedTuple):
    """The pictures of a folder: `names` are the class folders, `train` and `test` pairs of (path, label).

    `parts` are the names of the folders of training and test pictures; none where a share of each class is tested on.
    `folders` are all that were looked into.
    """

    names: tuple[str, ...]
    train: list[tuple[str, int]]
    test: list[tuple[str, int]]
    parts: tuple[str, ...]
    left_out: tuple[FilesLeftOut, ...]
    folders: tuple[str, ...]

    @property
    def paths(self) -> list[str]:
        """All pictures, those of training first."""
        return [path for path, _ in (*self.train, *self.test)]


_described: dict[tuple[str, Path, PictureSettings], tuple[Stamp, Dataset]] = {}


def describe(name: str, folder: Path, pictures: PictureSettings = AS_THEY_ARE) -> Dataset:
    """Describe the folder as the dataset called `name`, anew when a folder in it has changed.

    Raises DatasetError, OSError.
    """
    stamp, dataset = _described.get((name, folder, pictures), ((), None))
    if dataset is not None and stamp_of(Path(path) for path, _, _ in stamp) == stamp:
        return dataset
    listing = list_pictures(folder)
    survey = picture_survey.survey(folder, listing.paths)
    height, width = pictures.image_size or survey.size[::-1]
    coloured = survey.coloured if pictures.color is None else pictures.color == "rgb"
    dataset = Dataset(
        name=name,
        title=escaped(folder.resolve().name),
        input_shape=(height, width, 3 if coloured else 1),
        class_names=tuple(escaped(class_name) for class_name in listing.names),
        train_images=len(listing.train),
        test_images=len(listing.test),
        left_out=listing.left_out,
    )
    while len(_described) >= _MOST_KEPT:
        del _described[next(iter(_described))]
    _described[name, folder, pictures] = stamp_of(map(Path, listing.folders)), dataset
    return dataset


def list_pictures(folder: Path) -> FolderPictures:
    """List the pictures of a folder, sorted by class and path. Raises DatasetError where there are none, OSError."""
    look = _Look(folder)
    parts = _parts(folder)
    if parts:
        return _list_parts(look, *parts)
    train = folder / "train"
    if train.is_dir() and _folders(train):
        raise DatasetError(
            f"{shown(folder)} has a folder train but no folder test. Add one, with the same class folders."
        )
    names = look.class_names(folder)
    train_pictures: list[tuple[str, int]] = []
    test_pictures: list[tuple[str, int]] = []
    for label, class_name in enumerate(names):
        for position, picture in enumerate(look.pictures(folder / class_name)):
            (test_pictures if position % 5 == 4 else train_pictures).append((picture, label))
    if not test_pictures:
        raise DatasetError(
            f"No class in {shown(folder)} has five pictures, and every fifth one is what is tested on. "
            "Add pictures, or make the folders train and test."
        )
    return look.result(names, train_pictures, test_pictures, ())


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
    folders = look.folder / train, look.folder / test
    names = look.class_names(folders[0])
    unknown = [class_name for class_name in _folders(folders[1]) if class_name not in names]
    if unknown:
        raise DatasetError(
            f"{shown(folders[1])} has the class {shown(unknown[0])}, which {shown(folders[0])} has not. "
            "Name the folders of a class alike in both."
        )
    pictures: list[list[tuple[str, int]]] = []
    for folder in folders:
        present = [(label, folder / class_name) for label, class_name in enumerate(names)]
        pictures.append([(file, label) for label, path in present if path.is_dir() for file in look.pictures(path)])
    if not pictures[1]:
        raise DatasetError(f"{shown(folders[1])} has no class folders. Add some, named as those in {train}.")
    look.visit(folders[1])
    look.visit(look.folder, used=(train, test))
    return look.result(names, pictures[0], pictures[1], (train, test))


class _Look:
    """Goes through a dataset's folders: gives the pictures, counts what is none, remembers where it has been."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._left_out = LeftOutCounter()
        self._folders: dict[str, None] = {}

    def result(
        self, names: tuple[str, ...], train: list[tuple[str, int]], test: list[tuple[str, int]], parts: tuple[str, ...]
    ) -> FolderPictures:
        return FolderPictures(names, train, test, parts, self._left_out.result(), tuple(self._folders))

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
            if not entry.is_dir():
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
        self._folders[folder] = None
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
        for entry in inside:
            if entry.name.startswith(HIDDEN):
                self._left_out.add("hidden", self._name(entry.path))
            elif entry.is_dir(follow_symlinks=False):
                yield from self.walk(entry.path)
            elif entry.is_dir():
                self._left_out.add("linked folder", self._name(entry.path))
            elif _is_picture(entry):
                yield entry.path
            else:
                self._left_out.add("no picture", self._name(entry.path))

    def _name(self, path: str) -> str:
        return escaped(os.path.relpath(path, self.folder))  # a name may be no text, and facts are kept as JSON


def _is_picture(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(ENDINGS) and entry.is_file()


def _folders(folder: Path) -> list[str]:
    """The folders inside one, sorted; what a system hides there is no class."""
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not e.name.startswith(HIDDEN) and e.is_dir())
