"""What the pictures of a folder are like, from their headers.

A single picture in colour makes the whole set one of colours. So in a set without one every file has to be opened,
which takes long: the survey is kept in the home until one of the files changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cnn_tui.data import raw_file
from cnn_tui.data.dataset import DatasetError, shown
from cnn_tui.data.pictures.picture import (
    PictureError,
    header_of,
    highest,
    is_coloured,
    is_deep,
    is_grey_png,
    is_transparent,
    open_picture,
    top_of,
    without_warnings,
)
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.home import home

FORMAT = "cnn-tui pictures 1"


class Survey(msgspec.Struct, frozen=True):
    """What the pictures are like. `size` is (width, height) of the first one that can be read, turned upright.

    `transparent`, `deep` (more than 8 bits) and `huge` (too many pixels) say whether any picture is so, but only if
    `whole`: else the survey ended at the first picture in colour. `top`, where it is known, is the white of deep ones.
    """

    format: str
    stamp: str
    size: tuple[int, int]
    coloured: bool
    whole: bool
    transparent: bool = False
    deep: bool = False
    huge: bool = False
    top: int | None = None


def survey(folder: Path, pictures: Sequence[str], whole: bool = False) -> Survey:
    """Survey the pictures of a folder, all of them if `whole`, or read a survey that is kept. Raises DatasetError."""
    stamp = _stamp(pictures)
    with contextlib.suppress(RawFileError):
        kept = raw_file.read_json(_path(folder), Survey)
        if (kept.format, kept.stamp) == (FORMAT, stamp) and (kept.whole or not whole):
            return kept
    return _keep(folder, _look(folder, pictures, stamp, whole))


def top_in(folder: Path, pictures: Sequence[str]) -> int:
    """The white of the folder's pictures of more than 8 bits; all of those are unpacked for it."""
    found = survey(folder, pictures, whole=True)
    if found.top is not None:
        return found.top
    number = 0.0
    with without_warnings():
        for path in pictures if found.deep else ():
            with contextlib.suppress(PictureError), header_of(path) as picture:
                if is_deep(picture):
                    number = max(number, highest(picture))
    _keep(folder, msgspec.structs.replace(found, top=top_of(number)))
    return top_of(number)


def _look(folder: Path, pictures: Sequence[str], stamp: str, whole: bool) -> Survey:
    size: tuple[int, int] | None = None
    coloured = transparent = deep = huge = False
    with without_warnings():
        for path in pictures:
            if size and not whole and is_grey_png(path):
                continue
            try:
                if size is None:
                    size = open_picture(path).picture.size
                with header_of(path) as picture:
                    coloured = coloured or is_coloured(picture)
                    transparent, deep = transparent or is_transparent(picture), deep or is_deep(picture)
            except PictureError as error:
                huge = huge or error.kind == "too large"
            if coloured and not whole:
                break
    if size is None:
        raise DatasetError(
            f"{shown(folder)} has {len(pictures):,} pictures, and none of them can be read. The first is "
            f"{shown(pictures[0])}: {_fault(pictures[0])}. Save them again as PNG or JPEG."
        )
    return Survey(FORMAT, stamp, size, coloured, whole, transparent, deep, huge)


def _fault(path: str) -> str:
    try:
        open_picture(path)
    except PictureError as error:
        return f"it {error}"
    return "it was written just now"


def _keep(folder: Path, found: Survey) -> Survey:
    with contextlib.suppress(OSError):  # on a full disk, the survey is made anew each time
        raw_file.write(_path(folder), found, [])
    return found


def _path(folder: Path) -> Path:
    name = hashlib.blake2b(os.fsencode(folder.resolve()), digest_size=12).hexdigest()
    return home() / "data-cache" / f"{name}.pictures"


def _stamp(pictures: Sequence[str]) -> str:
    """A digest that changes when the size or the date of any picture does."""
    made = hashlib.blake2b(digest_size=16)
    for path in pictures:
        status = os.stat(path)  # noqa: PTH116  a path is text here, and there may be many
        made.update(os.fsencode(f"{path}\0{status.st_size} {status.st_mtime_ns}\n"))
    return made.hexdigest()
