"""A script that flattens its images by hand becomes an experiment of images, with a Flatten in front."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.check import problems_of
from cnn_tui.keras_io.imported.model import Imported, ImportProblem, import_model
from cnn_tui.network.layers import (
    BatchNormalization,
    Dense,
    Flatten,
    Normalization,
    Rescaling,
    Reshape,
    UnitNormalization,
)
from cnn_tui.network.summary import summarize

HEAD = """
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
"""
NETWORK = """
model = keras.Sequential()
model.add(layers.Dense(32, activation="relu"SHAPE))
model.add(layers.Dense(16, activation="relu", input_dim=32))
model.add(layers.Dense(10, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=3, validation_data=(x_test, y_test))
"""
FLAT_FIRST = NETWORK.replace("Sequential()", "Sequential([layers.Flatten()])").replace("SHAPE", "")
TOTAL = 784 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10
ROW = "each image goes in as one row of numbers there: here a Flatten in front makes a row of it"
WAYS = (
    "x_train.reshape(-1, 784)",
    "x_train.reshape((-1, 784))",
    "x_train.reshape([x_train.shape[0], -1])",
    "x_train.reshape(60000, 784)",
    "x_train.reshape(60000, 28 * 28)",
    "x_train.reshape(len(x_train), -1)",
    "x_train.reshape(x_train.shape[0], -1)",
    "x_train.reshape((how_many(), 784))",
    "x_train.reshape(x_train.shape[0], x_train.shape[1] * x_train.shape[2])",
    "np.reshape(x_train, (x_train.shape[0], -1))",
    "tf.reshape(x_train, shape=[-1, 784])",
    "x_train.reshape(-1, np.prod(x_train.shape[1:]))",
    "x_train.reshape(-1, numbers_of(x_train))",
)


def read(folder: Path, code: str) -> Imported:
    """What a script is, given as text."""
    path = folder / "script.py"
    path.write_text(code)
    return import_model(path)


def scaled(way: str) -> str:
    """The images of both halves flattened in a way, and from 0 to 1."""
    test = way.replace("x_train", "x_test").replace("60000", "10000")
    return f"x_train = {way}.astype('float32') / 255\nx_test = {test}\nx_test = x_test.astype('float32') / 255\n"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shape", ["", ", input_dim=x_train.shape[1]"], ids=["not said", "said"])
def test_images_that_are_flattened_by_hand_are_flattened_here(tmp_path: Path, way: str, shape: str) -> None:
    imported = read(tmp_path, HEAD + scaled(way) + NETWORK.replace("SHAPE", shape))
    experiment = imported.experiment
    assert (experiment.dataset, experiment.stack.input_shape) == ("mnist", (28, 28, 1))
    assert experiment.layers[:2] == (Flatten(), Dense(units=32, activation="relu"))
    assert summarize(experiment.stack).total_params == TOTAL
    assert not problems_of(experiment)
    assert imported.notes == (ROW,)


@pytest.mark.parametrize(
    "first", ["layers.Input((784,))", "layers.Input(shape=[28 * 28])", "layers.Dropout(0.1, input_shape=(784,))"]
)
def test_a_model_of_rows_that_is_read_without_data_can_be_built(tmp_path: Path, first: str) -> None:
    code = (
        HEAD.partition("(x_train")[0] + f"model = keras.Sequential([{first}, layers.Dense(10, activation='softmax')])"
    )
    imported = read(tmp_path, code)
    assert imported.experiment.layers[0] == Flatten()
    assert summarize(imported.experiment.stack).total_params == 7850
    assert not problems_of(imported.experiment)
    assert not imported.differences


def test_what_stands_in_front_of_a_row_stays_in_front_of_the_flatten(tmp_path: Path) -> None:
    network = NETWORK.replace("model.add", "model.add(layers.BatchNormalization(input_shape=(784,)))\nmodel.add", 1)
    imported = read(tmp_path, HEAD + scaled(WAYS[0]).replace("255", "127.5 - 1") + network.replace("SHAPE", ""))
    kinds = [type(layer) for layer in imported.experiment.layers[:4]]
    assert kinds == [Rescaling, Flatten, BatchNormalization, Dense]
    assert summarize(imported.experiment.stack).total_params == TOTAL + 4 * 784


@pytest.mark.parametrize(
    "first", ["layers.Flatten(input_shape=(784,))", "layers.Reshape((28, 28, 1), input_shape=(784,))"]
)
def test_a_model_that_arranges_its_rows_itself_gets_no_second_flatten(tmp_path: Path, first: str) -> None:
    rest = "layers.Conv2D(4, 3), layers.Flatten()," if "Reshape" in first else ""
    code = f"model = keras.Sequential([{first}, {rest} layers.Dense(10, activation='softmax')])"
    imported = read(tmp_path, HEAD + code)
    assert isinstance(imported.experiment.layers[0], Flatten | Reshape)
    assert sum(isinstance(layer, Flatten) for layer in imported.experiment.layers) == 1
    assert not problems_of(imported.experiment)
    assert not [note for note in imported.notes if "row" in note]


@pytest.mark.parametrize("shape", ["", ", input_shape=(784,)"], ids=["not said", "said"])
def test_a_table_of_pixels_goes_in_as_rows(tmp_path: Path, shape: str) -> None:
    (tmp_path / "digits.csv").write_text("\n".join(",".join(map(str, [at % 10, *[at] * 784])) for at in range(100)))
    table = "table = pd.read_csv('digits.csv')\nx_train = table.drop('label', axis=1).values / 255.0\n"
    network = NETWORK.replace("SHAPE", shape).replace(", validation_data=(x_test, y_test)", "")
    imported = read(tmp_path, HEAD + table + "y_train = table['label'].values\n" + network)
    assert imported.experiment.dataset == str(tmp_path / "digits.csv")
    assert summarize(imported.experiment.stack).total_params == TOTAL
    assert not problems_of(imported.experiment)
    missing = read(tmp_path, HEAD + table.replace("digits", "elsewhere") + network)
    assert missing.experiment.layers[0] == Flatten()
    assert not problems_of(missing.experiment)


def test_rows_of_other_numbers_than_the_images_have_are_said(tmp_path: Path) -> None:
    code = HEAD + scaled(WAYS[0]) + NETWORK.replace("SHAPE", ", input_shape=(100,)")
    assert "the model takes rows of 100 numbers, and an image has 784 here" in read(tmp_path, code).differences


def test_layers_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    code = HEAD + scaled(WAYS[0]) + NETWORK.replace("32, activation", "many(), activation").replace("SHAPE", "")
    with pytest.raises(ImportProblem, match=r"layer 1 \(line"):
        read(tmp_path, code)


@pytest.mark.parametrize(
    "function",
    [
        "def row(x, y):\n    return tf.reshape(tf.cast(x, tf.float32) / 255, [-1]), y",
        "def row(x, y):\n    return tf.reshape(x, (-1, 784)) / 255, y",
    ],
    ids=["each image", "each batch"],
)
def test_images_that_a_pipeline_makes_rows_of_are_flattened_once(tmp_path: Path, function: str) -> None:
    sets = (f"x_{half} = tf.data.Dataset.from_tensor_slices((x_{half}, y_{half}))" for half in ("train", "test"))
    pipeline = function + "".join(f"\n{one}.map(row).batch(64)\n" for one in sets)
    network = NETWORK.replace("x_train, y_train", "x_train").replace("(x_test, y_test)", "x_test")
    network = network.replace("SHAPE", ", input_shape=(784,)")
    imported = read(tmp_path, HEAD + pipeline + network)
    assert [layer.type for layer in imported.experiment.layers] == ["Flatten", "Dense", "Dense", "Dense"]
    assert summarize(imported.experiment.stack).total_params == TOTAL
    assert not imported.differences


def test_a_row_that_a_model_makes_of_its_input_is_a_flatten(tmp_path: Path) -> None:
    code = """
start = keras.Input((28, 28))
end = layers.Dense(10, activation="softmax")(tf.reshape(start, (-1, 784)))
model = keras.Model(start, end)
"""
    assert read(tmp_path, HEAD + code).experiment.layers[0] == Flatten()


def test_a_model_of_rows_that_scales_them_itself_does_not_do_it_twice(tmp_path: Path) -> None:
    code = (
        "model = keras.Sequential([layers.Rescaling(1 / 255, input_shape=(784,)), "
        "layers.Dense(10, activation='softmax')])"
    )
    assert [layer.type for layer in read(tmp_path, HEAD + code).experiment.layers] == ["Flatten", "Dense"]


def test_pictures_that_are_flattened_as_they_are_read_stay_pictures(tmp_path: Path) -> None:
    code = """
import os, cv2
images, labels = [], []
for kind in os.listdir("pets"):
    for file in os.listdir(os.path.join("pets", kind)):
        image = cv2.imread(os.path.join("pets", kind, file), 0)
        images.append(cv2.resize(image, (28, 28)).flatten())
        labels.append(kind)
x_train, y_train = np.array(images) / 255.0, np.array(labels)
"""
    network = NETWORK.replace("SHAPE", ", input_shape=(784,)").replace(", validation_data=(x_test, y_test)", "")
    imported = read(tmp_path, HEAD + code + network)
    assert imported.experiment.stack.input_shape == (28, 28, 1)
    assert summarize(imported.experiment.stack).total_params == TOTAL
    assert [note.partition(",")[0] for note in imported.differences] == ["the pictures that it trains on"]


def test_the_rows_of_colours_are_evened_out_as_one(tmp_path: Path) -> None:
    code = HEAD.replace("mnist", "cifar10") + scaled("x_train.reshape(-1, 3072)")
    even = "x_train, x_test = (x_train - x_train.mean()) / x_train.std(), x_test\n"
    layers = read(tmp_path, code + even + NETWORK.replace("SHAPE", "")).experiment.layers
    assert layers[:2] == (Normalization(axis="all"), Flatten())


def test_images_that_are_divided_by_their_lengths_are_still_those_of_the_dataset(tmp_path: Path) -> None:
    code = HEAD + scaled(WAYS[0]) + "x_train = keras.utils.normalize(x_train, axis=1)\n"
    imported = read(tmp_path, code + NETWORK.replace("SHAPE", ", input_shape=x_train.shape[1:]"))
    assert imported.experiment.dataset == "mnist"
    assert not imported.differences
    assert imported.experiment.layers[0] == UnitNormalization(axis="image")
    assert summarize(imported.experiment.stack).total_params == TOTAL


@pytest.mark.parametrize(
    ("images", "axis", "what"),
    [
        ("x_train", "axis=1", "column"),
        ("x_train", "", "row"),
        ("x_train[..., np.newaxis]", "axis=2", "row"),
        ("x_train[..., np.newaxis]", "", "channel"),
        ("x_train.reshape(-1, 784)", "axis=-1", "image"),
        ("x_train / 255", "axis=1", "column"),
    ],
)
def test_what_keras_normalize_does_is_a_layer_in_front(tmp_path: Path, images: str, axis: str, what: str) -> None:
    code = HEAD + f"x_train = keras.utils.normalize({images}, {axis})\n"
    imported = read(tmp_path, code + FLAT_FIRST)
    (first, *_) = imported.experiment.layers
    assert isinstance(first, UnitNormalization) and first.axis == what
    assert "a UnitNormalization in front does what Keras's normalize does there" in imported.to_know
    assert not imported.differences


@pytest.mark.parametrize(
    ("done", "what"),
    [
        ("normalize(x_train, axis=0)", "each place of an image, over all images,"),
        ("normalize(x_train - 10, axis=1)", "each column of an image"),
        ("normalize(x_train, axis=1) / 255", "each column of an image"),
    ],
)
def test_what_no_layer_does_with_the_lengths_of_images_is_said(tmp_path: Path, done: str, what: str) -> None:
    imported = read(tmp_path, HEAD + f"x_train = keras.utils.{done}\n" + FLAT_FIRST)
    said = f"{what} is divided by its length there (line 8): here images come as 0 to 1"
    assert said in imported.differences


TABLE = """
import numpy as np
import pandas as pd
from keras import Sequential
from keras.layers import Conv2D, Dense, Flatten
df = pd.read_csv("faces.csv")
{work}
model = Sequential([Conv2D(4, 3, input_shape=(48, 48, 1)), Flatten(), Dense(7, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2)
"""
PIXELS = "x = np.array(df['pixels'].str.split(' ').tolist(), dtype=float).reshape(-1, 48, 48, 1) / 255\n"


@pytest.mark.parametrize(
    "work",
    [
        "df['name'] = df['emotion'].map({0: 'a', 1: 'b'})\n" + PIXELS + "y = df['emotion'].values",
        "df['emotion'] = df['emotion'].replace({'a': 0, 'b': 1})\n" + PIXELS + "y = df['emotion'].values",
        "df['emotion'] = df.emotion.astype(int)\n" + PIXELS + "y = df.emotion",
        "df['pixels'] = df['pixels'].apply(lambda row: np.array(row.split(), dtype='float32') / 255)\n"
        "x = np.stack(df['pixels'].values).reshape(-1, 48, 48, 1)\ny = df['emotion']",
        "def read(row):\n    return np.fromstring(row, sep=' ').reshape(48, 48, 1)\n"
        "x = np.stack(df['pixels'].apply(read).values) / 255\ny = df['emotion']",
        "x = np.stack(df['pixels'].apply(lambda row: np.array([int(one) for one in row.split()])))\n"
        "x = np.divide(x.reshape(-1, 48, 48, 1), 255)\ny = df['emotion']",
    ],
)
def test_a_column_that_is_made_anew_changes_no_picture(tmp_path: Path, work: str) -> None:
    imported = read(tmp_path, TABLE.format(work=work))
    (said,) = imported.differences
    assert said.startswith("the table that it trains on, faces.csv")
    assert not any(layer.type == "Rescaling" for layer in imported.experiment.layers)


@pytest.mark.parametrize(
    "change",
    [
        "df['emotion'].apply(lambda one: one // 2)",
        "df['emotion'].replace({0: 1, 1: 1})",
        "np.minimum(df['emotion'], 3)",
    ],
)
def test_labels_that_are_made_anew_are_said(tmp_path: Path, change: str) -> None:
    work = f"df['emotion'] = {change}\n" + PIXELS + "y = df['emotion']"
    said = read(tmp_path, TABLE.format(work=work)).differences
    assert any("labels are set by hand there (line 7)" in words for words in said)


def test_pixels_that_are_set_by_hand_are_said(tmp_path: Path) -> None:
    work = "df['pixels'] = 'nothing'\n" + PIXELS + "y = df['emotion']"
    said = read(tmp_path, TABLE.format(work=work)).differences
    assert any("numbers of the images are set by hand there (line 7)" in words for words in said)


ROWS = """import numpy as np
import pandas as pd
from keras import Sequential
from keras.layers import Conv2D, Dense, Flatten
df = pd.read_csv("faces.csv")
x, y, v, w = [], [], [], []
{loop}
x = np.array(x, dtype="float32").reshape(-1, 48, 48, 1) / 255
y, v, w = np.array(y), np.array(v).reshape(-1, 48, 48, 1) / 255, np.array(w)
model = Sequential([Conv2D(4, 3, input_shape=(48, 48, 1)), Flatten(), Dense(7, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2{more})
"""


@pytest.mark.parametrize(
    "loop",
    [
        "for row in df['pixels']:\n    x.append(np.array(row.split(), dtype='float32'))",
        "for at, row in df.iterrows():\n    x.append(np.fromstring(row['pixels'], sep=' '))\n    y.append(row['kind'])",
        "for row in df.pixels.tolist():\n    face = [int(one) for one in row.split(' ')]\n    x.append(face)",
    ],
)
def test_rows_that_a_loop_takes_apart_are_those_of_the_table(tmp_path: Path, loop: str) -> None:
    imported = read(tmp_path, ROWS.format(loop=loop, more=""))
    (said,) = imported.differences
    assert said.startswith("the table that it trains on, faces.csv")
    assert not any(layer.type == "Rescaling" for layer in imported.experiment.layers)


def test_rows_that_a_loop_tells_apart_are_said_to_be(tmp_path: Path) -> None:
    loop = (
        "for at, row in df.iterrows():\n    if row['Usage'] == 'Training':\n        x.append(row['pixels'].split())\n"
        "    else:\n        v.append(row['pixels'].split())"
    )
    said = "\n".join(read(tmp_path, ROWS.format(loop=loop, more=", validation_data=(v, w)")).differences)
    assert "how many images are held out to validate is not known: a tenth stands in" in said
    assert "leaves some out" not in said
    some = loop.replace("    else:\n        v.append(row['pixels'].split())", "")
    said = "\n".join(read(tmp_path, ROWS.format(loop=some, more="")).differences)
    assert "a condition on the rows of faces.csv (line 8) leaves some out there: here all are taken" in said
