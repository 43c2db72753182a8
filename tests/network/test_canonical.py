"""Networks that are the same have one fingerprint, and only those: held to Keras's own layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cnn_tui.network.layers import (
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    MaxPooling2D,
    PReLU,
    RandomRotation,
    RandomZoom,
    SeparableConv2D,
)
from cnn_tui.network.rules import flow
from cnn_tui.network.shapes import ShapeError
from cnn_tui.network.stack import Stack, canonical
from cnn_tui.network.values import L1L2
from tests.network.strategies import any_layer, notes_net

ALIKE: list[tuple[AnyLayer, AnyLayer]] = [
    (MaxPooling2D(pool_size=(2, 2)), MaxPooling2D(pool_size=(2, 2), strides=(2, 2))),
    (MaxPooling2D(pool_size=(1, 1), padding="same"), MaxPooling2D(pool_size=(1, 1))),
    (MaxPooling2D(pool_size=(1, 1), strides=(2, 3), padding="same"), MaxPooling2D(pool_size=(1, 1), strides=(2, 3))),
    (AveragePooling2D(pool_size=(3, 2)), AveragePooling2D(pool_size=(3, 2), strides=(3, 2))),
    (Conv2D(filters=3, kernel_size=(1, 1)), Conv2D(filters=3, kernel_size=(1, 1), padding="same")),
    (
        Conv2D(filters=3, kernel_size=(1, 1), strides=(2, 2)),
        Conv2D(filters=3, kernel_size=(1, 1), strides=(2, 2), padding="same"),
    ),
    (Conv2D(filters=3, kernel_size=(1, 1)), Conv2D(filters=3, kernel_size=(1, 1), dilation_rate=(2, 2))),
    (
        Conv2D(filters=3, kernel_size=(3, 3)),
        Conv2D(filters=3, kernel_size=(3, 3), kernel_regularizer=L1L2(), strides=(1, 1), groups=1),
    ),
    (DepthwiseConv2D(kernel_size=(1, 1)), DepthwiseConv2D(kernel_size=(1, 1), padding="same")),
    (
        SeparableConv2D(filters=2, kernel_size=(1, 1)),
        SeparableConv2D(filters=2, kernel_size=(1, 1), padding="same", pointwise_regularizer=L1L2()),
    ),
    (PReLU(shared_axes=(1, 2)), PReLU(shared_axes=(2, 1, 2))),
    (RandomRotation(factor=0.1), RandomRotation(factor=0.1, fill_value=1.0)),
    (MaxPooling2D(pool_size=(2, 2)), MaxPooling2D(pool_size=(2, 2), trainable=False)),
]

OTHERS: list[tuple[AnyLayer, AnyLayer]] = [
    (MaxPooling2D(pool_size=(2, 2)), MaxPooling2D(pool_size=(2, 2), strides=(1, 1))),
    (MaxPooling2D(pool_size=(2, 2)), MaxPooling2D(pool_size=(2, 2), padding="same")),
    (MaxPooling2D(pool_size=(2, 2)), AveragePooling2D(pool_size=(2, 2))),
    (Dense(units=3), Dense(units=3, trainable=False)),
    (Conv2D(filters=3, kernel_size=(3, 1)), Conv2D(filters=3, kernel_size=(3, 1), padding="same")),
    (
        Conv2DTranspose(filters=3, kernel_size=(1, 1), strides=(2, 2)),
        Conv2DTranspose(filters=3, kernel_size=(1, 1), strides=(1, 1)),
    ),
    (Conv2D(filters=3, kernel_size=(1, 1)), Conv2D(filters=3, kernel_size=(1, 1), kernel_regularizer=L1L2(l2=0.1))),
    # Without a factor for the width the image keeps its proportions.
    (RandomZoom(height_factor=0.1), RandomZoom(height_factor=0.1, width_factor=0.1)),
    (
        RandomRotation(factor=0.1, fill_mode="constant"),
        RandomRotation(factor=0.1, fill_mode="constant", fill_value=1.0),
    ),
    (Dense(units=3), Dense(units=3, kernel_initializer="he_normal")),
]


def fingerprint(layer: AnyLayer) -> str:
    """The fingerprint of a network of this layer alone."""
    return Stack((7, 9, 2), (layer,)).fingerprint()


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=lambda layer: layer.type)
def test_the_same_written_otherwise_is_the_same_network(one: AnyLayer, other: AnyLayer) -> None:
    assert one != other
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=lambda layer: layer.type)
def test_keras_computes_the_same_for_both(one: AnyLayer, other: AnyLayer) -> None:
    """The layers get the same weights; what comes out, while training too, is equal to the last bit."""
    import keras

    from cnn_tui.training.model.build import keras_layer

    images = np.random.default_rng(3).random((2, 7, 9, 2), np.float32)

    def answer(layer: AnyLayer) -> Any:
        keras.utils.set_random_seed(5)
        made = keras_layer(layer, "one")
        return np.asarray(made(images, training=True)), [weight.shape for weight in made.weights], made.losses

    (first, shapes, _), (second, others, losses) = answer(one), answer(other)
    assert shapes == others
    assert np.array_equal(first, second)
    assert [float(loss) for loss in losses] == [0.0] * len(losses)


@pytest.mark.parametrize(("one", "other"), OTHERS, ids=lambda layer: layer.type)
def test_what_makes_a_difference_makes_another_network(one: AnyLayer, other: AnyLayer) -> None:
    assert fingerprint(one) != fingerprint(other)


@settings(deadline=None)
@given(any_layer(4, 12))
def test_writing_a_layer_alike_keeps_its_shapes_and_is_done_once(layer: AnyLayer) -> None:
    written = canonical(layer)
    assert canonical(written) == written

    def made(one: AnyLayer) -> object:
        try:
            return flow(one, (9, 7, 12))
        except ShapeError as error:
            return type(error)

    assert made(written) == made(layer)


def test_a_layer_switched_off_is_no_part_of_the_network() -> None:
    net = notes_net()
    written = net.change(1, strides=(2, 2)).change(3, strides=(2, 2))
    assert written.insert(5, Dense(units=9, enabled=False)).fingerprint() == net.fingerprint()
