"""Folders of pictures and tables that a script reads, and how it varies them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cnn_tui.experiment.check import problems_of
from cnn_tui.keras_io.imported.model import Imported
from cnn_tui.network.layers import (
    Dense,
    RandomFlip,
    RandomRotation,
    RandomShear,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, pets, read, total, write_pictures


def test_augmentation_generators_become_layers_in_front(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
from keras.preprocessing.image import ImageDataGenerator
x_train = x_train.reshape(60000, 28, 28, 1)
varied = ImageDataGenerator(rotation_range=36, horizontal_flip=True, shear_range=20, brightness_range=(0.8, 1.2))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(varied.flow(x_train, y_train, batch_size=64), epochs=2)
"""
    )
    imported = read(tmp_path, code)
    assert imported.experiment.layers[:3] == (
        RandomRotation(factor=0.1, fill_mode="nearest"),
        RandomShear(x_factor=0.36397, fill_mode="nearest"),
        RandomFlip(mode="horizontal"),
    )
    assert imported.experiment.training.batch_size == 64
    assert any("is left out: it multiplies the numbers of each picture" in note for note in imported.notes)


@pytest.mark.parametrize(
    ("steps", "note"),
    [
        ("pictures.n // pictures.batch_size", ""),
        ("math.ceil(pictures.samples / 20)", ""),
        ("len(pictures)", ""),
        ("number // 20", ""),
        ("pictures.n", "an epoch shows every image 20 times there, and once here"),
        ("len(pictures) // 2", "an epoch shows every image 0.5 times there, and once here"),
    ],
)
def test_steps_are_counted_by_the_pictures_that_a_generator_has(tmp_path: Path, steps: str, note: str) -> None:
    code = """
import math
from tensorflow.keras.preprocessing.image import ImageDataGenerator
pictures = ImageDataGenerator(rescale=1 / 255).flow_from_directory("nowhere", (28, 28), "grayscale", batch_size=20)
number = pictures.n
"""
    imported = read(
        tmp_path, HEAD + SMALL + code + FIT.replace("x_train, y_train", f"pictures, steps_per_epoch={steps}")
    )
    assert imported.experiment.training.steps_per_epoch is None
    assert [one for one in imported.notes if "epoch" in one] == ([note] if note else [])


def test_images_that_are_scaled_behind_augmentation_are_no_note_of_their_own(tmp_path: Path) -> None:
    network = SMALL.replace(
        "    layers.Conv2D", "    layers.RandomFlip(),\n    layers.Rescaling(1 / 255),\n    layers.Conv2D"
    )
    imported = read(tmp_path, HEAD.replace(" / 255.0", "") + network + FIT)
    (note,) = imported.notes
    assert note == "layer 2 (Rescaling by 0.00392) is left out: images come as 0 to 1 here, divided by 255 already"


def test_a_shift_in_pixels_is_a_note_and_not_a_layer(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
varied = keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255, width_shift_range=10, zoom_range=[0.8, 1.2])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(varied.flow(x_train * 255.0, y_train), epochs=2)
"""
    )
    imported = read(tmp_path, code)
    assert imported.experiment.layers[0].type == "RandomZoom"
    assert any("width_shift_range is left out: it counts in pixels there" in note for note in imported.notes)


CATS_AND_DOGS = """
from tensorflow.keras.preprocessing.image import ImageDataGenerator

model = tf.keras.models.Sequential([
    tf.keras.layers.Conv2D(16, (3, 3), activation="relu", input_shape=(16, 16, 3)),
    tf.keras.layers.MaxPooling2D(2, 2),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(8, activation="relu"),
    tf.keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer=tf.keras.optimizers.RMSprop(learning_rate=0.001),
              metrics=["accuracy"])
train_datagen = ImageDataGenerator(rescale=1.0 / 255)
test_datagen = ImageDataGenerator(rescale=1.0 / 255)
train_generator = train_datagen.flow_from_directory("pets/train", target_size=(16, 16), batch_size=5,
                                                    class_mode="binary")
validation_generator = test_datagen.flow_from_directory("pets/test", target_size=(16, 16), class_mode="binary")
model.fit(train_generator, epochs=3, validation_data=validation_generator, class_weight={0: 1.0, 1: 2.0})
"""


def test_cats_and_dogs_come_in_whole(tmp_path: Path) -> None:
    pets(tmp_path)
    imported = read(tmp_path, HEAD + CATS_AND_DOGS)
    training = imported.experiment.training
    assert (training.loss, training.metrics, training.class_weight) == (
        "binary_crossentropy",
        ("accuracy",),
        (1.0, 2.0),
    )
    assert imported.experiment.layers[-1] == Dense(units=1, activation="sigmoid")
    assert imported.notes == ()
    assert problems_of(imported.experiment) == ()


def test_one_unit_with_logits_comes_in_whole(tmp_path: Path) -> None:
    pets(tmp_path)
    code = CATS_AND_DOGS.replace('Dense(1, activation="sigmoid")', "Dense(1)").replace(
        'loss="binary_crossentropy"', "loss=tf.keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)"
    )
    at_zero = (
        '[tf.keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy"), tf.keras.metrics.AUC(from_logits=True)]'
    )
    imported = read(tmp_path, HEAD + code.replace('["accuracy"]', at_zero))
    training = imported.experiment.training
    assert (training.from_logits, training.label_smoothing, training.metrics) == (True, 0.1, ("accuracy", "auc"))
    assert imported.notes == ()
    assert problems_of(imported.experiment) == ()
    # Of a logit, Keras's "accuracy" counts what is above 0.5.
    (note,) = read(tmp_path, HEAD + code).notes
    assert note == "the threshold of accuracy, 0.5 in Keras, is 0 here, where the network gives logits"


@pytest.mark.parametrize("folders", ["pets/train pets/test", "pets"])
def test_folders_of_pictures_that_are_there_are_the_dataset(tmp_path: Path, folders: str) -> None:
    for part in folders.split():
        for kind in ("cat", "dog"):
            (tmp_path / part / kind).mkdir(parents=True)
            for number in range(5):
                Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / part / kind / f"{number}.png")
    code = f"""
import os
from keras.preprocessing.image import ImageDataGenerator
import keras
from keras import layers
varied = ImageDataGenerator(rescale=1.0 / 255, validation_split=0.2)
folder = os.path.join("pets", "{folders.split()[0][5:]}")
pictures = varied.flow_from_directory(folder, subset="training", batch_size=4)
model = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(pictures, epochs=2, validation_data=varied.flow_from_directory(folder, subset="validation"))
"""
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == str(tmp_path / "pets")
    assert imported.experiment.training.batch_size == 4
    whole = folders == "pets"  # then what is held out is tested on, and else the folder for that is
    held = (imported.experiment.test, imported.experiment.training.validation)
    assert held == ((0.2, "test") if whole else (None, 0.2))
    assert imported.experiment.stack.input_shape == (256, 256, 3), "as Keras reads pictures"
    assert not imported.differences
    moved = read(tmp_path, code.replace('"pets"', '"elsewhere"'))
    assert any("elsewhere" in note and "are not there" in note for note in moved.notes)


APART = """
import keras
from keras import layers
TRAIN, TEST = "/content/rps/", "/content/rps-test-set/"
pictures = keras.utils.image_dataset_from_directory(TRAIN, image_size=(150, 140), color_mode="grayscale", batch_size=8)
others = keras.utils.image_dataset_from_directory(TEST, image_size=(150, 140), color_mode="grayscale")
model = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(pictures.prefetch(2), epochs=2, validation_data=others)
"""


def test_two_folders_that_lie_apart_are_what_is_learned_from_and_tested_on(tmp_path: Path) -> None:
    write_pictures(tmp_path / "rps", "paper", "rock")
    write_pictures(tmp_path / "rps-test-set", "paper", "rock")
    imported = read(tmp_path, APART)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.test) == (str(tmp_path / "rps"), str(tmp_path / "rps-test-set"))
    assert (experiment.stack.input_shape, experiment.training.validation) == ((150, 140, 1), "test")
    assert not any("rps" in note for note in imported.notes)
    write_pictures(tmp_path / "rps-test-set", "well")
    others = read(tmp_path, APART)
    assert (others.experiment.dataset, others.experiment.test) == (str(tmp_path / "rps"), None)
    assert any("'/content/rps-test-set/'" in note or "/content/rps-test-set/" in note for note in others.notes)


@pytest.mark.parametrize(
    ("code", "shape", "fit"),
    [
        ('flow_from_directory("pets", (150, 140), color_mode="grayscale")', (150, 140, 1), "stretch"),
        ('flow_from_directory("pets", target_size=[30, 40], keep_aspect_ratio=True)', (30, 40, 3), "crop"),
        ('flow_from_directory("pets", target_size=(SIDE, SIDE))', (28, 27, 3), "stretch"),
        ('flow_from_directory("pets")', (256, 256, 3), "stretch"),
    ],
)
def test_pictures_come_as_the_script_reads_them(tmp_path: Path, code: str, shape: Any, fit: str) -> None:
    write_pictures(tmp_path / "pets", "cat", "dog")
    script = f"""
import os
from keras.preprocessing.image import ImageDataGenerator
import keras
from keras import layers
SIDE = int(os.environ["SIDE"])
pictures = ImageDataGenerator(rescale=1 / 255).{code}
model = keras.Sequential([layers.Flatten(input_shape={shape}), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(pictures)
"""
    imported = read(tmp_path, script).experiment
    assert (imported.dataset, imported.stack.input_shape, imported.fit) == (str(tmp_path / "pets"), shape, fit)


def test_both_parts_of_one_folder_may_be_read_at_once(tmp_path: Path) -> None:
    write_pictures(tmp_path / "pets", "cat", "dog")
    script = """
import keras
from keras import layers
seen, held = keras.utils.image_dataset_from_directory(
    "pets", validation_split=0.4, subset="both", seed=1, image_size=(9, 9)
)
model = keras.Sequential([layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(seen, validation_data=held)
"""
    experiment = read(tmp_path, script).experiment
    assert (experiment.test, experiment.training.validation) == (0.4, "test")
    assert (experiment.data.train_images, experiment.data.test_images) == (6, 4)


def test_pictures_that_are_there_and_cannot_be_taken_are_not_said_to_be_gone(tmp_path: Path) -> None:
    write_pictures(tmp_path / "rps", "paper")
    words = "/content/rps/ (line 5), are there, but not taken: "
    assert any(words in note and "has only the folder 'paper'" in note for note in read(tmp_path, APART).differences)


def test_the_size_of_pictures_that_are_not_there_is_not_lost(tmp_path: Path) -> None:
    imported = read(tmp_path, APART)
    experiment = imported.experiment
    assert any("/content/rps/ (line 5), are not there" in note for note in imported.notes)
    assert (experiment.dataset, experiment.input_shape, experiment.classes) == ("", (150, 140, 1), 2)
    assert total(imported) == 150 * 140 * 2 + 2
    write_pictures(tmp_path / "mine", "paper", "rock")
    assert total(Imported(experiment.with_dataset(str(tmp_path / "mine")), ())) == 150 * 140 * 2 + 2


TABLE_READERS = {
    "a function": "train, labels = get_data('/tmp/deep/pets_train.csv')\nwatched = get_data('/tmp/deep/pets_test.csv')",
    "pandas": "whole = pd.read_csv('pets_train.csv')\nlabels = whole['label'].values\n"
    "train = whole.drop('label', axis=1).values.reshape(-1, 4, 4, 1)\nwatched = None",
}


@pytest.mark.parametrize("way", TABLE_READERS)
@pytest.mark.parametrize("by", ["arrays", "a generator"])
def test_a_table_that_a_script_reads_is_its_dataset(tmp_path: Path, way: str, by: str) -> None:
    for half in ("train", "test"):
        rows = [",".join(map(str, [at % 3, *range(16)])) for at in range(12)]
        (tmp_path / f"pets_{half}.csv").write_text("\n".join(rows))
    code = """
import csv
import numpy as np
import pandas as pd
from tensorflow import keras
def get_data(filename):
    with open(filename) as file:
        rows = []
        for row in csv.reader(file):
            rows.append(row)
    return np.array(rows)[:, 1:].astype("float"), np.array(rows)[:, 0]
READ
train = np.expand_dims(train, axis=3)
model = keras.Sequential([
    keras.layers.Conv2D(8, 3, activation="relu", input_shape=(4, 4, 1)),
    keras.layers.Flatten(),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
varied = keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
FIT
"""
    fit = "model.fit(train / 255.0, labels, epochs=2)"
    if by == "a generator":
        fit = "model.fit(varied.flow(train, labels, batch_size=8), epochs=2)"
    code = code.replace("READ", TABLE_READERS[way]).replace("FIT", fit)
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == str(tmp_path / "pets_train.csv")
    assert imported.experiment.stack.input_shape == (4, 4, 1)
    assert not any("0 to 255" in note for note in imported.notes)
    gone = read(tmp_path, code.replace("pets_train", "gone"))
    assert gone.experiment.dataset == ""
    assert any("the table that it trains on" in note and "is not there" in note for note in gone.notes)


@pytest.mark.parametrize(
    ("units", "here", "words"),
    [
        (3, 4, "the last Dense has 3 units there, one for each label that there is, and 4 here"),
        (4, 4, ""),
        (2, 2, "it is not trained here as it is"),
    ],
)
def test_labels_with_gaps_that_a_script_numbers_anew_have_their_outputs(
    tmp_path: Path, units: int, here: int, words: str
) -> None:
    rows = ["label," + ",".join(f"p{at}" for at in range(16))]
    rows += [",".join(map(str, [(0, 1, 3)[row % 3], *[row] * 16])) for row in range(60)]
    (tmp_path / "signs.csv").write_text("\n".join(rows))
    code = f"""
import pandas as pd
from sklearn.preprocessing import LabelBinarizer
from tensorflow import keras
rows = pd.read_csv("signs.csv")
labels = LabelBinarizer().fit_transform(rows["label"])
images = rows.drop("label", axis=1).values.reshape(-1, 4, 4, 1) / 255
model = keras.Sequential([
    keras.layers.Flatten(input_shape=(4, 4, 1)),
    keras.layers.Dense({units}, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(images, labels, epochs=2)
"""
    imported = read(tmp_path, code)
    assert imported.experiment.layers[-1] == Dense(units=here, activation="softmax")
    said = [note for note in imported.differences if "label 2" in note or "not trained" in note]
    assert len(said) == bool(words)
    assert all(note.startswith(words) for note in said)
    assert bool(problems_of(imported.experiment)) == (here < 4)


@pytest.mark.parametrize(
    ("path", "is_said"), [("flowers/train", True), ("/content/own/train", False), ("train", False)]
)
def test_a_folder_that_has_but_the_name_of_the_one_that_a_script_reads_is_named(
    tmp_path: Path, path: str, is_said: bool
) -> None:
    write_pictures(tmp_path / "train", "a", "b", "c")
    write_pictures(tmp_path / "own" / "train", "a", "b", "c")
    code = f"""
import keras
from keras import layers
train = keras.utils.image_dataset_from_directory("{path}", image_size=(8, 8))
model = keras.Sequential([layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train)
"""
    said = f"{path} is not there: the folder train beside the file is taken"
    assert (said in read(tmp_path, code).to_know) == is_said
