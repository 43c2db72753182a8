"""Model files that are no `.keras` file and no Keras JSON: each is named for what it is, with a way that works."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import h5py
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_tui.keras_io.imported.model import ImportProblem, import_model
from cnn_tui.keras_io.other_models import _CHUNK
from cnn_tui.network.layers import Conv2D, Dense, Dropout, Flatten
from cnn_tui.network.values import L1L2
from tests.keras_io.models import refusal
from tests.properties import examples

LAYERS = [
    {"class_name": "Conv2D", "config": {"batch_input_shape": [None, 28, 28, 1], "filters": 32, "kernel_size": [3, 3]}},
    {"class_name": "Flatten", "config": {"name": "flatten"}},
    {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}},
]
MODEL: dict[str, Any] = {"class_name": "Sequential", "config": {"name": "sequential", "layers": LAYERS}}
KERAS_1: dict[str, Any] = {
    "class_name": "Sequential",
    "keras_version": "1.2.2",
    "config": [
        {
            "class_name": "Convolution2D",
            "config": {
                "batch_input_shape": [None, 28, 28, 1],
                "input_dtype": "float32",
                "nb_filter": 32,
                "nb_row": 3,
                "nb_col": 3,
                "subsample": [2, 2],
                "border_mode": "same",
                "dim_ordering": "tf",
                "init": "glorot_uniform",
                "activation": "relu",
                "bias": True,
                "W_constraint": None,
            },
        },
        {"class_name": "Dropout", "config": {"p": 0.5, "trainable": True}},
        {"class_name": "Flatten", "config": {"name": "flatten_1"}},
        {
            "class_name": "Dense",
            "config": {
                "output_dim": 10,
                "input_dim": None,
                "activation": "softmax",
                "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
            },
        },
    ],
}


def write_hdf5(path: Path, described: Any = None, names: str = "", before: int = 0) -> Path:
    """An HDF5 file as Keras writes it: the description as an attribute, weights under names; `before` bytes first."""
    with h5py.File(path, "w") as file:
        if before:
            file["filling"] = b"x" * before
        if described is not None:
            file.attrs["model_config"] = json.dumps(described)
        if names == "layer_names":
            file.attrs["layer_names"] = [b"dense"]
            file.create_group("dense").attrs["weight_names"] = [b"dense/kernel:0"]
        elif names:
            file[names] = [1.0, 2.0]
    return path


def test_a_model_in_hdf5_is_taken_with_how_it_was_compiled(tmp_path: Path) -> None:
    path = write_hdf5(tmp_path / "old.h5", MODEL, "layer_names")
    optimizer = {"class_name": "RMSprop", "config": {"lr": 0.01}}
    with h5py.File(path, "a") as file:
        compiled = {"optimizer_config": optimizer, "loss": "categorical_crossentropy", "metrics": ["acc"]}
        file.attrs["training_config"] = json.dumps(compiled).encode()
    imported = import_model(path)
    assert [type(layer) for layer in imported.experiment.layers] == [Conv2D, Flatten, Dense]
    training = imported.experiment.training
    assert (training.optimizer, training.learning_rate) == ("rmsprop", 0.01)
    assert (training.loss, training.metrics) == ("categorical_crossentropy", ("accuracy",))
    assert not imported.differences


@pytest.mark.parametrize("value", ["{", "[1, 2]", "9", b"\xff", "[" * 100_000, [1.0, 2.0], h5py.Empty("S10")])
def test_hostile_attributes_are_sentences(tmp_path: Path, value: Any) -> None:
    with h5py.File(tmp_path / "odd.h5", "w") as file:
        file.attrs["model_config"] = value
    (words,) = refusal(tmp_path / "odd.h5")
    assert "is an HDF5 file of Keras that cannot be read" in words


@given(at=st.floats(0, 1), byte=st.integers(0, 255))
@settings(max_examples=examples(300, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_hdf5_file_is_read_or_named(tmp_path: Path, at: float, byte: int) -> None:
    whole = bytearray(write_hdf5(tmp_path / "whole.h5", MODEL, "layer_names").read_bytes())
    whole[4 + int(at * (len(whole) - 5))] = byte
    (tmp_path / "damaged.h5").write_bytes(whole)
    with contextlib.suppress(ImportProblem):
        import_model(tmp_path / "damaged.h5")


@pytest.mark.parametrize("before", [0, _CHUNK - 300, 3 * _CHUNK])
def test_an_hdf5_file_that_is_cut_off_is_named_with_a_way_that_works(tmp_path: Path, before: int) -> None:
    path = write_hdf5(tmp_path / "old one.h5", MODEL, "layer_names", before)
    path.write_bytes(path.read_bytes()[:-100])
    (words,) = refusal(path)
    assert "keras.models.load_model('old one.h5').save('old one.keras')" in words


@pytest.mark.parametrize("names", ["layer_names", "layers/dense/vars/0"], ids=["of Keras 2", "of Keras 3"])
def test_a_file_of_weights_alone_is_called_that(tmp_path: Path, names: str) -> None:
    (words,) = refusal(write_hdf5(tmp_path / "model.weights.h5", names=names))
    assert "holds the weights of a model and not its layers" in words
    assert "save the whole with model.save('model.keras')" in words


def test_hdf5_of_something_else_is_no_model(tmp_path: Path) -> None:
    (words,) = refusal(write_hdf5(tmp_path / "data.h5", names="temperatures"))
    assert "is an HDF5 file without a model of Keras in it" in words


def test_a_model_of_keras_1_is_read_in_the_words_of_today(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(json.dumps(KERAS_1))
    write_hdf5(tmp_path / "old.h5", KERAS_1, "layer_names")
    for name in ("old.json", "old.h5"):
        layers = import_model(tmp_path / name).experiment.layers
        assert layers == (
            Conv2D(filters=32, kernel_size=(3, 3), strides=(2, 2), padding="same", activation="relu"),
            Dropout(rate=0.5),
            Flatten(),
            Dense(units=10, activation="softmax", kernel_regularizer=L1L2(l2=0.01)),
        )


@pytest.mark.parametrize(
    "topology",
    [
        {"keras_version": "2.4.0", "model_config": MODEL},
        json.dumps({"model_config": json.dumps(MODEL)}),
        MODEL,
        {"class_name": "Sequential", "config": LAYERS, "keras_version": "tfjs-layers 3.2.0"},
    ],
    ids=["converted", "by an old converter", "saved in a browser", "saved in a browser, a list"],
)
def test_a_model_of_tensorflow_js_is_taken(tmp_path: Path, topology: Any) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"format": "layers-model", "modelTopology": topology, "weightsManifest": []}))
    taken = import_model(path).experiment
    assert [type(layer) for layer in taken.layers] == [Conv2D, Flatten, Dense]
    assert taken.dataset == "fashion_mnist"


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({"format": "graph-model", "modelTopology": {"node": []}}, "is a graph model of TensorFlow.js"),
        ({"weightsManifest": []}, "describes no model, only its weights"),
        ({"modelTopology": [1]}, "describes no model, only its weights"),
        ({"modelTopology": "{"}, "is no model of Keras (.keras, .h5 or JSON)"),
    ],
)
def test_what_tensorflow_js_has_without_layers_is_named(tmp_path: Path, described: Any, words: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(described))
    assert words in refusal(path)[0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("net.tflite", b"\x1c\0\0\0TFL3", "a file of TensorFlow Lite: only a model of Keras can be taken"),
        ("net.onnx", b"\x08\x07", "a file of ONNX"),
        ("net.pt", b"PK\x03\x04", "a file of PyTorch"),
        ("lab.toml", b'name = "x"', "is an experiment already: cnn-tui run"),
        ("data.npz", b"PK\x03\x04", "as data it goes with --dataset"),
    ],
)
def test_other_files_are_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refusal(tmp_path / name)[0]


def test_folders_of_models_are_named(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"")
    assert "is a SavedModel of TensorFlow" in refusal(tmp_path)[0]
    (tmp_path / "saved_model.pb").rename(tmp_path / "model.json")
    assert "name the model.json in it" in refusal(tmp_path)[0]
