"""Goes through the folders of a dataset of pictures, and counts the files in them that are none of its pictures."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from cnn_tui.data.dataset import DatasetError, shown
from cnn_tui.data.pictures.folder_pictures import FolderPictures
from cnn_tui.data.pictures.left_out import LeftOutCounter
from cnn_tui.data.pictures.picture import ENDINGS
from cnn_tui.text import escaped

HIDDEN = (".", "__MACOSX")
"""What the names of files and folders begin with that a system puts there, and that are no images of anybody's."""


class FolderLook:
    """Goes through a dataset's folders: gives the pictures, counts what is none, remembers where it has been."""

    def __init__(self, folder: Path, used: Path | None = None) -> None:
        """`used` is a folder whose pictures are used, wherever it lies."""
        self.folder, self._used = folder, used
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
        names = tuple(folders_in(folder))
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
                inside = sum(not self._is_used(path) for path in FolderLook(self.folder).walk(entry.path))
                if inside:
                    self._left_out.add("folder not used", self._name(entry.path), inside)

    def _is_used(self, path: str) -> bool:
        return self._used is not None and Path(path).is_relative_to(self._used)

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


def folders_in(folder: Path) -> list[str]:
    """The folders inside one, sorted; what a system hides there is no class."""
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not e.name.startswith(HIDDEN) and _is_folder(e))
