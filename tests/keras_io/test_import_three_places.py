"""A script that trains on one folder, or table, validates on a second and tests on a third is imported whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import Dense, Flatten
from tests.keras_io.scripts import read, write_pictures
from tests.training.data.test_named_pictures import write as write_named

GENERATORS = """
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
scaled = ImageDataGenerator(rescale=1 / 255)
learn = scaled.flow_from_directory("chest_xray/train", target_size=(8, 8), batch_size=2, class_mode="binary")
watch = scaled.flow_from_directory("chest_xray/val", target_size=(8, 8), batch_size=2, class_mode="binary")
last = scaled.flow_from_directory("chest_xray/test", target_size=(8, 8), batch_size=2, class_mode="binary")
"""
DATASETS = """
from tensorflow import keras
from tensorflow.keras import layers
read = keras.utils.image_dataset_from_directory
root = "/content/chest_xray/"
learn = read(root + "train", image_size=(8, 8), batch_size=2, label_mode="binary")
watch = read(root + "val", image_size=(8, 8), batch_size=2, label_mode="binary")
last = read(root + "test", image_size=(8, 8), batch_size=2, label_mode="binary")
learn, watch, last = (one.map(lambda x, y: (x / 255.0, y)) for one in (learn, watch, last))
"""
TRAINED = """
model = keras.Sequential([layers.Input((8, 8, 3)), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
best = keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
model.fit(learn, validation_data=watch, epochs=2, callbacks=[best])
model.evaluate(last)
"""


def write_parts(folder: Path, *parts: str) -> Path:
    for part in parts:
        write_pictures(folder / part, "NORMAL", "PNEUMONIA")
    return folder


@pytest.mark.parametrize("code", [GENERATORS, DATASETS], ids=["generators", "datasets"])
def test_three_folders_in_one_are_all_taken(tmp_path: Path, code: str) -> None:
    folder = write_parts(tmp_path / "chest_xray", "train", "val", "test")
    imported = read(tmp_path, code + TRAINED)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.test) == (str(folder), None)
    assert experiment.training.validation == str(folder / "val")
    assert experiment.training.validation_steps is None
    assert experiment.data.validation_images > 0
    assert experiment.stop[0].metric == "val_loss"
    assert imported.differences == ()
    assert not any("for both" in note or "stand in" in note for note in imported.to_know)


def test_three_folders_that_lie_apart_are_all_taken(tmp_path: Path) -> None:
    for part in ("train", "val", "test"):
        write_parts(tmp_path, f"{part}/of it")
    code = GENERATORS.replace("chest_xray/train", "train/of it").replace("chest_xray/val", "val/of it")
    imported = read(tmp_path, code.replace("chest_xray/test", "test/of it") + TRAINED)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.test) == (str(tmp_path / "train/of it"), str(tmp_path / "test/of it"))
    assert experiment.training.validation == str(tmp_path / "val/of it")
    assert imported.differences == ()


def test_batches_to_validate_on_are_counted_of_that_folder(tmp_path: Path) -> None:
    write_parts(tmp_path / "chest_xray", "train", "val", "test")
    for steps, taken in (("1", 1), ("watch.samples // 2", None), ("len(watch)", None)):
        code = TRAINED.replace("epochs=2", f"epochs=2, validation_steps={steps}")
        assert read(tmp_path, GENERATORS + code).experiment.training.validation_steps == taken


def test_without_one_of_them_it_is_said(tmp_path: Path) -> None:
    both = "it validates on chest_xray/val (line 7), and tests on chest_xray/test (line 8) in the end: "
    gone = read(tmp_path, GENERATORS + TRAINED)
    assert gone.experiment.dataset == ""
    assert f"{both}set validation to the one, and test to the other where it is no part of the dataset" in gone.to_know
    write_parts(tmp_path / "chest_xray", "train", "val")
    two = read(tmp_path, GENERATORS + TRAINED)
    assert f"{both}here one folder is for both, which is chest_xray/val" in two.differences
    assert (two.experiment.dataset, two.experiment.training.validation) == (str(tmp_path / "chest_xray"), "test")


def test_the_one_that_is_for_both_is_the_one_that_is_tested_on_here(tmp_path: Path) -> None:
    write_parts(tmp_path / "chest_xray", "train", "val", "test")
    code = GENERATORS.replace("chest_xray/val", "chest_xray/train")
    for tested, here in (("chest_xray/test", "chest_xray/test"), ("chest_xray/val", "chest_xray/test")):
        imported = read(tmp_path, code.replace("chest_xray/test", tested) + TRAINED)
        (said,) = [note for note in imported.differences if "for both" in note]
        assert said.endswith(f"here one folder is for both, which is {here}")
        assert (imported.experiment.dataset, imported.experiment.test) == (str(tmp_path / "chest_xray"), None)


def test_a_third_folder_that_is_only_read_is_said_to_be_one_to_test_on(tmp_path: Path) -> None:
    folder = write_parts(tmp_path / "chest_xray", "train", "val", "test")
    imported = read(tmp_path, GENERATORS + TRAINED.replace("model.evaluate(last)", ""))
    assert (imported.experiment.test, imported.experiment.training.validation) == (str(folder / "val"), "test")
    note = "it reads chest_xray/test (line 8) too, and does not train with that: set test to it and validation to"
    assert f"{note} chest_xray/val, if it is to test on" in imported.to_know


def test_three_tables_of_names_are_all_taken(tmp_path: Path) -> None:
    for name in ("train", "val", "test"):
        write_named(tmp_path / f"{name}.csv", tmp_path / "images", head="id,label")
    read_all = "".join(
        f'{name} = scaled.flow_from_dataframe(pd.read_csv("{table}.csv"), "images", x_col="id", y_col="label", '
        "target_size=(8, 8), batch_size=2)\n"
        for name, table in (("learn", "train"), ("watch", "val"), ("last", "test"))
    )
    code = "import pandas as pd\n" + GENERATORS[: GENERATORS.index("learn")] + read_all
    trained = TRAINED.replace('Dense(1, activation="sigmoid")', 'Dense(3, activation="softmax")')
    imported = read(tmp_path, code + trained.replace("binary_", "categorical_"))
    experiment = imported.experiment
    assert (experiment.dataset, experiment.test) == (str(tmp_path / "train.csv"), str(tmp_path / "test.csv"))
    assert experiment.training.validation == str(tmp_path / "val.csv")
    assert imported.differences == ()


def test_a_script_that_the_lab_wrote_of_three_tables_of_names_comes_back(tmp_path: Path) -> None:
    train, val, test = (
        str(write_named(tmp_path / f"{name}.csv", tmp_path / "images")) for name in ("train", "val", "test")
    )
    layers = (Flatten(), Dense(units=3, activation="softmax"))
    training = Training(epochs=2, validation=val)
    experiment = Experiment(name="script", dataset=train, test=test, training=training, layers=layers)
    imported = read(tmp_path, keras_script(experiment))
    assert (imported.experiment, imported.notes) == (experiment, ())


def test_three_tables_of_pixels_are_all_taken(tmp_path: Path) -> None:
    columns = ",".join(["label", *(f"p{number}" for number in range(16))])
    rows = np.hstack([np.arange(40).reshape(-1, 1) % 2, np.zeros((40, 16), dtype=int)])
    code = "import pandas as pd\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"
    for name in ("learn", "watch", "last"):
        np.savetxt(tmp_path / f"{name}.csv", rows, fmt="%d", delimiter=",", header=columns, comments="")
        code += f'{name} = pd.read_csv("{name}.csv")\n'
        code += f'x_{name} = {name}.drop(columns="label").values.reshape(-1, 4, 4, 1) / 255.0\n'
    trained = """
model = keras.Sequential([layers.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_learn, learn["label"], validation_data=(x_watch, watch["label"]), epochs=2)
model.evaluate(x_last, last["label"])
"""
    imported = read(tmp_path, code + trained)
    experiment = imported.experiment
    assert (experiment.dataset, experiment.test) == (str(tmp_path / "learn.csv"), str(tmp_path / "last.csv"))
    assert experiment.training.validation == str(tmp_path / "watch.csv")
    assert imported.differences == ()


@pytest.mark.parametrize(("watched", "is_said"), [("val", True), ("validation", True), ("test", False)])
def test_a_folder_to_validate_on_that_is_not_here_is_named(tmp_path: Path, watched: str, is_said: bool) -> None:
    """A folder that is set later may have one to test on as well, which would be taken."""
    code = f"""
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
plain = ImageDataGenerator(rescale=1 / 255)
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(plain.flow_from_directory("C:/birds/train", (8, 8)), epochs=2,
          validation_data=plain.flow_from_directory("C:/birds/{watched}", (8, 8)))
"""
    to_do = "where the dataset has a folder to test on besides, set test to this one"
    words = f"it validates on C:/birds/{watched} (line 9): {to_do}"
    assert (words in read(tmp_path, code).to_know) is is_said
