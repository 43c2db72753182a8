"""A file that is no model, or a damaged one, is refused in a sentence, and makes no traceback."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.keras_io.imported.file import MAX_CONFIG_BYTES
from cnn_tui.keras_io.imported.model import ImportProblem, import_model
from tests.keras_io.models import DENSE, FLATTEN, Model, read, refusal, sequential
from tests.properties import examples

JUNK: list[Any] = [None, True, 0, -1, 10**400, 1e308, float("nan"), "", "relu", "\ud800", [], {}, [[]], [[[]]]]
JUNK += [{"class_name": "L2", "config": {"l2": 10**400}}, {"class_name": [], "config": 3}, {"keras_history": ["a"]}]


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*here, key)
        yield from places(inner, (*here, key))


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"class_name": "Dense", "module": "mine", "config": {"units": 3}}, "a class of its author's"),
        ({"class_name": "Dense", "registered_name": "mine>Dense", "config": {"units": 3}}, "code is never imported"),
        ({"class_name": "Dense", "config": {"units": 0}}, "units is 0; it can be a whole number from 1"),
        ({"class_name": "Dense", "config": {"units": 10**400}}, "units is"),
        ({"class_name": "Dense", "config": {"units": True}}, "units is true"),
        ({"class_name": "Dense", "config": {}}, "(Dense) has no units"),
        ({"class_name": "Dense", "config": []}, "(Dense) has no units"),
        ({"class_name": "Dense", "config": {"units": 3, "use_bias": "x\x1b[2J"}}, r"x\x1b[2J"),
        ({"class_name": "Dense", "config": {"units": 3, "rank\x07": 2}}, r"rank\x07 2 makes another layer of it"),
        ({"class_name": "Dropout", "config": {"rate": float("nan")}}, "rate is nan"),
        ({"class_name": "Rescaling", "config": {"scale": float("inf")}}, "scale is inf"),
        ({"class_name": "Rescaling", "config": {"scale": 10**400}}, "scale is"),
        ({"class_name": "ZeroPadding2D", "config": {"padding": [[1, 2], [0]]}}, "padding is [[1, 2], [0]]"),
        ({"class_name": "InputLayer", "config": {}}, "only one input"),
        ({"class_name": ["Dense"], "config": {}}, "it names no class"),
        ({}, "it names no class"),
    ],
)
def test_a_layer_that_is_wrong_is_refused(tmp_path: Path, layer: Model, words: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(sequential(FLATTEN, layer, DENSE)))
    (problem,) = refusal(path)
    assert problem.startswith("layer 2")
    assert words in problem


# Hostile files


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no model of Keras (.keras, .h5 or JSON)"),
        (b"\xff\xfe\x00", "is no model of Keras (.keras, .h5 or JSON)"),
        (b"PK\x03\x04", "broken .keras file"),
        (b"\x89HDF\r\n\x1a\n", "is an HDF5 file without a model of Keras in it"),
        (b"[1, 2]", "its JSON is not an object"),
        (b'"[]"', "its JSON is not an object"),
        (b"NaN", "its JSON is not an object"),
        (b"9" * 5000, "is no model of Keras"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"class_name": "Sequential", "config": ' + b"[" * 900 + b"]" * 900 + b"}", "not a list of objects"),
        (b"{" + b" " * MAX_CONFIG_BYTES + b"}", "more than 5,000,000 bytes"),
        (b"{}", "it names no class"),
        (b'{"class_name": "Sequential"}', "can be taken"),
        (b'{"class_name": "Mine\\u001b", "config": {"layers": []}}', r"Mine\x1b"),
        (b'{"class_name": "Sequential", "config": {"layers": []}}', "no layers"),
        (b'{"class_name": "Sequential", "config": {"layers": [3]}}', "not a list of objects"),
        (b'{"class_name": "Sequential", "config": {"layers": [%s{}]}}' % (b"{}," * 2000), "at most 1,000"),
        (b'{"class_name": "Functional", "config": {"layers": [{}]}}', "0 inputs"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_files_that_are_no_models(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    assert words in "; ".join(refusal(path))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.keras")[0]
    assert "directory" in refusal(tmp_path)[0].lower()
    assert "cannot be read" in refusal(Path("a\0b"))[0]


def test_zips_that_are_no_models(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights.h5", b"")
    assert "without a config.json" in refusal(path)[0]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 200_000_000)
    assert path.stat().st_size < 500_000
    assert "more than 5,000,000 bytes" in refusal(path)[0]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("config.json", b"{}")
    assert "broken" in refusal(path)[0]


def keras_file() -> bytes:
    """A small `.keras` file, without Keras."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", b"{}")
        archive.writestr("config.json", json.dumps(sequential(FLATTEN, DENSE)))
    return file.getvalue()


def test_a_file_that_is_cut_off_or_damaged_is_a_sentence(tmp_path: Path) -> None:
    whole, path = keras_file(), tmp_path / "model.keras"
    path.write_bytes(whole)
    assert len(import_model(path).experiment.layers) == 2
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        refusal(path)
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            import_model(path)
        except ImportProblem as problem:
            assert all(each.isprintable() for each in problem.problems)


def models_to_spoil() -> list[Model]:
    """A Sequential with all of its training, and a functional chain."""
    schedule = {"initial_learning_rate": 0.1, "decay_steps": 100, "decay_rate": 0.5, "staircase": True}
    rate = {"class_name": "ExponentialDecay", "config": schedule}
    arguments = {"learning_rate": rate, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "clipnorm": 1.0}
    compiled: Model = {"optimizer": {"class_name": "SGD", "config": arguments}, "metrics": ["accuracy"]}
    compiled["loss"] = {"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.1}}
    convolution: Model = {"filters": 3, "kernel_size": [3, 3], "kernel_regularizer": None, "activation": "relu"}
    node = {"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["input_layer", 0, 0]}}]}
    joined = sequential({**FLATTEN, "name": "flatten", "inbound_nodes": [node]}) | {"class_name": "Functional"}
    joined["config"]["output_layers"] = ["flatten", 0, 0]
    return [sequential({"class_name": "Conv2D", "config": convolution}, DENSE, compile_config=compiled), joined]


def is_read_or_refused(path: Path, model: Model) -> None:
    try:
        imported = read(path, model)
    except ImportProblem as problem:
        assert all(each.isprintable() for each in problem.problems)
        return
    assert all(note.isprintable() for note in imported.notes)
    assert parse(to_toml(imported.experiment)) == imported.experiment


def with_value(model: Model, way: tuple[Any, ...], value: Any) -> Model:
    """The model with another value at a place."""
    changed = copy.deepcopy(model)
    inner: Any = changed
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = copy.deepcopy(value)
    return changed


@pytest.mark.long
@pytest.mark.parametrize("model", models_to_spoil(), ids=["sequential", "functional"])
def test_no_wrong_value_at_any_place_makes_a_traceback(tmp_path: Path, model: Model) -> None:
    for way in places(model):
        for value in JUNK:
            is_read_or_refused(tmp_path / "model.json", with_value(model, way, value))


@settings(deadline=None, max_examples=examples(300), suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_wrong_values_together_make_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(models_to_spoil()))
    for _ in range(data.draw(st.integers(2, 4))):
        ways = list(places(model))
        if ways:
            model = with_value(model, data.draw(st.sampled_from(ways)), data.draw(st.sampled_from(JUNK)))
    is_read_or_refused(tmp_path / "model.json", model)
