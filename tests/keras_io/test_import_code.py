"""A script or a notebook becomes the experiment that it is: read by its syntax, never run, and nothing guessed."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.phase import Phase
from cnn_tui.experiment.presets import load_preset, preset_names
from cnn_tui.experiment.schedule import ExponentialDecay, InverseTimeDecay, LearningRateScheduler, ReduceLROnPlateau
from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.keras_io.import_model import Imported, ImportProblem, import_model
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.layers import (
    ELU,
    Application,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    LeakyReLU,
    MaxPooling2D,
    RandomFlip,
    RandomRotation,
    RandomShear,
    Rescaling,
    Resizing,
)
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize
from tests.properties import examples

HEAD = """
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
"""
SMALL = """
model = keras.Sequential([
    layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1)),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
"""
FIT = """
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3)
"""


def read(folder: Path, code: str, chosen: str | None = None, suffix: str = ".py") -> Imported:
    """What a script is, given as text."""
    path = folder / f"script{suffix}"
    path.write_text(textwrap.dedent(code))
    return import_model(path, chosen)


def refusal(folder: Path, code: str, chosen: str | None = None, suffix: str = ".py") -> str:
    """The sentences that a script is refused with."""
    with pytest.raises(ImportProblem) as caught:
        read(folder, code, chosen, suffix)
    assert all(problem.isprintable() for problem in caught.value.problems)
    return "\n".join(caught.value.problems)


def total(imported: Imported) -> int:
    return summarize(imported.experiment.stack).total_params


def notebook(*cells: tuple[str, str]) -> str:
    """A notebook of code cells, each with what it printed."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "source": source.splitlines(keepends=True),
                    "outputs": [{"output_type": "stream", "name": "stdout", "text": [printed]}] if printed else [],
                }
                for source, printed in cells
            ],
        }
    )


# What every script has


def test_layers_that_a_script_freezes_are_frozen(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
model.layers[0].trainable = False
for layer in model.layers[1:2]:
    layer.trainable = False
"""
        + FIT
    )
    imported = read(tmp_path, code)
    assert [layer.trainable for layer in imported.experiment.layers] == [False, True, True]
    assert "trainable=False" in keras_script(imported.experiment)
    assert not [note for note in imported.notes if "frozen" in note or "trainable" in note]


def test_the_notes_themselves_are_their_baseline(tmp_path: Path) -> None:
    """A text with code between fences, some of it output: the listing is read, the output is skipped with its line."""
    seed = """\
        # Notes
        ```python
        import tensorflow as tf
        fmnist = tf.keras.datasets.fashion_mnist
        (training_images, training_labels), (test_images, test_labels) = fmnist.load_data()
        training_images = training_images / 255.0
        test_images = test_images / 255.0
        model = tf.keras.models.Sequential([
          tf.keras.layers.Conv2D(32, (3,3), activation='relu', input_shape=(28, 28, 1)),
          tf.keras.layers.MaxPooling2D(2, 2),
          tf.keras.layers.Conv2D(32, (3,3), activation='relu'),
          tf.keras.layers.MaxPooling2D(2,2),
          tf.keras.layers.Flatten(),
          tf.keras.layers.Dense(128, activation='relu'),
          tf.keras.layers.Dense(10, activation='softmax')
        ])
        model.summary()
        model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
        print(f'\\nMODEL TRAINING:')
        model.fit(training_images, training_labels, epochs=5)
        test_loss = model.evaluate(test_images, test_labels)
        ```
        ## Exercises
        ```python
        Model: "sequential_2"
        Total params: 55,098
        ```
        """
    imported = read(tmp_path, seed, suffix=".txt")
    baseline = load_preset("lab1-baseline")
    assert imported.experiment.layers == baseline.layers
    assert imported.experiment.dataset == "fashion_mnist"
    assert imported.experiment.training.epochs == 5
    assert imported.experiment.training.validation == "none"
    assert imported.notes == ("what stands between fences from line 25 on is no Python: it is skipped",)


@pytest.mark.parametrize(
    ("split", "share"),
    [
        ("x, v = x_train[6000:], x_train[:6000]", 0.1),
        ("x, v, y, w = train_test_split(x_train, y_train, test_size=0.2, random_state=1)", 0.2),
        ("order = np.random.permutation(60000)\nx, v = x_train[order[3000:]], x_train[order[:3000]]", 0.05),
    ],
)
def test_images_that_are_held_out_are_a_share(tmp_path: Path, split: str, share: float) -> None:
    fit = FIT.replace("x_train, y_train, epochs=3", "x, y_train, epochs=3, validation_data=(v, y_train)")
    code = "import numpy as np\nfrom sklearn.model_selection import train_test_split" + HEAD + SMALL + split + fit
    assert read(tmp_path, code).experiment.training.validation == share


@pytest.mark.parametrize("name", preset_names())
def test_an_exported_script_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    preset = load_preset(name)
    imported = read(tmp_path, keras_script(preset))
    again = imported.experiment
    assert [layer for _, layer in preset.stack.enabled()] == list(again.layers)
    assert again.training == preset.training
    assert again.stop == preset.stop
    assert parse(to_toml(again)) == again


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("steps", [None, 10])
def test_an_exported_script_of_several_phases_comes_back(tmp_path: Path, seed: int | None, steps: int | None) -> None:
    base = Application(architecture="MobileNetV2", weights="none", trainable=False, training=False)
    experiment = Experiment(
        name="script",
        dataset="cifar10",
        layers=(base, GlobalAveragePooling2D(), Dense(units=32), Dense(units=10, activation="softmax")),
        stop=(StopRule("loss", below=0.25), StopRule("val_loss", patience=2)),
        then=(
            Phase(4, optimizer="rmsprop", learning_rate=1e-4, frozen_layers=100),
            Phase(3, batch_size=16, schedule=ExponentialDecay(decay_steps=10, decay_rate=0.5), frozen_layers=50),
            Phase(2, schedule="none", trainable=(4,), stop=()),
        ),
    ).with_training(seed=seed, steps_per_epoch=steps)
    imported = read(tmp_path, keras_script(experiment))
    assert imported.experiment == experiment
    assert imported.notes == ("the model is trained 4 times: here in 4 phases of one run",)


def test_training_is_what_compile_and_fit_say(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
opt = keras.optimizers.SGD(lr=0.05, momentum=0.9)
model.compile(opt, loss=keras.losses.SparseCategoricalCrossentropy(),
              metrics=[keras.metrics.SparseCategoricalAccuracy()])
EPOCHS = 2 * 6
history = model.fit(x_train, y_train, batch_size=64, epochs=EPOCHS, validation_split=0.1)
"""
    )
    training = read(tmp_path, code).experiment.training
    assert (training.optimizer, training.learning_rate, training.momentum) == ("sgd", 0.05, 0.9)
    assert (training.epochs, training.batch_size, training.validation) == (12, 64, 0.1)
    assert (training.loss, training.metrics) == ("sparse_categorical_crossentropy", ("accuracy",))


def test_the_test_set_as_validation_data_is_test(tmp_path: Path) -> None:
    code = HEAD + SMALL + FIT.replace("epochs=3", "epochs=3, validation_data=(x_test, y_test)")
    assert read(tmp_path, code).experiment.training.validation == "test"


# The ways to write a network


SAME = [
    pytest.param(SMALL, id="a list"),
    pytest.param(
        """
model = keras.models.Sequential()
model.add(keras.Input(shape=(28, 28, 1)))
model.add(layers.Conv2D(filters=8, kernel_size=(3, 3)))
model.add(layers.Activation("relu"))
model.add(layers.Flatten())
model.add(layers.Dense(10))
model.add(layers.Softmax())
""",
        id="add",
    ),
    pytest.param(
        """
inputs = layers.Input((28, 28, 1))
x = layers.Conv2D(8, 3, activation=tf.nn.relu)(inputs)
x = layers.Flatten()(x)
outputs = layers.Dense(10, activation=keras.activations.softmax)(x)
model = keras.Model(inputs=inputs, outputs=outputs)
""",
        id="functional",
    ),
    pytest.param(
        """
def block(x, filters, activation="relu"):
    conv = layers.Conv2D(filters, 3, activation=activation)
    return conv(x)

def build(classes, *, width=4):
    inputs = keras.Input((28, 28, 1))
    x = block(inputs, width * 2)
    return keras.Model(inputs, layers.Dense(classes, "softmax")(layers.Flatten()(x)))

model = build(10)
""",
        id="functions",
    ),
    pytest.param(
        """
features = keras.Sequential([layers.Conv2D(8, 3, activation="relu"), layers.Flatten()])
model = keras.Sequential([keras.Input((28, 28, 1)), features, layers.Dense(10, activation="softmax")])
""",
        id="nested",
    ),
    pytest.param(
        """
model = keras.Sequential()
for filters in (8,):
    model.add(layers.Conv2D(filters, (3, 3), activation="relu", input_shape=x_train.shape[1:] + (1,)))
for _ in range(1):
    model.add(layers.Flatten())
head = [layers.Dense(units, activation="softmax") for units in [10]]
model.add(head[0])
""",
        id="loops",
    ),
    pytest.param(
        """
from keras.models import Sequential
from keras.layers import *
import keras.backend as K
if K.image_dim_ordering() == "th":
    shape = (1, 28, 28)
else:
    shape = (28, 28, 1)
model = Sequential()
model.add(Convolution2D(8, 3, 3, border_mode="valid", input_shape=shape, activation="relu"))
model.add(Flatten())
model.add(Dense(output_dim=10, init="glorot_uniform", activation="softmax"))
""",
        id="Keras 1",
    ),
]


@pytest.mark.parametrize("network", SAME)
def test_one_network_written_in_many_ways(tmp_path: Path, network: str) -> None:
    imported = read(tmp_path, HEAD + network + FIT)
    assert total(imported) == 80 + 26 * 26 * 8 * 10 + 10
    assert imported.experiment.layers[0].type == "Conv2D"
    assert not imported.notes


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
    assert any("brightness_range is left out" in note for note in imported.notes)


def test_images_that_are_not_known_are_a_note_and_what_is_done_to_them_comes_in(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
from keras_preprocessing.image import ImageDataGenerator
varied = ImageDataGenerator(rescale=1 / 255, rotation_range=36)
model.compile("adam", "sparse_categorical_crossentropy")
images, labels = read_table("signs.dat")
model.fit(varied.flow(images, labels, batch_size=64), epochs=2)
"""
    )
    imported = read(tmp_path, code)
    assert imported.experiment.layers[0] == RandomRotation(factor=0.1, fill_mode="nearest")
    assert imported.experiment.training.batch_size == 64
    assert imported.notes == ("the images that it trains on, images (line 17), are not known: set the dataset to them",)


def test_arrays_that_go_in_by_batches_are_the_dataset(tmp_path: Path) -> None:
    fit = """
train = tf.data.Dataset.from_tensor_slices((x_train[:50000], y_train[:50000])).shuffle(10000).batch(128)
watched = tf.data.Dataset.from_tensor_slices((x_train[50000:], y_train[50000:])).batch(128)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=9, validation_data=watched, shuffle=False)
"""
    imported = read(tmp_path, HEAD.replace("fashion_mnist", "mnist") + SMALL + fit)
    training = imported.experiment.training
    assert imported.experiment.dataset == "mnist"
    assert (training.batch_size, training.validation) == (128, 0.1667)
    assert imported.notes == ()


@pytest.mark.parametrize(
    ("fit", "shuffle"),
    [
        ("model.fit(x_train, y_train, epochs=3, shuffle=False)", False),
        ("model.fit(x_train, y_train, epochs=3)", True),
        ("model.fit(tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(32))", False),
        ("model.fit(tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(9).batch(32), shuffle=False)", True),
    ],
)
def test_images_may_keep_their_own_order(tmp_path: Path, fit: str, shuffle: bool) -> None:
    imported = read(tmp_path, HEAD + SMALL + f'model.compile("adam", "sparse_categorical_crossentropy")\n{fit}\n')
    assert imported.experiment.training.shuffle is shuffle
    assert imported.notes == ()


def test_a_fit_of_single_arrays_that_are_not_known_names_them(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("x_train", "X"))
    assert imported.notes == ("the images that it trains on, X (line 15), are not known: set the dataset to them",)


def test_what_a_fit_counts_its_epochs_by_is_a_note(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", "epochs=20, initial_epoch=10"))
    assert imported.experiment.training.epochs == 10
    assert imported.notes == ("epochs are counted from 10 on there: here it is trained for 10",)


@pytest.mark.parametrize(
    ("more", "epochs", "phases"),
    [
        ("model.fit(x_train, y_train, epochs=4)", 7, 1),
        ("for turn in range(3):\n    model.fit(x_train, y_train, epochs=2, verbose=0)", 9, 1),
        ("model.fit(x_train, y_train, epochs=5, initial_epoch=3)", 5, 1),
        ("model.fit(x_train, y_train, epochs=4, batch_size=8)", 7, 2),
        ("model.compile('sgd', 'sparse_categorical_crossentropy')\nmodel.fit(x_train, y_train, epochs=4)", 7, 2),
        ("model.fit(x_train, y_train, epochs=4, callbacks=[keras.callbacks.EarlyStopping('loss')])", 7, 2),
    ],
)
def test_fits_that_go_on_as_before_are_one_training(tmp_path: Path, more: str, epochs: int, phases: int) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT + more)
    assert (imported.experiment.epochs, len(imported.experiment.then) + 1) == (epochs, phases)
    assert len(imported.to_know) == 1
    goes_on = phases == 2 and "compile" not in more
    assert len(imported.differences) == goes_on, imported.notes


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("steps_per_epoch=100", 100),
        ("steps_per_epoch=2000 / 20", 100),
        ("steps_per_epoch=60000 / 32", None),
        ("steps_per_epoch=len(x_train) // 32", None),
        ("steps_per_epoch=pictures.samples // pictures.batch_size", None),
        ("samples_per_epoch=3200, nb_epoch=2", 100),
    ],
)
def test_an_epoch_has_as_many_steps_as_a_fit_says(tmp_path: Path, said: str, steps: int | None) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", said))
    assert imported.experiment.training.steps_per_epoch == steps
    assert imported.notes == ()


def test_steps_that_only_running_tells_are_a_note(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", "steps_per_epoch=STEPS"))
    assert imported.experiment.training.steps_per_epoch is None
    assert imported.notes == ("steps_per_epoch is STEPS (line 15), which is not known: every image once stands in",)


def test_early_stopping_goes_back_to_the_best_weights(tmp_path: Path) -> None:
    stop = 'tf.keras.callbacks.EarlyStopping("loss", patience=3, mode="min", restore_best_weights=True)'
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", f"epochs=3, callbacks=[{stop}]"))
    assert imported.experiment.stop == (StopRule("loss", patience=3, restore_best_weights=True),)
    assert imported.notes == ()


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


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize(
    "settings", [{"shuffle": False}, {"steps_per_epoch": 10}, {"steps_per_epoch": 3000, "shuffle": False}]
)
def test_another_order_and_other_epochs_come_back_as_they_were(
    tmp_path: Path, settings: dict[str, Any], seed: int | None
) -> None:
    rule = StopRule("val_loss", patience=2, restore_best_weights=True, min_delta=0.001)
    experiment = load_preset("lab1-baseline").with_training(seed=seed, class_weight="balanced", **settings)
    experiment = msgspec.structs.replace(experiment, stop=(rule,), name="script")
    imported = read(tmp_path, keras_script(experiment))
    assert imported.notes == ()
    assert imported.experiment == experiment


@pytest.mark.parametrize("validation", ["test", 0.1])
def test_images_that_are_left_out_come_back(tmp_path: Path, validation: Any) -> None:
    left_out = (3, 5, 59_999)
    experiment = load_preset("lab1-baseline").with_training(validation=validation)
    experiment = msgspec.structs.replace(experiment, leave_out=left_out, name="script")
    imported = read(tmp_path, keras_script(experiment))
    assert imported.notes == ()
    assert imported.experiment == experiment


@pytest.mark.parametrize("gone", ["[60000], axis=0", "[-1], axis=0", "range(10**30), axis=0", "[3], axis=1", "where"])
def test_what_is_left_out_in_another_way_is_not_guessed(tmp_path: Path, gone: str) -> None:
    code = HEAD + SMALL + f"import numpy as np\nx = np.delete(x_train, {gone})" + FIT.replace("x_train", "x")
    imported = read(tmp_path, code)
    assert imported.experiment.leave_out == ()
    assert any("not known" in note for note in imported.notes)


def test_what_keras_2_took_without_a_word_is_taken(tmp_path: Path) -> None:
    lenet = SMALL.replace("    layers.Flatten", "    layers.AveragePooling2D(),\n    layers.Flatten")
    fit = """
model.compile(tf.optimizers.RMSprop(0.01), tf.losses.SparseCategoricalCrossentropy(), ["accuracy"])
model.fit(x_train, y_train)
"""
    imported = read(tmp_path, HEAD + lenet + fit)
    training = imported.experiment.training
    assert imported.experiment.layers[1] == AveragePooling2D(pool_size=(2, 2))
    assert (training.optimizer, training.learning_rate, training.metrics) == ("rmsprop", 0.01, ("accuracy",))
    assert imported.notes == ()


def test_images_that_are_scaled_behind_augmentation_are_no_note_of_their_own(tmp_path: Path) -> None:
    network = SMALL.replace(
        "    layers.Conv2D", "    layers.RandomFlip(),\n    layers.Rescaling(1 / 255),\n    layers.Conv2D"
    )
    imported = read(tmp_path, HEAD.replace(" / 255.0", "") + network + FIT)
    (note,) = imported.notes
    assert note == "layer 2 (Rescaling by 0.00392) is left out: images come as 0 to 1 here, divided by 255 already"


def test_a_line_that_a_notebook_times_is_read(tmp_path: Path) -> None:
    compiled, fitted = FIT.strip().splitlines()
    imported = read(tmp_path, notebook((HEAD + SMALL, ""), (f"%time {compiled}\n{fitted}", "")), suffix=".ipynb")
    assert (imported.experiment.training.optimizer, imported.experiment.training.epochs) == ("adam", 3)
    assert imported.notes == ()


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
    assert any("width_shift_range is left out: only a number up to 1 is taken" in note for note in imported.notes)


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("logs.get('loss') < 0.4", StopRule("loss", below=0.4)),
        ("logs['acc'] >= TARGET", StopRule("accuracy", above=0.95)),
        ("logs.get('accuracy') is not None and logs.get('accuracy') > 0.6", StopRule("accuracy", above=0.6)),
        ("0.2 > logs.get('loss')", StopRule("loss", below=0.2)),
    ],
)
def test_a_callback_that_stops_at_a_value_is_a_stop_rule(tmp_path: Path, condition: str, rule: StopRule) -> None:
    code = (
        HEAD
        + SMALL
        + f"""
TARGET = 0.95
class Stop(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={{}}):
        if {condition}:
            print("enough")
            self.model.stop_training = True
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=9, callbacks=[Stop()])
"""
    )
    assert read(tmp_path, code).experiment.stop == (rule,)


@pytest.mark.parametrize(
    ("lines", "rules", "note"),
    [
        ("if logs.get('loss') < 0.3 and logs.get('accuracy') > 0.9:", (), "is left out"),
        ("if epoch > 3 and logs.get('loss') < 0.3:", (), "is left out"),
        ("if epoch > 3:\n            if logs.get('loss') < 0.3:", (), "is left out"),
        ("if not logs.get('loss') < 0.3:", (), "is left out"),
        ("if logs.get('loss') < 0.3 or epoch > 3:", (StopRule("loss", below=0.3),), "a part of what it stops at"),
        (
            "if logs.get('loss') < 0.3 or logs['accuracy'] > 0.9:",
            (StopRule("loss", below=0.3), StopRule("accuracy", above=0.9)),
            "",
        ),
        ("if logs:\n            if logs.get('loss') < 0.3:", (StopRule("loss", below=0.3),), ""),
    ],
)
def test_a_stop_that_asks_for_more_than_one_thing_is_no_rule(
    tmp_path: Path, lines: str, rules: tuple[StopRule, ...], note: str
) -> None:
    code = f"""
class Stop(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        {lines}
                self.model.stop_training = True
"""
    fit = FIT.replace("epochs=3", "epochs=3, callbacks=[Stop()]")
    imported = read(tmp_path, HEAD + SMALL + code + fit)
    assert imported.experiment.stop == rules
    assert [note in one for one in imported.notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("keras.initializers.RandomUniform(-0.05, 0.05)", "random_uniform"),
        ("keras.initializers.RandomNormal(mean=0.0)", "random_normal"),
        ("tf.random_normal_initializer()", "random_normal"),
        ("tf.initializers.TruncatedNormal(0.0, 0.05)", "truncated_normal"),
        ("keras.initializers.VarianceScaling(2.0)", "he_normal"),
        ("keras.initializers.VarianceScaling(1.0, 'fan_avg', 'uniform')", "glorot_uniform"),
        ("keras.initializers.Constant(0)", "zeros"),
        ("tf.constant_initializer(1.0)", "ones"),
        ("keras.initializers.lecun_normal()", "lecun_normal"),
        ("keras.initializers.Orthogonal(1.0)", "orthogonal"),
    ],
)
def test_an_initializer_is_the_name_that_it_comes_to(tmp_path: Path, given: str, name: str) -> None:
    code = SMALL.replace("layers.Dense(10", f"layers.Dense(10, kernel_initializer={given}")
    imported = read(tmp_path, HEAD + code + FIT)
    (answer,) = (layer for layer in imported.experiment.layers if isinstance(layer, Dense))
    assert (answer.kernel_initializer, imported.differences) == (name, ())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("keras.initializers.RandomUniform(-0.1, 0.2)", InitializerWith("RandomUniform", minval=-0.1, maxval=0.2)),
        ("tf.random_normal_initializer(stddev=0.01)", InitializerWith("RandomNormal", stddev=0.01)),
        ("keras.initializers.VarianceScaling(3.0)", InitializerWith("VarianceScaling", scale=3.0)),
        ("keras.initializers.Constant(0.5)", InitializerWith("Constant", value=0.5)),
    ],
)
def test_an_initializer_comes_in_with_its_arguments(tmp_path: Path, given: str, wanted: InitializerWith) -> None:
    code = SMALL.replace("layers.Dense(10", f"layers.Dense(10, kernel_initializer={given}")
    imported = read(tmp_path, HEAD + code + FIT)
    (answer,) = (layer for layer in imported.experiment.layers if isinstance(layer, Dense))
    assert (answer.kernel_initializer, imported.differences) == (wanted, ())
    again = read(tmp_path, keras_script(imported.experiment))
    assert again.experiment.layers == imported.experiment.layers


def test_an_initializer_of_what_has_none_here_says_what_stands_in(tmp_path: Path) -> None:
    code = SMALL.replace("layers.Dense(10", "layers.Dense(10, bias_initializer=keras.initializers.Constant(0.1)")
    (note,) = read(tmp_path, HEAD + code + FIT).differences
    assert note.endswith("bias_initializer Constant(value=0.1) is left out: zeros stand in")


@pytest.mark.parametrize("when", ["on_batch_end", "on_train_batch_end"])
def test_a_callback_that_stops_within_an_epoch_is_a_rule_after_each(tmp_path: Path, when: str) -> None:
    code = f"""
class Stop(tf.keras.callbacks.Callback):
    def {when}(self, batch, logs={{}}):
        if logs["accuracy"] > 0.98:
            self.model.stop_training = True
"""
    imported = read(tmp_path, HEAD + SMALL + code + FIT.replace("epochs=3", "epochs=3, callbacks=[Stop()]"))
    assert imported.experiment.stop == (StopRule("accuracy", above=0.98),)
    (note,) = imported.differences
    assert "stops within an epoch there, as soon as accuracy above 0.98: here that is looked at after each" in note


def test_early_stopping_is_a_stop_rule_and_other_callbacks_are_notes(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
calls = [keras.callbacks.EarlyStopping(monitor="val_loss", patience=2), keras.callbacks.LearningRateScheduler(plan)]
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=9, validation_split=0.2, callbacks=calls)
"""
    )
    imported = read(tmp_path, code)
    assert imported.experiment.stop == (StopRule("val_loss", patience=2),)
    assert [note for note in imported.notes if "LearningRateScheduler (line" in note]


# Several models, notebooks


TWO = (
    HEAD
    + """
def build(width):
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(width, "relu"), layers.Dense(10)])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model
small = build(16)
large = build(64)
"""
)


def test_of_several_models_one_is_chosen_by_number_or_name(tmp_path: Path) -> None:
    asked = refusal(tmp_path, TWO)
    assert "makes 2 models" in asked
    assert "1: small (line " in asked
    assert "2: large (line " in asked
    assert read(tmp_path, TWO, "2").experiment.layers[1] == Dense(units=64, activation="relu")
    assert read(tmp_path, TWO, "small").experiment.layers[1] == Dense(units=16, activation="relu")
    assert "there is" in refusal(tmp_path, TWO, "3")


def test_a_notebook_is_read_cell_by_cell_and_its_total_is_held_to_ours(tmp_path: Path) -> None:
    cells = [
        ("!pip install keras\n%matplotlib inline\n" + HEAD, ""),
        ("%%bash\nls", ""),
        ("files = !ls\n" + SMALL + "model.summary()", "Total params: 54,170 (211.60 KB)\n"),
        ("print 'old'", ""),
        (FIT, ""),
    ]
    imported = read(tmp_path, notebook(*cells), suffix=".ipynb")
    assert total(imported) == 54170
    assert imported.experiment.training.epochs == 3
    assert len(imported.notes) == 1
    assert imported.notes[0].startswith("cell 4 is no Python that can be read")
    cells[2] = (cells[2][0], "Total params: 1,234\n")
    imported = read(tmp_path, notebook(*cells), suffix=".ipynb")
    assert "the notebook's summary has 1,234 parameters, and this network 54,170" in imported.notes


def test_places_in_a_notebook_are_cells(tmp_path: Path) -> None:
    cells = [(HEAD, ""), ("x = 1\nmodel = keras.Sequential([layers.Dense(units), layers.Dense(2)])", "")]
    assert "layer 1 (cell 2, line 2)" in refusal(tmp_path, notebook(*cells), suffix=".ipynb")


# What is refused, by its line


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (
            "i = layers.Input((8, 8, 1))\na = layers.Conv2D(4, 3)(i)\nb = layers.Conv2D(4, 3)(i)\n"
            "model = keras.Model(i, layers.Dense(2)(layers.Add()([a, b])))",
            "Add (line 10) has 2 inputs",
        ),
        ("i = layers.Input((8, 8, 1))\nmodel = keras.Model(i, layers.Dense(2)(magic(i)))", "what magic does"),
        ("i = layers.Input((8, 8, 1))\nx = layers.Dense(2)(i)\nmodel = keras.Model(i, x + i)", "two branches meet"),
        (
            "model = keras.Sequential([hub.KerasLayer('x'), layers.Dense(2)])",
            "a layer is not known: hub.KerasLayer('x')",
        ),
        (
            "model = keras.Sequential([layers.Lambda(lambda x: x**2), layers.Dense(2)])",
            "a Lambda: code is never imported",
        ),
        ("model = keras.Sequential([layers.Dense(count()), layers.Dense(2)])", "units is count() (line 7)"),
        (
            "model = keras.Sequential()\nif maybe():\n    model.add(layers.Flatten())\nmodel.add(layers.Dense(2))",
            "add at line 9 is done or not",
        ),
        ("class Net(keras.Model):\n    pass\nmodel = Net()", "a model written as a class, Net"),
        ("model = keras.Sequential([layers.LSTM(4), layers.Dense(2)])", "LSTM, which is not among the layers here"),
        ("print('nothing')", "makes no model of Keras that can be read"),
    ],
)
def test_what_is_not_understood_refuses_the_model_and_names_the_line(tmp_path: Path, network: str, words: str) -> None:
    assert words in refusal(tmp_path, HEAD + network)


@pytest.mark.parametrize(
    ("content", "suffix", "words"),
    [
        ("print 'two'", ".py", "is no Python 3 that can be read: line 1"),
        ("(" * 5000, ".py", "is no Python 3 that can be read"),
        ("x = [" * 300 + "]" * 300, ".py", "is no Python 3"),
        ("{}", ".ipynb", "it has no cells"),
        ("[" * 100_000, ".ipynb", "it is not JSON"),
        ("for i in range(10**9):\n  for j in range(10**9):\n    pass", ".py", "makes no model"),
        ("for i in range(10**30):\n  pass\nx = list(range(10**30))", ".py", "makes no model"),
        ("def f():\n  return f()\nf()", ".py", "makes no model"),
        ("x = 'a' * 10**9 * 10**9\ny = 9**9**9**9\nz = [0] * 10**9", ".py", "makes no model"),
        ("for i in range(9999):\n  for j in range(9999):\n    x = 1", ".py", "too long to be followed"),
    ],
)
def test_hostile_files_are_sentences(tmp_path: Path, content: str, suffix: str, words: str) -> None:
    assert words in refusal(tmp_path, content, suffix=suffix)


def test_nothing_of_a_script_is_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    code = HEAD + f"open({str(marker)!r}, 'w')\n__import__('os').system('touch {marker}')\n" + SMALL + FIT
    read(tmp_path, code)
    assert not marker.exists()


def test_layers_are_the_kinds_that_the_lab_has(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        HEAD
        + """
model = keras.Sequential([layers.Conv2D(8, 3, input_shape=(28, 28, 1)), layers.MaxPool2D(), layers.Dropout(0.5),
                          layers.Flatten(), layers.Dense(10)])
""",
    )
    kinds: list[Any] = [type(layer) for layer in imported.experiment.layers]
    assert kinds == [Conv2D, MaxPooling2D, Dropout, Flatten, Dense]


def test_logits_stay_logits(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL.replace(', activation="softmax"', "")
        + FIT.replace(
            '"sparse_categorical_crossentropy"', "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
        )
    )
    imported = read(tmp_path, code)
    assert imported.experiment.layers[-1] == Dense(units=10)
    assert imported.experiment.training.from_logits
    assert imported.notes == ()
    assert problems_of(imported.experiment) == ()


def pets(folder: Path) -> None:
    """Twenty pictures of two kinds, in a folder for training and one for testing."""
    for part in ("train", "test"):
        for kind, red in (("cats", 0), ("dogs", 200)):
            (folder / "pets" / part / kind).mkdir(parents=True)
            for number in range(5):
                Image.new("RGB", (16, 16), (red, 20 * number, 0)).save(folder / "pets" / part / kind / f"{number}.png")


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


@pytest.mark.parametrize(
    ("loss", "taken"),
    [("'mse'", "mean_squared_error"), ("keras.losses.MSE", "mean_squared_error"), ("'BinaryCrossentropy'", "binary")],
)
def test_losses_have_other_names_too(tmp_path: Path, loss: str, taken: str) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace('"sparse_categorical_crossentropy"', loss))
    assert imported.experiment.training.loss.startswith(taken)


def test_a_weight_that_only_running_tells_is_a_note(tmp_path: Path) -> None:
    code = HEAD + SMALL + FIT.replace("epochs=", "class_weight=weights_of(labels), epochs=")
    (note,) = read(tmp_path, code).notes
    assert note.startswith("class_weight is weights_of(labels)")


def test_units_of_the_last_layer_that_only_running_tells_are_the_classes(tmp_path: Path) -> None:
    code = HEAD + SMALL.replace("Dense(10,", "Dense(len(names),") + FIT
    imported = read(tmp_path, code)
    assert imported.experiment.layers[-1] == Dense(units=10, activation="softmax")
    assert "how many classes there are, len(names) (line 11), only running tells" in imported.notes[0]


def test_a_model_for_looking_into_another_is_not_taken_for_it(tmp_path: Path) -> None:
    looks = """
features = keras.Model(inputs=model.input, outputs=[layer.output for layer in model.layers[1:]])
sure = keras.Sequential([model, layers.Softmax()])
"""
    assert read(tmp_path, HEAD + SMALL + FIT + looks).experiment.layers[-1].type == "Dense"


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
    assert not imported.notes
    moved = read(tmp_path, code.replace('"pets"', '"elsewhere"'))
    assert any("elsewhere" in note and "are not there" in note for note in moved.notes)


def write_pictures(folder: Path, *classes: str) -> None:
    """Five pictures of each class."""
    for kind in classes:
        (folder / kind).mkdir(parents=True)
        for number in range(5):
            Image.new("RGB", (8, 8), (number, 0, 0)).save(folder / kind / f"{number}.png")


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
        ('flow_from_directory("pets")', (28, 27, 3), "stretch"),
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
model = keras.Sequential([layers.Flatten(input_shape=(28, 27, 3)), layers.Dense(2, activation="softmax")])
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


def test_the_size_of_pictures_that_are_not_there_is_not_lost(tmp_path: Path) -> None:
    imported = read(tmp_path, APART)
    experiment = imported.experiment
    assert any("/content/rps/ (line 5), are not there" in note for note in imported.notes)
    assert (experiment.dataset, experiment.input_shape, experiment.classes) == ("", (150, 140, 1), 2)
    assert total(imported) == 150 * 140 * 2 + 2
    write_pictures(tmp_path / "mine", "paper", "rock")
    assert total(Imported(experiment.with_dataset(str(tmp_path / "mine")), ())) == 150 * 140 * 2 + 2


ODD = (
    "None", "10**9", "[]", "{}", "lambda: 0", "x[0]", "1.5", "not x", "model.layers", "model.output", "(model,)",
    "range(5)", "f'{x}'", "yield", "x if y else z", "1/0", "'a'*99", "model.layers[0]", "keras.Input(3)", "**k",
)  # fmt: skip


@given(random=st.randoms(use_true_random=False), number=st.integers(0, len(SAME) - 1))
@settings(max_examples=examples(1000, 100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mangled_script_is_read_or_refused_in_a_sentence(tmp_path: Path, random: Random, number: int) -> None:
    whole = HEAD + str(SAME[number].values[0]) + FIT
    words = re.findall(r"\w+|\s+|[^\w\s]", whole)
    for _ in range(random.randint(1, 4)):
        words[random.choice([at for at, word in enumerate(words) if word.isidentifier()])] = random.choice(ODD)
    try:
        read(tmp_path, "".join(words))
    except ImportProblem as problem:
        assert all(sentence.isprintable() for sentence in problem.problems)


# How the learning rate changes


def compiled(optimizer: str, fit: str = "epochs=4") -> str:
    """A script that trains the small model with this optimizer."""
    return (
        HEAD
        + SMALL
        + f'model.compile(optimizer={optimizer}, loss="sparse_categorical_crossentropy", metrics=["acc"])\n'
        + f"model.fit(x_train, y_train, validation_data=(x_test, y_test), {fit})\n"
    )


def test_a_schedule_and_the_optimizers_arguments_come_in(tmp_path: Path) -> None:
    code = "steps = 60000 // 32 * 2\nfrom tensorflow.keras.optimizers.schedules import ExponentialDecay\n" + compiled(
        "keras.optimizers.SGD(ExponentialDecay(0.1, steps, 0.96, staircase=True), 0.9, True, clipnorm=1.0)"
    )
    imported = read(tmp_path, code)
    training = imported.experiment.training
    assert training.schedule == ExponentialDecay(decay_steps=3750, decay_rate=0.96, staircase=True)
    assert (training.learning_rate, training.momentum, training.nesterov, training.clipnorm) == (0.1, 0.9, True, 1.0)
    assert not imported.notes
    assert read(tmp_path, keras_script(imported.experiment)).experiment.training == training


@pytest.mark.parametrize(
    ("function", "rates"),
    [
        ("lambda epoch: 1e-8 * 10**(epoch / 20)", [1e-8 * 10 ** (epoch / 20) for epoch in range(4)]),
        ("halved", [0.02, 0.02, 0.01, 0.005]),
        ("lambda epoch, lr: lr", [0.02] * 4),
        ("lambda epoch: float(tf.math.exp(-0.5 * epoch).numpy())", [2.718281828459045 ** (-0.5 * e) for e in range(4)]),
    ],
)
def test_a_rate_for_each_epoch_comes_from_a_function(tmp_path: Path, function: str, rates: list[float]) -> None:
    code = "def halved(epoch, lr):\n    if epoch < 2:\n        return lr\n    return lr / 2\n"
    fit = f"epochs=4, callbacks=[keras.callbacks.LearningRateScheduler({function})]"
    imported = read(tmp_path, code + compiled("keras.optimizers.Adam(0.02)", fit))
    schedule = imported.experiment.training.schedule
    assert isinstance(schedule, LearningRateScheduler)
    assert schedule.rates == pytest.approx(rates)
    assert not imported.notes


def test_a_plateau_comes_in_and_an_unknown_function_does_not(tmp_path: Path) -> None:
    plateau = "epochs=9, callbacks=[keras.callbacks.ReduceLROnPlateau('val_acc', 0.2, patience=3, min_lr=1e-5)]"
    imported = read(tmp_path, compiled("'sgd'", plateau))
    assert imported.experiment.training.schedule == ReduceLROnPlateau(
        monitor="val_accuracy", factor=0.2, patience=3, min_lr=1e-5
    )
    assert imported.experiment.training.learning_rate == 0.01, "what Keras's sgd begins with"
    unknown = "epochs=9, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: draw(epoch))]"
    left = read(tmp_path, compiled("'adam'", unknown))
    assert left.experiment.training.schedule is None
    assert any("LearningRateScheduler (line" in note and "its function is not known" in note for note in left.notes)


def test_an_activation_that_is_a_layer_stands_behind_the_one_it_is_in(tmp_path: Path) -> None:
    code = SMALL.replace('"relu"', "layers.LeakyReLU(alpha=0.1)").replace("layers.Flatten()", "layers.ELU()")
    layers = read(tmp_path, HEAD + code.replace("layers.Dense", "layers.Flatten(),\n    layers.Dense") + FIT)
    leaky = LeakyReLU(negative_slope=0.1)
    assert layers.experiment.layers[:3] == (Conv2D(filters=8, kernel_size=(3, 3)), leaky, ELU())


# Networks that were trained before

MIXED = """
from tensorflow.keras.applications.inception_v3 import InceptionV3
from tensorflow.keras.preprocessing.image import ImageDataGenerator
base = InceptionV3(input_shape=(150, 150, 3), include_top=False, weights=None)
base.load_weights("inception.h5")
for layer in base.layers:
    layer.trainable = False
last_output = base.get_layer("mixed7").output
x = layers.Flatten()(last_output)
x = layers.Dense(1024, activation="relu")(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(base.input, x)
"""
SCALED = """
base = keras.applications.MobileNetV2((96, 96, 3), include_top=False, pooling="avg")
base.trainable = False
inputs = keras.Input((96, 96, 3))
x = layers.RandomFlip("horizontal")(inputs)
x = keras.applications.mobilenet_v2.preprocess_input(x)
x = base(x, training=False)
model = keras.Model(inputs, layers.Dense(10, "softmax")(x))
"""
IN_A_ROW = """
base = tf.keras.applications.VGG16(weights="imagenet", include_top=False, input_shape=(64, 64, 3))
model = keras.Sequential([layers.Rescaling(1 / 255), base, layers.Flatten(), layers.Dense(10, activation="softmax")])
"""


@pytest.mark.parametrize(
    ("code", "expected", "kinds"),
    [
        (
            MIXED,
            Application(
                architecture="InceptionV3", weights="inception.h5", cut="mixed7", preprocessing="none", trainable=False
            ),
            ["Application", "Flatten", "Dense", "Dense"],
        ),
        (
            SCALED,
            Application(architecture="MobileNetV2", trainable=False, training=False),
            ["RandomFlip", "Application", "GlobalAveragePooling2D", "Dense"],
        ),
        (
            IN_A_ROW,
            Application(architecture="VGG16", preprocessing="none"),
            ["Application", "Flatten", "Dense"],
        ),
    ],
    ids=["cut", "functional", "in a row"],
)
def test_a_network_that_was_trained_before_is_one_layer(
    tmp_path: Path, code: str, expected: Application, kinds: list[str]
) -> None:
    head = HEAD if code is MIXED else HEAD.replace("x_train, x_test = x_train / 255.0, x_test / 255.0", "")
    imported = read(tmp_path, head + code + FIT)
    layers = imported.experiment.layers
    assert [layer.type for layer in layers] == kinds
    (base,) = [layer for layer in layers if isinstance(layer, Application)]
    assert base == expected
    assert parse(to_toml(imported.experiment)).layers == layers


FINE_TUNED = """
base = tf.keras.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False)
base.trainable = True
{freezing}
model = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")])
"""


@pytest.mark.parametrize(
    ("freezing", "frozen"),
    [
        ("for layer in base.layers[:100]:\n    layer.trainable = False", 100),
        ("base.layers[0].trainable = False", 0),
        ("for at, layer in enumerate(base.layers):\n    layer.trainable = at >= 100", 100),
        ("base.trainable = False\nfor layer in base.layers[-10:]:\n    layer.trainable = True", 144),
        ("for layer in base.layers:\n    if layer.name == 'block_3_expand': break\n    layer.trainable = False", 27),
        (
            "ready = False\nfor layer in base.layers:\n    if layer.name == 'block_3_expand':\n        ready = True\n"
            "    layer.trainable = ready",
            27,
        ),
        ("for layer in base.layers:\n    layer.trainable = isinstance(layer, layers.Conv2D)", None),
        ("for layer in base.layers:\n    if layer.name == 'block_13_expand':\n        layer.trainable = False", None),
    ],
)
def test_a_network_is_frozen_up_to_where_a_script_freezes_it(tmp_path: Path, freezing: str, frozen: int | None) -> None:
    imported = read(tmp_path, HEAD + FINE_TUNED.format(freezing=freezing) + FIT)
    base = imported.experiment.layers[0]
    assert isinstance(base, Application)
    assert base.trainable
    assert base.frozen_layers == (frozen or 0)
    assert any("trainable at line" in note or "are trained" in note for note in imported.notes) is (frozen is None)


@pytest.mark.parametrize(
    ("function", "layers"),
    [
        ("lambda x: x * 2 - 1", (Rescaling(scale=2.0), Rescaling(scale=1.0, offset=-1.0))),
        ("lambda x: x", ()),
        ("double", (Rescaling(scale=2.0),)),
    ],
)
def test_a_lambda_that_is_arithmetic_is_a_rescaling(
    tmp_path: Path, function: str, layers: tuple[Rescaling, ...]
) -> None:
    model = f"""
def double(x):
    return 2 * x
model = keras.Sequential()
model.add(keras.layers.Lambda({function}, input_shape=(28, 28, 1)))
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(10, activation="softmax"))
"""
    imported = read(tmp_path, HEAD + model + FIT)
    assert imported.experiment.layers[:-2] == layers
    assert imported.differences == ()


@pytest.mark.parametrize("function", ["lambda x: tf.sin(x)", "lambda x: x[:, 2:]", "lambda x: tf.nn.relu(x)"])
def test_a_lambda_that_is_more_is_refused(tmp_path: Path, function: str) -> None:
    model = f"model = keras.Sequential([keras.layers.Lambda({function}), layers.Flatten(), layers.Dense(10)])"
    assert "Lambda: code is never imported" in refusal(tmp_path, HEAD + model + FIT)


def test_images_that_are_not_prepared_for_a_network_come_as_they_do_there(tmp_path: Path) -> None:
    code = """
base = keras.applications.Xception(include_top=False, weights=None, input_shape=(150, 150, 3))
pictures = keras.utils.image_dataset_from_directory("nowhere", image_size=(150, 150))
model = keras.Sequential([base, layers.Flatten(), layers.Dense(2, activation="softmax")])
"""
    imported = read(tmp_path, HEAD + code + FIT.replace("x_train, y_train", "pictures"))
    first, base = imported.experiment.layers[:2]
    assert first == Rescaling(scale=255.0)
    assert base == Application(architecture="Xception", weights="none", preprocessing="none")
    assert any("gets images from 0 to 255 there" in note for note in imported.to_know)


def test_layers_of_a_model_that_goes_on_from_a_network_are_counted_with_it(tmp_path: Path) -> None:
    code = """
base = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(150, 150, 3))
x = layers.GlobalAveragePooling2D()(base.output)
model = keras.Model(inputs=base.input, outputs=layers.Dense(2, activation="softmax")(x))
for layer in model.layers[:249]:
    layer.trainable = False
for layer in model.layers[249:]:
    layer.trainable = True
"""
    imported = read(tmp_path, HEAD + code + FIT)
    base = imported.experiment.layers[0]
    assert isinstance(base, Application)
    assert base.frozen_layers == 249
    stack = Stack((150, 150, 3), imported.experiment.layers)
    assert summarize(stack).trainable_params == 11_118_978  # as Keras counts them


def test_each_training_of_a_model_is_as_it_is_there(tmp_path: Path) -> None:
    code = """
base = keras.applications.MobileNetV2(include_top=False, weights="imagenet", input_shape=(96, 96, 3))
base.trainable = False
model = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=10)
base.trainable = True
for layer in base.layers[:100]:
    layer.trainable = False
model.compile(keras.optimizers.RMSprop(1e-5), "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5)
"""
    path = tmp_path / "script.py"
    path.write_text(HEAD + code)
    first, second = (import_model(path, training=number) for number in (1, 2))
    whole = Application(architecture="MobileNetV2", trainable=False, preprocessing="none")
    assert first.experiment.layers[0] == whole
    assert (first.experiment.training.optimizer, first.experiment.training.epochs) == ("adam", 10)
    assert second.experiment.layers[0] == msgspec.structs.replace(whole, trainable=True, frozen_layers=100)
    assert (second.experiment.training.optimizer, second.experiment.training.epochs) == ("rmsprop", 5)
    assert [one.differences[0].partition(":")[2] for one in (first, second)] == [
        " this is training 1",
        " this is training 2; it goes on with the weights of the one before, which are to be set as its weights",
    ]
    with pytest.raises(ImportProblem, match="has 2 trainings, which are numbered from 1: there is no 3"):
        import_model(path, training=3)


BASE = """
base = keras.applications.MobileNetV2(include_top=False, weights="imagenet", input_shape=(96, 96, 3))
base.trainable = False
images = keras.Input((96, 96, 3))
x = layers.GlobalAveragePooling2D()(base(images, training=False))
model = keras.Model(images, layers.Dense(2, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
PATIENT = "callbacks=[keras.callbacks.EarlyStopping(patience=2)]"
RATES = "callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 ** epoch)]"


@pytest.mark.parametrize(
    ("code", "phases", "notes"),
    [
        (
            "history = model.fit(x_train, y_train, epochs=10)\n"
            "base.trainable = True\n"
            "for layer in base.layers[:100]:\n    layer.trainable = False\n"
            'model.compile(keras.optimizers.RMSprop(1e-5), "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
            "model.fit(x_train, y_train, epochs=15, initial_epoch=history.epoch[-1])",
            (Phase(6, optimizer="rmsprop", learning_rate=1e-5, frozen_layers=100),),
            ["epochs are counted from 9 on there: here it is trained for 6"],
        ),
        (
            f"model.fit(x_train, y_train, epochs=2, validation_split=0.1, {PATIENT})\n"
            "base.trainable = True\n"
            'model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
            f"model.fit(x_train, y_train, epochs=3, initial_epoch=1, validation_split=0.1, batch_size=8, {RATES})\n"
            "base.trainable = False\n"
            'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
            "model.fit(x_train, y_train, epochs=3, validation_split=0.1)",
            (
                Phase(
                    2,
                    batch_size=8,
                    schedule=LearningRateScheduler(rates=(0.5, 0.25)),
                    trainable=True,
                    stop=(),
                ),
                Phase(3, batch_size=32, schedule="none", trainable=(3,)),
            ),
            [],
        ),
        (
            "model.fit(x_train, y_train)\nmodel.fit(x_train, y_train, epochs=2, validation_data=(x_test, y_test))",
            (Phase(2),),
            [
                "the second training (line 15) has validation test, and here none as the first has",
                "the second training (line 15) comes without another compile: the optimizer goes on there, and begins "
                "anew here",
            ],
        ),
    ],
)
def test_trainings_one_after_another_are_phases_of_one(
    tmp_path: Path, code: str, phases: tuple[Phase, ...], notes: list[str]
) -> None:
    imported = read(tmp_path, HEAD + BASE + code)
    experiment = imported.experiment
    assert experiment.then == phases
    base = experiment.layers[0]
    assert isinstance(base, Application) and not base.trainable and not (base.training and base.varies())
    assert parse(to_toml(experiment)) == experiment
    told = f"the model is trained {len(phases) + 1} times: here in {len(phases) + 1} phases of one run"
    assert told in imported.to_know
    assert [note for note in imported.notes if note in notes] == notes


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (
            "model.fit(x_train, y_train)\nmodel.add(layers.Dense(2))\nmodel.compile('sgd', 'mse')\n"
            "model.fit(x_train, y_train)",
            "with other layers",
        ),
        ("model.fit(some, labels)\nmodel.compile('sgd')\nmodel.fit(others, labels)", "on some and on others"),
    ],
)
def test_trainings_that_no_phases_are_leave_the_last_one(tmp_path: Path, code: str, why: str) -> None:
    made = "model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])\n"
    compiled = 'model.compile("adam", "sparse_categorical_crossentropy")\n'
    imported = read(tmp_path, HEAD + made + compiled + code)
    assert imported.experiment.then == ()
    note = imported.differences[0]
    assert note.startswith(f"the model is trained 2 times: {why}")
    assert note.endswith(
        "the last one counts; it goes on with the weights of the one before, which are to be set as its weights"
    )


def test_a_network_with_its_top_is_refused(tmp_path: Path) -> None:
    code = HEAD + "model = keras.Sequential([keras.applications.VGG16(), layers.Dense(10)])\n" + FIT
    assert "include_top" in refusal(tmp_path, code)


@pytest.mark.parametrize(
    ("architecture", "total_params"),
    [
        *(("VGG16", 134_268_738), ("ResNet50", 23_591_810), ("EfficientNetB0", 4_052_133), ("MobileNetV2", 2_260_546)),
        *(("EfficientNetB3", 10_786_609), ("DenseNet201", 18_325_826), ("ResNet152V2", 58_335_746)),
    ],
)
def test_a_top_that_begins_at_random_is_layers_of_its_own(tmp_path: Path, architecture: str, total_params: int) -> None:
    network = f"keras.applications.{architecture}(weights=None, classes=2, input_shape=(224, 224, 3))"
    code = f"from tensorflow import keras\nmodel = {network}\nmodel.compile('adam', 'categorical_crossentropy')\n"
    assert total(read(tmp_path, code)) == total_params  # as Keras counts them


@pytest.mark.parametrize(
    ("code", "trainable", "frozen", "is_whole"),
    [
        ("base.trainable = False", False, 0, True),
        ("for layer in base.layers:\n    layer.trainable = False", False, 0, True),
        ("for layer in base.layers[:100]:\n    layer.trainable = False", False, 0, True),
        ("for layer in base.layers:\n    if 'block5' in layer.name:\n        layer.trainable = False", True, 0, False),
        ("base.trainable = False\nfor layer in base.layers[-5:]:\n    layer.trainable = True", True, 14, True),
    ],
)
@pytest.mark.parametrize("more", ["", ", pooling='avg'"])
def test_a_pooling_is_among_the_layers_of_a_network_that_ends_with_one(
    tmp_path: Path, code: str, trainable: bool, frozen: int, is_whole: bool, more: str
) -> None:
    base = f"base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3){more})\n"
    model = "\nmodel = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation='softmax')])\n"
    imported = read(tmp_path, HEAD + base + code + model + FIT)
    found = imported.experiment.layers[0]
    assert isinstance(found, Application)
    assert found.trainable is trainable
    assert found.frozen_layers == (frozen + 1 if more and frozen else frozen)
    assert any("are trained" in note for note in imported.notes) is not is_whole


def test_a_script_of_the_lab_with_a_network_comes_back(tmp_path: Path) -> None:
    for base in (
        Application(architecture="MobileNetV2", cut="block_13_expand_relu", trainable=False),
        Application(architecture="VGG16", weights="none", preprocessing="none"),
        Application(architecture="EfficientNetB0"),
        Application(architecture="VGG16", frozen_layers=15),
        Application(architecture="InceptionV3", cut="mixed7", frozen_layers=100),
        Application(architecture="DenseNet121"),
    ):
        layers = (Resizing(height=96, width=96), base, Flatten(), Dense(units=10, activation="softmax"))
        experiment = msgspec.structs.replace(load_preset("lab1-baseline"), layers=layers)
        assert read(tmp_path, keras_script(experiment)).experiment.layers == layers


def test_a_value_that_a_callback_keeps_in_itself_is_a_rule(tmp_path: Path) -> None:
    code = """
class StopAt(keras.callbacks.Callback):
    worst = 0.5
    def __init__(self, target=0.9, metric="loss"):
        super().__init__()
        self.target = target
    def on_epoch_end(self, epoch, logs=None):
        if logs.get("accuracy") > self.target:
            self.model.stop_training = True
        if logs["loss"] < self.worst:
            self.model.stop_training = True
"""
    for call, above in (("StopAt()", 0.9), ("StopAt(0.95)", 0.95), ("StopAt(metric='acc', target=0.8)", 0.8)):
        fit = FIT.replace("epochs=3", f"epochs=3, callbacks=[{call}]")
        imported = read(tmp_path, HEAD + SMALL + code + fit)
        assert imported.experiment.stop == (StopRule("accuracy", above=above), StopRule("loss", below=0.5))
        assert imported.notes == ()


def test_the_decay_of_older_optimizers_is_a_schedule(tmp_path: Path) -> None:
    fit = FIT.replace('"adam"', "keras.optimizers.SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)")
    imported = read(tmp_path, HEAD + SMALL + fit)
    training = imported.experiment.training
    assert (training.learning_rate, training.schedule) == (0.1, InverseTimeDecay(decay_steps=1, decay_rate=1e-6))
    assert imported.notes == ()
    assert read(tmp_path, HEAD + SMALL + fit.replace("1e-6", "0.0")).experiment.training.schedule is None


@pytest.mark.parametrize(
    ("call", "optimizer", "rate", "momentum"),
    [
        ("tf.train.AdamOptimizer()", "adam", 0.001, 0.0),
        ("tf.compat.v1.train.RMSPropOptimizer(0.01, decay=0.9)", "rmsprop", 0.01, 0.0),
        ("tf.train.MomentumOptimizer(0.1, 0.9)", "sgd", 0.1, 0.9),
    ],
)
def test_optimizers_of_tensorflow_1_are_keras_s(
    tmp_path: Path, call: str, optimizer: str, rate: float, momentum: float
) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace('"adam"', call))
    training = imported.experiment.training
    assert (training.optimizer, training.learning_rate, training.momentum) == (optimizer, rate, momentum)
    assert training.schedule is None and imported.notes == ()


def test_options_of_a_script_are_what_they_are_without_any(tmp_path: Path) -> None:
    code = """
import argparse
options = argparse.ArgumentParser(description="trains")
options.add_argument("-e", "--epochs", type=int, default=12)
options.add_argument("--batch-size", default=64, type=int)
options.add_argument("--lr", dest="rate", default=0.01)
options.add_argument("--augment", action="store_true")
options.add_argument("--path")
args = options.parse_args()
"""
    fit = """
if args.augment:
    model.add(layers.Dense(10))
model.compile(keras.optimizers.Adam(args.rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=args.epochs, batch_size=args.batch_size, verbose=args.verbose)
"""
    imported = read(tmp_path, HEAD + code + SMALL + fit)
    training = imported.experiment.training
    assert (training.epochs, training.batch_size, training.learning_rate) == (12, 64, 0.01)
    assert len(imported.experiment.layers) == 3
    unknown = read(tmp_path, HEAD + code + SMALL + fit.replace("args.epochs", "args.path"))
    assert any("epochs is " in note and "which is not known" in note for note in unknown.notes)


def test_functions_may_take_any_arguments(tmp_path: Path) -> None:
    code = """
def make(units, *sizes, activation="relu", **others):
    made = [layers.Conv2D(size, 3, activation=activation, **others) for size in sizes]
    return keras.Sequential([keras.Input((28, 28, 1)), *made, layers.Flatten(), layers.Dense(units)])
model = make(10, 4, 8, padding="same")
"""
    layers = read(tmp_path, HEAD + code + FIT).experiment.layers
    assert layers[:2] == tuple(
        Conv2D(filters=count, kernel_size=(3, 3), padding="same", activation="relu") for count in (4, 8)
    )


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


# One function, several models


SOLUTION = """
class Enough(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("val_accuracy") > 0.97:
            self.model.stop_training = True


def solution():
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    INSIDE
    return model
BEHIND

if __name__ == "__main__":
    model = solution()
    model.save("model.h5")
"""
FIT_SO = (
    "model.fit(x_train, y_train, epochs=17, batch_size=64, steps_per_epoch=25, validation_data=(x_test, y_test), "
    "callbacks=[Enough()])"
)


@pytest.mark.parametrize(
    ("inside", "behind"), [(FIT_SO, ""), ("", f"\nmodel = solution()\n{FIT_SO}\n")], ids=["inside", "behind"]
)
def test_of_models_that_one_function_makes_the_one_that_is_trained_counts(
    tmp_path: Path, inside: str, behind: str
) -> None:
    imported = read(tmp_path, HEAD + SOLUTION.replace("INSIDE", inside).replace("BEHIND", behind))
    training = imported.experiment.training
    assert (training.epochs, training.batch_size, training.steps_per_epoch) == (17, 64, 25)
    assert imported.experiment.stop == (StopRule("val_accuracy", above=0.97),)
    assert not imported.notes


@pytest.mark.parametrize(
    "code",
    [
        "if there('a.h5'):\n    model.load_weights('a.h5')\nelse:\n    {}",
        "if not there('a.h5'):\n    calm = keras.callbacks.EarlyStopping(patience=4)\n    {}",
        "try:\n    model = keras.models.load_model('a.h5')\nexcept OSError:\n    model = make()\n    {}",
        "if there('a.h5'):\n    model = keras.models.load_model('a.h5')\nelse:\n    model = make()\n    {}",
    ],
)
def test_a_model_that_is_trained_or_not_is_trained_here(tmp_path: Path, code: str) -> None:
    fit = "model.fit(x_train, y_train, epochs=17)"
    made = SMALL + FIT.partition("model.fit")[0]
    if "make()" in code:
        made = "def make():" + textwrap.indent(made, "    ") + "    return model\n"
    imported = read(tmp_path, HEAD + made + code.format(fit))
    assert imported.experiment.training.epochs == 17
    (note,) = imported.notes
    assert note.startswith("what is done or not at line ") and note.endswith("trains the model: here it is done")
