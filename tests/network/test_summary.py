"""The live summary: the figures of the course notes, the names that Keras gives, and what stands past a problem."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cnn_tui.network.layers import AveragePooling2D, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnn_tui.network.shapes import RankError, SizeError, show
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import keras_names, summarize
from tests.network.strategies import notes_net, stacks


@pytest.mark.parametrize(("filters", "params"), [(16, 55_098), (32, 113_386), (64, 243_786)])
def test_the_notes_nets_have_the_notes_parameters(filters: int, params: int) -> None:
    summary = summarize(notes_net(filters))
    assert summary.total_params == summary.trainable_params == params
    assert summary.non_trainable_params == 0
    assert summary.stuck_at is None


def test_the_other_nets_of_the_exercises_have_their_parameters() -> None:
    notes = notes_net()
    assert summarize(notes_net(padding="same")).total_params == 211_690
    without = notes.delete(0).delete(0).delete(0).delete(0)
    assert [layer.type for layer in without.layers] == ["Flatten", "Dense", "Dense"]
    assert summarize(without).total_params == 101_770
    assert summarize(notes.delete(2).delete(2)).total_params == 693_962


def test_what_is_frozen_is_not_trainable() -> None:
    notes = notes_net()
    summary = summarize(notes.change(0, trainable=False).change(5, trainable=False).change(1, trainable=False))
    assert (summary.rows[0].trainable, summary.rows[0].non_trainable) == (0, 320)
    assert (summary.trainable_params, summary.non_trainable_params) == (10_538, 102_848)
    assert summary.total_params == summarize(notes).total_params


def test_the_notes_net_of_16_filters_has_the_rows_of_the_notes() -> None:
    rows = [(row.index, row.type, row.output_shape, row.params) for row in summarize(notes_net(16)).rows]
    assert rows == [
        (1, "Conv2D", (26, 26, 16), 160),
        (2, "MaxPooling2D", (13, 13, 16), 0),
        (3, "Conv2D", (11, 11, 16), 2_320),
        (4, "MaxPooling2D", (5, 5, 16), 0),
        (5, "Flatten", (400,), 0),
        (6, "Dense", (128,), 51_328),
        (7, "Dense", (10,), 1_290),
    ]


def test_the_notes_net_of_64_filters_has_the_rows_of_the_notes() -> None:
    rows = [(row.output_shape, row.params) for row in summarize(notes_net(64)).rows]
    assert rows == [
        ((26, 26, 64), 640),
        ((13, 13, 64), 0),
        ((11, 11, 64), 36_928),
        ((5, 5, 64), 0),
        ((1600,), 0),
        ((128,), 204_928),
        ((10,), 1_290),
    ]


def test_a_formula_comes_to_the_parameters() -> None:
    rows = summarize(notes_net()).rows
    assert rows[2].formula == "3·3·32·32 + 32"
    assert rows[5].formula == "800·128 + 128"
    for row in rows:
        if row.params:
            assert eval(row.formula.replace("·", "*")) == row.params  # our own text, of digits and signs only


def test_multiplications_are_counted() -> None:
    rows = summarize(notes_net()).rows
    assert rows[0].macs == 26 * 26 * 32 * 3 * 3 * 1
    assert rows[2].macs == 11 * 11 * 32 * 3 * 3 * 32
    assert rows[5].macs == 800 * 128
    assert summarize(notes_net()).macs == sum(row.macs for row in rows)


def test_names_are_those_of_a_fresh_keras_session() -> None:
    assert keras_names(notes_net()) == (
        "conv2d",
        "max_pooling2d",
        "conv2d_1",
        "max_pooling2d_1",
        "flatten",
        "dense",
        "dense_1",
    )


def test_a_layer_switched_off_takes_no_number_no_shape_and_no_parameters() -> None:
    summary = summarize(notes_net().toggle(0))
    assert [row.name for row in summary.rows[:4]] == ["conv2d", "max_pooling2d", "conv2d", "max_pooling2d_1"]
    off = summary.rows[0]
    assert (off.enabled, off.params, off.macs, off.formula) == (False, 0, 0, "")
    assert off.output_shape == (28, 28, 1)
    assert summary.rows[1].output_shape == (14, 14, 1)


def test_rows_past_a_problem_have_no_shape() -> None:
    stack = Stack((4, 4, 1), (Conv2D(filters=2, kernel_size=(3, 3)), MaxPooling2D(pool_size=(3, 3)), Flatten()))
    summary = summarize(stack)
    assert [row.output_shape for row in summary.rows] == [(2, 2, 2), None, None]
    assert [row.params for row in summary.rows] == [20, 0, 0]
    assert summary.stuck_at == 2
    assert isinstance(summary.stuck_why, SizeError)
    assert str(summary.stuck_why) == "MaxPooling2D's 3x3 window does not fit the 2x2 map it gets"
    assert summary.output_shape is None
    assert summary.total_params == 20


def test_a_map_layer_under_a_row_says_what_it_needs() -> None:
    summary = summarize(Stack((4, 4, 2), (Flatten(), Conv2D(filters=2, kernel_size=(1, 1)))))
    assert summary.stuck_at == 2
    assert isinstance(summary.stuck_why, RankError)
    assert str(summary.stuck_why) == ("Conv2D needs a map (height x width x channels), but gets 32: a row of numbers")


def test_a_pool_that_drops_the_border_and_one_that_keeps_it() -> None:
    stack = Stack((5, 7, 2), (AveragePooling2D(pool_size=(2, 2)),))
    assert summarize(stack).output_shape == (2, 3, 2)
    assert summarize(stack.change(0, padding="same")).output_shape == (3, 4, 2)
    assert summarize(stack.change(0, strides=(1, 3))).output_shape == (4, 2, 2)


def test_a_stack_without_layers_gives_its_input() -> None:
    summary = summarize(Stack((28, 28, 1)))
    assert summary.rows == ()
    assert summary.output_shape == (28, 28, 1)
    assert summary.total_params == 0


def test_dense_and_dropout_work_on_a_map_too() -> None:
    summary = summarize(Stack((4, 5, 3), (Dropout(rate=0.5), Dense(units=2, use_bias=False))))
    assert [(row.output_shape, row.params) for row in summary.rows] == [((4, 5, 3), 0), ((4, 5, 2), 6)]


def test_a_shape_is_shown_as_people_write_it() -> None:
    assert show((26, 26, 32)) == "26x26x32"
    assert show((800,)) == "800"


@settings(deadline=None)
@given(stacks(most=8))
def test_rows_hang_together(stack: Stack) -> None:
    summary = summarize(stack)
    assert [row.index for row in summary.rows] == list(range(1, len(stack) + 1))
    shape = stack.input_shape
    for row, layer in zip(summary.rows, stack.layers, strict=True):
        past = summary.stuck_at is not None and row.index >= summary.stuck_at
        assert (row.output_shape is None) == past
        assert row.params == row.trainable + row.non_trainable
        if past:
            assert (row.params, row.macs, row.formula) == (0, 0, "")
            continue
        assert row.output_shape is not None
        assert row.input_shape == shape
        assert min(row.output_shape) >= 1
        assert layer.enabled or row.output_shape == shape
        shape = row.output_shape
    assert summary.total_params == sum(row.params for row in summary.rows)
    assert (summary.stuck_at is None) == (summary.stuck_why is None)
