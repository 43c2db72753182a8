"""A dataset that keeps no images apart: all are learned from, and tested on, and it is said that this tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnn_tui.cli.data import to_text
from cnn_tui.data.dataset import DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.form.settings import change, settings_of
from cnn_tui.experiment.training.training import Training
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import Dense, Flatten
from cnn_tui.training.data.datasets import TESTS_NOTHING, load
from cnn_tui.training.data.inspect import look
from cnn_tui.training.data.split import split
from tests.keras_io.scripts import read
from tests.training.data.test_named_pictures import write as write_named
from tests.training.data.test_one_way import scripted
from tests.training.data.test_validation_place import write_parts
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses

ALL = DataOptions(test="train")


def _folder(place: Path) -> Path:
    return write_parts(place, {".": 6})


def _names(place: Path) -> Path:
    return write_named(place / "names.csv", place / "pictures", rows=12)


def _pixels(place: Path) -> Path:
    rows = [f"{at % 3}," + ",".join([str(at)] * 4) for at in range(12)]
    (place / "pixels_train.csv").write_text("\n".join(["label,a,b,c,d", *rows]))
    (place / "pixels_test.csv").write_text("\n".join(["label,a,b,c,d", *rows[:3]]))
    return place / "pixels_train.csv"


def _arrays(place: Path) -> Path:
    images = np.full((12, 4, 4), np.arange(10, 22, dtype=np.uint8)[:, None, None])
    np.savez(place / "all.npz", x_train=images, y_train=np.arange(12) % 3)
    return place / "all.npz"


@pytest.mark.parametrize("made", [_folder, _names, _pixels, _arrays])
def test_all_images_are_learned_from_and_tested_on(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    dataset = str(made(tmp_path))
    images = load(dataset, ALL, say=lambda _: None)
    described = describe(dataset, ALL)
    assert images.dataset == described
    assert (described.train_images, described.test_images, described.tested) == (12, 0, 12)
    assert images.x_test is images.x_train, "they take no memory of their own"
    assert images.y_test.tolist() == images.y_train.tolist()
    assert len(np.unique(images.x_train)) == 12
    assert images.source.endswith(". The training images are tested on.")
    assert images.warnings[0] == TESTS_NOTHING
    assert [len(part) for part in split(images, 0.25, 1) if part is not None] == [9, 9, 3, 3]
    assert split(images, "test", 1).x_val is images.x_train
    script = scripted(dataset, ALL)
    assert script["test_images"] is script["training_images"]
    assert np.array_equal(np.rint(script["training_images"] * 255), images.x_train)
    assert script["training_labels"].tolist() == images.y_train.tolist()
    again = load(dataset, ALL, say=lambda _: None)
    assert np.array_equal(again.x_train, images.x_train), "also as they are kept"


def test_it_is_seen_where_a_dataset_is_shown(tmp_path: Path) -> None:
    facts = look(str(_folder(tmp_path)), ALL)
    assert TESTS_NOTHING in facts.remarks
    text = "\n".join(to_text(facts))
    assert "12 to learn from\n" in text
    assert "to test on" not in text
    assert facts.to_json().keys() & {"train", "test"} == {"train"}


def test_a_dataset_that_has_images_to_test_on_is_not_taken_so(tmp_path: Path) -> None:
    write_parts(tmp_path)
    with pytest.raises(DatasetError, match=r'and test = "train" asks for none\. Leave test out, or make .*/train'):
        describe(str(tmp_path), ALL)
    assert describe(str(tmp_path / "train"), ALL).train_images == 12
    with pytest.raises(DatasetError, match=r'Set test to another folder, .* or to "train", the training images\.'):
        describe(str(tmp_path / "train"), DataOptions(test=str(tmp_path / "train")))
    with pytest.raises(DatasetError, match="it says itself what is tested on"):
        describe("mnist", ALL)
    arrays = _arrays(tmp_path)
    with pytest.raises(DatasetError, match=r'has no array x_test; .*, or test = "train", where all images are learned'):
        describe(str(arrays))
    np.savez(tmp_path / "both.npz", x_train=np.zeros((4, 4, 4)), x_test=np.zeros((4, 4, 4)))
    with pytest.raises(DatasetError, match=r'has x_test to test on, and test = "train" asks for none\. Leave test out'):
        describe(str(tmp_path / "both.npz"), ALL)


def test_a_file_of_arrays_without_any_to_test_on_is_set_typed_and_read_from_a_script(tmp_path: Path) -> None:
    path = str(_arrays(tmp_path))
    typed = change(Experiment(), "dataset", f"{path} test=train")
    assert (typed.dataset, typed.test, typed.data.train_images) == (path, "train", 12)
    assert "test" in {row.name for row in settings_of(typed)}
    later = Experiment(dataset="", input_shape=(4, 4, 1), classes=3, test="train")
    assert later.with_dataset(path).test == "train", "as long as the file is not here, too"
    layers = (Flatten(), Dense(units=3, activation="softmax"))
    for validation in ("none", "test", 0.25):
        experiment = Experiment("script", path, Training(validation=validation), layers=layers, test="train")
        imported = read(tmp_path, keras_script(experiment))
        assert (imported.experiment, imported.notes) == (experiment, ())
    code = f"""
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
held = np.load("{path}")
x, y = held["x_train"] / 255.0, held["y_train"]
model = keras.Sequential([keras.Input((4, 4)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
"""
    whole = read(tmp_path, code + "model.fit(x, y, epochs=2)\n")
    assert (whole.experiment.dataset, whole.experiment.test) == (path, "train")
    assert "all.npz has none to test on: the training images are" in whole.notes
    some = read(tmp_path, code + "model.fit(x[:8], y[:8], epochs=2)\nmodel.evaluate(x[8:], y[8:])\n")
    assert any("it tests on 4 of the training images there" in note for note in some.notes)
