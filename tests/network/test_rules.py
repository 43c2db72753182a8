"""What the rules of every kind come to: shapes, parameters, how much is seen, and what cannot be built."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings

from cnn_tui.network.layers import (
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    LayerNormalization,
    MaxPooling2D,
    Normalization,
    PReLU,
    RandomContrast,
    RandomFlip,
    ReLU,
    Reshape,
    SeparableConv2D,
    UnitNormalization,
    UpSampling2D,
    ZeroPadding2D,
)
from cnn_tui.network.problems.fixes import fixes_of_stuck_layer
from cnn_tui.network.rules import flow
from cnn_tui.network.shapes import ClashError, DivisionError, RankError, ShapeError, SizeError
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.summary import summarize
from tests.network.plausible import plausible_stacks
from tests.network.seen import labels, only
from tests.network.strategies import notes_net


@pytest.mark.parametrize(
    ("layer", "output", "formula", "split"),
    [
        (Conv2D(filters=8, kernel_size=(3, 3), groups=4), (6, 6, 8), "3·3·1·8 + 8", (80, 0)),
        (Conv2D(filters=8, kernel_size=(3, 3), dilation_rate=(2, 3)), (4, 2, 8), "3·3·4·8 + 8", (296, 0)),
        (DepthwiseConv2D(kernel_size=(3, 3), depth_multiplier=2), (6, 6, 8), "3·3·4·2 + 8", (80, 0)),
        (SeparableConv2D(filters=5, kernel_size=(3, 3)), (6, 6, 5), "3·3·4·1 + 4·5 + 5", (61, 0)),
        (Conv2DTranspose(filters=2, kernel_size=(3, 3), strides=(2, 2)), (17, 17, 2), "3·3·2·4 + 2", (74, 0)),
        (BatchNormalization(), (8, 8, 4), "4·4", (8, 8)),
        (BatchNormalization(center=False), (8, 8, 4), "3·4", (4, 8)),
        (LayerNormalization(), (8, 8, 4), "2·4", (8, 0)),
        (LayerNormalization(center=False, scale=False), (8, 8, 4), "", (0, 0)),
        (Normalization(), (8, 8, 4), "2·4 + 1", (0, 9)),
        (Normalization(axis="pixel"), (8, 8, 4), "2·8·8·4 + 1", (0, 513)),
        (Normalization(axis="all"), (8, 8, 4), "2 + 1", (0, 3)),
        (UnitNormalization(axis="image"), (8, 8, 4), "", (0, 0)),
        (PReLU(), (8, 8, 4), "8·8·4", (256, 0)),
        (PReLU(shared_axes=(1, 2)), (8, 8, 4), "1·1·4", (4, 0)),
        (ZeroPadding2D(padding=(1, 2)), (10, 12, 4), "", (0, 0)),
        (Cropping2D(cropping=(1, 2)), (6, 4, 4), "", (0, 0)),
        (ZeroPadding2D(padding=(0, 1, 2, 3)), (9, 13, 4), "", (0, 0)),
        (Cropping2D(cropping=(4, 1, 0, 2)), (3, 6, 4), "", (0, 0)),
        (UpSampling2D(size=(2, 3)), (16, 24, 4), "", (0, 0)),
        (Reshape(target_shape=(4, -1)), (4, 64), "", (0, 0)),
        (GlobalAveragePooling2D(keepdims=True), (1, 1, 4), "", (0, 0)),
    ],
)
def test_shapes_and_parameters(layer: AnyLayer, output: Shape, formula: str, split: tuple[int, int]) -> None:
    made = flow(layer, (8, 8, 4))
    assert (made.output_shape, made.formula, (made.trainable, made.non_trainable)) == (output, formula, split)


def test_a_separable_convolution_is_cheaper() -> None:
    shape = (28, 28, 32)
    full = flow(Conv2D(filters=64, kernel_size=(3, 3), use_bias=False), shape)
    apart = flow(SeparableConv2D(filters=64, kernel_size=(3, 3), use_bias=False), shape)
    assert full.macs == 26 * 26 * 3 * 3 * 32 * 64
    assert apart.macs == 26 * 26 * (3 * 3 * 32 + 32 * 64)


CONV, POOL = Conv2D(filters=1, kernel_size=(3, 3)), MaxPooling2D()


@pytest.mark.parametrize(
    ("layers", "seen"),
    [
        ((CONV,), (3, 3)),
        ((CONV, CONV), (5, 5)),
        ((CONV, POOL, CONV, POOL), (10, 10)),
        ((Conv2D(filters=1, kernel_size=(3, 5), dilation_rate=(2, 3)),), (5, 13)),
        ((Conv2D(filters=1, kernel_size=(3, 3), strides=(2, 1)), CONV), (7, 5)),
        ((POOL, UpSampling2D(), CONV), (4, 4)),
        ((UpSampling2D(size=(4, 4)), CONV), (2, 2)),
        ((Conv2DTranspose(filters=1, kernel_size=(4, 4), strides=(2, 2)),), (2, 2)),
        ((BatchNormalization(), ReLU(), Dropout(rate=0.5), Dense(units=3)), (1, 1)),
        ((POOL, POOL, POOL, POOL), (16, 16)),
        ((Conv2D(filters=1, kernel_size=(11, 11), padding="same"),) * 4, (28, 28)),
        ((CONV, Flatten()), None),
        ((GlobalAveragePooling2D(keepdims=True), Conv2D(filters=1, kernel_size=(1, 1))), None),
        ((Reshape(target_shape=(14, 56, 1)),), None),
    ],
)
def test_how_much_of_the_image_one_output_sees(layers: tuple[AnyLayer, ...], seen: tuple[int, int] | None) -> None:
    assert summarize(Stack((28, 28, 1), layers)).rows[-1].receptive_field == seen


def test_memory_is_what_the_outputs_take_for_a_batch() -> None:
    summary = summarize(notes_net())
    assert [row.activations for row in summary.rows] == [21_632, 5_408, 3_872, 800, 800, 128, 10]
    assert summary.rows[0].memory_bytes(32) == 21_632 * 4 * 32
    assert summary.memory_bytes(32) == sum(row.memory_bytes(32) for row in summary.rows)
    off = summarize(notes_net().toggle(0)).rows[0]
    assert (off.activations, off.receptive_field) == (0, None)


@settings(deadline=None)
@given(plausible_stacks())
def test_rows_of_every_kind_hang_together(stack: Stack) -> None:
    seen_before: tuple[int, int] | None = (1, 1)
    for row in summarize(stack).rows:
        if not row.enabled or row.output_shape is None:
            continue
        assert row.activations == math.prod(row.output_shape)
        assert bool(row.formula) == bool(row.params)
        seen = row.receptive_field
        if seen is not None:
            assert seen_before is not None, "what has seen the whole image sees it all along"
            assert all(before <= now <= size for before, now, size in zip(seen_before, seen, stack.input_shape[:2]))  # noqa: B905
        seen_before = seen


@pytest.mark.parametrize(
    ("layer", "shape", "kind", "message"),
    [
        (
            Conv2D(filters=4, kernel_size=(3, 3), strides=(2, 1), dilation_rate=(1, 2)),
            (8, 8, 4),
            ClashError,
            "Conv2D takes strides 2x1 or dilation_rate 1x2, but not both: one of them has to be 1x1",
        ),
        (
            SeparableConv2D(filters=4, kernel_size=(3, 3), strides=(1, 2)),
            (8, 8, 4),
            ClashError,
            "SeparableConv2D's strides have to be the same in height and width, not 1x2",
        ),
        (
            Conv2D(filters=4, kernel_size=(3, 3), groups=3),
            (8, 8, 4),
            DivisionError,
            "Conv2D cannot split the channels it gets (4) into 3 equal groups",
        ),
        (
            Conv2D(filters=6, kernel_size=(3, 3), groups=4),
            (8, 8, 4),
            DivisionError,
            "Conv2D cannot split the filters it has (6) into 4 equal groups",
        ),
        (
            Conv2D(filters=6, kernel_size=(3, 3), dilation_rate=(4, 4)),
            (8, 8, 4),
            SizeError,
            "Conv2D's 9x9 dilated kernel does not fit the 8x8 map it gets",
        ),
        (
            Cropping2D(cropping=(4, 1)),
            (8, 8, 4),
            SizeError,
            "Cropping2D cuts 4x1 off each side, which leaves nothing of the 8x8 map it gets",
        ),
        (
            Reshape(target_shape=(7, 7)),
            (8, 8),
            DivisionError,
            "Reshape cannot make 7x7 of 8x8: 64 numbers do not fill it exactly",
        ),
        (
            Reshape(target_shape=(7, -1)),
            (8, 8),
            DivisionError,
            "Reshape cannot make 7x-1 of 8x8: 64 numbers do not fill it exactly",
        ),
        (
            PReLU(shared_axes=(1, 2)),
            (8,),
            ClashError,
            "PReLU cannot share its slopes along axis 2: its input has 1 axis",
        ),
        (
            RandomFlip(),
            (8, 8),
            RankError,
            "RandomFlip needs a map (height x width x channels), but gets 8x8: 2 dimensions",
        ),
        (
            RandomContrast(factor=0.1, value_range=(1, 0)),
            (8, 8, 1),
            ClashError,
            "RandomContrast's value_range goes from black to white, not from 1 to 0",
        ),
    ],
)
def test_what_cannot_be_built_is_said(layer: AnyLayer, shape: Shape, kind: type[ShapeError], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        flow(layer, shape)
    assert type(caught.value) is kind
    assert str(caught.value) == message
    stack = Stack(shape, (layer,))
    fixes = fixes_of_stuck_layer(stack, summarize(stack))
    assert len(fixes) >= 2, "switching the layer off is not the only way out"
    assert all(summarize(fix.stack).stuck_at is None for fix in fixes)


def test_groups_that_do_not_divide_become_the_nearest_that_do() -> None:
    assert labels(only(notes_net().change(2, groups=6))) == ["groups 4", "groups 1", "switch this Conv2D off"]
    assert labels(only(notes_net().change(2, groups=16, filters=40))) == [
        "groups 8",
        "groups 1",
        "filters 48",
        "switch this Conv2D off",
    ]


def test_a_convolution_below_a_global_pooling_can_keep_its_map() -> None:
    stack = notes_net().replace(4, GlobalAveragePooling2D()).insert(5, CONV)
    assert "keepdims yes in the GlobalAveragePooling2D (layer 5)" not in labels(only(stack)), "3x3 does not fit 1x1"
    assert "keepdims yes in the GlobalAveragePooling2D (layer 5)" in labels(only(stack.change(5, kernel_size=(1, 1))))
    assert "move this Conv2D above layer 5" in labels(only(stack))
