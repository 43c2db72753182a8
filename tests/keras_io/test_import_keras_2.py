"""What the last versions of Keras 2 wrote otherwise than Keras 3, in files that people still have, comes in whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.keras_io.imported.model import Imported
from cnn_tui.keras_io.script.model import layer_arguments
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.layers import BatchNormalization, Dense, LayerNormalization
from cnn_tui.network.summary import summarize
from tests.keras_io.models import DENSE, FLATTEN, Model, read, refusal, sequential


def layer(kind: str, **config: Any) -> Model:
    """A layer as Keras describes it, with no name of a person's."""
    return {"class_name": kind, "config": config}


def trained(**config: Any) -> Model:
    """The training_config of a compiled model, as Keras 2 wrote it into an HDF5 file."""
    usual = {"loss": "sparse_categorical_crossentropy", "optimizer": layer("Custom>Adam", learning_rate=0.001)}
    return sequential(FLATTEN, DENSE, compile_config={**usual, **config})


@pytest.mark.parametrize(
    ("layers", "axis", "total"),
    [
        ((FLATTEN, layer("Dense", units=5)), 1, 785 * 5 + 4 * 5 + 60),
        ((layer("Conv2D", filters=5, kernel_size=[3, 3]), layer("GlobalAveragePooling2D")), 1, 50 + 20 + 60),
        ((layer("Conv2D", filters=5, kernel_size=[3, 3]),), 3, 50 + 20 + (26 * 26 * 5 + 1) * 10),
        ((layer("Reshape", target_shape=[98, 8]),), 2, 4 * 8 + 7850),
        ((layer("GlobalMaxPooling2D", keepdims=True),), 3, 4 + 20),
    ],
)
def test_an_axis_counted_from_the_front_is_the_last_one_where_it_is(
    tmp_path: Path, layers: tuple[Model, ...], axis: int, total: int
) -> None:
    for written in (axis, [axis]):
        model = sequential(*layers, layer("BatchNormalization", axis=written), FLATTEN, DENSE)
        imported = read(tmp_path / "model.json", model)
        assert imported.experiment.layers[len(layers)] == BatchNormalization()
        assert summarize(imported.experiment.stack).total_params == total


@pytest.mark.parametrize(("kind", "axis"), [("BatchNormalization", [1]), ("LayerNormalization", [2])])
def test_an_axis_that_is_not_the_last_is_refused(tmp_path: Path, kind: str, axis: list[int]) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(sequential(layer(kind, axis=axis), FLATTEN, DENSE)))
    assert refusal(path) == (f"layer 1 ({kind}): axis {axis} makes another layer of it than there is here",)


def test_the_axis_of_a_model_inside_is_counted_where_it_stands(tmp_path: Path) -> None:
    inner = sequential(layer("Dense", units=5), layer("LayerNormalization", axis=[1]), shape=(784,))
    imported = read(tmp_path / "model.json", sequential(FLATTEN, inner, DENSE))
    assert imported.experiment.layers[2] == LayerNormalization()


def differences(tmp_path: Path, **config: Any) -> Imported:
    """The import of a model that was trained so, in which nothing differs."""
    imported = read(tmp_path / "model.json", trained(**config))
    assert imported.differences == ()
    return imported


def test_how_keras_2_wrote_a_compiled_model(tmp_path: Path) -> None:
    later = {"use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": 100, "jit_compile": True}
    optimizer = layer("Custom>RMSprop", **later, is_legacy_optimizer=False, learning_rate=0.0001, rho=0.9)
    accuracy = layer("MeanMetricWrapper", name="accuracy", dtype="float32", fn="sparse_categorical_accuracy")
    loss = layer(
        "SparseCategoricalCrossentropy", reduction="auto", from_logits=False, fn="sparse_categorical_crossentropy"
    )
    training = differences(tmp_path, optimizer=optimizer, metrics=[[accuracy]], loss=loss).experiment.training
    assert (training.optimizer, training.learning_rate, training.metrics) == ("rmsprop", 0.0001, ("accuracy",))
    assert not training.use_ema


def test_mixed_precision_of_keras_2_has_the_optimizer_inside(tmp_path: Path) -> None:
    around = layer("Custom>LossScaleOptimizerV3", inner_optimizer=layer("Custom>SGD", learning_rate=0.5), dynamic=True)
    training = differences(tmp_path, optimizer=around).experiment.training
    assert (training.optimizer, training.learning_rate) == ("sgd", 0.5)


def test_an_optimizer_of_ones_own_is_named(tmp_path: Path) -> None:
    (sentence,) = read(tmp_path / "model.json", trained(optimizer=layer("Custom>Lookahead"))).differences
    assert "Lookahead" in sentence and sentence.endswith("is left out: adam stands in")


def test_what_the_file_does_not_name_stands_in_and_is_no_difference(tmp_path: Path) -> None:
    """`to_json` of Keras 3 has everything but an optimizer that is an object."""
    said = differences(tmp_path, optimizer=None, loss=None).to_know
    assert said[-3:-1] == (
        "the file names no optimizer: adam stands in",
        "the file names no loss: sparse_categorical_crossentropy stands in",
    )


def test_arguments_without_a_use_are_no_difference(tmp_path: Path) -> None:
    glorot = layer("GlorotUniform", seed=None)
    model = sequential(
        layer("RandomFlip", mode="horizontal", rng_type="stateful"),
        layer("SeparableConv2D", filters=2, kernel_size=[3, 3], kernel_initializer=glorot, kernel_constraint=None),
        FLATTEN,
        DENSE,
    )
    assert read(tmp_path / "model.json", model).differences == ()


@pytest.mark.parametrize(
    ("scale", "mode", "distribution", "name"),
    [
        (1.0, "fan_avg", "uniform", "glorot_uniform"),
        (1, "fan_avg", "normal", "glorot_normal"),
        (1.0, "fan_in", "uniform", "lecun_uniform"),
        (1.0, "fan_in", "truncated_normal", "lecun_normal"),
        (2.0, "fan_in", "uniform", "he_uniform"),
        (2.0, "fan_in", "normal", "he_normal"),
    ],
)
def test_what_a_variance_scaling_is_called_today(
    tmp_path: Path, scale: float, mode: str, distribution: str, name: str
) -> None:
    config = {"scale": scale, "mode": mode, "distribution": distribution, "seed": None, "dtype": "float32"}
    described = {**DENSE, "config": {**DENSE["config"], "kernel_initializer": layer("VarianceScaling", **config)}}
    imported = read(tmp_path / "model.json", sequential(FLATTEN, described))
    answer = imported.experiment.layers[-1]
    assert isinstance(answer, Dense)
    assert (answer.kernel_initializer, imported.differences) == (name, ())


@pytest.mark.parametrize(
    ("config", "comes_in"),
    [
        ({"scale": 3.0}, True),
        ({"distribution": "untruncated_normal"}, True),
        ({"scale": [1]}, False),
        ({"x": 1}, False),
    ],
)
def test_a_variance_scaling_without_a_name_comes_in_by_its_arguments(
    tmp_path: Path, config: Model, comes_in: bool
) -> None:
    described = {**DENSE, "config": {**DENSE["config"], "kernel_initializer": layer("VarianceScaling", **config)}}
    imported = read(tmp_path / "model.json", sequential(FLATTEN, described))
    answer = imported.experiment.layers[-1]
    assert isinstance(answer, Dense)
    if comes_in:
        assert (answer.kernel_initializer, imported.differences) == (InitializerWith("VarianceScaling", **config), ())
        return
    (sentence,) = imported.differences
    assert "kernel_initializer is VarianceScaling(" in sentence
    assert sentence.endswith("which is left out: glorot_uniform stands in")


@pytest.mark.parametrize("inside", [True, False])
def test_a_model_of_tensorflow_js_is_trained_as_there(tmp_path: Path, inside: bool) -> None:
    """Its converter puts beside the model how it was compiled, and what is saved in a browser has it at the top."""
    adam = layer("Adam", lr=0.25, decay=0.0, beta_1=0.8999999761581421, epsilon=1e-07)
    training = {"loss": "categorical_crossentropy", "metrics": ["accuracy"], "optimizer_config": adam}
    topology = {"model_config": sequential(FLATTEN, DENSE), "training_config": training}
    whole: Model = {"format": "layers-model", "modelTopology": topology, "weightsManifest": []}
    if not inside:
        whole |= {"modelTopology": sequential(FLATTEN, DENSE), "trainingConfig": training}
    imported = read(tmp_path / "model.json", whole)
    found = imported.experiment.training
    assert (found.learning_rate, found.loss, found.metrics) == (0.25, "categorical_crossentropy", ("accuracy",))
    assert imported.differences == ()
    assert not any("how the model is trained" in sentence for sentence in imported.to_know)


@pytest.mark.parametrize(("kind", "name"), [("Cropping2D", "cropping"), ("ZeroPadding2D", "padding")])
def test_borders_whose_sides_differ_come_in_and_stay_in_the_file_as_keras_has_them(
    tmp_path: Path, kind: str, name: str
) -> None:
    imported = read(tmp_path / "model.json", sequential(layer(kind, **{name: [[4, 1], [0, 0]]}), FLATTEN, DENSE))
    written = to_toml(imported.experiment)
    assert f"{name} = [[4, 1], [0, 0]]" in written
    assert parse(written).layers == imported.experiment.layers
    assert layer_arguments(imported.experiment.layers[0]) == [f"{name}=((4, 1), (0, 0))"]
    same = read(tmp_path / "model.json", sequential(layer(kind, **{name: [[2, 2], [3, 3]]}), FLATTEN, DENSE))
    assert f"{name} = [2, 3]" in to_toml(same.experiment)
    rows = summarize(imported.experiment.stack).rows[0].output_shape
    assert rows == ((23, 28, 1) if kind == "Cropping2D" else (33, 28, 1))
