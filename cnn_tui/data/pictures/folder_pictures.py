"""The pictures of a dataset, as a folder or a table that names them gives them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cnn_tui.data.pictures.left_out import FilesLeftOut


class FolderPictures(NamedTuple):
    """The pictures of a folder: `names` are the class folders, `train` and `test` pairs of (path, label).

    `halves` are the folders of the classes of training and of test pictures; both are one where a share of each class
    is tested on. `folders` are all that were looked into. Of a table that names the pictures, `names` are the classes
    in it, `halves` where its pictures begin, and the table itself is among the `folders`. `validation` are pictures of
    another folder, or table, that are validated on.
    """

    names: tuple[str, ...]
    train: list[tuple[str, int]]
    test: list[tuple[str, int]]
    halves: tuple[Path, Path]
    left_out: tuple[FilesLeftOut, ...]
    folders: tuple[str, ...]
    validation: Sequence[tuple[str, int]] = ()

    @property
    def paths(self) -> list[str]:
        """All pictures, those of training first."""
        return [path for path, _ in (*self.train, *self.test, *self.validation)]
