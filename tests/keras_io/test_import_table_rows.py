"""The rows of a table in a script: mixed with their labels, chosen by what they say, and changed before training."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.keras_io.imported.model import Imported
from cnn_tui.network.layers import Rescaling
from tests.keras_io.scripts import FIT, HEAD, SMALL, read

LOADED = """
import random
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from sklearn.model_selection import train_test_split
from sklearn.utils import resample, shuffle
table = pd.read_csv("digits.csv")
y = table["label"].values
x = table.drop(columns="label").values.reshape(-1, 4, 4, 1) / 255
"""
TRAINED = """
model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2)
"""


def digits(folder: Path, between: str, loaded: str = LOADED, trained: str = TRAINED) -> Imported:
    """What a script is that trains on a table which is there, with these lines between what it reads and trains."""
    rows = [",".join(map(str, [at % 3, *range(16)])) for at in range(30)]
    names = ",".join(["label", *(f"pixel{at}" for at in range(16))])
    (folder / "digits.csv").write_text("\n".join([names, *rows]))
    return read(folder, f"{loaded}{between}{trained}")


@pytest.mark.parametrize(
    ("between", "are_known", "are_all"),
    [
        ("y, x = shuffle(y, x, random_state=1)", True, True),
        ("mixed = shuffle(y, x)\nx, y = mixed[1], mixed[0]", True, True),
        ("y, x = resample(y, x, n_samples=20)", True, False),
        ("y, x = resample(y, x)", True, False),
        ("y, x = resample(y, x, replace=False)", True, True),
        ("y, _, x, _ = train_test_split(y, x, train_size=20)", True, False),
        ("y, x = mix_in_some_way(y, x)", False, True),
        ("both = list(zip(y, x))\nrandom.shuffle(both)\ny, x = zip(*both)\nx = np.array(x)", False, True),
    ],
)
def test_what_gives_several_arrays_back_gives_each_with_its_own_numbers(
    tmp_path: Path, between: str, are_known: bool, are_all: bool
) -> None:
    imported = digits(tmp_path, between)
    assert not any(isinstance(layer, Rescaling) for layer in imported.experiment.stack.layers)
    assert any("what becomes of the numbers" in note for note in imported.differences) is not are_known
    assert any("only some rows of the table" in note for note in imported.differences) is not are_all
    assert any("from all images" in note for note in imported.notes) is are_all


@pytest.mark.parametrize(
    ("between", "line"),
    [
        ("x, y = x[y <= 1], y[y <= 1]", 1),
        ("wanted = (y == 0) | (y == 2)\nx, y = x[wanted], y[wanted]", 2),
        ("wanted = np.logical_or(y == 0, y == 2)\nx = x[~wanted]\ny = y[~wanted]", 2),
        ("wanted = np.where(y <= 1)[0]\nx, y = x[wanted], y[wanted]", 2),
        ("wanted = [at for at in range(len(y)) if y[at] <= 1]\nx, y = x[wanted], y[wanted]", 2),
        ("x = np.array([one for one, kind in zip(x, y) if kind in (0, 2)])", 1),
        ("def few(a, b):\n    mask = b <= 1\n    return a[mask], b[mask]\nx, y = few(x, y)", 3),
        ("train = table\ntrain = train[train['label'] <= 1]\nx = train.iloc[:, 1:].values / 255", 2),
        ("x = table.query('label <= 1').iloc[:, 1:].values / 255", 1),
        ("x = np.delete(x, np.where(y == 2), axis=0)", 1),
        ("x, y = tf.boolean_mask(x, y < 2), tf.boolean_mask(y, y < 2)", 1),
        ("some = np.random.choice(len(x), 20, replace=False)\nx, y = x[some], y[some]", 1),
        ("some = np.random.permutation(len(x))[:20]\nx, y = x[some], y[some]", 1),
        ("order = np.random.permutation(len(x))\nx, y = x[order], y[order]", 0),
        ("names = [one for one in table.columns if one != 'label']\nx = table[names].values / 255", 0),
        ("names = [one for one in table if one.startswith('pixel')]\nx = table[names].values / 255", 0),
        ("x = table.iloc[0:, 1:].values.reshape(-1, 4, 4, 1) / 255", 0),
        ("x = table.loc[:, table.columns != 'label'].values / 255", 0),
    ],
)
@pytest.mark.parametrize("is_split", [False, True])
def test_rows_that_are_chosen_by_what_they_say_are_not_all(
    tmp_path: Path, between: str, line: int, is_split: bool
) -> None:
    split = "\nx, xv, y, yv = train_test_split(x, y, test_size=0.1)" if is_split else ""
    trained = TRAINED.replace("epochs=2", "epochs=2, validation_data=(xv, yv)") if is_split else TRAINED
    imported = digits(tmp_path, between + split, trained=trained)
    there = f"only some rows of the table are learned from there (line {len(LOADED.splitlines()) + line})"
    told = [note for note in imported.differences if "only some rows" in note]
    assert told == ([f"{there}, and here all but those to test on"] if line else [])
    assert any("from all images" in note for note in imported.notes) is (not line and not is_split)
    assert imported.experiment.test == (0.1 if is_split else None if line else "train")


FACES = """
import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras import layers
table = pd.read_csv("faces.csv")
def images_of(rows):
    pixels = [np.array(text.split(), dtype="float32") for text in rows["pixels"]]
    return np.array(pixels).reshape(-1, 4, 4, 1) / 255, rows["emotion"].values
"""


@pytest.mark.parametrize(
    "rows",
    [
        "table[table['Usage'] == 'Training']",
        "table[table.Usage.str.contains('Training')]",
        "table.loc[table.Usage.isin(['Training'])]",
        "table.query('Usage == \"Training\"')",
        "table.groupby('Usage').get_group('Training')",
        "[some for _, some in table.groupby('Usage')][2]",
    ],
)
def test_rows_that_a_column_tells_to_learn_from_are_not_all(tmp_path: Path, rows: str) -> None:
    imported = read(tmp_path, f"{FACES}x, y = images_of({rows}){TRAINED}")
    assert imported.experiment.test is None
    said = "only some rows of the table are learned from there (line 10), and here all but those to test on"
    assert said in imported.differences
    assert not any("all images" in note for note in imported.notes)


def test_rows_that_a_column_tells_to_test_on_are_others(tmp_path: Path) -> None:
    parts = "".join(f"x{at}, y{at} = images_of(table[table.Usage == '{part}'])\n" for at, part in enumerate("abc"))
    trained = TRAINED.replace("(x, y, epochs=2)", "(x0, y0, validation_data=(x1, y1))\nmodel.evaluate(x2, y2)")
    notes = read(tmp_path, FACES + parts + trained).notes
    assert "how many images are held out to validate is not known: a tenth stands in" in notes
    assert "it tests on some rows of faces.csv (line 12) there: the images to test on stand in" in notes


def test_a_table_with_pixels_as_text_that_is_there_is_said_to_be_such(tmp_path: Path) -> None:
    (tmp_path / "faces.csv").write_text("emotion,pixels,Usage\n" + "1,0 9 8 7,Training\n" * 4)
    (said,) = read(tmp_path, f"{FACES}x, y = images_of(table){TRAINED}").differences
    assert "has all pixels of an image in one text, in its column 2" in said


@pytest.mark.parametrize(
    ("between", "by"),
    [
        ("x = np.rot90(x, axes=(1, 2))", "rot90"),
        ("x = np.transpose(x, (0, 2, 1, 3))", "transpose"),
        ("x = x.transpose(0, 2, 1, 3)", "transpose"),
        ("x = np.flip(x, axis=2)", "flip"),
        ("x = np.sqrt(x)", "sqrt"),
        ("def turn(row):\n    return np.fliplr(row.reshape(4, 4))\nx = np.apply_along_axis(turn, 1, x)", "fliplr"),
        ("x = np.array([np.rot90(one) for one in x])", "rot90"),
        ("x = np.array([cv2.GaussianBlur(one, (3, 3), 0) for one in x])", "GaussianBlur"),
        ("x = np.transpose(x, (0, 3, 1, 2)).transpose(0, 2, 3, 1)", ""),
        ("x = np.clip(x, 0, 1)", ""),
        ("plt.imshow(np.rot90(x[0]))", ""),
    ],
)
def test_what_is_done_to_the_images_of_a_table_is_said(tmp_path: Path, between: str, by: str) -> None:
    imported = digits(tmp_path, between)
    told = [note for note in imported.differences if "as no layer here does" in note]
    assert [note.partition(" (line")[0] for note in told] == ([by] if by else [])
    assert len(imported.differences) == len(told)


@pytest.mark.parametrize("way", ["model.fit(x, y)", "model.fit(flow.flow(x, y))", "model.fit(flow.flow(x, y=y))"])
def test_labels_that_are_set_by_hand_are_said_however_they_go_in(tmp_path: Path, way: str) -> None:
    flow = "flow = keras.preprocessing.image.ImageDataGenerator(rotation_range=10)\n"
    trained = TRAINED.replace("model.fit(x, y, epochs=2)", f"{flow}{way}")
    line = len(LOADED.splitlines()) + 1
    said = f"some of the labels are set by hand there (line {line}): here they are as they are in the dataset"
    assert said in digits(tmp_path, "y[y == 2] = 0", trained=trained).differences


@pytest.mark.parametrize("more", ["x[::-1, :, ::-1]", "np.load('more.npy')"])
def test_a_share_of_images_and_others_together_validates_there(tmp_path: Path, more: str) -> None:
    joined = f"x_train = np.concatenate((x_train, {more}))".replace("x[", "x_train[")
    fit = FIT.replace("epochs=3", "epochs=3, validation_split=0.2")
    notes = read(tmp_path, f"{HEAD}import numpy as np\n{joined}\n{SMALL}{fit}").differences
    assert any(note.startswith("other images are put to those") for note in notes)
    assert any("the last 0.2 of these and those others together there" in note for note in notes)
    alone = read(tmp_path, f"{HEAD}{SMALL}{fit}").notes
    assert not any("others together" in note for note in alone)
