"""What tables of images have in common, whether they are text (CSV) or Parquet: a label and an image in each row."""

from __future__ import annotations

import array
import glob
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from cnn_tui.data.dataset import PART, DataOptions, Dataset, DatasetError, is_tested, shown, size_in_words
from cnn_tui.data.labels import unknown_label
from cnn_tui.data.npz_file import MOST_CLASSES
from cnn_tui.text import counted, escaped, quiet

LABEL_NAMES = ("label", "labels", "class", "target", "y")

Shape = tuple[int, int, int]

VALIDATIONS = ("validation", "valid", "val")
"""What tables to validate on are called."""


def describe_table(
    name: str,
    path: Path,
    shape: Shape,
    train: array.array[int],
    test: array.array[int] | None,
    share: float,
    names: tuple[str, ...] = (),
) -> Dataset:
    """The dataset called `name`, of tables with these labels; without `test`, a share of each class is tested on.

    `names` are the classes where the table says them. Raises DatasetError.
    """
    counts, tested = Counter(train), Counter(test or ())
    if test is None:
        tested = Counter({one: sum(is_tested(at, share) for at in range(count)) for one, count in counts.items()})
        counts -= tested
        if share and not tested.total():
            raise DatasetError(
                f"No class in {shown(path)} has enough images for a share of {share:g} to test on. Set test to the "
                "path of another table, or to a larger share."
            )
    highest = max((*counts, *tested))
    if highest == 0:
        raise DatasetError(
            f"In {shown(path)} every label is 0, which is one class. Labels count the classes from 0; "
            "a network needs at least two to tell apart."
        )
    numbers = tuple(map(str, range(highest + 1)))
    return Dataset(
        name=name,
        title=escaped(path.stem),
        input_shape=shape,
        class_names=tuple(map(escaped, names)) if len(names) > highest else numbers,
        train_images=counts.total(),
        test_images=tested.total(),
        unused=tuple(label for label in range(highest) if not counts[label] and not tested[label]),
    )


def with_validation(described: Dataset, path: Path, labels: array.array[int]) -> Dataset:
    """The dataset with the images of another table to validate on. Raises DatasetError for a label that is unknown."""
    if (highest := max(labels)) >= described.classes:
        raise DatasetError(unknown_label(path, highest, described.classes))
    return msgspec.structs.replace(described, validation_images=len(labels))


def shape_of_pixels(path: Path, pixels: int, options: DataOptions) -> Shape:
    """(height, width, channels) of images of so many numbers. Raises DatasetError where they are not square."""
    for channels in (1, 3):
        if options.image_size is not None:
            height, width = options.image_size
        else:
            height = width = math.isqrt(pixels // channels)
        if height * width * channels == pixels:
            return height, width, channels
    where = f"{shown(path)} has {counted(pixels, 'pixel')} in a line, which"
    if options.image_size is not None:
        height, width = options.image_size
        raise DatasetError(
            f"{where} make no image of {size_in_words(height, width)}, grey or in three colours. Set another size."
        )
    raise DatasetError(
        f"{where} make no square image, grey or in three colours. Set image_size to its height and width; in the "
        "settings of the lab they are typed after the path, as `table.csv 20x30`."
    )


def no_column(path: Path, column: str, header: Sequence[str]) -> str:
    """What is said of a table without the column that label_column names."""
    there = ", ".join(shown(quiet(name, 30)) for name in header[:8])
    return (
        f"{shown(path)} has no column {shown(quiet(column, 60))} of classes, which label_column names. Its columns are "
        f"{there}{', …' if len(header) > 8 else ''}."
    )


def too_many_classes(label: int | str) -> str:
    """The end of a sentence on a label that is too large."""
    most = f"at most {MOST_CLASSES:,} classes are taken"
    return f"has the label {label}, but {most}. Number the classes from 0 without gaps."


def tables_beside(path: Path, *halves: str) -> Iterator[Path]:
    """The tables, or their first parts, that lie beside one called as what is learned from, called as its `halves`."""
    for name in _names_beside(PART.sub("", path.name).removesuffix(path.suffix), *halves):
        parts = sorted(path.parent.glob(f"{glob.escape(name)}-00000-of-?????{path.suffix}"))
        yield from (one for one in (path.with_name(name + path.suffix), *parts) if one.is_file())


def validation_beside(path: Path, tested: Path | None) -> Path | None:
    """The table to validate on that lies beside one to learn from; None where none does, or it is `tested` on."""
    return next((one for one in tables_beside(path, *VALIDATIONS) if one != tested), None)


def unused_beside(path: Path, tested: Path | None) -> str:
    """A sentence on such a table, for who does not use it; "" where there is none."""
    there = validation_beside(path, tested)
    if there is None:
        return ""
    return (
        f"The table {shown(there.name)} beside it is not used: to validate on its images, set validation to its path."
    )


def _names_beside(stem: str, *halves: str) -> Iterator[str]:
    """What a table's other half may be called: for `sign_mnist_train`, with "test", `sign_mnist_test`."""
    found = re.search("train(ing)?", stem, re.IGNORECASE)
    for half in halves if found is not None else ():
        assert found is not None
        word = found[0]
        named = half.upper() if word.isupper() else half.title() if word[0].isupper() else half
        for other in (named, named + word[len("train") :]):
            yield stem[: found.start()] + other + stem[found.end() :]
