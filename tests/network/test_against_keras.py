"""The shape rules against Keras itself, over random stacks of all kinds of layers and arguments.

A stack counts as one that Keras takes when each of its layers can be built, called while training, and
differentiated: what only breaks in the first training step is no network either.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnn_tui.network.fields import Field, fields_of
from cnn_tui.network.layers import (
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    DepthwiseConv2D,
    RandomBrightness,
    RandomContrast,
    SeparableConv2D,
    UpSampling2D,
    ZeroPadding2D,
    new_layer,
)
from cnn_tui.network.problems.fixes import fixes_of_stuck_layer
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.summary import keras_names, summarize
from cnn_tui.network.values import L1L2
from tests.network.plausible import plausible_stacks
from tests.network.strategies import FIELD_IDS, FIELDS, KERAS_LAYERS, layers_of, notes_net
from tests.properties import examples

pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")


class Made(NamedTuple):
    """What Keras makes of a layer."""

    output_shape: Shape
    trainable: int
    non_trainable: int


class Keras(NamedTuple):
    """Keras on the processor, and our way to its layers."""

    module: Any
    layer: Callable[[AnyLayer, str], Any]

    def build(self, layer: AnyLayer, shape: Shape, *, train: bool = True) -> Made | None:
        """What Keras makes of a layer on `shape`; None where it refuses, in the first training step at the latest.

        Four things that Keras lets through are none here: a dimension of 0, changes of an image that is none (it would
        take the batch for one), a contrast whose white is darker than its black, and depthwise
        strides that differ, which only some processors can do.
        """
        if _lets_through(layer, shape):
            return None
        try:
            made = self.layer(layer, "made")
            output = made(self.module.KerasTensor((None, *shape)))
            size = tuple(output.shape[1:])
            if min(size) < 1:
                return None
            if train:
                self._step(made, shape, size)
        except (ValueError, IndexError, TypeError):
            return None
        weights = (made.trainable_weights, made.non_trainable_weights)
        trainable, fixed = (sum(math.prod(weight.shape) for weight in group) for group in weights)
        return Made(size, trainable, fixed)

    def _step(self, made: Any, shape: Shape, size: Shape) -> None:
        import tensorflow as tf

        images = tf.ones((2, *shape))
        with tf.GradientTape() as tape:
            tape.watch(images)
            answer = made(images, training=True)
        gradients = tape.gradient(answer, [images, *made.trainable_variables])
        assert tuple(answer.shape[1:]) == size, "what Keras says of a shape is not what it makes of it"
        assert all(gradient is not None for gradient in gradients)


def _lets_through(layer: AnyLayer, shape: Shape) -> bool:
    if isinstance(layer, DepthwiseConv2D | SeparableConv2D):
        return layer.strides[0] != layer.strides[1] and layer.dilation_rate == (1, 1)
    if isinstance(layer, RandomContrast | RandomBrightness) and layer.value_range[0] >= layer.value_range[1]:
        return True
    return (layer.type.startswith("Random") or layer.type in ("Resizing", "CenterCrop")) and len(shape) != 3


@pytest.fixture(scope="module")
def keras() -> Keras:
    """Keras, quiet and without a GPU."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    import keras

    from cnn_tui.training.model.build import keras_layer

    return Keras(keras, keras_layer)


def assert_as_keras(keras: Keras, stack: Stack) -> bool:
    """Hold each row of the summary to Keras; gives whether the stack can be built."""
    summary = summarize(stack)
    shape = stack.input_shape
    for at, layer in stack.enabled():
        row = summary.rows[at]
        made = keras.build(layer, shape)
        if made is None:
            assert summary.stuck_at == at + 1, f"Keras cannot build {layer} on {shape}, but the summary can"
            return False
        assert summary.stuck_at != at + 1, f"Keras builds {layer} on {shape}, but not the summary: {summary.stuck_why}"
        assert (row.output_shape, row.trainable, row.non_trainable) == made, f"{layer} on {shape}"
        if row.params:
            assert eval(row.formula.replace("·", "*")) == row.params, row.formula  # our own text: digits and signs
        shape = made.output_shape
    assert summary.stuck_at is None
    return True


def test_stacks_are_what_keras_makes_of_them(keras: Keras, record_property: Callable[[str, object], None]) -> None:
    verdicts: Counter[bool] = Counter()

    @settings(deadline=None, max_examples=examples(250, 80), suppress_health_check=list(HealthCheck))
    @given(plausible_stacks())
    @example(notes_net())
    @example(notes_net(16, "same"))
    def hold(stack: Stack) -> None:
        valid = assert_as_keras(keras, stack)
        verdicts[valid] += 1
        if not valid:
            assert_fixes_are_as_keras(keras, stack)

    hold()
    record_property("verdicts", dict(verdicts))
    print(f"\n{verdicts.total()} stacks: {verdicts[True]} can be built, {verdicts[False]} cannot")
    assert min(verdicts[True], verdicts[False]) > verdicts.total() / 10, "the stacks are too much alike to say much"


def test_every_kind_is_as_keras_makes_it(keras: Keras) -> None:
    for kind in KERAS_LAYERS:
        assert assert_as_keras(keras, Stack((28, 28, 1), (new_layer(kind),)))


def assert_fixes_are_as_keras(keras: Keras, stack: Stack) -> None:
    """Each way past the layer that cannot be built is one for Keras too."""
    summary = summarize(stack)
    assert summary.stuck_at is not None
    for fix in fixes_of_stuck_layer(stack, summary):
        rows = summarize(fix.stack).rows[: summary.stuck_at + len(fix.stack) - len(stack)]
        for row, layer in zip(rows, fix.stack.layers, strict=False):
            if layer.enabled and layer not in stack.layers:
                assert row.input_shape is not None
                assert keras.build(layer, row.input_shape, train=False) is not None, f"{fix.label}: {layer}"


@pytest.mark.parametrize("kind", KERAS_LAYERS)
def test_each_kind_is_as_in_keras_on_maps_and_rows(keras: Keras, kind: str) -> None:
    outcomes: Counter[bool] = Counter()

    @settings(deadline=None, max_examples=12, database=None, suppress_health_check=list(HealthCheck))
    @given(layers_of(kind, pair=5, number=6), st.integers(1, 6), st.integers(1, 6), st.integers(1, 4))
    @example(new_layer(kind), 8, 8, 2)
    def hold(layer: AnyLayer, height: int, width: int, channels: int) -> None:
        layer = msgspec.structs.replace(layer, enabled=True)
        outcomes[assert_as_keras(keras, Stack((height, width, channels), (layer,)))] += 1
        assert_as_keras(keras, Stack((height * channels,), (layer,)))

    hold()
    assert outcomes[True], f"no {kind} could be built: its arguments in the test are too large"


@pytest.mark.parametrize("kind", KERAS_LAYERS)
def test_defaults_are_those_of_keras(keras: Keras, kind: str) -> None:
    """A file leaves defaults out, and so does the script that an experiment is."""
    cls = KERAS_LAYERS[kind]
    needed = {field.name: field.start for field in fields_of(cls) if field.default is msgspec.NODEFAULT}
    ours = keras.layer(cls(**needed), "made")  # type: ignore[arg-type]
    assert config_of(ours) == config_of(getattr(keras.module.layers, kind)(**needed))


@pytest.mark.long
@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=FIELD_IDS)
def test_keras_takes_every_value_that_is_allowed(keras: Keras, kind: str, field: Field) -> None:
    layer = new_layer(kind)
    plain = config_of(keras.layer(layer, "made"))
    bounds = [bound for bound in (field.low, field.high) if bound is not None]
    if field.kind in ("pair", "borders", "ints"):
        bounds = [(int(bound), int(bound)) for bound in bounds]  # type: ignore[misc]
    if field.kind == "range":
        bounds = [0, field.high, (field.low, field.high), (0.1, 0.2), (0.2, 0.1)]  # type: ignore[list-item]
    for value in (*field.choices, *field.ladder, *bounds, field.start):
        besides = {"groups": {"filters": value}, "dilation_rate": {"strides": (1, 1)}}.get(field.name, {})
        changed = msgspec.structs.replace(layer, **{field.name: value}, **besides)
        given_ = config_of(keras.layer(changed, "made"))
        if getattr(changed, "pool_size", None) != value:  # as strides, that is what Keras puts there by itself
            assert (given_ == plain) == (changed == layer), f"{field.name} {value} does not reach Keras"
        if value in field.choices or value in field.ladder:
            assert_as_keras(keras, Stack((12, 12, 32), (changed,)))


def config_of(layer: Any) -> dict[str, Any]:
    """All that Keras knows of a layer but its name, and the seed that it draws for a RandomCrop."""
    return {key: value for key, value in layer.get_config().items() if key not in ("name", "seed")}


@pytest.mark.parametrize("word", ["l1", "l2", "l1_l2"])
def test_a_penalty_by_its_name_is_keras_own(keras: Keras, word: str) -> None:
    (field,) = [field for field in fields_of(Conv2D) if field.name == "kernel_regularizer"]
    penalty = field.parse(word)
    assert isinstance(penalty, L1L2)
    layer = Conv2D(filters=1, kernel_size=(1, 1), kernel_regularizer=penalty)
    weights = keras.module.ops.convert_to_tensor([[1.0, -2.0], [0.5, 0.0]])
    # Keras documents "l1_l2", with these numbers, but does not find it.
    own = keras.module.regularizers
    expected = (own.L1L2(l1=0.01, l2=0.01) if word == "l1_l2" else own.get(word))(weights)
    assert float(keras.layer(layer, "made").kernel_regularizer(weights)) == pytest.approx(float(expected))


def test_names_are_those_of_a_fresh_keras_session(keras: Keras) -> None:
    layers = [new_layer(kind) for kind in (*KERAS_LAYERS, *reversed(KERAS_LAYERS), *KERAS_LAYERS)]
    keras.module.backend.clear_session()
    names = [
        getattr(keras.module.layers, layer.type).from_config(config_of(keras.layer(layer, "x"))) for layer in layers
    ]
    assert list(keras_names(Stack((28, 28, 1), tuple(layers)))) == [layer.name for layer in names]


MOVE = AveragePooling2D(pool_size=(2, 2))
LOOK = Conv2D(filters=1, kernel_size=(3, 3))


@pytest.mark.parametrize(
    "layers",
    [
        (LOOK, MOVE, LOOK, MOVE),
        (Conv2D(filters=1, kernel_size=(3, 2), dilation_rate=(2, 3)), LOOK),
        (Conv2D(filters=1, kernel_size=(3, 3), strides=(2, 3), padding="same"), LOOK),
        (AveragePooling2D(pool_size=(3, 3), strides=(1, 2)), DepthwiseConv2D(kernel_size=(2, 2), strides=(2, 2)), LOOK),
        (ZeroPadding2D(padding=(2, 1)), SeparableConv2D(filters=1, kernel_size=(5, 3)), Cropping2D(cropping=(1, 0))),
        (MOVE, UpSampling2D(size=(2, 3)), LOOK),
        (MOVE, UpSampling2D(interpolation="bilinear"), LOOK),
        (MOVE, Conv2DTranspose(filters=1, kernel_size=(3, 3), strides=(2, 2)), LOOK),
    ],
)
def test_an_output_sees_what_its_gradient_reaches(keras: Keras, layers: tuple[AnyLayer, ...]) -> None:
    import numpy as np
    import tensorflow as tf

    stack = Stack((24, 24, 1), layers)
    model = keras.module.Sequential(
        [keras.module.Input((24, 24, 1)), *(keras.layer(one, f"layer_{at}") for at, one in enumerate(layers))]
    )
    for weight in model.trainable_weights:
        weight.assign(np.ones(weight.shape))
    image = tf.ones((1, 24, 24, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        answer = tf.reshape(model(image), [-1])
    reached = tape.jacobian(answer, image).numpy()[:, 0, :, :, 0] != 0
    widest = tuple(max(int(np.ptp(np.nonzero(one.any(axis))[0])) + 1 for one in reached) for axis in (1, 0))
    assert summarize(stack).rows[-1].receptive_field == widest
