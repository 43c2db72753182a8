"""Make the sample from the whole of Fashion-MNIST: `python docs/make_sample.py [FOLDER]`.

FOLDER holds the four idx files; without it, the set is looked for where the app looks. The first 600 training
images and the first 100 test images of each class are taken, in the order of the set, so the same file comes out
of every making.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cnn_tui.data.dataset import DatasetError
from cnn_tui.training.data import datasets
from cnn_tui.training.data.readers import Arrays, read_idx

TRAIN_PER_CLASS = 600
TEST_PER_CLASS = 100


def first_of_each(labels: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The positions, ascending, of the first `count` labels of each class."""
    positions = [np.flatnonzero(labels == label)[:count] for label in np.unique(labels)]
    return np.sort(np.concatenate(positions))


def sample_of(full: Arrays) -> Arrays:
    """The balanced part of the whole set."""
    train, test = first_of_each(full.y_train, TRAIN_PER_CLASS), first_of_each(full.y_test, TEST_PER_CLASS)
    return Arrays(full.x_train[train], full.y_train[train], full.x_test[test], full.y_test[test])


def write(sample: Arrays, path: Path) -> None:
    """Write the arrays as a `.npz` whose bytes depend on nothing but the arrays: no clock, no owner."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in sample._asdict().items():
            if array is None:
                continue
            member = zipfile.ZipInfo(f"{name}.npy")  # dated 1980, the zip format's first day
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system, member.external_attr = 3, 0o644 << 16
            shape = array.shape[:3] if name.startswith("x") else array.shape
            with archive.open(member, "w") as stream:
                npy.write_array(stream, array.reshape(shape).astype(np.uint8), version=(1, 0), allow_pickle=False)


def main(arguments: list[str]) -> int:
    """Make the sample beside this file; an exit status of 2 says that the whole set is not there."""
    found = datasets.find("fashion_mnist")
    folder = Path(arguments[0]) if arguments else found.path if found else None
    if folder is None:
        print("Fashion-MNIST is nowhere to be found. Give the folder of its four idx files.", file=sys.stderr)
        return 2
    try:
        sample = sample_of(read_idx(folder))
    except (DatasetError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    write(sample, datasets.SAMPLE)
    print(f"{datasets.SAMPLE}: {len(sample.x_train):,} + {len(sample.x_test):,} images", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
