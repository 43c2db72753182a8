"""The script of a run, run as a program, makes the same network and, with the run's seed, the same losses.

Both have one thread: with more, the sums of the gradients round differently in either, and training amplifies it.
"""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.jobs.launch import ENDED, environment
from cnn_tui.keras_io.imported.model import import_model
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import BatchNormalization, Dropout, RandomFlip
from cnn_tui.network.summary import summarize
from cnn_tui.network.values import L1L2
from cnn_tui.training.data.readers import IDX_FILES
from cnn_tui.training.data.sources import SAMPLE
from tests.training.trained_run import write_shapes

BASELINE = load_preset("lab1-baseline").with_training(epochs=2)
TOLD = "@@@"
TELL = f"""
import json

told = {{"history": model.history.history, "params": model.count_params()}}
told["layers"] = [layer.name for layer in model.layers]
told["scores"] = model.evaluate(test_images, test_labels, verbose=0, return_dict=True)
print("\\n{TOLD}" + json.dumps(told))
"""


@pytest.fixture
def keras_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of Keras's that has a little of Fashion-MNIST, in the layout of `keras.datasets`."""
    folder = tmp_path / "keras" / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    with np.load(SAMPLE) as sample:
        for name, file in IDX_FILES.items():
            array = sample[name][: 600 if name.endswith("train") else 100]
            head = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
            (folder / f"{file}.gz").write_bytes(gzip.compress(head + array.tobytes()))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return folder


def child(command: list[str], cwd: Path) -> str:
    """What a program printed; fails with all it said when it failed."""
    quiet = {**environment(), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    quiet |= {"TF_NUM_INTEROP_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
    done = subprocess.run(command, cwd=cwd, env=quiet, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def trained(experiment: Experiment, trains: Callable[[int], int]) -> Run:
    """The run of an experiment, made by the real training."""
    with History() as history:
        run_id = history.add(experiment)
        assert trains(run_id) == ENDED
        run = history.run(run_id)
    assert run is not None
    return run


def scripted(experiment: Experiment, seed: int | None, folder: Path) -> dict[str, Any]:
    """What the script came to, run as a program far from the package."""
    path = folder / "script.py"
    path.write_text(keras_script(experiment, seed=seed) + TELL)
    printed = child([sys.executable, str(path)], folder)
    assert "MODEL TRAINING:" in printed
    told: dict[str, Any] = json.loads(printed.split(TOLD)[-1])
    return told


def assert_same(run: Run, told: dict[str, Any]) -> None:
    """Network, losses of every epoch and the test's are those of the run."""
    summary = summarize(run.experiment.stack)
    assert told["layers"] == [row.name for row in summary.rows if row.enabled]
    assert told["params"] == run.params == summary.total_params
    assert len(told["history"]["loss"]) == len(run.epochs)
    for epoch in run.epochs:
        script = {name: values[epoch.epoch - 1] for name, values in told["history"].items()}
        assert script == pytest.approx(epoch.metrics, abs=1e-6)
    assert told["scores"]["loss"] == pytest.approx(run.test_loss, abs=1e-5)


@pytest.mark.long
@pytest.mark.usefixtures("keras_cache")
def test_a_run_of_the_notes_network_is_repeated(tmp_path: Path, trains: Callable[[int], int]) -> None:
    run = trained(BASELINE, trains)
    assert (run.status, run.dataset, run.train_images) == ("finished", "fashion_mnist", 600)
    assert_same(run, scripted(run.experiment, run.seed, tmp_path))


@pytest.mark.long
@pytest.mark.usefixtures("keras_cache")
def test_a_run_with_everything_in_it_is_repeated(tmp_path: Path, trains: Callable[[int], int]) -> None:
    stack = BASELINE.stack.insert(0, RandomFlip(mode="horizontal")).insert(2, BatchNormalization())
    stack = stack.insert(len(stack) - 1, Dropout(rate=0.3)).toggle(4)
    stack = stack.change(len(stack) - 1, kernel_regularizer=L1L2(l1=0.001, l2=0.01))
    experiment = BASELINE.with_stack(stack).with_training(
        epochs=4,
        seed=0,
        batch_size=50,
        validation=0.1,
        validation_steps=1,
        vary_validation=True,
        loss="categorical_crossentropy",
        optimizer="sgd",
        momentum=0.9,
        learning_rate=0.02,
    )
    rule = StopRule(metric="val_accuracy", above=0.0001)
    run = trained(msgspec.structs.replace(experiment, stop=(rule,)), trains)
    assert (run.status, len(run.epochs), run.train_images, run.validation_images) == ("stopped", 1, 540, 60)
    assert_same(run, scripted(run.experiment, run.seed, tmp_path))


@pytest.mark.long
@pytest.mark.usefixtures("keras_cache")
@pytest.mark.parametrize("steps", [None, 7])
def test_a_run_of_two_phases_is_repeated(tmp_path: Path, trains: Callable[[int], int], steps: int | None) -> None:
    stack = BASELINE.stack.change(0, trainable=False)
    phase = Phase(2, batch_size=25, optimizer="rmsprop", learning_rate=0.002, trainable=True, stop=())
    rule = StopRule(metric="loss", below=1000.0)  # it ends the first phase after an epoch
    experiment = msgspec.structs.replace(BASELINE.with_stack(stack), stop=(rule,), then=(phase,))
    run = trained(experiment.with_training(epochs=3, seed=2, steps_per_epoch=steps), trains)
    assert (run.status, len(run.epochs)) == ("finished", 3)
    told = scripted(run.experiment, run.seed, tmp_path)
    for at, epoch in enumerate(run.epochs[1:]):  # the history of the last fit
        script = {name: values[at] for name, values in told["history"].items()}
        assert script == pytest.approx({name: epoch.metrics[name] for name in script}, abs=1e-5)
    assert told["scores"]["loss"] == pytest.approx(run.test_loss, abs=1e-5)


@pytest.mark.long
def test_a_run_in_half_precision_on_files_is_repeated(tmp_path: Path, trains: Callable[[int], int]) -> None:
    with np.load(SAMPLE) as sample:
        np.savez(tmp_path / "few.npz", **{name: sample[name][:300] for name in sample})
    experiment = msgspec.structs.replace(BASELINE, dataset=str(tmp_path / "few.npz"))
    run = trained(experiment.with_training(epochs=1, precision="mixed_bfloat16", validation="none"), trains)
    assert_same(run, scripted(run.experiment, run.seed, tmp_path))


@pytest.mark.long
@pytest.mark.usefixtures("keras_cache")
def test_without_a_seed_it_is_the_same_network(tmp_path: Path) -> None:
    told = scripted(BASELINE.with_training(epochs=1), None, tmp_path)
    assert told["layers"] == [row.name for row in summarize(BASELINE.stack).rows]
    assert told["params"] == 113_386
    assert len(told["history"]["val_loss"]) == 1


@pytest.mark.long
def test_parts_of_the_images_are_learned_from_and_validated_on_as_keras_does(
    tmp_path: Path, trains: Callable[[int], int]
) -> None:
    """A script that takes them by their numbers, the run of what it is imported as, and that run's own script."""
    write_shapes(tmp_path / "bars.npz")
    code = f"""
import numpy as np
import tensorflow as tf
tf.keras.utils.set_random_seed(3)
with np.load("{tmp_path / "bars.npz"}") as data:
    x_train, y_train = data["x_train"][..., None] / 255.0, data["y_train"]
    test_images, test_labels = data["x_test"][..., None] / 255.0, data["y_test"]
x_valid, y_valid = x_train[:40], y_train[:40]
x_train, y_train = x_train[40:200], y_train[40:200]
model = tf.keras.Sequential([tf.keras.Input((12, 12, 1)), tf.keras.layers.Conv2D(4, 3, activation="relu"),
    tf.keras.layers.Flatten(), tf.keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3, batch_size=16, shuffle=False, validation_data=(x_valid, y_valid))
"""
    path = tmp_path / "taught.py"
    path.write_text(code)
    imported = import_model(path)
    assert (imported.experiment.leave_out, imported.experiment.training.validation) == (("200-239",), "0-39")
    assert imported.differences == ()
    run = trained(imported.experiment, trains)
    assert (run.status, run.train_images, run.test_images) == ("finished", 160, 80)
    path.write_text(code + TELL)
    assert_same(run, json.loads(child([sys.executable, str(path)], tmp_path).split(TOLD)[-1]))
    assert_same(run, scripted(run.experiment, run.seed, tmp_path))


@pytest.mark.long
def test_a_third_folder_is_validated_on_as_keras_does(tmp_path: Path, trains: Callable[[int], int]) -> None:
    """A script that reads three folders by Keras, the run of what it is imported as, and that run's own script."""
    rng = np.random.default_rng(2)
    for part, count in (("train", 30), ("val", 11), ("test", 9)):
        for at in range(2 * count):
            picture = rng.integers(0, 120 + 60 * (at % 2), (12, 12), dtype=np.uint8)
            place = tmp_path / "pets" / part / ("cat", "owl")[at % 2] / f"{at:02}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(place)
    code = """
import tensorflow as tf
tf.keras.utils.set_random_seed(3)
def read(part):
    return tf.keras.utils.image_dataset_from_directory(
        "pets/" + part, color_mode="grayscale", image_size=(12, 12), batch_size=16, shuffle=False)
learn, watch, last = read("train"), read("val"), read("test")
model = tf.keras.Sequential([tf.keras.Input((12, 12, 1)), tf.keras.layers.Rescaling(1 / 255),
    tf.keras.layers.Conv2D(4, 3, activation="relu"), tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(2, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(learn, epochs=3, validation_data=watch)
model.evaluate(last)
"""
    path = tmp_path / "taught.py"
    path.write_text(code)
    imported = import_model(path)
    assert imported.differences == ()
    run = trained(imported.experiment, trains)
    assert (run.status, run.train_images, run.validation_images, run.test_images) == ("finished", 60, 22, 18)
    assert run.experiment.training.validation == str(tmp_path / "pets" / "val")
    path.write_text(code + TELL.replace("test_images, test_labels", "last"))
    told = json.loads(child([sys.executable, str(path)], tmp_path).split(TOLD)[-1])
    for epoch in run.epochs:
        theirs = {name: values[epoch.epoch - 1] for name, values in told["history"].items()}
        assert theirs == pytest.approx(epoch.metrics, abs=1e-6)
    assert told["scores"] == pytest.approx({"loss": run.test_loss, "accuracy": run.test_accuracy}, abs=1e-6)
    assert told["scores"]["loss"] != pytest.approx(told["history"]["val_loss"][-1], abs=1e-4)
    assert_same(run, scripted(run.experiment, run.seed, tmp_path))
