"""What is in a dataset: how many images of each class, how bright they are, what the network gets of them.

It is worked out once, in training/, and kept until the dataset's files change. Kept facts are read without NumPy.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions
from cnn_tui.data.pictures.left_out import FilesLeftOut
from cnn_tui.data.raw_file import RawFileError, read_json
from cnn_tui.home import home
from cnn_tui.text import kept_path, path_kept

FORMAT = "cnn-tui data 2"

Stamp = tuple[tuple[str, int, int], ...]
"""Files and folders with their sizes in bytes and when they changed, in nanoseconds."""


class PartFacts(msgspec.Struct, frozen=True):
    """Training or test images: how many, how many of each class, and the smallest, largest and mean pixel as bytes."""

    images: int
    per_class: tuple[int, ...]
    lowest: int
    highest: int
    mean: float

    @property
    def balance(self) -> float:
        """By what factor the largest class has more images than the smallest one that has any."""
        counts = [count for count in self.per_class if count]
        return max(counts) / min(counts) if counts else 1.0


class DataFacts(msgspec.Struct, frozen=True):
    """What is known of a dataset. `remarks` are sentences that were said while it was read."""

    format: str
    name: str
    title: str
    source: str
    remarks: tuple[str, ...]
    input_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    train: PartFacts
    test: PartFacts | None
    test_images: str
    """The digest by which `images.StoredImages` opens the test images; "" where they could not be kept."""
    train_images: str
    """The same for some training images of each class."""
    stamp: Stamp
    chosen_folder: str
    """CNN_TUI_DATA when it was looked at: it says where a dataset is found first."""
    left_out: tuple[FilesLeftOut, ...] = ()
    """Files of a folder of pictures that are not fed to a network."""
    validation: PartFacts | None = None
    """The images of a folder or table of their own that are validated on."""

    @property
    def parts(self) -> dict[str, PartFacts]:
        """What there is of training, validation and test images, by the names in the output for programs."""
        others = {"validation": self.validation, "test": self.test}
        return {"train": self.train, **{name: part for name, part in others.items() if part is not None}}

    @property
    def bytes_each(self) -> int:
        """What an image takes in memory as bytes; as float32 it is four times as much, as float64 eight times."""
        height, width, channels = self.input_shape
        return height * width * channels

    def range_lines(self) -> list[str]:
        """In sentences: the range of the pixels before and after `/ 255.0`, and what that does to memory."""
        low = min(part.lowest for part in self.parts.values())
        high = max(part.highest for part in self.parts.values())
        mean = self.train.mean
        size = self.train.images * self.bytes_each
        return [
            f"before / 255.0: whole numbers from {low} to {high}, with a mean of {mean:.1f}; "
            f"the training images take {_megabytes(size)}",
            f"after / 255.0: numbers from {low / 255:g} to {high / 255:g}, with a mean of {mean / 255:.3f}; "
            f"{_megabytes(size * 4)} as float32, {_megabytes(size * 8)} as NumPy's float64",
        ]

    def balance_line(self) -> str:
        """In a sentence: how the training images are spread over the classes; `remarks` name those without any."""
        counts, most = self.train.per_class, self.train.balance
        some = sum(map(bool, counts))
        if some < len(counts):
            spread = "as many each" if most == 1 else f"the largest {most:.1f} times as many as the smallest"
            return f"{some} of {len(counts)} classes have training images, {spread}."
        if most == 1:
            return "All classes have the same number of training images."
        return f"The largest class has {most:.1f} times as many training images as the smallest."

    def to_json(self) -> dict[str, Any]:
        """What `cnn-tui data show --json` prints."""
        return {
            "name": self.name,
            "title": self.title,
            "source": self.source,
            "input_shape": self.input_shape,
            "classes": self.class_names,
            "left_out": msgspec.to_builtins(self.left_out),
            "remarks": self.remarks,
            **{
                part: {
                    "images": facts.images,
                    "per_class": facts.per_class,
                    "lowest": facts.lowest,
                    "highest": facts.highest,
                    "mean": round(facts.mean, 3),
                }
                for part, facts in self.parts.items()
            },
        }


def facts_path(dataset: str, options: DataOptions = AS_THEY_ARE) -> Path:
    """Where the facts of a dataset, by its name or path and by how its pictures are wanted, are kept."""
    words = dataset.encode("utf-8", "surrogateescape")
    if options != AS_THEY_ARE:
        words += b"\0" + msgspec.json.encode(options)
    name = hashlib.blake2b(words, digest_size=12).hexdigest()
    return home() / "data-cache" / f"{name}.json"


def read_facts(dataset: str, options: DataOptions = AS_THEY_ARE) -> DataFacts:
    """The kept facts of a dataset. Raises RawFileError when there are none, or its files have changed since."""
    facts = read_json(facts_path(dataset, options), DataFacts)
    present = stamp_of(Path(path_kept(name)) for name, _, _ in facts.stamp)
    if facts.format != FORMAT or facts.stamp != present or facts.chosen_folder != os.environ.get("CNN_TUI_DATA", ""):
        raise RawFileError(f"the dataset {dataset} has changed since it was looked at")
    return facts


def stamp_of(paths: Iterable[Path]) -> Stamp:
    """What tells the present state of files and folders from any other; those that are gone have a size of -1."""
    return tuple(_entry(path) for path in paths)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.2g} MB"


def _entry(path: Path) -> tuple[str, int, int]:
    name = kept_path(str(path))
    try:
        status = path.stat()
    except OSError:
        return name, -1, 0
    return name, status.st_size, status.st_mtime_ns
