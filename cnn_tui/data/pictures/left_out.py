"""Counts the files of a folder of pictures that are left out, by reason, and names them in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Literal

import msgspec

from cnn_tui.data.pictures.folder_parts import part_of
from cnn_tui.text import counted, quiet

Why = Literal[
    "hidden",
    "no picture",
    "broken",
    "unreadable",
    "too large",
    "linked folder",
    "outside",
    "folder not used",
    "not there",
    "no class",
]
_WORDS: dict[Why, tuple[str, str]] = {
    "hidden": ("is hidden", "are hidden"),
    "no picture": ("is no picture", "are no pictures"),
    "broken": ("is broken", "are broken"),
    "unreadable": ("may not be read", "may not be read"),
    "too large": ("has too many pixels", "have too many pixels"),
    "linked folder": ("is a link to a folder", "are links to folders"),
    "outside": ("lies outside of the class folders", "lie outside of the class folders"),
    "folder not used": ("lies in a folder that is not used", "lie in folders that are not used"),
    "not there": ("is not there", "are not there"),
    "no class": ("has no class", "have no class"),
}


class FilesLeftOut(msgspec.Struct, frozen=True):
    """How many files are left out for one reason; `first` is the path of one of them inside the dataset's folder."""

    why: Why
    count: int
    first: str


class LeftOutCounter:
    """Counts files that are left out, by reason."""

    def __init__(self, before: Iterable[FilesLeftOut] = ()) -> None:
        """Begin with the counts `before`."""
        self._counts: dict[Why, tuple[int, str]] = {one.why: (one.count, one.first) for one in before}

    def add(self, why: Why, name: str, count: int = 1) -> None:
        """Count a file, or a folder of `count` files; `name` is its path inside the dataset's folder."""
        so_far, first = self._counts.get(why, (0, name))
        self._counts[why] = so_far + count, first

    def result(self) -> tuple[FilesLeftOut, ...]:
        """The counts, in the order in which the reasons were first met."""
        return tuple(FilesLeftOut(why, count, first) for why, (count, first) in self._counts.items())


def sentence_of(left_out: Sequence[FilesLeftOut]) -> str:
    """`3 files are left out: 2 are hidden ('cat/.DS_Store' is one), 1 is broken ('cat/7.png').`; "" for none.

    Of a folder that is called as one to validate on, it says how that is done.
    """
    parts = [
        f"{one.count:,} {_WORDS[one.why][one.count > 1]} ('{quiet(one.first, 60)}'{' is one' * (one.count > 1)})"
        for one in left_out
    ]
    total = sum(one.count for one in left_out)
    unused = [one.first for one in left_out if one.why == "folder not used"]
    usable = [one for one in unused if part_of(PurePath(one).name) == "validation"]
    held = f" To validate on '{quiet(usable[0], 60)}', set validation to its path." if usable else ""
    told = f"{counted(total, 'file')} {'is' if total == 1 else 'are'} left out: {', '.join(parts)}."
    return told + held if parts else ""
