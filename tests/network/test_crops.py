"""A RandomCrop behind which a network could not be tested."""

from __future__ import annotations

from cnn_tui.network.layers import (
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    RandomCrop,
    RandomFlip,
    Resizing,
)
from cnn_tui.network.problems.problems import Goal, find_problems
from cnn_tui.network.stack import Stack

GOAL = Goal("sparse_categorical_crossentropy", 10)
CROP, FIRST = RandomCrop(height=20, width=16), Conv2D(filters=4, kernel_size=(3, 3))
ANSWER = Dense(units=10, activation="softmax")


def test_a_crop_that_another_size_goes_past_is_named_with_what_mends_it() -> None:
    stack = Stack((28, 28, 1), (RandomFlip(), CROP, FIRST, Flatten(), ANSWER))
    (problem,) = find_problems(stack, GOAL)
    assert problem.layer == 2
    assert "as Keras has it: 28x28, not 20x16," in problem.message
    assert [fix.label for fix in problem.fixes] == ["Resizing to 20x16 below", "CenterCrop in its place"]
    assert all(find_problems(fix.stack, GOAL) == () for fix in problem.fixes)
    assert problem.fixes[0].stack.layers[2] == Resizing(height=20, width=16, crop_to_aspect_ratio=True)


def test_a_crop_whose_size_does_not_matter_is_none() -> None:
    assert find_problems(Stack((28, 28, 1), (CROP, FIRST, GlobalAveragePooling2D(), ANSWER)), GOAL) == ()
    assert find_problems(Stack((20, 16, 1), (CROP, FIRST, Flatten(), ANSWER)), GOAL) == ()
