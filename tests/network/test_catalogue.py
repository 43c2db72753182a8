"""The catalogue as a whole: nothing is missing, each kind explains itself, and files and forms hold its values."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.network import kinds
from cnn_tui.network.fields import Field, fields_of
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import (
    LAYERS,
    Conv2D,
    Dense,
    Layer,
    MaxPooling2D,
    PReLU,
    Reshape,
)
from cnn_tui.network.rules import flow
from cnn_tui.network.stack import Stack
from cnn_tui.network.values import L1L2

KINDS = pytest.mark.parametrize("kind", LAYERS)

PROMISED = """
    Conv2D DepthwiseConv2D SeparableConv2D Conv2DTranspose MaxPooling2D AveragePooling2D GlobalAveragePooling2D
    GlobalMaxPooling2D ZeroPadding2D Cropping2D UpSampling2D Flatten Reshape Dense Dropout SpatialDropout2D
    GaussianNoise BatchNormalization LayerNormalization Activation ReLU LeakyReLU PReLU Softmax Rescaling RandomFlip
    RandomRotation RandomZoom RandomTranslation RandomContrast
    ELU Normalization UnitNormalization Resizing CenterCrop RandomCrop RandomShear RandomBrightness Application
"""


def field_of(kind: type[Layer], name: str) -> Field:
    """An argument of a layer kind."""
    return next(field for field in fields_of(kind) if field.name == name)


def refusal(toml: str) -> str:
    """What is said of a file with this layer."""
    with pytest.raises(ExperimentError) as caught:
        parse(f"[[layers]]\n{toml}")
    return str(caught.value).removeprefix("the experiment: ")


# What there is


def test_every_kind_that_a_network_needs_is_there() -> None:
    assert set(LAYERS) == set(PROMISED.split())


def test_adding_a_kind_takes_a_struct_a_name_and_a_rule() -> None:
    modules = [
        importlib.import_module(info.name) for info in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}.")
    ]
    structs = {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Layer) and value not in (Layer, LearningLayer)
    }
    for name, struct in structs.items():
        assert name in LAYERS, f"{name} is a struct in network/kinds/: put its name into AnyLayer in network/layers.py"
        ruled = flow.dispatch(struct) is not flow.dispatch(object)
        assert ruled, f"{name} has no shape rule: register one with @flow.register in network/rules.py"
    assert structs == LAYERS


@KINDS
def test_a_kind_is_explained_in_a_few_sentences(kind: str) -> None:
    text = LAYERS[kind].explanation
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z\d])", text)
    assert 2 <= len(sentences) <= 5, f"{kind}.explanation has {len(sentences)} sentences"
    assert text.endswith(".")
    assert "  " not in text, f"{kind}.explanation has two spaces where its lines meet"
    assert len(text.split()) <= 110
    assert "explanation" in vars(LAYERS[kind])


def test_old_networks_keep_their_fingerprints() -> None:
    """Arguments came to Conv2D, Dense and the rest; a history that is older must still find its networks."""
    known = {
        "lab1-baseline": "95d261d6651d",
        "lab1-16-filters": "98913a813e23",
        "lab1-64-filters": "7ab26c59369a",
        "lab1-no-final-conv": "176793178519",
    }
    assert {name: load_preset(name).stack.fingerprint() for name in known} == known


def test_equal_networks_have_equal_fingerprints_however_they_were_written() -> None:
    short = Stack((8, 8, 1), (MaxPooling2D(), Conv2D(filters=2, kernel_size=(3, 3))))
    long = Stack(
        (8, 8, 1),
        (MaxPooling2D(pool_size=(2, 2)), Conv2D(filters=2, kernel_size=(3, 3), strides=(1, 1), use_bias=True)),
    )
    assert short.fingerprint() == long.fingerprint() != short.change(1, groups=2).fingerprint()


# Penalties, lists and the rest that files and forms hold

PENALTY = field_of(Dense, "kernel_regularizer")


def test_a_penalty_is_typed_shown_and_stepped() -> None:
    assert PENALTY.parse("l2 0.001") == L1L2(l2=0.001)
    assert PENALTY.parse("L1 0.01 l2 .02") == PENALTY.parse("l1=0.01, l2=0.02") == L1L2(l1=0.01, l2=0.02)
    assert PENALTY.parse("none") is None
    assert [PENALTY.parse(word) for word in ("l1", "l2", "l1_l2")] == [L1L2(0.01), L1L2(0, 0.01), L1L2(0.01, 0.01)]
    assert [PENALTY.format(value) for value in (None, L1L2(l2=0.001), L1L2(0.01, 0.01))] == [
        "none",
        "l2 0.001",
        "l1 0.01 l2 0.01",
    ]
    steps: list[object] = [None]
    for _ in range(4):
        steps.append(PENALTY.step(steps[-1], 1))  # type: ignore[arg-type]
    assert [str(step) for step in steps] == ["None", "l2 0.0001", "l2 0.001", "l2 0.01", "l2 0.01"]
    assert PENALTY.step(L1L2(l2=0.0001), -1) is None
    assert PENALTY.step(None, -1) is None


@pytest.mark.parametrize("text", ["l3 1", "l2 l2 1", "l2 -1", "l2 1001", "l2 nan", "0.1", "l2 1 l2 2", "l2 0.1 x"])
def test_a_penalty_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^kernel_regularizer must be a penalty like l2 0.001 or .*, or none"):
        PENALTY.parse(text)


def test_a_penalty_is_an_inline_table_in_a_file() -> None:
    layer = Dense(units=3, kernel_regularizer=L1L2(l2=0.001))
    written = to_toml(Experiment(layers=(layer,)))
    assert "kernel_regularizer = {l2 = 0.001}" in written
    assert parse(written).layers == (layer,)
    for value in ('"l2"', "{ l2 = 0.01 }", '"l2 0.01"'):
        (read,) = parse(f'[[layers]]\ntype = "Dense"\nunits = 3\nkernel_regularizer = {value}').layers
        assert read == Dense(units=3, kernel_regularizer=L1L2(l2=0.01))


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        (
            "kernel_regularizer = { l3 = 1 }",
            'layers[0].kernel_regularizer.l3 (layer 1, Dense) is an unknown key; allowed: l1, l2. Did you mean "l2"?',
        ),
        (
            "kernel_regularizer = { l2 = -1 }",
            "layers[0].kernel_regularizer (layer 1, Dense): l2 must be a number from 0 to 1000, not -1",
        ),
        (
            'kernel_regularizer = { l2 = "x" }',
            'layers[0].kernel_regularizer.l2 (layer 1, Dense): found "x"; allowed: a number',
        ),
        (
            'kernel_regularizer = "l3"',
            'layers[0].kernel_regularizer (layer 1, Dense): found "l3"; allowed: a penalty like l2 0.001 or',
        ),
    ],
)
def test_a_wrong_penalty_in_a_file_is_named(toml: str, sentence: str) -> None:
    assert refusal(f'type = "Dense"\nunits = 3\n{toml}').startswith(sentence)


@pytest.mark.parametrize("sizes", ["[0]", "[-1, -1]", "[]", "[7, -2]", "[1, 1, 1, 1, 1, 1, 1]"])
def test_a_target_shape_that_is_none_is_refused(sizes: str) -> None:
    assert "target_shape must be whole numbers, like 28x28x-1, from 1 to" in refusal(
        f'type = "Reshape"\ntarget_shape = {sizes}'
    )


def test_lists_are_typed_as_they_are_shown() -> None:
    target, axes = field_of(Reshape, "target_shape"), field_of(PReLU, "shared_axes")
    for field, text in ((target, "7x7x16"), (target, "-1"), (target, "14x-1"), (axes, "1,2"), (axes, "none")):
        assert field.format(field.parse(text)) == text
    assert target.parse("(7, 7, 16)") == (7, 7, 16)
    assert axes.step((1, 2), 1) is None
    assert target.step((-1,), -1) == (28, 28, -1)
