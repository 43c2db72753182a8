"""What a script does with arrays of images: how it loads them, how many it takes, what becomes of their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.keras_io.imported.file import SeveralModels
from cnn_tui.network.layers import Conv2D, Dense, Dropout, Normalization, Rescaling, Resizing
from tests.keras_io.scripts import FIT, HEAD, SMALL, read, refusal

LOADED = f"""{HEAD}
import numpy as np
import tensorflow_datasets as tfds
"""
COMPILE = 'model.compile("adam", "sparse_categorical_crossentropy")\n'


@pytest.mark.parametrize(
    "load",
    [
        'x, y = tfds.load("mnist", split="train", batch_size=-1, as_supervised=True)',
        '(x, y), _ = tfds.as_numpy(tfds.load("mnist", split=["train", "test"], batch_size=-1, as_supervised=True))',
        'x, y = tfds.load("mnist", batch_size=-1, as_supervised=True)["train"]',
        'whole = tfds.as_numpy(tfds.load("mnist", split="train", batch_size=-1))\nx, y = whole["image"], 0',
    ],
)
def test_a_dataset_that_comes_as_arrays_is_that_dataset(tmp_path: Path, load: str) -> None:
    code = f"{LOADED}{load}\n{SMALL}{COMPILE}model.fit(tf.cast(x, tf.float32) / 255.0, y, epochs=2)\n"
    imported = read(tmp_path, code)
    assert imported.experiment.dataset == "mnist"
    assert imported.notes == ()


def test_elements_with_names_are_read_by_what_map_makes_of_them(tmp_path: Path) -> None:
    code = f"""{LOADED}
def prepared(element):
    return tf.cast(element["image"], tf.float32) / 255, tf.one_hot(element["label"], 10)
learned = tfds.load("mnist", split="train[20%:]").shuffle(99).map(map_func=prepared, num_parallel_calls=4).batch(7)
watched = tfds.load("mnist", split="train[:20%]").map(lambda one: (one["image"] / 255, one["label"])).batch(7)
{SMALL}{COMPILE}model.fit(learned, validation_data=watched, epochs=2)
"""
    imported = read(tmp_path, code)
    training = imported.experiment.training
    assert (imported.experiment.dataset, training.batch_size, training.validation) == ("mnist", 7, 0.2)
    assert imported.differences == ()


TABLE = f"""{HEAD}
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler
def evened(rows):
    middle = np.mean(rows)
    return (rows - middle) / np.std(rows)
table = pd.read_csv("digits.csv")
rows = table.drop("label", axis=1)
labels = table["label"].values
"""
TABLE_FIT = f"{SMALL}{COMPILE}model.fit(images.reshape(-1, 28, 28, 1), labels, epochs=2)\n"
AS_0_TO_255 = Rescaling(scale=255)


@pytest.mark.parametrize(
    ("way", "layer"),
    [
        ("images = rows.values / 255.0", None),
        ("images = rows.values.astype('float32')\nimages /= 255", None),
        ("images = np.array(rows)\nimages = images * (1 / 255)", None),
        ("images = rows.to_numpy()\nimages = images / images.max()", None),
        ("images = rows.values", AS_0_TO_255),
        ("images = rows.values / 256", Rescaling(scale=0.996094)),
        ("images = rows.values * 0.00392", None),
        ("images = (rows.values - 127.5) / 127.5", Rescaling(scale=2, offset=-1)),
        ("images = 1 - rows.values / 255", Rescaling(scale=-1, offset=1)),
        ("images = evened(np.array(rows))", Normalization(axis="all")),
        ("images = evened(rows).values", Normalization(axis="pixel")),
        ("images = (rows.values - rows.values.mean(axis=0)) / rows.values.std(axis=0)", Normalization(axis="pixel")),
        ("images = StandardScaler().fit_transform(rows)", Normalization(axis="pixel")),
    ],
)
def test_the_numbers_of_a_table_go_in_as_the_script_makes_them(tmp_path: Path, way: str, layer: Any) -> None:
    imported = read(tmp_path, f"{TABLE}{way}\n{TABLE_FIT}")
    first = imported.experiment.layers[0]
    assert first == (layer or Conv2D(filters=8, kernel_size=(3, 3), activation="relu"))
    assert not any("numbers of the images" in note for note in imported.differences)


@pytest.mark.parametrize("way", ["prepared(rows).values", "rows.values / largest", "np.log(rows.values)"])
def test_what_becomes_of_the_numbers_of_a_table_is_never_guessed(tmp_path: Path, way: str) -> None:
    code = f"{TABLE}images = {way}\n{TABLE_FIT}"
    line = 1 + code[: code.index("images = ")].count("\n")
    imported = read(tmp_path, code)
    assert any(f"numbers of the images (line {line}) is not known" in note for note in imported.differences)
    assert imported.experiment.layers[0].type == "Conv2D"
    scaled = read(tmp_path, code.replace("images.reshape", "(images / 255).reshape"))
    assert not any("numbers of the images" in note for note in scaled.differences)


def test_batches_of_the_rows_of_a_table_have_their_size(tmp_path: Path) -> None:
    batches = "tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(9).batch(48)"
    code = f"{TABLE}images = rows.values.reshape(-1, 28, 28, 1) / 255\n{SMALL}{COMPILE}model.fit({batches}, epochs=2)\n"
    assert read(tmp_path, code).experiment.training.batch_size == 48


@pytest.mark.parametrize("images", ["x_train", "table"])
@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("images[images > 0.5] = 1", "the numbers of the images are set by hand there (line {})"),
        ("images[:, :, :, 0] -= 0.3", "the numbers of the images are set by hand there (line {})"),
        ("for at in range(len(images)):\n    labels[at] = 0", "the labels are set by hand there (line {})"),
        ("for at in places():\n    labels[at] = 0", "the labels are set by hand there (line {})"),
    ],
)
def test_numbers_and_labels_that_a_script_sets_are_a_note(tmp_path: Path, images: str, way: str, words: str) -> None:
    loaded = {"x_train": "images, labels = x_train, y_train", "table": "images = rows.values / 255"}[images]
    code = f"{TABLE}{loaded}\n{way}\n{TABLE_FIT}"
    line = 1 + code[: code.index("] ")].count("\n")
    imported = read(tmp_path, code)
    assert any(words.format(line) in note for note in imported.differences)
    assert not any("by hand there" in note for note in read(tmp_path, code.replace(way, "")).notes)


def test_models_that_a_loop_makes_are_one_kind_among_others(tmp_path: Path) -> None:
    code = f"""{HEAD}{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=3)
several = [0] * 4
for at in range(4):
    several[at] = keras.Sequential()
    several[at].add(layers.Flatten(input_shape=(28, 28)))
    several[at].add(layers.Dense(10, activation="softmax"))
    several[at].compile("sgd", "sparse_categorical_crossentropy")
for at in range(4):
    several[at].fit(x_train, y_train, epochs=9)
"""
    with pytest.raises(SeveralModels) as caught:
        read(tmp_path, code)
    assert len(caught.value.models) == 2
    second = read(tmp_path, code, chosen="2").experiment
    assert (second.training.epochs, [layer.type for layer in second.layers]) == (9, ["Flatten", "Dense"])


def test_steps_are_counted_by_the_rows_of_a_table(tmp_path: Path) -> None:
    """And an argument of a way of varying pictures that is not asked for says nothing."""
    code = f"""{TABLE}
from tensorflow.keras.preprocessing.image import ImageDataGenerator
images = rows.values.reshape(-1, 28, 28, 1) / 255
varied = ImageDataGenerator(rotation_range=9, zca_whitening=False, zca_epsilon=1e-06)
{SMALL}{COMPILE}model.fit(varied.flow(images, labels, batch_size=8), steps_per_epoch=len(images) / 8, epochs=2)
"""
    imported = read(tmp_path, code)
    assert imported.experiment.training.steps_per_epoch is None
    assert not any("steps_per_epoch" in note or "zca" in note for note in imported.notes)


BY_HAND = """
optimizer = keras.optimizers.SGD(learning_rate=0.05)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
measured = keras.metrics.SparseCategoricalCrossentropy()
def step(images, labels):
    with tf.GradientTape() as tape:
        loss = loss_of(labels, model(images, training=True))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_weights), model.trainable_weights))
for epoch in range(7):
    for images, labels in tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(50):
        step(images, labels)
"""


def test_a_training_step_by_step_is_a_note_with_what_it_is_made_with(tmp_path: Path) -> None:
    code = HEAD + SMALL.replace(', activation="softmax"', "") + BY_HAND
    line = 1 + code[: code.index("GradientTape")].count("\n")
    imported = read(tmp_path, code)
    start = f"the model is trained step by step there (GradientTape, line {line}), which is not followed: here a fit "
    with_what = "with the optimizer, the loss, the images and the epochs of it, and the batches to be set"
    assert f"{start}{with_what}" in imported.differences
    assert not any("not trained in the file" in note or "not compiled" in note for note in imported.notes)
    training = imported.experiment.training
    assert (training.optimizer, training.learning_rate, training.from_logits) == ("sgd", 0.05, True)
    assert (imported.experiment.dataset, training.epochs, training.validation) == ("fashion_mnist", 7, "test")
    batches = "train_set = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(99).batch(50)\n"
    batches += "val_set = tf.data.Dataset.from_tensor_slices((x_train[-6000:], y_train[-6000:])).batch(50)\n"
    by_sets = BY_HAND.replace("tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(50)", "train_set")
    by_sets += "    for images, labels in val_set:\n        model(images)\n"
    in_batches = read(tmp_path, code.replace(BY_HAND, batches + by_sets))
    assert (in_batches.experiment.training.batch_size, in_batches.experiment.training.validation) == (50, "54000-59999")
    assert any(note.endswith("the images, the batches and the epochs of it") for note in in_batches.differences)
    fitted = read(tmp_path, f"{code}{COMPILE}model.fit(x_train, y_train, epochs=4)\n")
    assert not any("step by step" in note for note in fitted.notes)
    assert fitted.experiment.training.epochs == 4
    one_batch = read(tmp_path, f"{HEAD}{SMALL}{COMPILE}model.train_on_batch(x_train[:8], y_train[:8])\n")
    assert any("step by step there (train_on_batch" in note for note in one_batch.differences)
    assert one_batch.experiment.training.optimizer == "adam"


def test_what_flows_together_is_named_also_by_functions_of_a_star(tmp_path: Path) -> None:
    code = f"""{HEAD}
from tensorflow.keras.layers import *
inputs = Input((28, 28, 1))
first = Conv2D(4, 3, padding="same")(inputs)
both = Conv2D(4, 3, padding="same")(concatenate([inputs, first], axis=-1))
outputs = Dense(10)(Flatten()(add([both, first])))
model = keras.Model(inputs, outputs)
"""
    assert "concatenate (line 11) has 2 inputs" in refusal(tmp_path, code)
    unknown = code.replace("concatenate([inputs, first], axis=-1)", "mixed(first)").replace(
        "add([both, first])", "both"
    )
    assert "what mixed does to the tensor (line 11) is not known" in refusal(tmp_path, unknown)
    assert "an output that is not known, made() (line 13)" in refusal(
        tmp_path, code.replace("Model(inputs, outputs)", "Model(inputs, made())")
    )


def test_options_that_are_texts_of_several_numbers_are_read(tmp_path: Path) -> None:
    code = f"""{HEAD}
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--units", default="30,20")
parser.add_argument("--drop", default="0.5")
args = parser.parse_args()
units = [int(one) for one in args.units.split(",")]
drop = [float(one) for one in args.drop.split(",")] if args.drop else None
if drop is None:
    drop = [0 for one in units]
elif len(drop) == 1:
    drop = [drop[0] for one in units]
model = keras.Sequential([layers.Flatten(input_shape=(28, 28))])
for at, many in enumerate(units):
    model.add(layers.Dense(many))
    model.add(layers.Dropout(drop[at]))
model.add(layers.Dense(10, activation="softmax"))
{COMPILE}model.fit(x_train, y_train, epochs=2)
"""
    made = read(tmp_path, code).experiment.layers
    assert [layer.units for layer in made if isinstance(layer, Dense)] == [30, 20, 10]
    assert [layer.rate for layer in made if isinstance(layer, Dropout)] == [0.5, 0.5]


@pytest.mark.parametrize(("language", "differs"), [("", False), ("python", True), ("text", None)])
def test_text_between_fences_differs_where_it_says_that_it_is_python(
    tmp_path: Path, language: str, differs: bool | None
) -> None:
    fence = "`" * 3
    code = f"{fence}python\n{HEAD}{SMALL}{COMPILE}model.fit(x_train, y_train)\n{fence}\n\n"
    imported = read(tmp_path, f"{code}{fence}{language}\nEpoch 1/5, 97 % of it\n{fence}\n", suffix=".md")
    there = {True: imported.differences, False: imported.to_know, None: ()}[differs]
    assert tuple(note for note in imported.notes if "no Python" in note) == there
    assert len(there) == (differs is not None)


@pytest.mark.parametrize(
    ("body", "looks_on"),
    [
        ("self.losses = []\n    def on_batch_end(self, batch, logs): self.losses.append(logs.get('loss'))", True),
        ("print(epoch, self.model.predict(x_test[:1]), self.model.optimizer.learning_rate)", True),
        ("guess = self.model.predict(x_test[:9])\n        print(guess.argmax(axis=1))", True),
        ("keras.backend.set_value(self.model.optimizer.learning_rate, 0.1)", False),
        ("self.model.optimizer.learning_rate = 0.1", False),
        ("unfreeze(self.model)", False),
        ("for layer in self.model.layers: layer.trainable = True", False),
        ("model = self.model\n        change(model)", False),
    ],
)
def test_a_callback_that_only_looks_on_is_no_difference(tmp_path: Path, body: str, looks_on: bool) -> None:
    code = f"""{HEAD}{SMALL}
class Watching(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        {body}
{COMPILE}model.fit(x_train, y_train, epochs=3, callbacks=[Watching(), WandbCallback()])
"""
    notes = [note for note in read(tmp_path, code).notes if "callback" in note]
    assert (notes == []) is looks_on
    assert all("Watching" in note for note in notes)


@pytest.mark.parametrize(
    "called", ["", "\n    def on_epoch_end(self, epoch, logs=None): self.on_epoch_ended(epoch, logs)"]
)
def test_a_method_that_keras_never_calls_is_no_difference(tmp_path: Path, called: str) -> None:
    code = f"""{HEAD}{SMALL}
class Stopper(keras.callbacks.Callback):
    def on_epoch_ended(self, epoch, logs=None):
        if logs["loss"] < 0.3: self.model.stop_training = True{called}
{COMPILE}model.fit(x_train, y_train, epochs=3, callbacks=[Stopper()])
"""
    imported = read(tmp_path, code)
    assert any("Stopper" in note for note in imported.differences) is bool(called)
    assert [note for note in imported.to_know if "Stopper" in note] == (
        []
        if called
        else [f"the callback Stopper (line {len(code.splitlines())}): Keras never calls its on_epoch_ended"]
    )


@pytest.mark.parametrize("how", ["import mnist", "from mnist import train_images, train_labels"])
def test_mnist_of_its_own_package_is_mnist(tmp_path: Path, how: str) -> None:
    of = "mnist." if how.startswith("import") else ""
    code = f"""{LOADED}{how}
images, labels = {of}train_images() / 255, {of}train_labels()
{SMALL}{COMPILE}model.fit(images[..., np.newaxis], labels, epochs=2)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.dataset, imported.notes) == ("mnist", ())


def test_batches_of_images_that_are_not_known_have_their_size(tmp_path: Path) -> None:
    batches = "tf.data.Dataset.from_tensor_slices((images_of(0), labels_of(0))).batch(50)"
    imported = read(tmp_path, f"{HEAD}{SMALL}{COMPILE}model.fit({batches}, epochs=2)\n")
    assert imported.experiment.training.batch_size == 50
    assert any("images_of(0)" in note and "are not known" in note for note in imported.differences)


SPLIT = "train_test_split(images, labels, test_size=0.25)"
IMAGES = "images = rows.values.reshape(-1, 28, 28, 1) / 255\n"
LEARNED = "model.fit(a.reshape(-1, 4, 4, 1), c, epochs=2"


@pytest.mark.parametrize(
    ("fit", "test", "validation"),
    [
        (f"a, b, c, d = {SPLIT}\n{LEARNED}, validation_data=(b.reshape(-1, 4, 4, 1), d))", 0.25, "test"),
        (f"a, b, c, d = {SPLIT}\n{LEARNED})", 0.25, "none"),
        (f"a, b, c, d = {SPLIT}\n{LEARNED}, validation_split=0.2)", 0.25, 0.2),
        (f"a, c = images, labels\n{LEARNED}, validation_split=0.3)", 0.3, "test"),
        (f"a, c = images, labels\n{LEARNED})", "train", "none"),
        (
            f"a, b, c, d = {SPLIT}\na, w, c, v = train_test_split(a, c, test_size=0.2)\n"
            f"{LEARNED}, validation_data=(w.reshape(-1, 4, 4, 1), v))",
            0.25,
            0.2,
        ),
    ],
)
def test_what_a_script_holds_out_of_its_one_table_is_held_out_here(
    tmp_path: Path, fit: str, test: str | float | None, validation: Any
) -> None:
    rows = ["label," + ",".join(f"p{at}" for at in range(16))]
    rows += [f"{row % 3}," + ",".join([str(row)] * 16) for row in range(60)]
    (tmp_path / "digits.csv").write_text("\n".join(rows))
    network = SMALL.replace("(28, 28, 1)", "(4, 4, 1)").replace("Dense(10", "Dense(3")
    imports = "from sklearn.model_selection import train_test_split\n"
    code = f"{imports}{TABLE}images = rows.values / 255\n{network}{COMPILE}{fit}\n"
    imported = read(tmp_path, code)
    assert (imported.experiment.test, imported.experiment.training.validation) == (test, validation)
    assert imported.differences == ()
    (tmp_path / "digits_test.csv").write_text("\n".join(rows))
    beside = read(tmp_path, code.replace("digits.csv", "digits_train.csv")) if _renamed(tmp_path) else imported
    assert not isinstance(beside.experiment.test, float)


def _renamed(folder: Path) -> bool:
    (folder / "digits.csv").rename(folder / "digits_train.csv")
    return True


def test_the_file_that_keras_keeps_mnist_in_is_mnist(tmp_path: Path) -> None:
    code = f"""{LOADED}
held = np.load("somewhere/mnist.npz")
images, labels = held["x_train"] / 255, held["y_train"]
{SMALL}{COMPILE}model.fit(images[..., np.newaxis], labels, epochs=2)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.dataset, imported.notes) == ("mnist", ())
    assert any("are not known" in note for note in read(tmp_path, code.replace("mnist.npz", "other.npz")).differences)


@pytest.mark.parametrize("optimizer", ['"adadelta"', "keras.optimizers.Adadelta()"])
def test_a_rate_that_older_versions_of_keras_began_with_is_to_know(tmp_path: Path, optimizer: str) -> None:
    code = f'{HEAD}{SMALL}model.compile({optimizer}, "sparse_categorical_crossentropy")\nmodel.fit(x_train, y_train)\n'
    said = [note for note in read(tmp_path, code).to_know if "up to Keras 2.3 that was 1" in note]
    assert len(said) == 1
    chosen = code.replace(optimizer, "keras.optimizers.Adadelta(0.5)")
    assert not any("Keras 2.3" in note for note in read(tmp_path, chosen).notes)


@pytest.mark.parametrize(
    ("package", "word", "rate"),
    [
        ("keras", "from keras.utils import np_utils", 1.0),
        ("keras", "model.predict_classes(x_test)", 1.0),
        ("tensorflow.keras", "model.predict_classes(x_test)", 0.001),
        ("tensorflow.keras", "model.fit(x_train, y_train, nb_epoch=2)", 1.0),
        ("keras", "model.predict(x_test)", 0.001),
    ],
)
def test_words_of_an_older_keras_speak_for_the_rate_that_it_began_with(
    tmp_path: Path, package: str, word: str, rate: float
) -> None:
    head = HEAD.replace("import tensorflow as tf\nfrom tensorflow import keras\n", "import keras\n")
    compiled = 'model.compile(Adadelta(), "sparse_categorical_crossentropy")\nmodel.fit(x_train, y_train)\n'
    code = f"{head.replace('tensorflow.keras', package)}from {package}.optimizers import Adadelta\n{SMALL}{compiled}"
    imported = read(tmp_path, code + word + "\n")
    assert imported.experiment.training.learning_rate == rate
    said = [note for note in imported.to_know if note.startswith(f"adadelta begins at a rate of {rate:g}, as ")]
    assert len(said) == 1
    assert ("speaks" in said[0]) is (rate == 1)


def test_a_mode_that_keras_does_not_know_is_the_metrics_own(tmp_path: Path) -> None:
    stop = 'keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=5, mode=max)'
    fit = f"model.fit(x_train, y_train, validation_data=(x_test, y_test), callbacks=[{stop}])"
    measured = COMPILE.replace(")", ", metrics=['accuracy'])")
    assert read(tmp_path, f"{HEAD}{SMALL}{measured}{fit}\n").notes == ()


@pytest.mark.parametrize(
    ("fit", "are_both"),
    [
        ("model.fit(x_train, y_train, validation_data=(x_train[:6000], y_train[:6000]))", True),
        ("model.fit(x_train, y_train, validation_data=(x_train, y_train))", True),
        ("model.fit(x_train[6000:], y_train[6000:], validation_data=(x_train[:6000], y_train[:6000]))", False),
        ("model.fit(x_train, y_train, validation_data=(x_test, y_test))", False),
        (f"{IMAGES}a, b, c, d = {SPLIT}\nmodel.fit(images, labels, validation_data=(b, d))", True),
        (f"{IMAGES}a, b, c, d = {SPLIT}\nmodel.fit(a, c, validation_data=(b, d))", False),
    ],
)
def test_images_that_are_learned_from_and_watched_too_are_a_note(tmp_path: Path, fit: str, are_both: bool) -> None:
    imports = "from sklearn.model_selection import train_test_split\n"
    imported = read(tmp_path, f"{imports}{TABLE}{SMALL}{COMPILE}{fit}\n")
    assert any("among those that it learns from" in note for note in imported.differences) is are_both


@pytest.mark.parametrize(
    ("resize", "layer"),
    [
        ("tf.image.resize(x_train, (48, 40)) / 255", Resizing(height=48, width=40)),
        ("tf.image.resize(x_train / 255, size=[48, 40])[:]", Resizing(height=48, width=40)),
        (
            "tf.image.resize(x_train, (48, 40), method=tf.image.ResizeMethod.NEAREST_NEIGHBOR) / 255",
            Resizing(height=48, width=40, interpolation="nearest"),
        ),
        ("tf.image.resize(x_train, x_train.shape[1:3]) / 255", None),
    ],
)
def test_arrays_that_are_brought_to_another_size_are_still_those_of_the_dataset(
    tmp_path: Path, resize: str, layer: Any
) -> None:
    code = f"""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train = {resize}
x, x_val, y, y_val = x_train[5000:], x_train[:5000], y_train[5000:], y_train[:5000]
model = keras.Sequential([layers.Flatten(input_shape=x_train.shape[1:]), layers.Dense(10, activation="softmax")])
{COMPILE}model.fit(x, y, validation_data=(x_val, y_val), epochs=2)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.dataset, imported.experiment.training.validation) == ("cifar10", "0-4999")
    assert imported.experiment.layers[:-2] == (() if layer is None else (layer,))
    assert imported.notes == ()


def test_a_way_to_another_size_that_no_layer_has_is_not_taken_for_one(tmp_path: Path) -> None:
    code = HEAD.replace("fashion_mnist", "cifar10") + "x_train = tf.image.resize(x_train, (28, 28), method='area')\n"
    imported = read(tmp_path, code + SMALL.replace("28, 1)", "28, 3)") + FIT)
    assert any("method='area'" in note and "not known" in note for note in imported.differences)


def test_an_epoch_that_shows_the_rows_of_a_table_twice_has_so_many_steps(tmp_path: Path) -> None:
    network = SMALL.replace("(28, 28, 1)", "(4, 4, 1)").replace("Dense(10", "Dense(3")
    fit = "images.reshape(-1, 4, 4, 1), labels, batch_size=6, steps_per_epoch=int(len(images) / 6 * 2), epochs=2"
    code = f"{TABLE}images = rows.values / 255\n{network}{COMPILE}model.fit({fit})\n"
    gone = read(tmp_path, code)
    assert any("shows every image 2 times there, and once here" in note for note in gone.differences)
    rows = [f"{row % 3}," + ",".join([str(row)] * 16) for row in range(60)]
    for name in ("digits_train.csv", "digits_test.csv"):
        (tmp_path / name).write_text("\n".join(["label," + ",".join(f"p{at}" for at in range(16)), *rows]))
    imported = read(tmp_path, code.replace("digits.csv", "digits_train.csv"))
    assert imported.experiment.training.steps_per_epoch == 20
    assert imported.differences == ()


def test_the_third_part_of_a_npz_file_is_validated_on_as_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    images, labels = np.zeros((12, 6, 6), np.uint8), np.arange(12) % 3
    parts = {"train": slice(12), "val": slice(5), "test": slice(4)}
    arrays: dict[str, Any] = {f"{part}_images": images[some] for part, some in parts.items()}
    arrays |= {f"{part}_labels": labels[some] for part, some in parts.items()}
    np.savez("kinds.npz", **arrays)
    code = """
import numpy as np
from tensorflow import keras
held = np.load("kinds.npz")
x, y = held["train_images"] / 255, held["train_labels"]
x_val, y_val = held["val_images"] / 255, held["val_labels"]
model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, validation_data=(x_val, y_val))
model.evaluate(held["test_images"] / 255, held["test_labels"])
"""
    found = read(tmp_path, code)
    assert (found.differences, found.to_know) == ((), ())
    assert (found.experiment.dataset, found.experiment.training.validation) == ("kinds.npz", "kinds.npz")
    assert found.experiment.data.validation_images == 5
    some = read(tmp_path, code.replace("(x_val, y_val)", "(x_val[:3], y_val[:3])").replace("epochs=3", "batch_size=1"))
    assert some.experiment.training.validation_steps == 3
    ends = code.partition(", validation_data")[0] + ")\nmodel.evaluate(x_val, y_val)"
    alone = read(tmp_path, ends)
    assert alone.experiment.training.validation == "none"
    assert alone.to_know == (
        "it tests on the images to validate on of kinds.npz (line 10) there: the images to test on stand in",
    )
    both = read(tmp_path, code.replace("fit(x, y", "fit(np.concatenate([x, x_val]), np.concatenate([y, y_val])"))
    assert "other images are put to those of the dataset there (line 9): they are left out" in both.differences
