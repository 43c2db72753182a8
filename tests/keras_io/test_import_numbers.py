"""Arithmetic does the same to all numbers in a script: of a dataset, of pictures, of a tensor, and unknown ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Rescaling
from tests.keras_io.scripts import pets, read

CODE = """
import os, cv2
import numpy as np
from elsewhere import photos, labels
from tensorflow import keras
from tensorflow.keras import layers
DATA
model = keras.Sequential([keras.Input((28, 28, 1)), IN_IT layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(DONE, y, epochs=2)
"""
DATASET = "(x, y), _ = keras.datasets.mnist.load_data()"
UNKNOWN = "x, y = photos.reshape(-1, 28, 28, 1) / 255, labels"
IN_IT = "layers.Lambda(lambda x: {}),"
BY_HAND = """
x, y = [], []
for kind in os.listdir("pets/train"):
    for name in os.listdir(os.path.join("pets/train", kind)):
        x.append({})
        y.append(kind)
x = np.array(x)
"""
PICTURE = 'cv2.resize(cv2.imread(os.path.join("pets/train", kind, name), 0), (28, 28))'


@pytest.mark.parametrize(
    ("data", "in_it", "done"),
    [
        (DATASET, "", "1 - x / 255"),
        (DATASET, IN_IT.format("1 - x"), "x / 255"),
        (UNKNOWN, "", "1 - x"),
        (BY_HAND.format(PICTURE), "", "x * (-1 / 255) + 1"),
        (BY_HAND.format(f"{PICTURE} / -255 + 1"), "", "x"),
    ],
    ids=["dataset", "tensor", "unknown", "by hand", "each by hand"],
)
def test_images_that_are_turned_into_their_negatives_come_as_those(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str, in_it: str, done: str
) -> None:
    pets(tmp_path)
    monkeypatch.chdir(tmp_path)
    code = CODE.replace("DATA", data).replace("IN_IT", in_it).replace("DONE", done)
    black, white = 0.0, 1.0
    for layer in read(tmp_path, code).experiment.layers[:-2]:
        assert isinstance(layer, Rescaling)
        black, white = (end * layer.scale + layer.offset for end in (black, white))
    assert (black, white) == (1, 0)


@pytest.mark.parametrize(
    ("each", "ends"),
    [
        ("table.iloc[i].to_numpy().reshape(28, 28) for i in range(len(table))", (0, 255)),
        ("table.iloc[i].to_numpy().reshape(28, 28) / 127.5 - 1 for i in range(len(table))", (-1, 1)),
        ("row.reshape(28, 28) / 255 for row in table.values", (0, 1)),
        ("row.values.reshape(28, 28) for _, row in table.iterrows()", (0, 255)),
        ("(255 - row).reshape(28, 28) / 255 for row, label in zip(table.values, y)", (1, 0)),
        ("smaller(row) for row in table.values", (0, 1)),
        ("row.reshape(28, 28) / row.max() for row in table.values", None),
        ("elsewhere(row) for row in table.values", None),
    ],
)
def test_what_is_done_to_each_row_of_a_table_is_done_to_its_images(
    tmp_path: Path, each: str, ends: tuple[int, int] | None
) -> None:
    data = (
        "import pandas as pd\ntable = pd.read_csv('ours.csv')\ny = table.pop('label')\n"
        "def smaller(row):\n    return row.reshape(28, 28) / 255.0\n"
        f"x = np.array([{each}]).reshape(-1, 28, 28, 1)"
    )
    imported = read(tmp_path, CODE.replace("DATA", data).replace("IN_IT", "").replace("DONE", "x"))
    black, white = 0.0, 1.0
    for layer in imported.experiment.layers[:-2]:
        assert isinstance(layer, Rescaling)
        black, white = (end * layer.scale + layer.offset for end in (black, white))
    assert [black, white] == [*(ends or (0, 1))]
    assert any("the numbers of the images" in note for note in imported.differences) is (ends is None)
