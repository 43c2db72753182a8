"""A Keras model becomes the experiment that it is, and whatever cannot be taken is named."""

from __future__ import annotations

import inspect
import json
import math
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings

from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.schedule import ExponentialDecay
from cnn_tui.experiment.training.training import Optimizer
from cnn_tui.keras_io.code.arguments import ORDER
from cnn_tui.keras_io.imported.layers import ImportFindings, take_layer
from cnn_tui.keras_io.imported.model import import_model
from cnn_tui.network.fields import fields_of
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.layers import LAYERS, AnyLayer, Conv2D, Dense, Flatten, LeakyReLU, Rescaling
from cnn_tui.network.rescaling import second_division
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize
from cnn_tui.network.values import L1L2
from tests.keras_io.models import DENSE, FLATTEN, Model, read, refusal, sequential
from tests.keras_io.test_script import BASELINE, buildable, every_kind, model_of, networks
from tests.network.strategies import KERAS_LAYERS, layers_of
from tests.properties import examples

pytestmark = pytest.mark.usefixtures("default_precision")

NOT_TOLD = (
    "a model's file does not say what it was trained on, or how long: fashion_mnist (mnist would fit too), 5 epochs "
    "and batches of 32 stand in"
)


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
    from cnn_tui.training.model.build import build

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
    from cnn_tui.training.model.build import build

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


def test_what_a_file_is_called_tells_mnist_and_its_classes_are_counted(tmp_path: Path) -> None:
    model = sequential(FLATTEN, DENSE)
    for name, dataset in (("mnist_cnn", "mnist"), ("fashion-mnist", "fashion_mnist"), ("digits", "mnist")):
        assert read(tmp_path / f"{name}.json", model).experiment.dataset == dataset
    letters: Model = {**DENSE, "config": {**DENSE["config"], "units": 26}}
    imported = read(tmp_path / "letters.json", sequential(FLATTEN, letters))
    assert any("tells 26 classes apart, and fashion_mnist has 10" in note for note in imported.to_know)
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


def test_what_stands_in_for_an_initializer_is_what_keras_begins_with() -> None:
    import keras

    said = set()
    for kind, cls in LAYERS.items():
        wanted = getattr(keras.layers, kind, None)
        parameters = inspect.signature(wanted.__init__).parameters if wanted is not None else {}
        config = {field.name: field.start for field in fields_of(cls) if field.default is msgspec.NODEFAULT}
        for name in (one for one in parameters if one.endswith("_initializer")):
            findings = ImportFindings()
            take_layer(1, {"class_name": kind, "config": {**config, name: "own"}}, findings)
            (note,) = findings.notes
            assert f": {parameters[name].default} stand".lower() in note, (kind, name)
            said.add((kind, name))
    assert {("DepthwiseConv2D", "depthwise_initializer"), ("BatchNormalization", "gamma_initializer")} < said


@pytest.mark.parametrize("kind", ["DepthwiseConv2D", "SeparableConv2D"])
def test_the_start_of_a_kernel_that_a_layer_does_not_have_is_said_to_be_of_no_effect(kind: str) -> None:
    config = {"kernel_size": [3, 3], **({"filters": 2} if kind == "SeparableConv2D" else {})}
    for value, is_said in (("he_normal", True), ("glorot_uniform", False)):
        findings = ImportFindings()
        described = {"class_name": kind, "config": {**config, "kernel_initializer": value}}
        assert take_layer(1, described, findings) is not None
        assert [*findings.notes] == []
        assert ["is of no effect there" in note for note in findings.notes.to_know] == [True] * is_said
