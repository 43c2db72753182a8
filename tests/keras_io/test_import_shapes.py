"""Shapes, orders of channels and numbers of pictures that a script says by its data, and not in numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import BatchNormalization, Conv2D
from tests.keras_io.scripts import FIT, HEAD, READ, SMALL, read, refusal, total

TABLE = "import pandas as pd\ntable = pd.read_csv('gone/digits.csv')\nx = table.drop('label', axis=1)\n"
NET = """
model = keras.Sequential([layers.Conv2D(4, 3SHAPE), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(DATA, table["label"], epochs=2)
"""


@pytest.mark.parametrize(
    ("arranged", "shape"),
    [
        ("x = (x / 255.0).values.reshape(x.shape[0], 20, 24, 1)", (20, 24, 1)),
        ("x = np.array(x).reshape((-1, 20, 24, 3)).astype('float32')", (20, 24, 3)),
        ("x = np.reshape(x.values, (-1, 20, 24, 1))[:500] / 255.0", (20, 24, 1)),
        ("x = np.expand_dims(x.values.reshape(-1, 20, 24), axis=-1)", (20, 24, 1)),
        ("x = x.values.reshape(-1, 20, 24)[..., np.newaxis]", (20, 24, 1)),
        ("x = x.values.reshape(-1, 20, 24, 1)[:500, :]", (20, 24, 1)),
        (
            "from sklearn.model_selection import train_test_split\n"
            "x, rest, y, other = train_test_split(load(1).reshape(-1, 20, 24, 1), labels, test_size=0.2)",
            (20, 24, 1),
        ),
    ],
)
@pytest.mark.parametrize("said", [", input_shape=(x.shape[1:])", ", input_shape=x[0].shape", ""])
def test_the_shape_of_images_is_that_of_an_array(tmp_path: Path, arranged: str, shape: object, said: str) -> None:
    net = NET.replace("SHAPE", said).replace("DATA", "x")
    experiment = read(tmp_path, f"{HEAD}import numpy as np\n{TABLE}{arranged}\n{net}").experiment
    assert (experiment.dataset, experiment.stack.input_shape) == ("", shape)


def test_nothing_stands_in_for_data_of_its_own_but_a_shape(tmp_path: Path) -> None:
    table = read(tmp_path, HEAD + TABLE + NET.replace("SHAPE", "").replace("DATA", "x.values"))
    assert (table.experiment.dataset, table.experiment.stack.input_shape) == ("", (28, 28, 1))
    assert any("28x28x1 stands in" in note for note in table.differences)
    own = read(tmp_path, HEAD + TABLE + "x, y = load_mine()\n" + NET.replace("SHAPE", "").replace("DATA", "x"))
    assert (own.experiment.dataset, own.experiment.stack.input_shape) == ("", (224, 224, 3))
    snippet = read(tmp_path, HEAD + NET.replace("SHAPE", "").replace("DATA", "training_images"))
    assert snippet.experiment.dataset == "fashion_mnist", "a snippet of the course"


FIRST = """
K.set_image_data_format("channels_first")
model = keras.Sequential()
model.add(layers.Conv2D(4, 3, input_shape=(3, 20, 24)))
model.add(layers.BatchNormalization(axis=1))
model.add(layers.MaxPooling2D())
model.add(layers.Flatten())
model.add(layers.Dense(7))
"""


def test_a_network_with_its_channels_first_is_the_same_with_them_last(tmp_path: Path) -> None:
    head = HEAD + "from tensorflow.keras import backend as K\n"
    told = FIRST.replace('K.set_image_data_format("channels_first")\n', "")
    for layer in ("Conv2D(4, 3, ", "MaxPooling2D("):
        told = told.replace(layer, f'{layer}data_format="channels_first", '.replace(', ")', '")'))
    old = FIRST.replace('set_image_data_format("channels_first")', 'set_image_dim_ordering("th")')
    for code in (FIRST, old, told):
        imported = read(tmp_path, head + code)
        experiment = imported.experiment
        assert experiment.stack.input_shape == (20, 24, 3)
        assert experiment.layers[:2] == (Conv2D(filters=4, kernel_size=(3, 3)), BatchNormalization())
        assert any("channels come first there" in note for note in imported.to_know)
    assert "channels_first" in refusal(
        tmp_path, head + told.replace('Conv2D(4, 3, data_format="channels_first", ', "Conv2D(4, 3, ")
    )
    branch = "shape = (3, 20, 24) if K.image_data_format() == 'channels_first' else (20, 24, 3)\n"
    last = FIRST.replace('K.set_image_data_format("channels_first")', branch).replace("(3, 20, 24)))", "shape))")
    assert read(tmp_path, head + last.replace("axis=1", "")).experiment.stack.input_shape == (20, 24, 3)


@pytest.mark.parametrize(
    ("shape", "here"),
    [
        ("(3, 20, 20)", (20, 20, 3)),
        ("(1, 20, 20)", (20, 20, 1)),
        ("(3, 20, 24)", (20, 24, 3)),
        ("(1, 20, 24)", (1, 20, 24)),  # a row of pixels is no less likely
        ("(20, 20, 3)", (20, 20, 3)),
        ("(3, 20, 3)", (3, 20, 3)),
    ],
)
def test_a_shape_that_only_has_the_channels_first_has_them_last_here(
    tmp_path: Path, shape: str, here: tuple[int, ...]
) -> None:
    net = 'Convolution2D(4, 1, 1, border_mode="same", input_shape=SHAPE), layers.Flatten(), layers.Dense(7)'
    code = f"{HEAD}model = keras.Sequential([layers.{net}])\n".replace("SHAPE", shape)
    imported = read(tmp_path, code)
    assert imported.experiment.stack.input_shape == here
    is_other = "x".join(map(str, here)) != shape[1:-1].replace(", ", "x")
    assert any("channels come first there, as the shape" in note for note in imported.to_know) is is_other
    told = read(tmp_path, code.replace('"same",', '"same", dim_ordering="tf",'))
    assert "x".join(map(str, told.experiment.stack.input_shape)) == shape[1:-1].replace(", ", "x"), "it says last"


@pytest.mark.parametrize(
    "move", ["x_train.transpose(0, 3, 1, 2)", "np.transpose(x_train, (0, 3, 1, 2))", "np.moveaxis(x_train, -1, 1)"]
)
def test_images_whose_channels_are_put_first_for_a_network_that_has_them_first_are_as_they_are(
    tmp_path: Path, move: str
) -> None:
    head = "import numpy as np\n" + HEAD.replace("fashion_mnist", "cifar10") + f"x_train = {move}\n"
    net = "layers.Conv2D(4, 3, input_shape=(3, 32, 32)), layers.Flatten(), layers.Dense(10, activation='softmax')"
    first = read(tmp_path, f"{head}model = keras.Sequential([{net}])\n{FIT}")
    assert first.experiment.dataset == "cifar10"
    assert not first.differences
    assert total(first) == 112 + 900 * 4 * 10 + 10
    if "transpose" in move:
        code = head.replace("3, 1, 2", "2, 1, 3") + f"model = keras.Sequential([{net}])\n{FIT}"
        assert "transpose" in "".join(read(tmp_path, code).differences), "rows for columns"


@pytest.mark.parametrize(
    "count",
    [
        "sum([len(files) for _, _, files in os.walk('pets')])",
        "sum(len(os.listdir(os.path.join('pets', kind))) for kind in os.listdir('pets'))",
        "len(os.listdir('pets/cat')) + len(os.listdir('pets/dog')) + len(os.listdir('pets/fish'))",
    ],
)
@pytest.mark.parametrize(
    ("steps", "expected"), [("count // 6", None), ("int(count / 12)", 2), ("2 * count // 6", None)]
)
def test_steps_that_are_counted_of_the_files_show_every_image(
    pets: Path, count: str, steps: str, expected: int | None
) -> None:
    code = f"""{READ}
count = {count}
train = ImageDataGenerator(rescale=1 / 255).flow_from_directory("pets", (8, 8), batch_size=6)
model = keras.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, steps_per_epoch={steps})
"""
    imported = read(pets.parent, code)
    twice = steps.startswith("2")
    assert any("steps_per_epoch" in note for note in imported.differences) is twice
    assert imported.experiment.training.steps_per_epoch == expected


def test_an_option_whose_default_is_none_is_none_where_it_is_asked(tmp_path: Path) -> None:
    code = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--limit", type=int, default=None)
parser.add_argument("--epochs", type=int, required=True)
given = parser.parse_args()
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
if given.limit is not None:
    x_train, y_train = x_train[:given.limit], y_train[:given.limit]
model = keras.Sequential([layers.Flatten(input_shape=x_train.shape[1:]), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train / 255.0, y_train, epochs=given.epochs)
"""
    imported = read(tmp_path, HEAD + code)
    assert imported.experiment.dataset == "cifar10"
    assert [note.partition(",")[0] for note in imported.differences] == ["epochs is given.epochs (line 18)"]


@pytest.mark.parametrize(
    ("shape", "dataset", "taken"),
    [
        ("(pictures.shape[1], pictures.shape[2], 1)", "", (224, 224, 1)),
        ("(30, 40, pictures.shape[3])", "", (30, 40, 3)),
        ("(28, 28, pictures.shape[3])", "fashion_mnist", None),
    ],
)
def test_sides_that_only_running_tells_are_no_pictures_of_any_size(
    tmp_path: Path, shape: str, dataset: str, taken: tuple[int, ...] | None
) -> None:
    network = SMALL.replace("(28, 28, 1)", shape)
    imported = read(tmp_path, f"from elsewhere import pictures\n{HEAD.rpartition('(x_train, y')[0]}{network}")
    assert (imported.experiment.dataset, imported.experiment.input_shape) == (dataset, taken)
    assert not any("of any size" in note for note in imported.notes)
    assert any("of what shape the images are, pictures.shape" in note for note in imported.to_know)
