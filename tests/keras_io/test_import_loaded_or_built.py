"""A script that loads its model where it has kept it before, and builds it otherwise, has the one that it builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Dense, Flatten
from tests.keras_io.scripts import FIT, HEAD, read

BUILD = """
import os
from tensorflow.keras.models import load_model
def build():
    return keras.Sequential([layers.Flatten(input_shape=(28, 28, 1)), layers.Dense(10, activation="softmax")])
"""
MODEL = "the model may be loaded from kept.h5 there (line {}), or built, only running tells which: here it is built"


@pytest.mark.parametrize(
    "made",
    [
        "if os.path.exists('kept.h5'):\n    model = load_model('kept.h5')\nelse:\n    model = build()",
        "if not os.path.isfile('kept.h5'):\n    model = build()\nelse:\n    model = keras.models.load_model('kept.h5')",
        "model = build()\nif 'kept.h5' in os.listdir('.'):\n    model = load_model('kept.h5')",
        "try:\n    model = load_model('kept.h5')\nexcept OSError:\n    print('anew')\n    model = build()",
        "def get(path):\n    if os.path.exists(path):\n        return load_model(path)\n    return build()\n"
        "model = get('kept.h5')",
        "model = load_model('kept.h5') if os.path.exists('kept.h5') else build()",
        "def get(path):\n    if not os.path.exists(path):\n        print('anew')\n        return build()\n"
        "    return load_model(path)\nmodel = get('kept.h5')",
        "class Kept:\n    def __init__(self, path):\n        if os.path.exists(path):\n"
        "            self.model = load_model(path)\n        else:\n            self.model = build()\n"
        "model = Kept('kept.h5').model",
        "def get(path):\n    made = None\n    if os.path.exists(path):\n        made = load_model(path)\n    else:\n"
        "        made = build()\n    return made\nmodel = get('kept.h5')",
    ],
)
def test_what_is_loaded_or_built_is_built(tmp_path: Path, made: str) -> None:
    code = f"{HEAD}{BUILD}{made}\n{FIT}"
    line = next(at for at, text in enumerate(code.splitlines(), 1) if "load_model(" in text)
    imported = read(tmp_path, code)
    assert [type(layer) for layer in imported.experiment.layers] == [Flatten, Dense]
    assert (imported.experiment.training.epochs, imported.differences) == (3, ())
    assert MODEL.format(line) in imported.to_know
    (tmp_path / "kept.h5").touch()
    (said,) = read(tmp_path, code).differences
    assert "the file is here" in said and said.endswith("here it is built")


def test_weights_that_are_loaded_or_not_are_said(tmp_path: Path) -> None:
    code = f"{HEAD}{BUILD}model = build()\nif os.path.exists('kept.h5'):\n    model.load_weights('kept.h5')\n{FIT}"
    assert any(note.startswith("weights may be loaded from kept.h5") for note in read(tmp_path, code).to_know)
    behind = f"{HEAD}{BUILD}model = build()\n{FIT}if os.path.exists('kept.h5'):\n    model.load_weights('kept.h5')\n"
    assert not any("weights" in note for note in read(tmp_path, behind).notes)


def test_a_way_out_before_a_training_is_none_of_two_ways_to_a_model(tmp_path: Path) -> None:
    for early in ("return", "return False", "return usage()"):
        fit = FIT.strip().splitlines()
        lines = ["if there('x'):", f"    {early}", "model = build()", *fit, "load_model('kept.h5')"]
        code = "def main():\n" + "".join(f"    {line}\n" for line in lines) + "main()\n"
        imported = read(tmp_path, f"{HEAD}{BUILD}{code}")
        assert (imported.experiment.training.epochs, imported.notes) == (3, ())
