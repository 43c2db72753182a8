"""`p`: what stands in the list, what is seen of it before it is taken, and what a model asks and says then."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, sees, text, until

_LAYERS = [
    {"class_name": "Flatten", "config": {"name": "flatten", "batch_input_shape": [None, 28, 28, 1]}},
    {"class_name": "Dense", "config": {"name": "dense", "units": 10, "activation": "softmax"}},
]
_MODEL = json.dumps({"class_name": "Sequential", "config": {"name": "sequential", "layers": _LAYERS}})
_SCRIPT = """
import keras
model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, 'softmax')])
model.compile(keras.optimizers.RMSprop(centered=True), 'sparse_categorical_crossentropy')
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the lab is opened in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_hdf5(path: Path) -> None:
    """A model with its weights, as Keras 2 saved it."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = _MODEL
        file.attrs["keras_version"] = "2.15.0"
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [b"flatten", b"dense"]
        weights.create_group("flatten").attrs["weight_names"] = np.array([], "S1")
        dense = weights.create_group("dense")
        dense.attrs["weight_names"] = [b"dense/kernel:0", b"dense/bias:0"]
        dense["dense/kernel:0"], dense["dense/bias:0"] = np.zeros((784, 10), "f4"), np.zeros(10, "f4")


async def test_networks_of_this_folder_stand_first_whatever_file_of_keras_they_are_in(
    make_lab: MakeLab, folder: Path
) -> None:
    write_hdf5(folder / "Clothes.H5")
    (folder / "lesson.py").write_text(_SCRIPT)
    (folder / "model.json").write_text(_MODEL)
    (folder / "package.json").write_text('{"name": "a page"}')
    (folder / "setup.py").write_text("from setuptools import setup\n")
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("p")
        await sees(pilot, "lab1-16-filters")
        listed = text(app)
        own = [listed.index(name) for name in ("lesson.py", "Clothes.H5", "model.json", "lab1-16-filters")]
        assert own == sorted(own)
        assert "setup.py" not in listed, "it holds no network"
        await pilot.press(*"setup")
        await sees(pilot, "setup.py")
        await pilot.press("ctrl+u", *"package")
        await sees(pilot, "Nothing here has those words.")


async def test_a_model_with_weights_asks_whether_to_begin_with_them(make_lab: MakeLab, folder: Path) -> None:
    write_hdf5(folder / "clothes.h5")
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("p", *"clothes", "enter")
        await sees(pilot, "clothes.h5 holds weights")
        await pilot.press("enter")
        await sees(pilot, "clothes.h5 is in the editor")
        assert app.lab.document.experiment.weights is None
        await pilot.press("p", *"clothes", "enter")
        await sees(pilot, "clothes.h5 holds weights")
        await until(pilot, lambda: app.screen.query("Toast"), "what was said before, beside the box")
        assert not app.lab.query("Toast"), "it is not said behind the box as well"
        await pilot.press("down", "enter")
        await until(
            pilot,
            lambda: app.lab.document.experiment.weights == str(folder / "clothes.h5"),
            "the training begins with what the file has learned",
        )
        await until(pilot, lambda: "with 0 epochs a run only tests" in said(text(app)), "how they are tested")


async def test_what_differs_is_seen_before_and_stays_until_it_is_read(make_lab: MakeLab, folder: Path) -> None:
    (folder / "lesson.py").write_text(_SCRIPT)
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("p", *"lesson")
        await sees(pilot, "Total params: 7,850")
        await sees(pilot, "Differs: the optimizer rmsprop: centered true is left out")
        await pilot.press("enter")
        await sees(pilot, "What differs from lesson.py")
        await sees(pilot, "The optimizer rmsprop: centered true is left out.")
        assert "is in the editor" not in text(app)
        await pilot.press("escape")
        await sees(pilot, "lesson.py is in the editor")


async def test_a_long_network_shows_its_size_in_a_small_terminal_and_says_how_much_is_cut(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("p", *"vgg-small")
        await sees(pilot, "Total params: 550,570")
        await sees(pilot, "more lines")


def said(screen: str) -> str:
    """What is said in a corner of the screen, as one line."""
    return " ".join(line.partition("▌")[2].strip(" │") for line in screen.splitlines() if "▌" in line)
