"""What is said of labels, and that the lines of Python that are offered for them do what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.data.dataset import DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.labels import odd_numbers, without_images
from tests.data.test_dataset import save_npz

WORDS = np.array(["cat", "dog", "fox"])


@pytest.mark.parametrize(
    ("unused", "classes", "words"),
    [
        ((), 10, ""),
        ((0,), 11, "labels seem to start at 1, for no image has the label 0: save y_train - 1 and y_test - 1"),
        ((0, 1, 2), 5, "labels seem to start at 3, for no image has the label 0 to 2: save y_train - 3"),
        ((4,), 10, "labels have gaps, for they go up to 9 and no image has the label 4: number them anew"),
        ((0, 2), 4, "labels have gaps, for they go up to 3 and no image has the label 0 or 2: number them anew"),
        (tuple(range(1, 90)), 91, "no image has the label 1, 2, 3, 4, 5, 6, 7, 8 or 81 more:"),
    ],
)
def test_labels_that_do_not_count_classes_from_0_are_named(unused: tuple[int, ...], classes: int, words: str) -> None:
    assert words in odd_numbers(unused, classes)
    assert bool(odd_numbers(unused, classes)) == bool(words)


def test_in_a_table_pandas_numbers_the_column() -> None:
    assert odd_numbers((0,), 11, in_table=True).endswith("take 1 from each, in pandas with `table['label'] -= 1`")
    assert "`table['label'] = table['label'].factorize(" in odd_numbers((4,), 10, in_table=True)


def test_classes_without_images_are_named() -> None:
    assert without_images("abc", [1, 2, 3], [1, 1, 1]) == []
    assert without_images(["ape", "bee", "cat", "dog"], [1, 0, 5, 9], [0, 3, 0, 1]) == [
        "No training image is of the class bee, so that cannot be learned.",
        "No test image is of the class ape or cat, so how well that is found cannot be told.",
    ]
    assert without_images("ab", [0, 1], [0, 1]) == [], "a label that no image has is no class"


@pytest.mark.parametrize(
    ("train", "test", "classes"),
    [
        (WORDS[np.arange(12) % 3], WORDS[np.arange(4) % 2], 3),
        (WORDS[np.arange(12) % 3].astype(object), WORDS[np.arange(4) % 2].astype(object), 3),
        (WORDS[np.arange(12) % 3][:, None], WORDS[np.arange(4) % 2][:, None], 3),
        (np.arange(12) % 2 * 2 - 1, np.arange(4) % 2 * 2 - 1, 2),
        (np.arange(12) * 10**6, np.arange(4), 15),
        (np.arange(12) % 4 * 30, np.arange(4) * 30, 4),
    ],
    ids=["words", "objects", "a column", "negative", "too many", "gaps"],
)
def test_the_line_that_numbers_labels_makes_a_dataset_of_them(
    tmp_path: Path, train: Any, test: Any, classes: int
) -> None:
    path = save_npz(tmp_path / "odd.npz", y_train=train, y_test=test)
    try:
        described = describe(path)
        said = odd_numbers(described.unused, described.classes)
    except DatasetError as refusal:
        said = str(refusal)
    (line,) = re.findall(r"`(.*)`", said)
    names: dict[str, Any] = {"numpy": np, "y_train": train, "y_test": test}
    exec(line, names)
    described = describe(save_npz(tmp_path / "even.npz", y_train=names["y_train"], y_test=names["y_test"]))
    assert (described.classes, described.unused) == (classes, ())
    assert names["names"][names["y_train"].ravel()].tolist() == train.ravel().tolist()


def test_the_line_for_labels_that_start_at_1_mends_them(tmp_path: Path) -> None:
    path = save_npz(tmp_path / "one.npz", y_train=np.arange(12) % 3 + 1, y_test=np.arange(4) % 2 + 1)
    described = describe(path)
    assert (described.classes, described.unused) == (4, (0,))
    mended = save_npz(tmp_path / "mended.npz", y_train=np.arange(12) % 3, y_test=np.arange(4) % 2)
    assert (describe(mended).classes, describe(mended).unused) == (3, ())
