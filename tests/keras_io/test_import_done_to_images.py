"""What a script does to all images of a dataset that no layer does: the dataset stays, and it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.keras_io.imported.model import Imported
from cnn_tui.network.layers import Cropping2D, Normalization
from tests.keras_io.scripts import read

CODE = """
import numpy as np
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from tensorflow import keras
from tensorflow.keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
SCALED
DONE
model = keras.Sequential([layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=2)
"""
TO_1 = "x_train, x_test = x_train / 255.0, x_test / 255.0"
NOISE = "np.random.normal(0, 0.1, x_train.shape)"


def imported(folder: Path, done: str, scaled: str = TO_1) -> Imported:
    found = read(folder, CODE.replace("SCALED", scaled).replace("DONE", done))
    assert found.experiment.dataset == "mnist"
    return found


@pytest.mark.parametrize(
    ("done", "what"),
    [
        (f"x_train = x_train + {NOISE}", NOISE),
        ("x_train = np.clip(x_train, 0.2, 1.0)", "clip"),
        ("x_train = x_train.round()", "round"),
        ("x_train = np.transpose(x_train, (0, 2, 1))", "transpose"),
        ("x_train = x_train ** 2", "a power"),
        ("x_train = (x_train > 0.5).astype('float32')", "a threshold"),
        ("x_train = np.where(x_train > 0.5, 1.0, 0.0)", "a threshold"),
        ("x_train = x_train[:, ::-1]", "another order of the pixels"),
    ],
)
def test_what_no_layer_does_is_said_of_the_dataset(tmp_path: Path, done: str, what: str) -> None:
    notes = imported(tmp_path, done).differences
    assert notes[0] == f"{what} (line 8) changes the images there as no layer here does: it is left out"


@pytest.mark.parametrize(
    "scaled",
    [
        "x_train = x_train / x_train.max()",
        "x_train = x_train / np.max(x_train)",
        "x_train = (x_train - x_train.min()) / (x_train.max() - x_train.min())",
    ],
)
def test_the_largest_number_of_bytes_is_255(tmp_path: Path, scaled: str) -> None:
    found = imported(tmp_path, "", scaled)
    assert len(found.experiment.layers) == 2
    assert found.notes == ()


def test_a_part_of_each_image_is_a_cropping(tmp_path: Path) -> None:
    found = imported(tmp_path, "x_train = x_train[:, 4:24, 2:]")
    assert found.experiment.layers[0] == Cropping2D(cropping=(4, 4, 2, 0))
    assert found.differences == ()


def test_colours_in_the_other_order_are_said(tmp_path: Path) -> None:
    code = CODE.replace("mnist", "cifar10").replace("SCALED", "").replace("DONE", "x_train = x_train[..., ::-1]")
    notes = read(tmp_path, code).notes
    assert any(note.startswith("the colours of the images are put into the other order there") for note in notes)


def test_scalers_of_scikit_learn_bring_each_pixel_to_its_own_scale(tmp_path: Path) -> None:
    scale = "x_train = SCALER().fit_transform(x_train.reshape(-1, 784)).reshape(-1, 28, 28)"
    found = imported(tmp_path, scale.replace("SCALER", "StandardScaler"), "")
    assert isinstance(found.experiment.layers[0], Normalization)
    (note,) = imported(tmp_path, scale.replace("SCALER", "MinMaxScaler"), "").differences
    assert note.startswith("each pixel is brought to 0 to 1 there by the smallest and the largest number")


@pytest.mark.parametrize(
    ("labels", "is_said"),
    [("y_train + 1", True), ("y_train * 0.9", True), ("y_train * 1", False), ("y_train - 0", False)],
)
def test_arithmetic_with_labels_is_said_where_it_makes_others(tmp_path: Path, labels: str, is_said: bool) -> None:
    notes = imported(tmp_path, f"y_train = {labels}").differences
    assert any("labels are set by hand there (line 8)" in note for note in notes) is is_said
