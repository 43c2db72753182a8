"""A dataset in a folder of image folders: one folder a class, or one a class under `train` and under `test`.

    DIR/train/cat/1.png  DIR/test/cat/7.png      folder_parts.py has the names that will do; without test, val
    DIR/cat/1.png                                every fifth picture of a class, sorted by path, is tested on
    DIR/cat/1.png        OTHER/cat/7.png         with another folder as `test`, that is tested on
    DIR/cat/1.png        THIRD/cat/9.png         with another folder as `validation`, that is validated on
    DIR/a.csv  DIR/1.png                         a table names the pictures and their classes: see picture_list.py

As Keras does, it takes the pictures of a class folder with all the folders inside it. What it does not take is counted.
"""

from __future__ import annotations

from pathlib import Path

from cnn_tui.data.data_facts import Stamp, stamp_of
from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    OR_ELSE,
    TEST_SHARE,
    TRAIN,
    DataOptions,
    Dataset,
    DatasetError,
    check_apart,
    is_file,
    is_tested,
    path_of,
    shown,
    test_share,
)
from cnn_tui.data.pictures import picture_list, picture_survey
from cnn_tui.data.pictures.folder_look import FolderLook, folders_in
from cnn_tui.data.pictures.folder_parts import part_of
from cnn_tui.data.pictures.folder_pictures import FolderPictures
from cnn_tui.text import enumerated, escaped

_MOST_KEPT = 32


_described: dict[tuple[str, Path, DataOptions], tuple[Stamp, Dataset]] = {}


def describe(name: str, folder: Path, options: DataOptions = AS_THEY_ARE) -> Dataset:
    """Describe the folder as the dataset called `name`, anew when a folder in it has changed.

    Raises DatasetError, OSError.
    """
    stamp, dataset = _described.get((name, folder, options), ((), None))
    if dataset is not None and stamp_of(Path(path) for path, _, _ in stamp) == stamp:
        return dataset
    listing = list_pictures(folder, options)
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
        validation_images=len(listing.validation),
    )
    while len(_described) >= _MOST_KEPT:
        del _described[next(iter(_described))]
    _described[name, folder, options] = stamp_of(map(Path, listing.folders)), dataset
    return dataset


def list_pictures(folder: Path, options: DataOptions = AS_THEY_ARE) -> FolderPictures:
    """List the pictures of a folder, sorted by class and path. Raises DatasetError where there are none, OSError."""
    if is_file(folder):
        return picture_list.list_named(folder, options)
    other = None if options.validation is None else _folder_to_validate_on(options.validation)
    look = FolderLook(folder, other)
    listing = _list_halves(look, options.test)
    return listing if other is None else _with_validation(look, listing, other)


def has_parts(folder: Path) -> bool:
    """Whether a folder has one to learn from and one to test on in it. Raises OSError."""
    return folder.is_dir() and bool(_parts(folder))


def _list_halves(look: FolderLook, test: str | float | None) -> FolderPictures:
    """The pictures to learn from and to test on."""
    folder = look.folder
    if isinstance(test, str) and test != TRAIN:
        return _list_apart(look, test)
    parts = _parts(folder)
    if parts and test is not None:
        asks = f"{test:g} asks for a share of each class" if test != TRAIN else f'"{TRAIN}" asks for none'
        raise DatasetError(
            f"{shown(folder)} has the folder {shown(parts[1])} to test on, and test = {asks}. "
            f"Leave test out, or make {shown(folder / parts[0])} the dataset."
        )
    if parts:
        return _list_parts(look, *parts)
    train = folder / "train"
    if train.is_dir() and folders_in(train):
        raise DatasetError(
            f"{shown(folder)} has a folder train but no folder test. Add one, with the same class folders; or make "
            "the folder train the dataset, of which a share is tested on."
        )
    return _list_share(look, test_share(test))


def _list_share(look: FolderLook, share: float) -> FolderPictures:
    names = look.class_names(look.folder)
    train: list[tuple[str, int]] = []
    test: list[tuple[str, int]] = []
    for label, class_name in enumerate(names):
        for position, picture in enumerate(look.pictures(look.folder / class_name)):
            (test if is_tested(position, share) else train).append((picture, label))
    if share and not (train and test):
        which = "every fifth one" if share == TEST_SHARE else f"a share of {share:g}"
        few = "five pictures" if share == TEST_SHARE else "enough pictures"
        raise DatasetError(
            f"No class in {shown(look.folder)} has {few}, and {which} is what is tested on. "
            "Add pictures, or make the folders train and test."
        )
    return look.result(names, train, test, (look.folder, look.folder))


def validation_beside(dataset: str) -> Path | None:
    """The folder to validate on that lies beside the one to learn from; None where none does, or it is tested on."""
    folder = path_of(dataset)
    if folder is None or not folder.is_dir():
        return None
    try:
        inside = _named_parts(folder)
        if {"train", "test", "validation"} <= inside.keys():
            return folder / inside["validation"]
        beside = _named_parts(folder.parent)
    except OSError:
        return None
    is_learned = beside.get("train") == folder.name and "validation" in beside
    return folder.parent / beside["validation"] if is_learned else None


def _parts(folder: Path) -> tuple[str, str] | None:
    """The names of the folders of training and of test pictures; None where there is no such pair."""
    found = _named_parts(folder)
    test = found.get("test") or found.get("validation")
    return (found["train"], test) if "train" in found and test else None


def _named_parts(folder: Path) -> dict[str, str]:
    """The names of the folders in one by the parts of a dataset that they are called after."""
    found: dict[str, str] = {}
    for name in folders_in(folder):
        part = part_of(name)
        if part is not None:
            found.setdefault(part, name)
    return found


def _list_parts(look: FolderLook, train: str, test: str) -> FolderPictures:
    halves = look.folder / train, look.folder / test
    names = look.class_names(halves[0])
    pictures = _of_halves(look, halves, names, [one for one in folders_in(halves[1]) if one not in names], [])
    look.visit(halves[1])
    look.visit(look.folder, used=(train, test))
    return look.result(names, *pictures, halves)


def _list_apart(look: FolderLook, test: str) -> FolderPictures:
    """The pictures of two folders that lie apart: their classes are the same ones."""
    other = path_of(test)
    if other is None or not other.is_dir():
        raise DatasetError(f"There is no folder {shown(test)} to test on. Set test to the path of a folder of classes.")
    if other.samefile(look.folder):
        raise DatasetError(
            f"{shown(test)} is both what is learned from and what is tested on. "
            f"Set test to another folder, {OR_ELSE['test']}."
        )
    halves = look.folder, other
    names, tested = look.class_names(halves[0]), folders_in(other)
    unknown = [one for one in tested if one not in names]
    missing = [one for one in names if one not in tested] if tested else []
    pictures = _of_halves(look, halves, names, unknown, missing)
    look.visit(other)
    return look.result(names, *pictures, halves)


def _of_halves(
    look: FolderLook, halves: tuple[Path, Path], names: tuple[str, ...], unknown: list[str], missing: list[str]
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The pictures to learn from and to test on. Raises DatasetError for classes that only one half has."""
    _check_classes({halves[1]: unknown, halves[0]: missing}, "test on")
    train, test = (_pictures_in(look, folder, names) for folder in halves)
    if not test:
        raise _no_classes(halves[1], halves[0])
    return train, test


def _check_classes(alone: dict[Path, list[str]], to_do: str) -> None:
    """Raise DatasetError for classes that only one of two folders has."""
    if differing := [f"only {shown(folder)} has {_named(only)}" for folder, only in alone.items() if only]:
        raise DatasetError(
            f"The classes to learn from and to {to_do} are not the same: {', and '.join(differing)}. "
            "Name the folders of a class alike in both."
        )


def _pictures_in(look: FolderLook, folder: Path, names: tuple[str, ...]) -> list[tuple[str, int]]:
    return [
        (file, label)
        for label, name in enumerate(names)
        if (folder / name).is_dir()
        for file in look.pictures(folder / name)
    ]


def _no_classes(folder: Path, learned: Path) -> DatasetError:
    return DatasetError(f"{shown(folder)} has no class folders. Add some, named as those in {shown(learned)}.")


def _folder_to_validate_on(validation: str) -> Path:
    folder = path_of(validation)
    if folder is None or not folder.is_dir():
        raise DatasetError(
            f"There is no folder {shown(validation)} to validate on. Set validation to the path of a folder of "
            f"classes, {OR_ELSE['validation']}."
        )
    return folder


def _with_validation(look: FolderLook, listing: FolderPictures, folder: Path) -> FolderPictures:
    """What is listed with the pictures of another folder to validate on, whose classes are the same."""
    learned, tested = listing.halves
    check_apart(folder, look.folder, None)
    check_apart(folder, learned, tested)
    there = folders_in(folder)
    unknown = [one for one in there if one not in listing.names]
    missing = [one for one in listing.names if one not in there] if there else []
    _check_classes({folder: unknown, learned: missing}, "validate on")
    pictures = _pictures_in(look, folder, listing.names)
    if not pictures:
        raise _no_classes(folder, learned)
    look.visit(folder)
    return look.result(listing.names, listing.train, listing.test, listing.halves)._replace(validation=pictures)


def _named(classes: list[str]) -> str:
    return f"the class{'es' * (len(classes) > 1)} {enumerated(map(shown, classes), 'and')}"
