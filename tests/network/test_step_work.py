"""The work of a step: multiplications that are known exactly, and what goes with batch and training."""

from __future__ import annotations

import math

import pytest

from cnn_tui.network.layers import (
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    RandomFlip,
    SeparableConv2D,
)
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.step_work import STEP_OPERATIONS, WorkAmounts, step_work


def work(shape: Shape, *layers: AnyLayer, batch: int = 1) -> WorkAmounts:
    """What the last layer has to do."""
    return step_work(Stack(shape, layers), batch).layers[-1][1]


@pytest.mark.parametrize(
    ("layer", "forwards"),
    [
        (Conv2D(filters=32, kernel_size=(3, 3)), 26 * 26 * 32 * 9 * 4),
        (Conv2D(filters=32, kernel_size=(3, 3), padding="same"), 28 * 28 * 32 * 9 * 4),
        (Conv2D(filters=32, kernel_size=(5, 3), strides=(2, 2)), 12 * 13 * 32 * 15 * 4),
        (Conv2D(filters=64, kernel_size=(3, 3), groups=4), 26 * 26 * 64 * 9),
        (DepthwiseConv2D(kernel_size=(3, 3), depth_multiplier=2), 26 * 26 * 9 * 4 * 2),
        (SeparableConv2D(filters=32, kernel_size=(3, 3)), 26 * 26 * (9 * 4 + 4 * 32)),
        (Dense(units=10), 28 * 28 * 4 * 10),
        (MaxPooling2D(pool_size=(2, 2)), 0),
        (AveragePooling2D(pool_size=(2, 2)), 0),
        (BatchNormalization(), 0),
    ],
)
def test_the_first_layer_multiplies_forwards_and_once_back(layer: AnyLayer, forwards: int) -> None:
    """The way back asks for its weights alone: there is nothing before it that learns."""
    assert work((28, 28, 4), layer).multiplications == 2 * forwards
    assert work((28, 28, 4), layer, batch=32).multiplications == 2 * forwards * 32


def test_a_layer_behind_one_that_learns_hands_its_error_on() -> None:
    first, second = Conv2D(filters=4, kernel_size=(1, 1)), Conv2D(filters=32, kernel_size=(3, 3))
    forwards = 26 * 26 * 32 * 9 * 4
    assert work((28, 28, 1), first, second).multiplications == 3 * forwards
    frozen = Conv2D(filters=4, kernel_size=(1, 1), trainable=False)
    assert work((28, 28, 1), frozen, second).multiplications == 2 * forwards
    assert work((28, 28, 1), frozen).multiplications == 28 * 28 * 8


def test_few_filters_are_as_many_multiplications_as_the_next_eight() -> None:
    few, many, more = (work((28, 28, 4), Conv2D(filters=count, kernel_size=(3, 3))) for count in (5, 8, 9))
    assert few.multiplications == pytest.approx(many.multiplications)
    assert more.multiplications == pytest.approx(2 * many.multiplications)


def test_few_filters_are_as_much_arithmetic_as_a_block_where_it_is_filled_up() -> None:
    few, many, more = (work((28, 28, 4), Conv2D(filters=count, kernel_size=(3, 3))) for count in (5, 32, 33))
    assert many.filled_up == 0
    assert few.multiplications + few.filled_up == pytest.approx(many.multiplications)
    assert more.multiplications + more.filled_up == pytest.approx(2 * many.multiplications)


def test_a_convolution_is_passed_through_there_and_back() -> None:
    first, second = Conv2D(filters=4, kernel_size=(1, 1)), Conv2D(filters=4, kernel_size=(3, 3))
    assert work((28, 28, 1), first).convolutions == 2
    assert work((28, 28, 1), first, second).convolutions == 3
    assert work((28, 28, 1), Dense(units=10)).convolutions == 0


def test_a_pooling_compares_numbers_and_a_flatten_does_not() -> None:
    pooled, flat = work((28, 28, 8), MaxPooling2D(pool_size=(2, 2))), work((28, 28, 8), Flatten())
    assert pooled.multiplications == flat.multiplications == flat.windowed == flat.moved == 0
    assert pooled.windowed > 28 * 28 * 8
    assert work((28, 28, 8), Dropout(rate=0.5)).moved > 28 * 28 * 8
    assert work((28, 28, 8), MaxPooling2D(pool_size=(2, 2)), batch=10).windowed == 10 * pooled.windowed


def test_what_is_done_to_the_images_is_input() -> None:
    assert work((28, 28, 3), RandomFlip()) == WorkAmounts(1.0, pictured=2.0 * 28 * 28 * 3)
    step = step_work(Stack((28, 28, 3), (RandomFlip(),)), 16)
    assert step.beside == WorkAmounts(STEP_OPERATIONS, pictured=16.0 * 28 * 28 * 3)
    assert step.total.pictured == 3 * 16 * 28 * 28 * 3


def test_a_step_is_the_sum_of_its_layers_and_keeps_their_outputs() -> None:
    conv, dense = Conv2D(filters=32, kernel_size=(3, 3)), Dense(units=10)
    off = Conv2D(filters=64, kernel_size=(3, 3), enabled=False)
    step = step_work(Stack((28, 28, 1), (conv, off, Flatten(), dense)), 4)
    assert [name for name, _ in step.layers] == ["conv2d", "flatten", "dense"]
    assert step.total.multiplications == 4 * (2 * 26 * 26 * 32 * 9 + 3 * 26 * 26 * 32 * 10)
    assert step.outputs == 4 * (26 * 26 * 32 + 10)
    assert step.weights == step.learned == 320 + 216320 + 10


def test_a_stack_that_cannot_be_built_counts_as_far_as_it_can() -> None:
    step = step_work(Stack((4, 4, 1), (Flatten(), Conv2D(filters=2, kernel_size=(3, 3)))), 4)
    assert [name for name, _ in step.layers] == ["flatten"] and math.isfinite(step.total.moved)
