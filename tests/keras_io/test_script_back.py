"""A script or notebook that was exported comes back as the experiment that it was, with its images."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from cnn_tui.data.dataset import DataOptions
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images import leaving_out
from cnn_tui.experiment.training.training import Training
from cnn_tui.keras_io.script.notebook import keras_notebook
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import (
    Dense,
    Flatten,
    RandomFlip,
    RandomRotation,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, read
from tests.training.data.test_named_pictures import write

LAYOUTS: dict[str, tuple[tuple[str, ...], DataOptions]] = {
    "one folder": ((".",), DataOptions()),
    "a share of it": ((".",), DataOptions(test=0.3, fit="crop", image_size=(6, 5), color="grayscale")),
    "train and test": (("train", "test"), DataOptions(image_size=(4, 4))),
    "training_set and test_set": (("training_set", "test_set"), DataOptions(fit="crop")),
    "all of it": ((".",), DataOptions(test="train", color="grayscale")),
    "two paths": ((".", "../watched"), DataOptions(test="watched")),
}
TRAINED = {
    "as it is": Training(epochs=2, validation="test"),
    "a part held out": Training(epochs=2, validation=0.2, batch_size=4),
    "with a seed": Training(epochs=2, validation=0.2, batch_size=4, seed=3, class_weight="balanced"),
    "a folder of its own": Training(epochs=2, validation="./third", loss="categorical_crossentropy"),
    "with a table of weights": Training(validation="none", batch_size=4, seed=3, class_weight=(1.0, 2.0, 0.5)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("trained", TRAINED)
def test_an_exported_script_of_a_folder_comes_back_with_it(pets: Path, layout: str, trained: str) -> None:
    parts, options = LAYOUTS[layout]
    folder = pets.parent / "set"
    for part in parts:
        shutil.copytree(pets, folder / part)
    training = TRAINED[trained]
    if training.validation_path is not None:
        shutil.copytree(pets, pets.parent / "third")
        training = msgspec.structs.replace(training, validation=str(pets.parent / "third"))
    if options.test_path is not None:
        options = msgspec.structs.replace(options, test=str(pets.parent / options.test_path))
    experiment = Experiment(
        name="script",
        dataset=str(folder),
        training=training,
        layers=(Flatten(), Dense(units=3, activation="softmax")),
        **options.of_file,
    )
    imported = read(pets.parent, keras_script(experiment))
    assert imported.experiment == experiment
    assert imported.notes == ()
    assert read(pets.parent, keras_notebook(experiment), suffix=".ipynb").experiment == experiment


@pytest.mark.parametrize("layout", ["a table", "two tables", "three tables", "a share of it", "all of it"])
def test_an_exported_script_of_a_table_that_names_pictures_comes_back_with_it(tmp_path: Path, layout: str) -> None:
    tables = [write(tmp_path / f"{name}.csv", tmp_path / "pictures", rows=30) for name in ("train", "tested", "third")]
    test = {"a table": None, "a share of it": 0.3, "all of it": "train"}.get(layout, str(tables[1]))
    validated = {"three tables": str(tables[2]), "a share of it": "none", "all of it": "test"}
    validation = validated.get(layout, 0.5)
    experiment = Experiment(
        name="script",
        dataset=str(tables[0]),
        test=test,
        image_size=(3, 4),
        color="rgb" if test is None else None,
        fit="crop",
        training=Training(batch_size=4, seed=3, validation=validation),
        layers=(Flatten(), Dense(units=3, activation="softmax")),
    )
    imported = read(tmp_path, keras_script(experiment))
    assert (imported.experiment, imported.notes) == (experiment, ())


@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("validation", ["test", "0-4999", "10000-12999", 0.1])
@pytest.mark.parametrize("leave_out", ["", "30000-59999", "5,7,30000-59999"])
def test_the_parts_of_the_images_come_back(
    tmp_path: Path, seed: int | None, validation: str | float, leave_out: str
) -> None:
    experiment = Experiment(
        name="script",
        dataset="mnist",
        leave_out=leaving_out.parse(leave_out) if leave_out else (),
        training=Training(validation=validation, seed=seed),
        layers=(Flatten(), Dense(units=10, activation="softmax")),
    )
    imported = read(tmp_path, keras_script(experiment))
    assert (imported.experiment, imported.notes) == (experiment, ())


@pytest.mark.parametrize("steps", [1, 2, 4, 9])
def test_other_steps_than_all_of_an_epoch_come_back(tmp_path: Path, steps: int) -> None:
    labels = np.arange(24) % 2
    images = np.full((24, 4, 4), 7, "uint8")
    np.savez(tmp_path / "set.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    experiment = Experiment(
        name="script",
        dataset=str(tmp_path / "set.npz"),
        training=Training(batch_size=8, steps_per_epoch=steps, seed=3),
        layers=(Flatten(), Dense(units=2, activation="softmax")),
    )
    assert read(tmp_path, keras_script(experiment)).experiment == experiment


def test_a_script_like_the_labs_asks_for_no_picture_that_is_too_large(pets: Path) -> None:
    experiment = Experiment(dataset=str(pets), layers=(Flatten(), Dense(units=3)), training=Training(validation="none"))
    large = keras_script(experiment).replace("resize((8, 8)", "resize((99999999, 8)")
    assert read(pets.parent, large).experiment.dataset == ""


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


def test_an_exported_script_draws_the_images_that_are_validated_on(tmp_path: Path) -> None:
    for training in (Training(validation_steps=3, seed=4), Training(validation_steps=3, vary_validation=True)):
        layers = (RandomFlip(), RandomRotation(factor=0.1), Flatten(), Dense(units=10))
        experiment = Experiment(dataset="mnist", training=training, layers=layers)
        assert read(tmp_path, keras_script(experiment)).experiment.training == training
