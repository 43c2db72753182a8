"""The shape rules against Keras itself, over random stacks of all kinds of layers."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import LAYERS, AnyLayer, new_layer
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import Row, keras_names, summarize
from tests.network.strategies import arguments_of, layers_of, notes_net, stacks


@pytest.fixture(scope="module")
def keras() -> Any:
    """Keras on the processor, quiet."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    import keras

    return keras


def build(keras: Any, layer: AnyLayer, shape: tuple[int, ...]) -> tuple[tuple[int, ...], int] | None:
    """The output shape and parameters that Keras gives a layer on `shape`; None where it cannot be built.

    Keras lets a dimension of 0 through; there is no network of it.
    """
    made = getattr(keras.layers, layer.type)(**arguments_of(layer))
    try:
        output = made(keras.KerasTensor((None, *shape)))
    except ValueError:
        return None
    size = tuple(output.shape[1:])
    return (size, made.count_params()) if min(size) >= 1 else None


def assert_as_keras(keras: Any, stack: Stack) -> Row | None:
    """Hold each row of the summary to Keras; gives the row that cannot be built, if any."""
    summary = summarize(stack)
    shape = stack.input_shape
    for at, layer in stack.enabled():
        row = summary.rows[at]
        made = build(keras, layer, shape)
        if made is None:
            assert summary.stuck_at == at + 1, f"Keras cannot build {layer} on {shape}, but the summary can"
            return row
        assert (row.output_shape, row.params) == made, f"{layer} on {shape}"
        shape = made[0]
    assert summary.stuck_at is None, f"Keras builds this, but not the summary: {summary.stuck_why}"
    return None


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(stack=stacks(most=5))
@example(stack=notes_net())
@example(stack=notes_net(16, "same"))
def test_shapes_and_parameters_are_those_of_keras(keras: Any, stack: Stack) -> None:
    assert_as_keras(keras, stack)


@pytest.mark.parametrize("kind", LAYERS)
def test_each_kind_is_as_in_keras_on_maps_and_rows(keras: Any, kind: str) -> None:
    outcomes: Counter[bool] = Counter()

    @settings(deadline=None, max_examples=25, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(layers_of(kind, pair=6, number=9), st.integers(1, 6), st.integers(1, 6), st.integers(1, 4))
    def hold(layer: AnyLayer, height: int, width: int, channels: int) -> None:
        on_map = assert_as_keras(keras, Stack((height, width, channels), (layer,)))
        assert_as_keras(keras, Stack((height * channels,), (layer,)))
        outcomes[on_map is None] += 1

    hold()
    assert outcomes[True], f"no {kind} could be built: its arguments in the test are too large"


@pytest.mark.parametrize("kind", LAYERS)
def test_defaults_are_those_of_keras(keras: Any, kind: str) -> None:
    """A file leaves defaults out, and so does the script that an experiment is."""
    cls = LAYERS[kind]
    needed = {field.name: field.start for field in fields_of(cls) if field.default is msgspec.NODEFAULT}
    made = getattr(keras.layers, kind)
    assert config_of(made(**arguments_of(cls(**needed)))) == config_of(made(**needed))


def config_of(layer: Any) -> dict[str, Any]:
    """All that Keras knows of a layer but its name."""
    return {key: value for key, value in layer.get_config().items() if key != "name"}


def test_names_are_those_of_a_fresh_keras_session(keras: Any) -> None:
    layers = [new_layer(kind) for kind in (*LAYERS, *reversed(LAYERS), *LAYERS)]
    keras.backend.clear_session()
    names = [getattr(keras.layers, layer.type)(**arguments_of(layer)).name for layer in layers]
    assert list(keras_names(Stack((28, 28, 1), tuple(layers)))) == names
