"""A Keras model becomes the experiment that it is, and whatever cannot be taken is named; no file makes a traceback."""

from __future__ import annotations

import copy
import inspect
import io
import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.schedule import ExponentialDecay
from cnn_tui.experiment.training import Optimizer
from cnn_tui.keras_io.code.arguments import ORDER
from cnn_tui.keras_io.imported.file import MAX_CONFIG_BYTES
from cnn_tui.keras_io.imported.inside import taken_apart
from cnn_tui.keras_io.imported.model import Imported, ImportProblem, import_model
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.kinds.application import facts_of
from cnn_tui.network.layers import AnyLayer, Conv2D, Dense, Flatten, LeakyReLU, Rescaling
from cnn_tui.network.rescaling import second_division
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize
from cnn_tui.network.values import L1L2
from tests.keras_io.test_script import BASELINE, buildable, every_kind, model_of, networks
from tests.network.strategies import KERAS_LAYERS, layers_of
from tests.properties import examples

Model = dict[str, Any]
NOT_TOLD = (
    "a model's file does not say what it was trained on, or how long: fashion_mnist (mnist would fit too), 5 epochs "
    "and batches of 32 stand in"
)


@pytest.fixture(autouse=True)
def default_precision() -> Iterator[None]:
    yield
    import keras

    keras.config.set_dtype_policy("float32")


def read(path: Path, model: Any) -> Imported:
    """Import what `json.dumps` makes of a model."""
    path.write_text(model if isinstance(model, str) else json.dumps(model))
    return import_model(path)


def refusal(path: Path) -> tuple[str, ...]:
    """The problems that a file is refused with: each one line that can be shown."""
    with pytest.raises(ImportProblem) as caught:
        import_model(path)
    assert caught.value.problems
    assert all(problem.isprintable() for problem in caught.value.problems)
    assert str(caught.value) == "; ".join(caught.value.problems)
    return caught.value.problems


def alike(experiment: Experiment) -> Stack:
    """The stack with its enabled layers alone, and written in the one way that a file of Keras's leads to."""
    layers = []
    for _, layer in experiment.stack.enabled():
        values = {name: value for name, value in msgspec.structs.asdict(layer).items() if isinstance(value, L1L2)}
        plain: dict[str, Any] = {name: msgspec.convert(_factors(value), L1L2) for name, value in values.items()}
        if getattr(layer, "strides", None) == getattr(layer, "pool_size", ()):
            plain["strides"] = None
        layers.append(msgspec.structs.replace(layer, **plain))
    return Stack(experiment.stack.input_shape, tuple(layers))


def _factors(penalty: L1L2) -> dict[str, float]:
    factors = {name: factor for name, factor in msgspec.structs.asdict(penalty).items() if factor}
    if list(factors) == ["l1"]:  # Keras's L1 alone keeps a float32
        factors = {"l1": float(str(np.float32(penalty.l1)))}
    return {name: factor for name, factor in factors.items() if factor}


# There and back


@pytest.mark.long
@settings(deadline=None, max_examples=examples(10), suppress_health_check=list(HealthCheck))
@given(networks)
@example(BASELINE.with_stack(every_kind))
def test_a_network_comes_back_from_keras_json(tmp_path: Path, experiment: Experiment) -> None:
    imported = read(tmp_path / "model.json", model_of(experiment).to_json())
    assert imported.experiment.stack.fingerprint() == alike(experiment).fingerprint()
    assert len(imported.notes) == 1 + bool(imported.experiment.dataset)  # it was not compiled; and what stands in


@pytest.mark.long
@pytest.mark.parametrize("kind", KERAS_LAYERS)
def test_each_kind_comes_back_with_any_arguments(tmp_path: Path, kind: str) -> None:
    @settings(deadline=None, max_examples=3, database=None, suppress_health_check=list(HealthCheck))
    @given(layers_of(kind, pair=3, number=8))
    def hold(layer: Any) -> None:
        layer = msgspec.structs.replace(layer, enabled=True)
        assume(second_division(Stack((28, 28, 1), (layer,))) is None)  # an import would mend it
        experiment = BASELINE.with_stack(buildable(Stack((28, 28, 1), (layer,))))
        imported = read(tmp_path / "model.json", model_of(experiment).get_config() | {"extra": 1})
        assert imported.experiment.stack.fingerprint() == alike(experiment).fingerprint()

    hold()


@pytest.mark.parametrize(
    ("there", "here", "note"),
    [
        (Rescaling(scale=1 / 255), (), "layer 1 (Rescaling by 0.00392) is left out"),
        (
            Rescaling(scale=1 / 127.5, offset=-1.0),
            (Rescaling(scale=2.0, offset=-1.0),),
            "layer 1 (Rescaling) has scale 2 here, not 0.00784",
        ),
    ],
)
def test_a_rescaling_of_images_to_255_is_one_of_images_to_1(
    tmp_path: Path, there: Rescaling, here: tuple[AnyLayer, ...], note: str
) -> None:
    model = model_of(BASELINE.with_stack(BASELINE.stack.insert(0, there)))
    imported = read(tmp_path / "model.json", model.to_json())
    assert imported.experiment.layers == (*here, *BASELINE.stack.layers)
    assert f"{note}: images come as 0 to 1 here, divided by 255 already" in imported.notes


@pytest.mark.parametrize("name", ["lab1-baseline", "lab1-no-final-conv"])
def test_a_trained_experiment_comes_back_from_a_keras_file(tmp_path: Path, name: str) -> None:
    from cnn_tui.training.build import build

    experiment = load_preset(name).with_training(
        optimizer="sgd", momentum=0.9, learning_rate=0.01, loss="categorical_crossentropy", precision="mixed_bfloat16"
    )
    build(experiment).save(tmp_path / "model.keras")
    imported = import_model(tmp_path / "model.keras")
    assert imported.experiment == msgspec.structs.replace(experiment, name="model")
    assert imported.notes == (NOT_TOLD,)
    assert parse(to_toml(imported.experiment)) == imported.experiment


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_every_optimizer_comes_back_without_a_note(tmp_path: Path, optimizer: str) -> None:
    from cnn_tui.training.build import build

    experiment = Experiment(name="model", layers=(Flatten(), Dense(units=10, activation="softmax")))
    experiment = experiment.with_training(optimizer=optimizer, learning_rate=0.003, precision="mixed_float16")
    imported = read(tmp_path / "model.json", build(experiment).to_json())
    assert (imported.experiment, imported.notes) == (experiment, (NOT_TOLD,))


@pytest.mark.parametrize(
    ("policies", "precision", "named"),
    [
        (("float32", "float32", "mixed_float16"), "float32", 'layer 3 "c" has mixed_float16, here float32'),
        (("mixed_float16", "float32", "float32"), "mixed_float16", 'layer 2 "b" has float32, here mixed_float16'),
        (("mixed_bfloat16", "mixed_bfloat16", "float32"), "mixed_bfloat16", ""),
        (("float32", "float32", "float32"), "float32", ""),
    ],
)
def test_the_dtypes_of_single_layers_are_named(
    tmp_path: Path, policies: tuple[str, ...], precision: str, named: str
) -> None:
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (("Flatten", {}), ("Dense", {"units": 8}), ("Dense", {"units": 10}))
    layers = [
        {"class_name": kind, "config": {**config, "name": name, "dtype": policy}}
        for (kind, config), name, policy in zip(kinds, "abc", policies, strict=True)
    ]
    imported = read(tmp_path / "model.json", json.dumps({"class_name": "Sequential", "config": {"layers": layers}}))
    assert imported.experiment.training.precision == precision
    told = [note for note in imported.notes if "dtypes" in note]
    assert told == ([f"the dtypes of single layers are left out ({named})"] if named else [])


def functional(keras: Any) -> tuple[Any, Any]:
    """An input and what a Flatten makes of it."""
    pixels = keras.Input((28, 28, 1))
    return pixels, keras.layers.Flatten()(pixels)


def test_a_functional_chain_is_taken(tmp_path: Path) -> None:
    import keras

    pixels, row = functional(keras)
    hidden = keras.layers.Dense(32, "swish", name="hidden")(row)
    model = keras.Model(pixels, keras.layers.Dense(10, "softmax")(keras.layers.LeakyReLU()(hidden)))
    layers = (Flatten(), Dense(units=32, activation="silu"), LeakyReLU(), Dense(units=10, activation="softmax"))
    for described in (model.to_json(), json.dumps(model.get_config()), json.dumps(model.to_json())):
        imported = read(tmp_path / "model.json", described)
        assert imported.experiment.layers == layers
        assert 'names of layers are left out ("hidden")' in " ".join(imported.notes)


def test_a_network_that_branches_is_refused_layer_by_layer(tmp_path: Path) -> None:
    import keras

    pixels, row = functional(keras)
    left, right = keras.layers.Dense(10, name="left")(row), keras.layers.Dense(10, name="right")(row)
    model = keras.Model(pixels, keras.layers.Add(name="sum")([left, right]))
    model.save(tmp_path / "model.keras")
    problems = "\n".join(refusal(tmp_path / "model.keras"))
    assert 'layer 4 "sum" has 2 inputs: only a plain chain of layers can be taken' in problems
    assert 'feeds 2 layers ("left", "right")' in problems
    assert 'layer 4 "sum" is Add, which is not among the layers here' in problems


# What is said of what cannot be taken


def test_each_layer_that_cannot_be_taken_is_named(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(data_format="channels_first", name="early"),
            keras.layers.Lambda(lambda x: x),
            keras.layers.Dense(10, activation="hard_tanh"),
            keras.layers.Embedding(4, 4),
            keras.Sequential([keras.Input((10, 4)), keras.layers.Dense(2)], name="inner"),
        ]
    )
    model.save(tmp_path / "model.keras")
    early, code, answer, words = refusal(tmp_path / "model.keras")
    assert early.startswith('layer 1 "early" (Flatten): data_format "channels_first" makes another layer of it')
    assert code.endswith(" is a Lambda: code is never imported")
    assert code.startswith('layer 2 "lambda')
    assert 'activation is "hard_tanh"; it can be one of linear, relu' in answer
    assert "is Embedding, which is not among the layers here" in words


def test_arguments_that_are_left_out_are_noted(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(
                4,
                3,
                bias_initializer="ones",
                kernel_initializer=keras.initializers.HeNormal(seed=3),
                kernel_constraint=keras.constraints.MaxNorm(2),
                kernel_regularizer="l2",
                activity_regularizer="l1",
                name="eyes",
            ),
            keras.layers.Flatten(trainable=False),
            keras.layers.Dropout(0.5, seed=3),
            keras.layers.Dense(5, trainable=False),
            keras.layers.Dense(10, activation="softmax", kernel_initializer=keras.initializers.RandomNormal(stddev=1)),
        ]
    )
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9), beta_1=0.8, clipvalue=2.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["acc", keras.metrics.AUC(), keras.metrics.SparseTopKCategoricalAccuracy(), "mse"],
    )
    imported = read(tmp_path / "model.json", model.to_json())
    notes = "\n".join(imported.notes)
    convolution = imported.experiment.layers[0]
    assert isinstance(convolution, Conv2D)
    assert (convolution.kernel_initializer, str(convolution.kernel_regularizer)) == ("he_normal", "l2 0.01")
    answer = imported.experiment.layers[-1]
    assert isinstance(answer, Dense)
    assert answer.kernel_initializer == InitializerWith("RandomNormal", mean=0.0, stddev=1.0)
    assert imported.experiment.training.beta_1 == 0.8
    for words in (
        'layer 1 "eyes" (Conv2D): the seed of kernel_initializer is left out',
        "bias_initializer Ones is left out: zeros stand in",
        "kernel_constraint MaxNorm(max_value=2, axis=0) is left out",
        "activity_regularizer L1(l1=0.0",
        "(Dropout): seed 3 is left out",
        "the optimizer adam: clipvalue 2.0 is left out",
        "the metric AUC(",
        'the metric "mse" is left out',
    ):
        assert words in notes
    assert imported.experiment.training.schedule == ExponentialDecay(decay_steps=10, decay_rate=0.9)
    assert imported.experiment.training.learning_rate == 0.1
    assert not imported.experiment.training.from_logits  # which Keras takes no notice of behind a softmax
    assert [layer.trainable for layer in imported.experiment.layers] == [True, True, True, False, True]
    assert imported.experiment.training.metrics == ("accuracy", "sparse_top_k_categorical_accuracy")


DENSE: Model = {"class_name": "Dense", "config": {"name": "dense", "units": 10, "activation": "softmax"}}


def sequential(*layers: Model, shape: Any = (28, 28, 1), **more: Any) -> Model:
    """A model as Keras writes it, with less in it."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, *shape], "name": "input_layer"}}
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": [first, *layers]}, **more}


FLATTEN: Model = {"class_name": "Flatten", "config": {"name": "flatten"}}


def test_what_a_file_is_called_tells_mnist_and_its_classes_are_counted(tmp_path: Path) -> None:
    model = sequential(FLATTEN, DENSE)
    for name, dataset in (("mnist_cnn", "mnist"), ("fashion-mnist", "fashion_mnist"), ("digits", "mnist")):
        assert read(tmp_path / f"{name}.json", model).experiment.dataset == dataset
    letters: Model = {**DENSE, "config": {**DENSE["config"], "units": 26}}
    imported = read(tmp_path / "letters.json", sequential(FLATTEN, letters))
    assert any("tells 26 classes apart, and fashion_mnist has 10" in note for note in imported.notes)
    assert (imported.experiment.dataset, imported.experiment.classes) == ("", 26)


@pytest.mark.parametrize(
    ("shape", "classes", "dataset"),
    [
        ((28, 28, 1), 10, "fashion_mnist"),
        ((28, 28), 10, "fashion_mnist"),
        ((32, 32, 3), 10, "cifar10"),
        ((32, 32, 3), 100, "cifar100"),
    ],
)
def test_the_dataset_is_the_one_that_fits(tmp_path: Path, shape: Any, classes: int, dataset: str) -> None:
    answer = {"class_name": "Dense", "config": {"units": classes}}
    imported = read(tmp_path / "model.json", sequential(FLATTEN, answer, shape=shape))
    assert imported.experiment.dataset == dataset
    assert not any("dataset" in note for note in imported.notes)


@pytest.mark.parametrize(("shape", "images"), [((64, 48, 3), (64, 48, 3)), ((None, None, 3), (224, 224, 3))])
def test_images_that_no_dataset_has_are_what_the_network_is_for(
    tmp_path: Path, shape: Any, images: tuple[int, ...]
) -> None:
    imported = read(tmp_path / "model.json", sequential(FLATTEN, DENSE, shape=shape))
    experiment = imported.experiment
    assert (experiment.dataset, experiment.input_shape, experiment.classes) == ("", images, 10)
    assert summarize(experiment.stack).total_params == math.prod(images) * 10 + 10
    assert not problems_of(experiment)
    assert any(note.startswith("no dataset is set") for note in imported.notes)
    assert any("224x224 stands in" in note for note in imported.notes) == (None in shape)


@pytest.mark.parametrize("shape", [(13,), (), ("x", [], {}), (10**9, 3, 3)])
def test_what_are_no_images_is_said(tmp_path: Path, shape: Any) -> None:
    imported = read(tmp_path / "model.json", sequential(FLATTEN, DENSE, shape=shape))
    assert imported.experiment.dataset == "fashion_mnist"
    assert any("which no images are" in note for note in imported.notes)


@pytest.mark.parametrize(
    ("numbers", "dataset", "images"),
    [
        (784, "fashion_mnist", (28, 28, 1)),
        (3072, "cifar10", (32, 32, 3)),
        (4096, "", (64, 64, 1)),
        (12288, "", (64, 64, 3)),
    ],
)
def test_a_model_of_rows_makes_them_of_images(
    tmp_path: Path, numbers: int, dataset: str, images: tuple[int, ...]
) -> None:
    """Its weights are as many as there, and the network can be built."""
    imported = read(tmp_path / "model.json", sequential(DENSE, shape=(numbers,)))
    assert (imported.experiment.dataset, imported.experiment.stack.input_shape) == (dataset, images)
    assert [layer.type for layer in imported.experiment.layers] == ["Flatten", "Dense"]
    assert summarize(imported.experiment.stack).total_params == numbers * 10 + 10
    assert not problems_of(imported.experiment)
    assert not imported.differences


def test_a_model_of_measurements_can_be_built_and_is_said_to_be_for_no_images(tmp_path: Path) -> None:
    imported = read(tmp_path / "model.json", sequential(DENSE, shape=(13,)))
    assert not problems_of(imported.experiment)
    assert any("takes 13, which no images are" in note for note in imported.differences)


def test_a_model_of_keras_2_is_taken(tmp_path: Path) -> None:
    layers = [
        {
            "class_name": "Conv2D",
            "config": {
                "name": "conv2d",
                "trainable": True,
                "batch_input_shape": [None, 32, 32, 3],
                "dtype": "float32",
                "filters": 8,
                "kernel_size": [3, 3],
                "activation": "relu",
                "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
                "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.009999999776482582}},
                "bias_initializer": {"class_name": "Zeros", "config": {}},
            },
        },
        {"class_name": "LeakyReLU", "config": {"name": "leaky_re_lu", "alpha": 0.10000000149011612}},
        FLATTEN,
        DENSE,
    ]
    model = {"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}, "keras_version": "2.12.0"}
    experiment = read(tmp_path / "model.json", model).experiment
    assert experiment.dataset == "cifar10"
    assert str(getattr(experiment.layers[0], "kernel_regularizer", "")) == "l2 0.01"
    assert experiment.layers[1] == LeakyReLU(negative_slope=0.1)


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


JUNK: list[Any] = [None, True, 0, -1, 10**400, 1e308, float("nan"), "", "relu", "\ud800", [], {}, [[]], [[[]]]]
JUNK += [{"class_name": "L2", "config": {"l2": 10**400}}, {"class_name": [], "config": 3}, {"keras_history": ["a"]}]


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*here, key)
        yield from places(inner, (*here, key))


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


def test_arguments_without_a_name_stand_in_keras_order() -> None:
    import keras

    optimizers = (keras.optimizers, keras.optimizers.schedules)
    places = (
        keras.layers,
        keras.initializers,
        keras.regularizers,
        keras.callbacks,
        *optimizers,
        keras.losses,
        keras.metrics,
        keras.src.legacy.preprocessing.image,
        keras,
    )
    for kind, order in ORDER.items():
        wanted = next(getattr(place, kind) for place in places if hasattr(place, kind))
        if kind == "Model":  # whose signature is that of any subclass
            wanted = keras.src.models.functional.Functional
        names = [name for name in inspect.signature(wanted.__init__).parameters if name != "self"]
        if inspect.isfunction(wanted):
            names = list(inspect.signature(wanted).parameters)
        assert list(order) == names[: len(order)], kind


@pytest.mark.parametrize(
    ("frozen", "depth"), [(range(15), 15), (range(19), 0), ((), 0), ((*range(14), 14, 18), 15), ((3, 4), None)]
)
def test_a_network_inside_a_saved_model_is_frozen_as_deep_as_there(frozen: Any, depth: int | None) -> None:
    inside = [
        {"class_name": "Conv2D", "config": {"name": name or "input_layer", "trainable": at not in frozen}}
        for at, (name, _) in enumerate(facts_of("VGG16").layers)
    ]
    config = {"name": "vgg16", "layers": inside, "output_layers": [["block5_pool", 0, 0]]}
    model: list[dict[str, Any]] = [{"class_name": "Functional", "config": config}]
    if depth is None:
        with pytest.raises(ImportProblem, match="VGG16 inside the model, has single layers that are frozen"):
            taken_apart(model, lambda *_: [])
        return
    (base,) = taken_apart(model, lambda *_: [])
    assert base["config"]["frozen_layers"] == depth
    assert base["config"]["trainable"] is (len(frozen) < 19)


@pytest.mark.parametrize("weights", ["imagenet", "none"])
def test_a_saved_efficientnet_is_told_by_its_rescaling_from_one_without_imagenet(weights: str) -> None:
    facts = facts_of("EfficientNetB0", weights)
    inside = [
        {"class_name": "Conv2D", "config": {"name": name or f"layer_{at}", "trainable": at >= 100}}
        for at, (name, _) in enumerate(facts.layers)
    ]
    config = {"name": "efficientnetb0", "layers": inside, "output_layers": [[facts.last, 0, 0]]}
    (base,) = taken_apart([{"class_name": "Functional", "config": config}], lambda *_: [])
    assert (base["config"]["weights"], base["config"]["frozen_layers"]) == (weights, 100)


def test_a_network_inside_a_saved_model_is_called_as_after_training_where_it_is_there() -> None:
    import keras

    images = keras.Input((8, 8, 3))
    base = keras.Model(images, keras.layers.BatchNormalization()(images), name="base")
    at_rest, plain = (keras.Model(images, base(images, training=mode)).get_config() for mode in (False, None))
    of_keras_2 = [[["images", 0, 0, {"training": False}]]]
    facts = facts_of("MobileNetV2")
    inside = [{"class_name": "Conv2D", "config": {"name": name}} for name, _ in facts.layers]
    config = {"name": "mobilenetv2_1.00_96", "layers": inside, "output_layers": [[facts.last, 0, 0]]}
    for nodes, rests in (
        (at_rest["layers"][-1]["inbound_nodes"], True),
        (of_keras_2, True),
        (plain["layers"][-1]["inbound_nodes"], False),
        ([[["images", 0, 0, {}]]], False),
    ):
        (one,) = taken_apart([{"class_name": "Functional", "config": config, "inbound_nodes": nodes}], lambda *_: [])
        assert ("training" in one["config"]) is rests, nodes
