"""An experiment whose dataset is not set yet: in its file, its form, with --set, in the script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import parse, read, to_toml
from cnn_tui.experiment.form.settings import change, settings_of, step
from cnn_tui.experiment.overrides import override
from cnn_tui.keras_io.imported.model import import_model
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.summary import summarize

FILE = """
input_shape = [48, 40, 1]
classes = 7
[training]
epochs = 1
[[layers]]
type = "Flatten"
[[layers]]
type = "Dense"
units = 7
activation = "softmax"
"""
PARAMS = 48 * 40 * 7 + 7


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "faces.toml"
    path.write_text(FILE)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of pictures in colour, of another size."""
    for label in ("glad", "sad"):
        (tmp_path / "faces" / label).mkdir(parents=True)
        for at in range(5):
            Image.new("RGB", (9, 7), (at, 2, 3)).save(tmp_path / "faces" / label / f"{at}.png")
    return tmp_path / "faces"


def total(experiment: Experiment) -> int | None:
    return summarize(experiment.stack).total_params


def test_the_keys_are_what_shapes_totals_and_problems_are_for(file: Path) -> None:
    experiment = read(file)
    assert (experiment.dataset, experiment.data.classes, total(experiment)) == ("", 7, PARAMS)
    assert not problems_of(experiment)
    assert parse(to_toml(experiment)) == experiment
    fewer = parse(FILE.replace("classes = 7", "classes = 8"))
    assert "gives 7 numbers, but the data has 8 classes" in problems_of(fewer)[0].message


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("classes = 7", "classes needs input_shape beside it"),
        ("input_shape = [48, 48, 1]", "input_shape needs classes beside it"),
        ('dataset = "mnist"\ninput_shape = [48, 48, 1]\nclasses = 7', "stand in until a dataset is set"),
        ("image_size = [9, 9]\ninput_shape = [48, 48, 1]\nclasses = 7", "leave image_size and color out"),
        ("input_shape = [48, 48]\nclasses = 7", "input_shape"),
        ("input_shape = [48, 0, 1]\nclasses = 7", "input_shape[1]: found 0"),
        ("input_shape = [48, 48, 1]\nclasses = 1000000000", "classes: found 1000000000"),
    ],
)
def test_keys_that_do_not_go_together_are_said(lines: str, sentence: str) -> None:
    with pytest.raises(ExperimentError, match=re.escape(sentence)):
        parse(lines)


def test_the_form_sets_a_dataset_and_they_go(file: Path, folder: Path) -> None:
    experiment = read(file)
    rows = {row.name: row for row in settings_of(experiment)}
    assert (rows["dataset"].value, "image_size" in rows, "test" in rows) == ("not set", False, False)
    assert "images of 48x40x1 and 7 classes" in rows["dataset"].help
    pictures = change(experiment, "dataset", str(folder))
    assert (pictures.input_shape, pictures.classes, total(pictures)) == (None, None, PARAMS)
    assert (pictures.image_size, pictures.color) == ((48, 40), "grayscale")
    built_in = step(experiment, "dataset", +1)
    assert (built_in.dataset, built_in.image_size, total(built_in)) == ("fashion_mnist", None, 28 * 28 * 7 + 7)
    assert "input_shape" not in to_toml(built_in)


def test_the_command_line_sets_a_dataset_and_they_go(file: Path, folder: Path) -> None:
    experiment = override(read(file), [("dataset", str(folder)), ("color", "rgb")])
    assert (experiment.image_size, total(experiment)) == ((48, 40), 48 * 40 * 3 * 7 + 7)
    assert override(read(file), [("dataset", "mnist")]).data.input_shape == (28, 28, 1)
    assert override(read(file), [("classes", 9)]).data.classes == 9


def test_the_script_stops_where_the_images_are_to_be_loaded_and_comes_back(file: Path, tmp_path: Path) -> None:
    experiment = read(file)
    script = tmp_path / "faces.py"
    script.write_text(keras_script(experiment))
    stop = script.read_text().index("raise SystemExit(")
    assert stop < script.read_text().index("# Define the model")
    again = import_model(script).experiment
    assert (again.input_shape, again.classes, again.layers) == ((48, 40, 1), 7, experiment.layers)
