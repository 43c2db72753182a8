"""Stacks that can be built and still not be trained: no memory holds them, or no loss takes their answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cnn_tui.network.layers import (
    LAYERS,
    Activation,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    Softmax,
    UpSampling2D,
    new_layer,
)
from cnn_tui.network.problems.problems import find_problems
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize
from tests.network.plausible import plausible_stacks
from tests.network.seen import GOAL, labels, only
from tests.network.strategies import notes_net
from tests.properties import examples


def test_a_network_without_a_flatten_has_two_ways_to_a_row() -> None:
    assert labels(only(notes_net().delete(4)))[:2] == [
        "Flatten above the Dense (layer 5)",
        "GlobalAveragePooling2D above layer 5",
    ]


def test_a_dense_that_fits_into_no_memory() -> None:
    problem = only(notes_net().change(5, units=4_000_000))
    assert problem.layer == 6
    assert problem.message == (
        "Dense would learn 3,204,000,000 numbers, and training takes 38 GB for them alone: more than 16 GB is not tried"
    )
    assert labels(problem) == [
        "MaxPooling2D 2x2 above the Flatten (layer 5)",
        "GlobalAveragePooling2D instead of the Flatten (layer 5)",
        "units 2048",
        "switch this Dense off",
    ]
    assert all(find_problems(fix.stack, GOAL.after(fix)) == () for fix in problem.fixes)


def test_a_map_that_fits_into_no_memory() -> None:
    stack = notes_net().insert(1, UpSampling2D(size=(200, 200)))
    problem = find_problems(stack, GOAL)[0]
    assert problem.layer == 2
    assert problem.message == (
        "UpSampling2D would make 865,280,000 numbers of a single image, 3 GB: more than 2 GB is not tried"
    )
    assert labels(problem) == ["size 4x4", "switch this UpSampling2D off"]
    assert all(find_problems(fix.stack, GOAL.after(fix)) == () for fix in problem.fixes)


@pytest.mark.parametrize(
    "end",
    [
        (Dense(units=10), Softmax()),
        (Dense(units=10), Activation(activation="softmax")),
        (Dense(units=10, activation="softmax"), Activation(activation="linear")),
        (Dense(units=10, activation="softmax"), Dropout(rate=0.1)),
        (Reshape(target_shape=(4, 4, 8)), Conv2D(filters=10, kernel_size=(4, 4), activation="softmax"), Flatten()),
        (Reshape(target_shape=(4, 4, 8)), Conv2D(filters=10, kernel_size=(1, 1)), GlobalAveragePooling2D(), Softmax()),
    ],
)
def test_probabilities_may_come_from_more_than_one_kind_of_end(end: tuple[AnyLayer, ...]) -> None:
    assert find_problems(Stack((28, 28, 1), (*notes_net().layers[:6], *end)), GOAL) == ()


@pytest.mark.parametrize(
    ("end", "what", "ways"),
    [
        ((Dense(units=10),), "the last layer's activation is linear", ["activation softmax", "from_logits yes"]),
        (
            (Dense(units=10), Activation(activation="log_softmax")),
            "the last layer's activation is log_softmax",
            ["activation softmax"],
        ),
        (
            (Dense(units=10, activation="softmax"), BatchNormalization()),
            "a BatchNormalization at the end makes none",
            ["add Softmax at the end"],
        ),
        ((Dense(units=10), ReLU()), "a ReLU at the end makes none", ["add Softmax at the end"]),
        (
            (Reshape(target_shape=(4, 4, 8)), Conv2D(filters=10, kernel_size=(1, 1)), GlobalAveragePooling2D()),
            "the last layer's activation is linear",
            ["add Softmax at the end", "from_logits yes"],
        ),
        (
            (Reshape(target_shape=(4, 4, 8)), AveragePooling2D(pool_size=(4, 4)), Dense(units=10), Flatten()),
            "the last layer's activation is linear",
            ["activation softmax", "from_logits yes"],
        ),
    ],
)
def test_an_end_that_makes_no_probabilities(end: tuple[AnyLayer, ...], what: str, ways: list[str]) -> None:
    problem = only(Stack((28, 28, 1), (*notes_net().layers[:6], *end)))
    assert problem.message == f"sparse_categorical_crossentropy needs probabilities, but {what}"
    assert labels(problem) == ways
    assert all(find_problems(fix.stack, GOAL.after(fix)) == () for fix in problem.fixes)


@settings(deadline=None, max_examples=examples(200))
@given(plausible_stacks())
def test_an_answer_is_right_after_any_of_its_fixes(stack: Stack) -> None:
    if summarize(stack).stuck_at is not None:
        return
    for problem in find_problems(stack, GOAL):
        assert problem.fixes
        for fix in problem.fixes:
            assert find_problems(fix.stack, GOAL.after(fix)) == (), fix.label


@pytest.mark.parametrize("kind", LAYERS)
def test_a_new_layer_fits_below_a_convolution_or_says_what_it_needs(kind: str) -> None:
    stack = notes_net().insert(1, new_layer(kind))
    for problem in find_problems(stack, GOAL):
        assert problem.fixes, f"a new {kind} breaks the network, and there is no way out"
