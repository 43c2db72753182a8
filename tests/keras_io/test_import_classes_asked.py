"""A head that a script chooses by how many classes its folder has is read where the folder, or a print, tells that."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Dense
from tests.keras_io.scripts import notebook, read, refusal, write_pictures

READS = """import os
from keras import Sequential
from keras.layers import Dense, Flatten
from keras.preprocessing.image import ImageDataGenerator
generator = ImageDataGenerator(rescale=1 / 255)
kinds = sorted(os.listdir("shots"))
"""
BY_EXPRESSION = """many = len(kinds)
mode = "binary" if many == 2 else "categorical"
train = generator.flow_from_directory("shots", target_size=(8, 8), class_mode=mode)
end = Dense(1, activation="sigmoid") if mode == "binary" else Dense(many, activation="softmax")
"""
BY_BRANCHES = """train = generator.flow_from_directory("shots", target_size=(8, 8))
mode = "categorical"
if train.num_classes > 2:
    end = Dense(len(kinds), activation="softmax")
else:
    mode = "binary"
    end = Dense(1, activation="sigmoid")
"""
TRAINS = """model = Sequential([Flatten(input_shape=(8, 8, 3)), end])
model.compile("adam", f"{mode}_crossentropy")
model.fit(train, epochs=2)
"""


@pytest.mark.parametrize("chosen", [BY_EXPRESSION, BY_BRANCHES], ids=["expression", "branches"])
@pytest.mark.parametrize(("kinds", "units"), [("ab", 1), ("abc", 3)])
def test_a_head_that_hangs_on_the_classes_is_of_the_folder(tmp_path: Path, chosen: str, kinds: str, units: int) -> None:
    write_pictures(tmp_path / "shots", *kinds)
    experiment = read(tmp_path, READS + chosen + TRAINS).experiment
    end = experiment.layers[-1]
    assert isinstance(end, Dense)
    loss = "binary_crossentropy" if units == 1 else "categorical_crossentropy"
    assert (end.units, experiment.training.loss) == (units, loss)


@pytest.mark.parametrize(("many", "units"), [(2, 1), (5, 5)])
def test_a_head_that_hangs_on_the_classes_is_as_the_notebook_printed(tmp_path: Path, many: int, units: int) -> None:
    printed = f"Found 40 images belonging to {many} classes.\n"
    imported = read(tmp_path, notebook((READS + BY_EXPRESSION, printed), (TRAINS, "")), suffix=".ipynb")
    end = imported.experiment.layers[-1]
    assert isinstance(end, Dense)
    assert end.units == units
    assert f"how many classes shots has (cell 1, line 8) the notebook printed: {many}" in imported.to_know


@pytest.mark.parametrize(("chosen", "line"), [(BY_EXPRESSION, 8), (BY_BRANCHES, 9)])
def test_a_head_that_only_the_folder_tells_is_refused_with_what_to_do(tmp_path: Path, chosen: str, line: int) -> None:
    told = f"how many classes there are (line {line}) only the folder tells: put shots beside the file"
    assert told in refusal(tmp_path, READS + chosen + TRAINS).split("\n")


@pytest.mark.parametrize(
    "end",
    [
        'Dense(1, activation="sigmoid") if train.num_classes == 2 else Dense(train.num_classes, activation="softmax")',
        'Dense(len(train.class_indices), activation="softmax")',
    ],
)
def test_classes_that_a_script_names_for_its_reader_are_as_many(tmp_path: Path, end: str) -> None:
    train = 'train = generator.flow_from_directory("shots", target_size=(8, 8), classes=["a", "b", "c"])'
    imported = read(tmp_path, f"{READS}{train}\nmode, end = 'categorical', {end}\n{TRAINS}")
    last = imported.experiment.layers[-1]
    assert isinstance(last, Dense)
    assert (last.units, imported.experiment.classes) == (3, 3)
    assert not any("how many classes" in note for note in imported.notes)
