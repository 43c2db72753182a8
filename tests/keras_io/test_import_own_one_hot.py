"""Labels that a script makes one-hot by hand are its labels, and a class that it sets by hand is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import HEAD, SMALL, read

OF_TABLE = f"""{HEAD}{SMALL}
import numpy as np, pandas as pd
table = np.array(pd.read_csv("digits.csv"))
images, labels = table[:, 1:].reshape(-1, 28, 28, 1) / 255, table[:, 0]
"""
OF_ARRAYS = f"{HEAD}{SMALL}import numpy as np\nimages, labels = x_train, y_train\n"
FIT = 'model.compile("adam", "categorical_crossentropy")\nmodel.fit(images, hot, epochs=2)\n'
ZEROS = "hot = np.zeros((labels.shape[0], 10))\n"


@pytest.mark.parametrize("begin", [OF_TABLE, OF_ARRAYS])
@pytest.mark.parametrize(
    "made",
    [
        ZEROS + "for i in range(labels.shape[0]):\n    hot[i, labels[i]] = 1",
        ZEROS + "for i in range(len(labels)):\n    hot[i][int(labels[i])] = 1.0",
        ZEROS + "for i, one in enumerate(labels):\n    hot[i, one] = 1.",
        ZEROS + "hot[np.arange(labels.shape[0]), labels] = 1",
        "def apart(of, many=10):\n    found = np.zeros((len(of), many))\n    for at, one in enumerate(of):\n"
        "        found[at, one] = 1\n    return found\nhot = apart(labels)",
    ],
)
@pytest.mark.parametrize("more", ["", "hot[7, 2] = 1", "labels[7] = 2"])
def test_labels_made_one_hot_are_the_labels(tmp_path: Path, begin: str, made: str, more: str) -> None:
    before, behind = (more, "") if more.startswith("labels") else ("", more)
    notes = read(tmp_path, f"{begin}{before}\n{made}\n{behind}\n{FIT}").differences
    said = [note for note in notes if "label" in note]
    assert len(said) == bool(more)
    assert all("set by hand" in note for note in said)


def test_what_else_is_put_into_zeros_is_no_one_hot(tmp_path: Path) -> None:
    made = f"{ZEROS}for i in range(labels.shape[0]):\n    hot[i, labels[i]] = 2"
    assert any("label" in note for note in read(tmp_path, f"{OF_TABLE}{made}\n{FIT}").differences)
