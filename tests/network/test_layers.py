"""The catalogue: every kind of layer has what the editor, the help and the summary need of it."""

from __future__ import annotations

import re

import msgspec
import pytest

from cnn_tui.network import layers
from cnn_tui.network.fields import Field, fields_of
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import LAYERS, Conv2D, Dense, Dropout, Layer, MaxPooling2D, main_field, new_layer
from cnn_tui.network.rules import flow
from tests.network.strategies import FIELD_IDS, FIELDS

KINDS = pytest.mark.parametrize("kind", LAYERS)
EACH_FIELD = pytest.mark.parametrize(("kind", "field"), FIELDS, ids=FIELD_IDS)


def test_the_layers_of_the_notes_are_there() -> None:
    assert {"Conv2D", "MaxPooling2D", "Flatten", "Dense"} <= set(LAYERS)


def test_every_layer_struct_is_in_the_catalogue() -> None:
    structs = {
        name
        for name, value in vars(layers).items()
        if isinstance(value, type) and issubclass(value, Layer) and value is not Layer
    }
    assert structs == set(LAYERS), "a layer struct is missing from AnyLayer in network/layers.py"


@KINDS
def test_a_kind_has_a_shape_rule(kind: str) -> None:
    missing = flow.dispatch(LAYERS[kind]) is flow.dispatch(object)
    assert not missing, f"{kind} has no shape rule: register one with @flow.register in network/shapes.py"


@KINDS
def test_a_kind_says_what_it_is_about(kind: str) -> None:
    cls = LAYERS[kind]
    assert len(cls.about.split()) >= 3, f"{kind} needs an `about`: a few words that the editor shows when one adds it"
    assert "about" in vars(cls), f"{kind} has the `about` of another layer"
    assert cls.about[0].islower()
    assert not cls.about.endswith(".")


@KINDS
def test_a_new_layer_is_allowed_and_switched_on(kind: str) -> None:
    layer = new_layer(kind)
    assert layer.type == kind
    assert layer.enabled
    for field in fields_of(type(layer)):
        field.check(getattr(layer, field.name))
        assert getattr(layer, field.name) == field.start


@KINDS
def test_the_main_field_is_the_first_that_is_shown(kind: str) -> None:
    fields = fields_of(LAYERS[kind])
    assert main_field(LAYERS[kind]) == (fields[0].name if fields else None)


def test_main_fields_are_what_one_would_change_first() -> None:
    assert main_field(Conv2D) == "filters"
    assert main_field(Dense) == "units"
    assert main_field(Dropout) == "rate"
    assert main_field(MaxPooling2D) == "pool_size"
    assert main_field(LAYERS["Flatten"]) is None


def test_a_new_convolution_starts_with_what_the_notes_have() -> None:
    assert new_layer("Conv2D") == Conv2D(filters=32, kernel_size=(3, 3), activation="relu")


@EACH_FIELD
def test_an_argument_has_a_line_of_help(kind: str, field: Field) -> None:
    assert len(field.help.split()) >= 4, f"{kind}.{field.name} needs a line of help"
    assert field.help.endswith("."), f"the help of {kind}.{field.name} is a sentence"
    assert field.allowed()


@EACH_FIELD
def test_an_argument_can_be_stepped(kind: str, field: Field) -> None:
    rungs = field.choices or field.ladder
    assert rungs or field.kind == "flag", f"{kind}.{field.name} needs a ladder for + and -"
    for rung in rungs:
        field.check(rung)
    if field.ladder:
        assert list(field.ladder) == sorted(set(field.ladder)), f"the ladder of {kind}.{field.name} goes up"
    if field.kind in ("int", "pair"):
        assert field.low is not None, f"{kind}.{field.name} needs a lower bound"
        assert field.high is not None, f"{kind}.{field.name} needs an upper bound"
    if field.optional:
        assert field.optional_means, f"{kind}.{field.name} needs to say what auto means"


@KINDS
def test_every_argument_is_annotated(kind: str) -> None:
    arguments = {info.name for info in msgspec.structs.fields(LAYERS[kind])} - {"enabled"}
    if not issubclass(LAYERS[kind], LearningLayer):
        arguments -= {"trainable"}  # a file may have it, but there is nothing to freeze
    assert arguments == {field.name for field in fields_of(LAYERS[kind])}


def test_a_value_out_of_bounds_makes_no_layer() -> None:
    with pytest.raises(ValueError, match="filters must be a whole number from 1 to"):
        Conv2D(filters=0, kernel_size=(3, 3))
    with pytest.raises(ValueError, match=re.escape("kernel_size must be")):
        Conv2D(filters=1, kernel_size=(3, 0))
    with pytest.raises(ValueError, match="rate must be a number from 0 to below 1, not nan"):
        Dropout(rate=float("nan"))
    with pytest.raises(KeyError):
        new_layer("Lambda")
