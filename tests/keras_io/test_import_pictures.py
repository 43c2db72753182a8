"""What a script does with its pictures before they go into the model: where they lie, in which parts, on what scale."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.network.layers import (
    Conv2D,
    Dense,
    Normalization,
    RandomFlip,
    Rescaling,
)
from tests.keras_io.scripts import ALL_LEARNED, FIT, HEAD, NETWORK, READ, SMALL, read


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
    assert imported.notes == (ALL_LEARNED.format("pets"),)
    gone = read(pets.parent, code.replace("'pets'", "'gone'") + "model.fit(data)\n")
    assert any("only running tells: 10 stand in" in note for note in gone.notes)


@pytest.mark.parametrize(
    ("parts", "held"),
    [
        ("train, watched = data.take(int(len(data) * 0.8)), data.skip(int(len(data) * 0.8))", 0.2),
        ("train, watched = data.take(int(len(data) * 0.7)), data.skip(int(len(data) * 0.7))", 0.3),
        (
            "train, watched = keras.utils.split_dataset(data, left_size=0.75, shuffle=True, seed=2)",
            0.25,
        ),
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
    mixed = [note for note in imported.differences if "the images are mixed anew in each epoch there" in note]
    assert list(imported.differences) == mixed
    assert bool(mixed) is (way == "take and skip")
    gone = read(pets.parent, code.replace("'pets'", "'gone'"))
    assert (gone.experiment.test, gone.experiment.training.validation) == (0.1, 0.2222)
    assert all("are not there" in note for note in gone.differences if note not in mixed)


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
    note, all_learned = imported.notes  # and that the lab's images are divided already
    assert all_learned == ALL_LEARNED.format("pets")
    assert note == "the images are divided by 255 there: they come as 0 to 1 here already"
    unknown = read(pets.parent, code.replace("tf.cast(picture, tf.float32) / 255.0", "sharper(picture)"))
    assert any("what sharper does to the tensor" in note and "left out" in note for note in unknown.notes)


@pytest.mark.parametrize(
    ("scaled", "layer"),
    [
        ("x_train", Rescaling(scale=255)),
        ("x_train / 127.5 - 1", Rescaling(scale=2, offset=-1)),
        ("x_train / 256", Rescaling(scale=0.996094)),
        ("x_train / 128 - 1", Rescaling(scale=1.99219, offset=-1)),
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


def test_a_class_with_some_of_its_arguments_is_that_class(tmp_path: Path) -> None:
    partly = "from functools import partial\nConv = partial(layers.Conv2D, kernel_size=3, padding='SAME')\n"
    network = SMALL.replace('layers.Conv2D(8, 3, activation="relu",', "Conv(8, kernel_size=5,")
    layer = read(tmp_path, HEAD + partly + network + FIT).experiment.layers[0]
    assert layer == Conv2D(filters=8, kernel_size=(5, 5), padding="same")


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
