"""What functions leave of arrays, labels, pictures and counts is the same for all who read of them in a script."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cnn_tui.keras_io.code import effects
from cnn_tui.keras_io.code.data.passes import passes
from tests.keras_io.scripts import FIT, HEAD, SMALL, pets, read


def test_each_name_stands_once_in_the_table() -> None:
    names = Counter(name for _, listed in effects._TABLE for name in listed.split())
    assert not [name for name, times in names.items() if times > 1]


@pytest.mark.parametrize(
    "left",
    [
        "x_train = np.ascontiguousarray(x_train, dtype='float64')",
        "x_train = tf.identity(np.float16(x_train))",
        "y_train = y_train.squeeze()",
        "y_train = np.ravel(y_train).tolist()",
        "x_train = np.array([np.float16(one) for one in x_train])",
    ],
)
def test_what_leaves_images_and_labels_leaves_the_dataset(tmp_path: Path, left: str) -> None:
    imported = read(tmp_path, f"import numpy as np\n{HEAD}{left}\n{SMALL}{FIT}")
    assert imported.experiment.dataset == "fashion_mnist"
    assert imported.differences == ()


BY_HAND = """
import os, cv2, skimage
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
X, y = [], []
for kind in os.listdir("pets/train"):
    for name in os.listdir(os.path.join("pets/train", kind)):
        seen = cv2.resize(cv2.imread(os.path.join("pets/train", kind, name)FLAG), (8, 6))
        X.append(DONE)
        y.append(kind)
model = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.asanyarray(X) / 255, np.array(y), epochs=2)
"""


@pytest.mark.parametrize(
    ("flag", "done", "color", "said"),
    [
        (", 0", "seen.reshape(6, 8, 1)", "grayscale", ""),
        ("", "cv2.cvtColor(seen, cv2.COLOR_BGR2RGB)", "rgb", ""),
        ("", "cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_BGR2RGB), cv2.COLOR_RGB2BGR)", "rgb", "blue"),
        (", cv2.COLOR_BGR2GRAY", "seen", "rgb", "blue"),  # which is 6: any colour, at any depth
        (", 0", "seen.clip(10)", "grayscale", "clip (line 10) is done to each picture there: it is left out"),
        (", 0", "np.clip(seen, 10, 200)", "grayscale", "clip (line 10) is done to each picture there: it is left out"),
    ],
)
def test_pictures_that_are_read_by_hand_keep_what_functions_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str, done: str, color: str, said: str
) -> None:
    pets(tmp_path)
    monkeypatch.chdir(tmp_path)
    imported = read(tmp_path, BY_HAND.replace("FLAG", flag).replace("DONE", done))
    experiment = imported.experiment
    assert (Path(experiment.dataset).name, experiment.image_size, experiment.color) == ("pets", (6, 8), color)
    assert any(said in note for note in imported.notes) or not said
    assert any("blue" in note for note in imported.notes) is (said == "blue")


def test_scikit_image_is_given_the_height_first_and_makes_0_to_1_of_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = BY_HAND.replace("FLAG", "").replace("DONE", "skimage.transform.resize(seen, (12, 10))")
    imported = read(tmp_path, done.replace(" / 255", ""))
    assert imported.experiment.image_size == (12, 10)
    assert imported.experiment.layers[0].type == "Flatten"


@pytest.mark.parametrize(
    "steps", ["np.int32(np.ceil(len(x) / 32))", "tf.cast(len(x) // 32, tf.int64)", "(len(x) / 32).round().astype(int)"]
)
def test_what_rounds_steps_leaves_their_number(steps: str) -> None:
    assert passes(steps, 32) == 1
