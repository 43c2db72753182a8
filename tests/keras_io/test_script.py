"""The script that an experiment is: it reads as a person's, is safe to run, and makes the same network."""

from __future__ import annotations

import ast
import inspect
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnn_tui.experiment.check import build_problems
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset, preset_names
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.schedule import CosineDecay
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.experiment.training.training import Optimizer
from cnn_tui.keras_io.script.data import data_code
from cnn_tui.keras_io.script.model import layer_arguments, model_code
from cnn_tui.keras_io.script.write import OPTIMIZERS, keras_script
from cnn_tui.keras_io.source import literal
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import AnyLayer, Dense, Dropout, Flatten, RandomFlip, new_layer
from cnn_tui.network.problems.crops import find_crop_problem
from cnn_tui.network.rescaling import second_division
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize
from tests.network.strategies import KERAS_LAYERS, any_layer
from tests.properties import examples

BASELINE = load_preset("lab1-baseline")
HOSTILE = [
    "two\nlines\r\u2028more\x0b",
    "coding: utf-16",
    "#!/bin/sh",
    "\"\"\" ''' \\",
    "\\N{x} {0} %s",
    "'; import os; os.abort()  #",
    "\ud800\x00\u202e",
]


def buildable(stack: Stack) -> Stack:
    """The layers of a random stack that can stand behind one another, with an answer of ten classes behind them."""
    kept = Stack(stack.input_shape)
    for layer in stack.layers:
        longer = kept.insert(len(kept), layer)
        summary = summarize(longer)
        if summary.stuck_at is None and math.prod(summary.output_shape or ()) < 20_000 and summary.total_params < 1e6:
            kept = longer
    answer: tuple[AnyLayer, ...] = (Flatten(), Dense(units=10, activation="softmax"))
    return Stack(stack.input_shape, (*kept.layers, *answer))


networks = (
    st.lists(any_layer(pair=3, number=8), max_size=8)
    .map(lambda layers: Stack((28, 28, 1), tuple(layers)))
    .map(buildable)
    .filter(lambda stack: second_division(stack) is None)  # an import would mend it
    .filter(lambda stack: find_crop_problem(stack) is None)  # it could not be tested
    .map(BASELINE.with_stack)
    .filter(lambda experiment: not build_problems(experiment))  # as where a RandomCrop feeds what fits its size alone
)
every_kind = buildable(Stack((28, 28, 1), tuple(map(new_layer, KERAS_LAYERS))))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Scripts of all sorts, by what is special about them."""
    folder = tmp_path_factory.mktemp("data")
    rules = (StopRule(metric="loss", below=0.3), StopRule(metric="val_accuracy", above=0.95))
    waits = StopRule(metric="val_accuracy", patience=3)
    no_numbers = (StopRule(metric="loss", nan=True), StopRule(metric="val_loss", nan=True))
    plain = {name: load_preset(name) for name in preset_names()}
    changed = {
        "fraction": BASELINE.with_training(validation=0.1, loss="categorical_crossentropy"),
        "mixed": BASELINE.with_training(precision="mixed_bfloat16", optimizer="sgd", momentum=0.9, batch_size=64),
        "smoothed": BASELINE.with_training(
            loss="categorical_crossentropy", label_smoothing=0.1, class_weight="balanced", metrics=("auc", "precision")
        ),
        "one unit": one_unit(folder),
        "bare": BASELINE.with_training(validation="none", metrics=()),
        "so many steps": BASELINE.with_training(validation_steps=20, steps_per_epoch=50),
        "varied": BASELINE.with_training(vary_validation=True).with_stack(BASELINE.stack.insert(0, RandomFlip())),
        "steps of a part": BASELINE.with_training(validation_steps=3, validation=0.1),
        "stops": msgspec.structs.replace(BASELINE, stop=rules),
        "waits": msgspec.structs.replace(BASELINE, stop=(waits,)),
        "phases": msgspec.structs.replace(
            BASELINE.with_stack(BASELINE.stack.change(0, trainable=False)),
            stop=(waits,),
            then=(
                Phase(3, learning_rate=1e-5, trainable=True),
                Phase(2, steps_per_epoch=9, schedule=CosineDecay(decay_steps=20), trainable=(2, 4, 7), stop=rules),
            ),
        ),
        "all rules": msgspec.structs.replace(BASELINE, stop=(*rules, waits, *no_numbers)),
        "off": BASELINE.with_stack(BASELINE.stack.toggle(1).toggle(2)),
        "empty": BASELINE.with_stack(Stack((28, 28, 1))),
        "all kinds": BASELINE.with_stack(every_kind),
        "cifar": msgspec.structs.replace(BASELINE, dataset="cifar10"),
        "sample": msgspec.structs.replace(BASELINE, dataset="fashion_mnist_sample"),
        "npz": msgspec.structs.replace(BASELINE, dataset=str(write_npz(folder / "floats's.npz", np.float32))),
        "folder": msgspec.structs.replace(BASELINE, dataset=str(write_pictures(folder / "pets", "L"))),
        "split folder": msgspec.structs.replace(BASELINE, dataset=str(write_pictures(folder / "cars", "RGB", True))),
    }
    written = {name: keras_script(experiment) for name, experiment in (plain | changed).items()}
    return written | {f"{name}, seed": keras_script(changed[name], seed=7) for name in changed}


def one_unit(folder: Path) -> Experiment:
    """Two classes told apart by the logit of one unit."""
    two = msgspec.structs.replace(BASELINE, layers=(Flatten(), Dense(units=1))).with_training(
        loss="binary_crossentropy", from_logits=True, class_weight=(1.0, 2.5), metrics=("accuracy", "recall")
    )
    return msgspec.structs.replace(two, dataset=str(write_npz(folder / "two.npz")))


def write_npz(path: Path, dtype: type[np.generic] = np.uint8) -> Path:
    """A `.npz` of small random images; floats go from 0 to 1 in training and to 255 in test images."""
    rng = np.random.default_rng(1)
    arrays: dict[str, Any] = {}
    for part, count, top in (("train", 20, 1.0), ("test", 8, 255.0)):
        whole = dtype is np.uint8
        images = rng.integers(0, 256, (count, 6, 5)) if whole else rng.uniform(0, top, (count, 6, 5))
        arrays[f"x_{part}"] = images.astype(dtype)
        arrays[f"y_{part}"] = np.arange(count).reshape(-1, 1) % 3
    np.savez(path, **arrays)
    return path


def write_pictures(folder: Path, mode: str, split: bool = False) -> Path:
    """A folder of image folders: sizes differ, one is hidden, one lies on its side, names need sorting."""
    from PIL import Image

    rng = np.random.default_rng(2)
    for part in ("train", "test") if split else (".",):
        for name in ("b", "a", ".hidden", "c") if part != "test" else ("b", "c"):
            inside = folder / part / name
            inside.mkdir(parents=True)
            for at in range(11):
                pixels = rng.integers(0, 256, (7 + at % 2, 6, 3), dtype=np.uint8)
                exif = Image.Exif()
                exif[0x0112] = 6 if at == 3 else 1
                Image.fromarray(pixels).convert(mode).save(inside / f"{at}.{'JPG' if at % 3 else 'png'}", exif=exif)
            (inside / "notes.txt").write_text("no picture")
            (inside / ".DS.png").write_text("no picture")
    return folder


def test_the_script_reads_as_the_notes() -> None:
    experiment = BASELINE.with_training(validation="none")
    assert (
        keras_script(experiment).split("\n", 2)[2]
        == """# Lab 1: baseline, 32 filters

import tensorflow as tf

# Load the Fashion-MNIST dataset
dataset = tf.keras.datasets.fashion_mnist
(training_images, training_labels), (test_images, test_labels) = dataset.load_data()

# Normalize the pixel values, and add the axis of the channels
training_images = training_images.reshape(-1, 28, 28, 1) / 255.0
test_images = test_images.reshape(-1, 28, 28, 1) / 255.0

# Define the model
model = tf.keras.Sequential(
    [
        tf.keras.Input((28, 28, 1)),
        tf.keras.layers.Conv2D(32, (3, 3), activation="relu"),
        tf.keras.layers.MaxPooling2D((2, 2)),
        tf.keras.layers.Conv2D(32, (3, 3), activation="relu"),
        tf.keras.layers.MaxPooling2D((2, 2)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)

# Print the model summary
model.summary()

# Choose how it is trained
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=0.001),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)

# Train the model
print("\\nMODEL TRAINING:")
model.fit(training_images, training_labels, epochs=5)

# Evaluate on the test set
print("\\nMODEL EVALUATION:")
model.evaluate(test_images, test_labels)
"""
    )


def test_every_script_is_clean_and_laid_out(scripts: dict[str, str], tmp_path: Path) -> None:
    for at, script in enumerate(scripts.values()):
        (tmp_path / f"script_{at}.py").write_text(script)
    ruff = [sys.executable, "-m", "ruff"]
    rules = "E4,E7,E9,F,I,W,B,UP,C4,SIM,RET,N,PIE,PERF"
    for arguments in (["check", "--isolated", "--select", rules], ["format", "--isolated", "--diff"]):
        done = subprocess.run([*ruff, *arguments, str(tmp_path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_stop_rule_is_a_callback(scripts: dict[str, str]) -> None:
    assert """
class StopTraining(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < 0.3:
            print("\\nloss below 0.3: training stops")
            self.model.stop_training = True
        if logs["val_accuracy"] > 0.95:
""" in scripts["stops"]
    assert "callbacks=[StopTraining()]" in scripts["stops"]


def test_a_rule_that_keras_has_a_callback_for_is_that_one(scripts: dict[str, str]) -> None:
    waits = """
# Choose when training stops early
callbacks = [
    tf.keras.callbacks.EarlyStopping(
        monitor="val_accuracy", patience=3, mode="max", verbose=1
    ),
]
"""
    assert waits in scripts["waits"]
    assert "class StopTraining" not in scripts["waits"]
    both = scripts["all rules"]
    assert both.index("    StopTraining(),\n") < both.index("EarlyStopping(") < both.index("TerminateOnNaN(),\n]\n")
    assert '        if not np.isfinite(logs["val_loss"]):\n' in both and "import numpy as np\n" in both
    assert "    callbacks=callbacks,\n" in both


def test_a_seed_and_a_fraction(scripts: dict[str, str]) -> None:
    drawn = scripts["so many steps, seed"]
    assert "drawn = np.random.default_rng([SEED, 0]).permutation(len(test_images))[: 20 * 32]\n" in drawn
    assert "    validation_data=watched,\n    validation_steps=20,\n" in drawn
    seeded, plain = scripts["fraction, seed"], scripts["fraction"]
    assert "SEED = 7\ntf.keras.utils.set_random_seed(SEED)" in seeded
    assert "default_rng(SEED)" in seeded
    assert "rng = np.random.default_rng([SEED, epoch])" in seeded
    assert "SEED" not in plain
    assert "default_rng()" in plain
    assert "validation_data=(validation_images, validation_labels)" in plain
    assert keras_script(BASELINE.with_training(seed=3)) == keras_script(BASELINE, seed=3)


def test_what_a_name_does_not_say_of_a_loss_or_a_metric_is_an_object(scripts: dict[str, str]) -> None:
    script = scripts["one unit"]
    assert "loss=tf.keras.losses.BinaryCrossentropy(from_logits=True)" in script
    assert 'tf.keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")' in script
    assert "class_weight = {0: 1.0, 1: 2.5}" in script
    assert "class_weight=class_weight" in script
    assert "to_categorical" not in script
    seeded = scripts["smoothed, seed"]
    assert "loss=tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.1)" in seeded
    assert "training_labels[batch], sample_weights[batch]" in seeded
    assert "to_categorical(training_labels, 10)" in seeded


def test_layers_that_are_off_stay_as_comments(scripts: dict[str, str]) -> None:
    assert "        # tf.keras.layers.MaxPooling2D((2, 2)),\n" in scripts["off"]
    assert '        # tf.keras.layers.Conv2D(32, (3, 3), activation="relu"),\n' in scripts["off"]
    assert 'Dense(10, activation="softmax", dtype="float32"),\n' in scripts["mixed"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_more_than_a_comment(name: str) -> None:
    wanted = ast.dump(ast.parse(keras_script(BASELINE)))
    script = keras_script(msgspec.structs.replace(BASELINE, name=name))
    assert ast.dump(ast.parse(script.encode())) == wanted


@pytest.mark.parametrize("name", [*HOSTILE[:-1], "\udc80.\u202e"])
def test_a_path_is_never_more_than_a_path(tmp_path: Path, name: str) -> None:
    path, plain = write_npz(tmp_path / f"{name.replace('/', '_')}.npz"), write_npz(tmp_path / "plain.npz")
    trees = []
    for dataset in (str(path), str(plain)):
        tree = ast.parse(keras_script(msgspec.structs.replace(BASELINE, dataset=dataset)).encode())
        texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == dataset]
        assert len(texts) == 1
        texts[0].value = "the path"
        trees.append(ast.dump(tree))
    assert trees[0] == trees[1]


@given(st.text() | st.floats(allow_nan=False, allow_infinity=False) | st.tuples(st.text(), st.integers()))
@example("both \" and '")
def test_a_literal_is_the_value(value: Any) -> None:
    written = literal(value)
    assert ast.literal_eval(written) == value
    assert written.isprintable()


@pytest.mark.parametrize("kind", KERAS_LAYERS)
def test_arguments_without_a_name_are_keras_first_ones(kind: str) -> None:
    import keras

    layer = new_layer(kind)
    unnamed = sum("=" not in argument.split("(")[0] for argument in layer_arguments(layer))
    names = [field.name for field in fields_of(type(layer))][:unnamed]
    assert list(inspect.signature(getattr(keras.layers, kind)).parameters)[:unnamed] == names


def test_every_optimizer_has_its_class() -> None:
    import keras

    assert tuple(OPTIMIZERS) == get_args(Optimizer)
    for name, cls in OPTIMIZERS.items():
        assert getattr(keras.optimizers, cls).__name__.lower() == name


def model_of(experiment: Experiment) -> Any:
    """What the script's lines make."""
    import keras
    import tensorflow as tf

    keras.backend.clear_session()
    names: dict[str, Any] = {"tf": tf}
    exec("\n".join(model_code(experiment)), names)
    return names["model"]


def plain_config(model: Any) -> Any:
    """All that Keras knows of a model, but for its own name and for how a penalty is put."""
    config = model.get_config()
    del config["name"]
    for layer in config["layers"]:
        layer["config"].pop("seed", None)  # Keras draws one for a RandomCrop
        for name, value in layer["config"].items():
            if name.endswith("_regularizer") and value is not None:
                factors = value["config"]
                layer["config"][name] = (factors.get("l1", 0.0), factors.get("l2", 0.0))
    return config


@settings(deadline=None, max_examples=examples(15, 5), suppress_health_check=list(HealthCheck))
@given(networks)
@example(BASELINE.with_stack(every_kind))
@example(BASELINE.with_stack(buildable(Stack((28, 28, 1), (Dropout(rate=0.5, enabled=False), Flatten())))))
def test_the_script_makes_the_network_that_is_trained(experiment: Experiment) -> None:
    import keras

    from cnn_tui.training.model.build import build

    scripted = plain_config(model_of(experiment))
    keras.backend.clear_session()
    assert scripted == plain_config(build(experiment))


def loaded_by_script(dataset: str) -> dict[str, Any]:
    """What the script's lines load: no TensorFlow is needed for files and folders."""
    data = data_code(dataset)
    names: dict[str, Any] = {}
    exec("\n".join([*data.imports, *(line for part in data.parts for line in part)]), names)
    return names


@pytest.mark.parametrize("which", ["bytes", "floats", "grey", "colour", "split", "sample"])
def test_the_script_loads_the_images_that_are_trained_on(tmp_path: Path, which: str) -> None:
    from cnn_tui.training.data.datasets import load

    makers: dict[str, Callable[[], Path | str]] = {
        "bytes": lambda: write_npz(tmp_path / "bytes.npz"),
        "floats": lambda: write_npz(tmp_path / "floats.npz", np.float64),
        "grey": lambda: write_pictures(tmp_path / "grey", "L"),
        "colour": lambda: write_pictures(tmp_path / "colour", "RGB"),
        "split": lambda: write_pictures(tmp_path / "split", "RGB", split=True),
        "sample": lambda: "fashion_mnist_sample",
    }
    dataset = str(makers[which]())
    ours, theirs = load(dataset, say=lambda _: None), loaded_by_script(dataset)
    for part, name in (("train", "training"), ("test", "test")):
        images = getattr(ours, f"x_{part}").astype(np.float32) / np.float32(255)
        assert np.array_equal(theirs[f"{name}_images"].astype(np.float32), images)
        assert np.array_equal(theirs[f"{name}_labels"].reshape(-1), getattr(ours, f"y_{part}"))


def test_pictures_of_16_bits_are_loaded_by_their_upper_bits(tmp_path: Path) -> None:
    from PIL import Image

    from cnn_tui.training.data.datasets import load

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for at in range(5):
            pixels = np.arange(at, 65536, 1400, dtype=np.uint16)[:36].reshape(6, 6)
            Image.fromarray(pixels).save(tmp_path / name / f"{at}.png")
    images = load(str(tmp_path), say=lambda _: None)
    theirs = loaded_by_script(str(tmp_path))
    np.testing.assert_allclose(theirs["training_images"], images.x_train / 255.0)


@pytest.mark.parametrize("fraction", [0.1, 1 / 3])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_script_holds_the_same_images_out(tmp_path: Path, fraction: float, seed: int) -> None:
    from cnn_tui.training.data.datasets import load
    from cnn_tui.training.data.split import split

    path = str(write_npz(tmp_path / "data.npz"))
    experiment = msgspec.structs.replace(BASELINE, dataset=path).with_training(validation=fraction)
    lines = keras_script(experiment, seed=seed).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("# Hold out"))
    names = loaded_by_script(path) | {"SEED": seed}
    exec("\n".join(lines[start : start + 6]), names)
    ours = split(load(path, say=lambda _: None), fraction, seed)
    assert ours.x_val is not None and ours.y_val is not None
    for images, name in ((ours.x_train, "training_images"), (ours.x_val, "validation_images")):
        np.testing.assert_allclose(names[name], images / 255.0)
    assert names["validation_labels"].reshape(-1).tolist() == ours.y_val.tolist()


def test_nothing_heavy_is_loaded() -> None:
    program = (
        "import sys; from cnn_tui.experiment import presets;"
        "from cnn_tui.keras_io.imported import model; from cnn_tui.keras_io.script import write;"
        "write.keras_script(presets.load_preset('lab1-baseline'));"
        "print([name for name in ('tensorflow', 'keras', 'numpy', 'h5py') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
