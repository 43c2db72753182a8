"""What a script does with its pictures before they go into the model: where they lie, parts, scale, classes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.dataset import DataOptions
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.phase import Phase
from cnn_tui.experiment.training import Training
from cnn_tui.keras_io.imported.model import import_model
from cnn_tui.keras_io.script.notebook import keras_notebook
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import (
    Application,
    Conv2D,
    Dense,
    Flatten,
    Normalization,
    RandomFlip,
    RandomRotation,
    Rescaling,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, read, refusal

READ = """
import os, pathlib
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
"""
NETWORK = """
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """A folder of three classes of pictures."""
    for kind in ("cat", "dog", "fish"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / "pets" / kind / f"{number}.png")
    return tmp_path / "pets"


@pytest.mark.parametrize(
    "path",
    [
        "pathlib.Path('pets')",
        "str(pathlib.Path('/content') / 'data' / 'pets')",
        "os.path.join(os.path.dirname(__file__), 'pets')",
        "os.path.join(os.path.dirname(keras.utils.get_file('p.zip', origin=URL, extract=True)), 'pets')",
        "keras.utils.get_file(origin='https://example.com/a/pets.tgz', untar=True)",
        "pathlib.Path(keras.utils.get_file('pets.tar', origin=URL, extract=True)).with_suffix('')",
        "'{}/pets'.format('/content')",
        r"r'C:\\Users\\me\\pets'",
    ],
)
def test_a_folder_is_found_however_its_path_is_made(pets: Path, path: str) -> None:
    code = f"{READ}data = keras.utils.image_dataset_from_directory({path}, image_size=(8, 8))\n{NETWORK}"
    imported = read(pets.parent, code + "model.fit(data, epochs=2)\n")
    assert imported.experiment.dataset == str(pets)


@pytest.mark.parametrize(
    "classes",
    ["len(data.class_names)", "data.num_classes", "len(list(data.class_indices.keys()))", "len(os.listdir('pets'))"],
)
def test_the_classes_of_a_folder_that_is_there_are_known(pets: Path, classes: str) -> None:
    network = NETWORK.replace("Dense(3,", f"Dense({classes},")
    code = f"{READ}data = ImageDataGenerator(rescale=1 / 255).flow_from_directory('pets', (8, 8))\n{network}"
    imported = read(pets.parent, code + "model.fit(data)\n")
    assert imported.experiment.layers[-1] == Dense(units=3, activation="softmax")
    assert imported.notes == ()
    gone = read(pets.parent, code.replace("'pets'", "'gone'") + "model.fit(data)\n")
    assert any("only running tells: 10 stand in" in note for note in gone.notes)


@pytest.mark.parametrize(
    ("parts", "held"),
    [
        ("train, watched = data.take(int(len(data) * 0.8)), data.skip(int(len(data) * 0.8))", 0.2),
        ("train, watched = data.take(int(len(data) * 0.7)), data.skip(int(len(data) * 0.7))", 0.3),
        (
            "fifth = tf.data.experimental.cardinality(data) // 5\ntrain, watched = data.skip(fifth), data.take(fifth)",
            0.2,
        ),
    ],
)
def test_a_part_of_a_pipeline_is_held_out(pets: Path, parts: str, held: float) -> None:
    code = f"{READ}data = keras.utils.image_dataset_from_directory('pets', image_size=(8, 8))\n{parts}\n{NETWORK}"
    imported = read(pets.parent, code + "model.fit(train, validation_data=watched)\n")
    assert not any("among those" in note for note in imported.notes)
    assert (imported.experiment.test, imported.experiment.training.validation) == (held, "test")


PARTS_OF_THREE = {
    "take and skip": """
data = keras.utils.image_dataset_from_directory('pets', image_size=(8, 8))
def parts(ds, share=0.7):
    size = len(ds)
    rest = ds.skip(int(share * size))
    return ds.take(int(share * size)).cache(), rest.take(int(0.2 * size)), rest.skip(int(0.2 * size))
train, watched, tested = parts(data)
""",
    "a subset": """
read = dict(validation_split=0.3, seed=1, image_size=(8, 8))
train = keras.utils.image_dataset_from_directory('pets', subset="training", **read)
rest = keras.utils.image_dataset_from_directory('pets', subset="validation", **read)
tested = rest.take(len(rest) // 3)
watched = rest.skip(len(rest) // 3)
""",
}


@pytest.mark.parametrize("way", PARTS_OF_THREE)
def test_pictures_that_are_neither_learned_from_nor_watched_are_tested_on(pets: Path, way: str) -> None:
    code = f"{READ}{PARTS_OF_THREE[way]}{NETWORK}model.fit(train, validation_data=watched, epochs=2)\n"
    imported = read(pets.parent, code)
    assert (imported.experiment.test, imported.experiment.training.validation) == (0.1, 0.2222)
    assert imported.experiment.training.validation_steps is None
    assert imported.differences == ()
    gone = read(pets.parent, code.replace("'pets'", "'gone'"))
    assert (gone.experiment.test, gone.experiment.training.validation) == (0.1, 0.2222)
    assert all("are not there" in note for note in gone.differences)


@pytest.mark.parametrize(("kept", "is_once"), [("VARY.cache()", True), ("cache().VARY", False), ("VARY", False)])
def test_pictures_that_are_varied_once_for_all_epochs_are_a_note(pets: Path, kept: str, is_once: bool) -> None:
    vary = "map(lambda picture, label: (varied(picture, training=True), label))"
    code = f"""{READ}
data = keras.utils.image_dataset_from_directory('pets', image_size=(8, 8))
varied = keras.Sequential([layers.RandomFlip("horizontal")])
train = data.{kept.replace("VARY", vary)}.prefetch(2)
{NETWORK}model.fit(train)
"""
    imported = read(pets.parent, code)
    assert imported.experiment.layers[0] == RandomFlip(mode="horizontal")
    once = [note for note in imported.differences if "varied once for all epochs there, which cache (line " in note]
    assert len(once) == is_once


def test_pictures_that_are_learned_from_and_watched_too_are_a_note(pets: Path) -> None:
    code = f"""{READ}
data = keras.utils.image_dataset_from_directory("pets", image_size=(8, 8))
{NETWORK}model.fit(data.take(int(0.8 * len(data))), validation_data=data.take(int(0.2 * len(data))))
"""
    assert any("among those that it learns from" in note for note in read(pets.parent, code).notes)


def test_what_map_does_to_pictures_stands_in_front(pets: Path) -> None:
    code = f"""{READ}
data = keras.utils.image_dataset_from_directory('pets', image_size=(8, 8))
varied = keras.Sequential([layers.RandomFlip("horizontal")])
def prepare(picture, label):
    return tf.cast(picture, tf.float32) / 255.0, label
train = data.map(prepare).map(lambda picture, label: (varied(picture, training=True), label)).prefetch(2)
{NETWORK}model.fit(train)
"""
    imported = read(pets.parent, code)
    assert imported.experiment.layers[0] == RandomFlip(mode="horizontal")
    (note,) = imported.notes  # that the lab's images are divided already
    assert note.startswith("layer 1 (Rescaling by 0.00392) is left out")
    unknown = read(pets.parent, code.replace("tf.cast(picture, tf.float32) / 255.0", "sharper(picture)"))
    assert any("what sharper does to the tensor" in note and "left out" in note for note in unknown.notes)


def test_tensorflow_datasets_are_the_datasets_that_they_are(tmp_path: Path) -> None:
    code = f"""{READ}
import tensorflow_datasets as tfds
parts = ["train[:90%]", "train[90%:]"]
(train, watched), about = tfds.load("mnist:3.0.1", split=parts, as_supervised=True, with_info=True)
train = train.map(lambda picture, label: (tf.cast(picture, tf.float32) / 255.0, label)).batch(64)
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, epochs=3, validation_data=watched.batch(64))
"""
    training = read(tmp_path, code).experiment.training
    assert read(tmp_path, code).experiment.dataset == "mnist"
    assert (training.batch_size, training.validation) == (64, 0.1)
    other = read(tmp_path, code.replace("mnist:3.0.1", "kmnist"))
    assert other.experiment.training.batch_size == 64
    assert any("train of kmnist" in note for note in other.notes)


@pytest.mark.parametrize(
    ("scaled", "layer"),
    [
        ("x_train", Rescaling(scale=255)),
        ("x_train / 127.5 - 1", Rescaling(scale=2, offset=-1)),
        ("(x_train - 128) / 128", Rescaling(scale=1.99219, offset=-1)),
        ("x_train / 255", None),
    ],
)
def test_numbers_that_go_in_otherwise_are_made_so_by_a_layer(tmp_path: Path, scaled: str, layer: Any) -> None:
    head = HEAD.replace("x_train / 255.0, x_test / 255.0", f"{scaled}, x_test")
    imported = read(tmp_path, head + SMALL + FIT)
    assert imported.experiment.layers[0] == layer if layer is not None else imported.notes == ()


def test_a_generator_that_evens_out_its_pictures_is_a_normalization(tmp_path: Path) -> None:
    code = f"""{HEAD}{SMALL}
from keras.preprocessing.image import ImageDataGenerator
evened = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
evened.fit(x_train)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(evened.flow(x_train, y_train, batch_size=30), steps_per_epoch=len(x_train) // 30)
"""
    imported = read(tmp_path, code)
    assert imported.experiment.layers[0] == Normalization()
    assert len(imported.notes) == 1  # of its parameters: the steps are an epoch
    without = read(tmp_path, code.replace("evened.fit(x_train)", ""))
    assert not isinstance(without.experiment.layers[0], Normalization)


def test_a_table_that_is_not_there_has_no_stand_in(tmp_path: Path) -> None:
    code = f"""{HEAD}{SMALL}
import pandas as pd
from sklearn.model_selection import train_test_split
table = pd.read_csv("../input/digits.csv")
images = table.drop("label", axis=1).values.reshape(-1, 28, 28, 1)
images, watched, labels, others = train_test_split(images, table["label"], test_size=0.1)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images / 255.0, labels, validation_data=(watched / 255.0, others))
"""
    imported = read(tmp_path, code)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.test, experiment.training.validation) == ("", 0.1, "test")


def test_training_that_goes_on_counts_its_epochs_by_the_first(tmp_path: Path) -> None:
    fit = FIT.replace("model.fit", "first = model.fit")
    more = "model.fit(x_train, y_train, epochs=7, initial_epoch=first.epoch[-1] + 1)\n"
    assert read(tmp_path, HEAD + SMALL + fit + more).experiment.training.epochs == 7
    again = "model.compile('adam', 'sparse_categorical_crossentropy')\n"
    assert read(tmp_path, HEAD + SMALL + fit + again + more).experiment.then == (Phase(4),)
    unknown = read(tmp_path, HEAD + SMALL + fit + more.replace("first.epoch[-1] + 1", "there()"))
    assert any(note.startswith("initial_epoch is there()") for note in unknown.notes)


@pytest.mark.parametrize(
    ("by_hand", "grey", "coloured"),
    [
        ("x_train = (x_train - x_train.mean()) / (x_train.std() + 1e-7)", "channel", "all"),
        (
            "mean, std = np.mean(x_train, axis=0), np.std(x_train, axis=0)\nx_train = (x_train - mean) / std",
            "pixel",
            "pixel",
        ),
        ("x_train = (x_train - x_train.mean(axis=(0, 1, 2))) / x_train.std(axis=(0, 1, 2))", "channel", "channel"),
    ],
)
def test_images_that_are_evened_out_by_hand_are_a_normalization(
    tmp_path: Path, by_hand: str, grey: Any, coloured: Any
) -> None:
    code = f"{HEAD}import numpy as np\n{by_hand}\n{SMALL}{FIT}"
    in_colour = code.replace("fashion_mnist", "cifar10").replace("28, 28, 1", "32, 32, 3")
    for text, axis in ((code, grey), (in_colour, coloured)):
        imported = read(tmp_path, text)
        assert imported.experiment.layers[0] == Normalization(axis=axis)
        assert (len(imported.differences), len(imported.to_know)) == (0, 1)


def test_images_that_are_evened_out_row_by_row_are_so_by_channel_with_a_note(tmp_path: Path) -> None:
    by_hand = "x_train = (x_train - x_train.mean(axis=1)) / x_train.std(axis=1)"
    imported = read(tmp_path, f"{HEAD}{by_hand}\n{SMALL}{FIT}")
    assert imported.experiment.layers[0] == Normalization()
    assert imported.differences == ("images are evened out over other axes there: here channel by channel",)


def test_pictures_that_a_table_lists_keep_what_is_done_to_them(tmp_path: Path) -> None:
    code = f"""{READ}
table = read_the("names.dat")
varied = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True)
pictures = varied.flow_from_dataframe(table, "photos", x_col="id", y_col="label", target_size=(8, 8), batch_size=7)
model = keras.Sequential([layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile(optimizers.rmsprop(lr=0.01), "categorical_crossentropy")
model.fit_generator(generator=pictures, epochs=4)
"""
    imported = read(tmp_path, code)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.stack.input_shape) == ("", (8, 8, 3))
    assert experiment.layers[0] == RandomFlip(mode="horizontal")
    assert (experiment.training.batch_size, experiment.training.epochs) == (7, 4)
    assert (experiment.training.optimizer, experiment.training.learning_rate) == ("rmsprop", 0.01)
    assert "photos" in imported.notes[0] and "classes from a table" in imported.notes[0]


def test_the_output_of_the_last_layer_of_a_network_is_that_of_all(tmp_path: Path) -> None:
    code = f"""{HEAD}
base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3))
x = layers.Flatten()(base.layers[-1].output)
model = keras.Model(base.input, layers.Dense(10, activation="softmax")(x))
"""
    assert [layer.type for layer in read(tmp_path, code + FIT).experiment.layers] == ["Application", "Flatten", "Dense"]


def test_a_class_with_some_of_its_arguments_is_that_class(tmp_path: Path) -> None:
    partly = "from functools import partial\nConv = partial(layers.Conv2D, kernel_size=3, padding='SAME')\n"
    network = SMALL.replace('layers.Conv2D(8, 3, activation="relu",', "Conv(8, kernel_size=5,")
    layer = read(tmp_path, HEAD + partly + network + FIT).experiment.layers[0]
    assert layer == Conv2D(filters=8, kernel_size=(5, 5), padding="same")


LAYOUTS: dict[str, tuple[tuple[str, ...], DataOptions]] = {
    "one folder": ((".",), DataOptions()),
    "a share of it": ((".",), DataOptions(test=0.3, fit="crop", image_size=(6, 5), color="grayscale")),
    "train and test": (("train", "test"), DataOptions(image_size=(4, 4))),
    "training_set and test_set": (("training_set", "test_set"), DataOptions(fit="crop")),
    "two paths": ((".", "../watched"), DataOptions(test="watched")),
}
TRAINED = {
    "as it is": Training(epochs=2, validation="test"),
    "a part held out": Training(epochs=2, validation=0.2, batch_size=4),
    "with a seed": Training(epochs=2, validation=0.2, batch_size=4, seed=3, class_weight="balanced"),
    "with a table of weights": Training(validation="none", batch_size=4, seed=3, class_weight=(1.0, 2.0, 0.5)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("trained", TRAINED)
def test_an_exported_script_of_a_folder_comes_back_with_it(pets: Path, layout: str, trained: str) -> None:
    parts, options = LAYOUTS[layout]
    folder = pets.parent / "set"
    for part in parts:
        shutil.copytree(pets, folder / part)
    if isinstance(options.test, str):
        options = msgspec.structs.replace(options, test=str(pets.parent / options.test))
    experiment = Experiment(
        name="script",
        dataset=str(folder),
        training=TRAINED[trained],
        layers=(Flatten(), Dense(units=3, activation="softmax")),
        **msgspec.structs.asdict(options),
    )
    imported = read(pets.parent, keras_script(experiment))
    assert imported.experiment == experiment
    assert imported.notes == ()
    assert read(pets.parent, keras_notebook(experiment), suffix=".ipynb").experiment == experiment


def test_a_script_like_the_labs_asks_for_no_picture_that_is_too_large(pets: Path) -> None:
    experiment = Experiment(dataset=str(pets), layers=(Flatten(), Dense(units=3)), training=Training(validation="none"))
    large = keras_script(experiment).replace("resize((8, 8)", "resize((99999999, 8)")
    assert read(pets.parent, large).experiment.dataset == ""


def test_a_generator_of_the_script_gives_the_images_that_it_yields(tmp_path: Path) -> None:
    code = f"""{HEAD}{SMALL}
def batches(images, labels, size=50):
    while True:
        for start in range(0, len(images), size):
            yield images[start : start + size], labels[start : start + size]
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(batches(x_train, y_train), steps_per_epoch=1200, epochs=2)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.dataset, imported.experiment.training.batch_size) == ("fashion_mnist", 50)
    assert imported.notes == ()


@pytest.mark.parametrize(
    ("weights", "taken"),
    [
        ("dict(enumerate(compute_class_weight('balanced', classes=np.unique(y_train), y=y_train)))", "balanced"),
        ("{i: w for i, w in enumerate(compute_class_weight(class_weight='balanced', classes=c, y=y))}", "balanced"),
        ("{label: 60000 / (10 * n) for label, n in enumerate(counted(y_train))}", None),
        ("{label: 6000 / np.bincount(y_train)[label] for label in range(10)}", "balanced"),
        ("{label: 1 / np.bincount(y_train)[label] for label in range(10)}", None),
    ],
)
def test_weights_of_classes_that_a_script_works_out(tmp_path: Path, weights: str, taken: str | None) -> None:
    code = f"from sklearn.utils.class_weight import compute_class_weight\nweights = {weights}\n"
    imported = read(tmp_path, HEAD + SMALL + code + FIT.replace("epochs", "class_weight=weights, epochs"))
    assert imported.experiment.training.class_weight == taken
    assert (imported.notes == ()) is (taken is not None)


@pytest.mark.parametrize(("steps", "is_epoch"), [(5, True), (6, True), (100, False)])
def test_steps_that_show_every_picture_of_a_folder_once_are_an_epoch(pets: Path, steps: int, is_epoch: bool) -> None:
    code = f"""{READ}
scaled = ImageDataGenerator(rescale=1 / 255)
pictures = scaled.flow_from_directory("pets", (8, 8), batch_size=4)
{NETWORK}model.fit(pictures, steps_per_epoch={steps})
"""
    imported = read(pets.parent, code)
    assert imported.experiment.training.steps_per_epoch == (None if is_epoch else steps)  # 24 of 30 are trained on
    assert imported.notes == ()


@pytest.mark.parametrize(("steps", "said"), [("2", 2), ("3", None), ("watched.n // 2", None)])
def test_batches_to_validate_on_that_are_all_of_a_folder_are_not_said(pets: Path, steps: str, said: int | None) -> None:
    code = f"""{READ}
scaled = ImageDataGenerator(rescale=1 / 255, validation_split=0.2)
pictures = scaled.flow_from_directory("pets", (8, 8), batch_size=2, subset="training")
watched = scaled.flow_from_directory("pets", (8, 8), batch_size=2, subset="validation")
{NETWORK}model.fit(pictures, validation_data=watched, validation_steps={steps})
"""
    imported = read(pets.parent, code)  # 6 of 30 are held out
    assert imported.experiment.training.validation_steps == said
    assert imported.differences == ()


def test_pictures_to_validate_on_that_are_varied_there_are_varied_here(pets: Path) -> None:
    code = f"""{READ}
varied = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True, validation_split=0.2)
other = ImageDataGenerator(rescale=1 / 255, vertical_flip=True, validation_split=0.2)
scaled = ImageDataGenerator(rescale=1 / 255, validation_split=0.2)
pictures = varied.flow_from_directory("pets", (8, 8), subset="training")
watched = varied.flow_from_directory("pets", (8, 8), subset="validation")
{NETWORK}model.fit(pictures, validation_data=watched)
"""
    imported = read(pets.parent, code)
    assert (imported.differences, imported.experiment.training.vary_validation) == ((), True)
    imported = read(pets.parent, code.replace("watched = varied", "watched = scaled"))
    assert (imported.differences, imported.experiment.training.vary_validation) == ((), False)
    imported = read(pets.parent, code.replace("watched = varied", "watched = other"))
    assert "varied in another way" in imported.differences[0]
    assert not imported.experiment.training.vary_validation


@pytest.mark.parametrize("seed", [None, 3])
def test_an_exported_script_of_a_file_of_arrays_comes_back_with_it(tmp_path: Path, seed: int | None) -> None:
    path = tmp_path / "set.npz"
    labels = np.arange(20) % 2
    np.savez(
        path,
        x_train=np.full((20, 4, 4), 7, "uint8"),
        y_train=labels,
        x_test=np.full((20, 4, 4), 9, "uint8"),
        y_test=labels,
    )
    experiment = Experiment(
        name="script",
        dataset=str(path),
        training=Training(epochs=2, validation=0.2, batch_size=4, seed=seed),
        layers=(Flatten(), Dense(units=2, activation="softmax")),
    )
    imported = read(tmp_path, keras_script(experiment))
    assert (imported.experiment, imported.notes) == (experiment, ())
    opened = f"with np.load('{path}') as f:\n    x_train, y_train = f['x_train'] / 255.0, f['y_train']\n"
    network = SMALL.replace("28, 28, 1", "4, 4, 1")
    assert read(tmp_path, HEAD + opened + network + FIT).experiment.dataset == str(path)


BY_HAND = """
import cv2
import numpy as np
from PIL import Image
from sklearn.model_selection import train_test_split
from tensorflow.keras.preprocessing.image import load_img, img_to_array
X, y, pairs = [], [], []
"""
BY_CLASS = """
for number, kind in enumerate(["cat", "dog", "fish"]):
    place = os.path.join("pets", kind)
    for name in os.listdir(place):
        try:
            seen = cv2.resize(cv2.imread(os.path.join(place, name)), (8, 6))
            pairs.append([seen, number])
        except Exception:
            pass
np.random.shuffle(pairs)
for seen, number in pairs:
    X.append(seen)
    y.append(number)
X = np.array(X).reshape(-1, 6, 8, 3) / 255.0
"""
BY_LISTING = """
for kind in sorted(os.listdir("pets")):
    for name in os.listdir(os.path.join("pets", kind)):
        seen = Image.open(os.path.join("pets", kind, name)).convert("L").resize((8, 6))
        if seen is not None:
            X.append(np.array(seen) / 255)
            y.append(kind)
X = np.asarray(X)
"""
BY_KERAS = """
for kind in os.listdir("pets"):
    place = os.path.join("pets", kind)
    for name in os.listdir(place):
        X.append(img_to_array(load_img(os.path.join(place, name), target_size=(6, 8))))
        y.append(kind)
X = np.array(X, dtype="float32") / 255.0
"""
BY_HAND_FIT = """
X_train, X_test, y_train, y_test = train_test_split(X, np.array(y), test_size=0.3)
model = keras.Sequential([layers.Flatten(input_shape=X.shape[1:]), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(X_train, y_train, epochs=4, batch_size=9, validation_data=(X_test, y_test))
"""


@pytest.mark.parametrize(
    ("loops", "color"), [(BY_CLASS, "rgb"), (BY_LISTING, "grayscale"), (BY_KERAS, "rgb")], ids=["cv2", "PIL", "Keras"]
)
def test_pictures_that_are_read_file_by_file_are_the_folder(pets: Path, loops: str, color: Any) -> None:
    imported = read(pets.parent, READ + BY_HAND + loops + BY_HAND_FIT)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.data_options) == (str(pets), DataOptions((6, 8), color, "stretch", 0.3))
    training = experiment.training
    assert (training.validation, training.epochs, training.batch_size) == ("test", 4, 9)
    assert [layer.type for layer in experiment.layers] == ["Flatten", "Dense"]
    assert imported.differences == ()
    assert any("OpenCV gives blue" in note for note in imported.to_know) is ("cv2" in loops)


def test_pictures_that_are_read_file_by_file_as_bytes_are_made_so(pets: Path) -> None:
    imported = read(pets.parent, READ + BY_HAND + BY_KERAS.replace(" / 255.0", "") + BY_HAND_FIT)
    assert imported.experiment.layers[0] == Rescaling(scale=255.0)
    counted = BY_HAND_FIT.replace("epochs=4", "epochs=len(y)")
    assert any("epochs is " in note for note in read(pets.parent, READ + BY_HAND + BY_KERAS + counted).differences)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("        X.append(img", "        if lucky():\n            X.append(img"),
        ("        X.append(img", "        if lucky():\n            continue\n        X.append(img"),
        ("        X.append(img", "        many += 1\n        if many < 3:\n            X.append(img"),
        ("X = np.array(X,", "X = np.array(X[:5],"),
        ("        y.append(kind)", "        y.append(kind)\n        if len(y) > 100:\n            break"),
        ("in os.listdir(place):", "in os.listdir(place)[:5]:"),
        ("os.path.join(place, name)", "os.path.join(place, '1.png')"),
        ("img_to_array(load_img(", "read_it(load_img("),
    ],
)
def test_loops_that_leave_files_out_or_do_what_is_not_known_are_not_followed(
    pets: Path, there: str, instead: str
) -> None:
    loops = "many = 0" + BY_KERAS.replace(there, instead)
    assert instead in loops
    fit = BY_HAND_FIT.replace("X.shape[1:]", "(6, 8, 3)")
    imported = read(pets.parent, READ + BY_HAND + loops + fit)
    assert imported.experiment.dataset == ""
    assert any("are not known: set the dataset to them" in note for note in imported.differences)


def test_classes_that_a_script_does_not_read_are_a_difference(pets: Path) -> None:
    some = BY_CLASS.replace('["cat", "dog", "fish"]', '["cat", "dog"]')
    imported = read(pets.parent, READ + BY_HAND + some + BY_HAND_FIT)
    assert imported.differences == ("1 class of the folder is not read there, and is here",)
    turned = BY_CLASS.replace("cv2.resize(", "cv2.cvtColor(cv2.resize(").replace(
        "(8, 6))", "(8, 6)), cv2.COLOR_BGR2RGB)"
    )
    assert not any("OpenCV" in note for note in read(pets.parent, READ + BY_HAND + turned + BY_HAND_FIT).notes)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        ("ImageDataGenerator().flow(x_train, y_train, batch_size=128)", 128),
        ("ImageDataGenerator().flow(x_train, y_train)", 32),
        ("tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(9).batch(64)", 64),
        ("x_train, y_train", 20),
    ],
)
def test_the_batch_size_of_a_fit_counts_for_arrays_alone(tmp_path: Path, data: str, size: int) -> None:
    code = f"""{HEAD}
from tensorflow.keras.preprocessing.image import ImageDataGenerator
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit({data}, batch_size=20, epochs=3)
"""
    imported = read(tmp_path, code)
    assert imported.experiment.training.batch_size == size
    noted = [note for note in imported.to_know if "batch_size of fit" in note]
    assert len(noted) == (size != 20)
    assert all(f"of {size}" in note and f"line {len(code.splitlines())}" in note for note in noted)


@pytest.mark.parametrize(
    ("load", "shuffle", "noted"),
    [
        ('tfds.load("mnist", split="train", as_supervised=True).batch(32)', False, 0),
        ('tfds.load("mnist", split="train", as_supervised=True).shuffle(99).batch(32)', True, 0),
        ('tfds.load("mnist", as_supervised=True, shuffle_files=True)["train"].batch(32)', False, 1),
    ],
)
def test_images_of_tensorflow_datasets_come_in_their_order_unless_they_are_shuffled(
    tmp_path: Path, load: str, shuffle: bool, noted: int
) -> None:
    fit = f'model.compile("adam", "sparse_categorical_crossentropy")\nmodel.fit({load}, epochs=3)'
    imported = read(tmp_path, f"{READ}\nimport tensorflow_datasets as tfds\n{SMALL}\n{fit}\n")
    assert imported.experiment.training.shuffle is shuffle
    assert len([note for note in imported.notes if "shuffle_files (line " in note]) == noted


@pytest.mark.parametrize(
    ("watched", "steps"),
    [
        ("validation_data=(x_test, y_test), validation_steps=10", 10),
        ("validation_data=(x_test[:50], y_test[:50])", 3),
        ("validation_data=(x_test, y_test), validation_steps=len(x_test) // 20", None),
        ("validation_data=(x_test, y_test)", None),
        ("validation_data=ImageDataGenerator().flow(x_test, y_test, batch_size=100), validation_steps=100", None),
        ("validation_data=ImageDataGenerator().flow(x_test, y_test, batch_size=100), validation_steps=50", 250),
        ("validation_data=(x_test, y_test), nb_val_samples=2010", 101),
        ("validation_data=(x_test, y_test), nb_val_samples=10000", None),
        ("validation_data=(x_test, y_test), validation_steps=499", 499),
        ("validation_split=0.1, validation_steps=30", 30),
        ("validation_split=0.1, validation_steps=300", None),
        ("validation_data=(x_test, y_test), validation_steps=many()", "validation_steps (line "),
        ("validation_steps=10", None),  # of nothing
    ],
)
def test_so_many_batches_are_measured_as_there(tmp_path: Path, watched: str, steps: int | str | None) -> None:
    code = f"""{HEAD}
from tensorflow.keras.preprocessing.image import ImageDataGenerator
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, batch_size=20, epochs=3, {watched})
"""
    imported = read(tmp_path, code)
    notes = [note for note in imported.differences if "validation_steps" in note]
    if isinstance(steps, str):
        assert [note.startswith(steps) and "all images" in note for note in notes] == [True]
    else:
        assert not notes
        assert imported.experiment.training.validation_steps == steps


def test_as_many_images_to_validate_on_as_are_whole_batches_are_told(tmp_path: Path) -> None:
    fit = 'model.compile("adam", "sparse_categorical_crossentropy")\nmodel.fit(x_train, y_train, batch_size=20, {})'
    for watched, many in (
        ("x_test[:50], y_test[:50]", "60, which are whole batches,"),
        ("x_test[:40], y_test[:40]", "as many"),
    ):
        imported = read(tmp_path, HEAD + SMALL + fit.format(f"validation_data=({watched})"))
        assert f"images there, and here on {many} drawn at random" in imported.to_know[0]


@pytest.mark.parametrize(
    ("join", "is_put_together"),
    [
        ("x = np.vstack((x, more))", True),
        ("x = np.concatenate([x, more], axis=0)", True),
        ("x = np.append(x, more, 0)", True),
        ("x = np.concatenate((x, np.load('more.npy')))", True),
        ("x = np.concatenate((x, np.flip(x, 1)))", True),
        ("x = np.concatenate((more, x)) / 255", True),
        ("x = pd.concat([pd.read_csv('train.csv'), pd.read_csv('more.csv')]).values[:, 1:]", True),
        ("x = np.hstack((x[:, :8], x[:, 8:]))", False),
        ("x = np.append(np.empty((0, 16)), x, axis=0)", False),
        ("x = np.vstack(x)", False),
    ],
)
def test_tables_that_are_put_together_are_not_one_of_them(tmp_path: Path, join: str, is_put_together: bool) -> None:
    for name in ("train", "more"):
        rows = [",".join(map(str, [at % 3, *range(16)])) for at in range(30)]
        (tmp_path / f"{name}.csv").write_text("\n".join(rows))
    code = f"""{READ}
import numpy as np
import pandas as pd
x, more = np.loadtxt("train.csv", delimiter=",")[:, 1:], np.loadtxt("more.csv", delimiter=",")[:, 1:]
{join}
x = x.reshape(-1, 4, 4, 1).astype("float32")
model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, np.loadtxt("train.csv", delimiter=",")[:, 0])
"""
    imported = read(tmp_path, code)
    line = code.splitlines().index(join) + 1
    noted = [note for note in imported.notes if "put together" in note and f"line {line}" in note]
    assert (imported.experiment.dataset == "") is bool(noted) is is_put_together
    assert all("train.csv" in note for note in noted)


def test_a_table_to_test_on_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    rows = [",".join(map(str, [at % 3, *range(16)])) for at in range(30)]
    (tmp_path / "train.csv").write_text("\n".join(rows))
    code = f"""{READ}
import numpy as np
train, test = np.loadtxt("train.csv", delimiter=","), np.loadtxt("gone.csv", delimiter=",")
model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train[:, 1:], train[:, 0], validation_data=(test[:, 1:], test[:, 0]))
"""
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == str(tmp_path / "train.csv")
    assert any("the table that it tests on, gone.csv" in note for note in imported.notes)
    (tmp_path / "gone.csv").write_text("\n".join(rows))
    assert not any("the table that it tests on" in note for note in read(tmp_path, code).notes)


VARIED = """
inputs = keras.Input((32, 32, 3))
varied = keras.Sequential([layers.Rescaling(1.0 / 255), layers.RandomFlip("horizontal")])(inputs)
base = keras.applications.ResNet50(include_top=False, weights=None, input_tensor=varied)
{more}
pooled = layers.GlobalAveragePooling2D()(base.output)
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(pooled))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(*keras.datasets.cifar10.load_data()[0])
"""


@pytest.mark.parametrize(
    ("more", "is_frozen"),
    [("", False), ("base.trainable = False", True), ("for layer in base.layers:\n    layer.trainable = False", True)],
)
def test_layers_that_a_network_is_made_on_stand_before_it(tmp_path: Path, more: str, is_frozen: bool) -> None:
    imported = read(tmp_path, READ + VARIED.format(more=more))
    experiment = imported.experiment
    base = Application(architecture="ResNet50", weights="none", preprocessing="none", trainable=not is_frozen)
    assert experiment.dataset == "cifar10"
    assert experiment.layers[:2] == (RandomFlip(mode="horizontal"), base)
    assert [layer.type for layer in experiment.layers[2:]] == ["GlobalAveragePooling2D", "Dense"]
    assert not any("images are prepared" in note or "0 to 255" in note for note in (*imported.notes, *imported.to_know))


def test_an_input_that_a_network_is_made_on_says_its_size(tmp_path: Path) -> None:
    fit = READ + VARIED.format(more="").replace("input_tensor=varied", "input_tensor=keras.Input((96, 64, 3))")
    fit = fit.replace("keras.Model(inputs", "keras.Model(base.input").replace("*keras.datasets.cifar10.load", "pets")
    experiment = read(tmp_path, fit).experiment
    assert experiment.stack.input_shape == (96, 64, 3)
    assert experiment.layers[0] == Application(architecture="ResNet50", weights="none", preprocessing="own")


@pytest.mark.parametrize("tensor", ["own(varied)", "made[0]"])
def test_what_is_not_known_before_a_network_refuses_it(tmp_path: Path, tensor: str) -> None:
    code = READ + VARIED.format(more="").replace("=varied", f"={tensor}")
    line = next(at for at, text in enumerate(code.splitlines(), 1) if "input_tensor" in text)
    words = refusal(tmp_path, code)
    assert f"line {line})" in words
    assert "input_tensor" in words or "own" in words


RESTING = """
base = keras.applications.{architecture}(include_top=False, weights=None, input_shape=(96, 96, 3))
{freezing}
inputs = keras.Input((96, 96, 3))
x = layers.GlobalAveragePooling2D()(base(inputs{mode}))
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(pets)
"""


@pytest.mark.parametrize(
    ("architecture", "freezing", "mode", "rests"),
    [
        ("MobileNetV2", "", ", training=False", True),
        ("MobileNetV2", "for layer in base.layers[:100]:\n    layer.trainable = False", ", training=False", True),
        ("MobileNetV2", "base.trainable = False", ", training=False", True),  # it may learn later
        ("MobileNetV2", "", "", False),
        ("VGG16", "", ", training=False", False),  # which evens nothing out
        ("EfficientNetB0", "base.trainable = False", ", training=False", True),  # which has a Dropout inside
    ],
)
def test_a_network_that_is_called_as_after_training_is_so_where_that_differs(
    tmp_path: Path, architecture: str, freezing: str, mode: str, rests: bool
) -> None:
    made = read(tmp_path, READ + RESTING.format(architecture=architecture, freezing=freezing, mode=mode))
    (base,) = (layer for layer in made.experiment.layers if isinstance(layer, Application))
    assert base.training is not rests
    assert not [note for note in made.notes if "training=False" in note]


def test_a_network_that_is_unfrozen_for_a_second_training_rests_in_both(tmp_path: Path) -> None:
    code = READ + RESTING.format(architecture="MobileNetV2", freezing="base.trainable = False", mode=", training=False")
    more = 'base.trainable = True\nmodel.compile("sgd", "sparse_categorical_crossentropy")\nmodel.fit(pets)\n'
    path = tmp_path / "script.py"
    path.write_text(code + more)
    bases = [
        layer
        for number in (1, 2)
        for layer in import_model(path, training=number).experiment.layers
        if isinstance(layer, Application)
    ]
    assert [(base.trainable, base.training) for base in bases] == [(False, False), (True, False)]
    whole = import_model(path).experiment
    assert [layer.training for layer in whole.layers if isinstance(layer, Application)] == [False]
    assert whole.then, "one run of two phases"


@pytest.mark.parametrize(
    ("called", "words"),
    [
        ("layers.Dropout(0.5)(x, training=True)", "training=True of Dropout (line 9)"),
        ("keras.Sequential([layers.Dropout(0.5)])(x, training=False)", "training=False of Dropout (line 9)"),
        ("layers.Flatten()(x, training=False)", ""),
        ("layers.Dropout(0.5)(x, training=None)", ""),
    ],
)
def test_a_layer_that_works_at_another_time_there_is_a_note(tmp_path: Path, called: str, words: str) -> None:
    code = f"""{READ}
x = inputs = keras.Input((8, 8, 3))
x = {called}
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))
model.compile("adam", "sparse_categorical_crossentropy")
"""
    noted = [note for note in read(tmp_path, code).notes if "training=" in note]
    assert len(noted) == bool(words)
    assert all(note.startswith(words) for note in noted)


@pytest.mark.parametrize("share", ["len(others) // 5", "int(0.2 * len(others))"])
def test_a_part_of_the_pictures_of_another_folder_is_validated_on(pets: Path, share: str) -> None:
    shutil.copytree(pets, pets.parent / "others")
    code = f"""{READ}
data = keras.utils.image_dataset_from_directory("pets", image_size=(8, 8), batch_size=2)
others = keras.utils.image_dataset_from_directory("others", image_size=(8, 8), batch_size=2)
watched = others.skip({share})
{NETWORK}model.fit(data, validation_data=watched)"""
    imported = read(pets.parent, code)
    assert imported.experiment.training.validation_steps == 12  # 24 of 30 pictures
    assert not imported.differences
    gone = read(pets.parent, code.replace('"others"', '"gone"'))
    assert any("only a part of the pictures to validate on" in note for note in gone.differences)


def test_an_exported_script_draws_the_images_that_are_validated_on(tmp_path: Path) -> None:
    for training in (Training(validation_steps=3, seed=4), Training(validation_steps=3, vary_validation=True)):
        layers = (RandomFlip(), RandomRotation(factor=0.1), Flatten(), Dense(units=10))
        experiment = Experiment(dataset="mnist", training=training, layers=layers)
        assert read(tmp_path, keras_script(experiment)).experiment.training == training
