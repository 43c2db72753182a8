"""What is wrong with a stack, said on its layer, and the ways out that are offered."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.network.layers import (
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    RandomFlip,
    Rescaling,
)
from cnn_tui.network.losses import LOSSES
from cnn_tui.network.problems.fixes import Problem
from cnn_tui.network.problems.problems import (
    Goal,
    find_apart_outputs,
    find_output_problem,
    find_problems,
    find_spare_outputs,
)
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize
from tests.network.strategies import notes_net, stacks
from tests.properties import examples

GOAL = Goal("sparse_categorical_crossentropy", 10)
goals = st.builds(Goal, st.sampled_from([*LOSSES]), st.integers(2, 30), from_logits=st.booleans())


def only(stack: Stack) -> Problem:
    """The one problem of a stack."""
    (problem,) = find_problems(stack, GOAL)
    return problem


def ways_out(problem: Problem) -> dict[str, Stack]:
    """The fixes by what they are called."""
    assert len({fix.label for fix in problem.fixes}) == len(problem.fixes), "two ways out look the same"
    return {fix.label: fix.stack for fix in problem.fixes}


@pytest.mark.parametrize("filters", [16, 32, 64])
def test_the_notes_nets_have_no_problem(filters: int) -> None:
    assert find_problems(notes_net(filters), GOAL) == ()


def test_a_stack_without_layers_asks_for_one() -> None:
    for stack in (Stack((28, 28, 1)), Stack((28, 28, 1), (Flatten(enabled=False),))):
        problem = only(stack)
        assert (problem.layer, problem.message) == (0, "the stack has no layers yet: add one")
        assert find_problems(ways_out(problem)["add Flatten and Dense 10 softmax at the end"], GOAL) == ()


def test_where_labels_count_no_classes_nobody_is_offered_a_unit_for_each() -> None:
    odd = Goal("sparse_categorical_crossentropy", 91, "labels have gaps")
    for stack in (notes_net(), Stack((28, 28, 1)), Stack((28, 28, 1), (Conv2D(filters=4, kernel_size=(3, 3)),))):
        (problem,) = find_problems(stack, odd)
        assert problem.message.endswith("labels have gaps")
        assert problem.fixes == ()
    told = Dense(units=91, activation="softmax")
    assert find_problems(notes_net().replace(len(notes_net()) - 1, told), odd) == (), "one may, all the same"


def test_a_window_that_does_not_fit_names_the_layer_and_both_sizes() -> None:
    third = Conv2D(filters=32, kernel_size=(3, 3), activation="relu")
    stack = notes_net().insert(4, third).insert(5, MaxPooling2D()).insert(6, third)
    problem = only(stack)
    assert problem.layer == 7
    assert problem.message == "Conv2D's 3x3 kernel does not fit the 1x1 map it gets"
    ways = ways_out(problem)
    assert list(ways) == [
        "padding same",
        "remove the MaxPooling2D above (layer 6)",
        "kernel_size 1x1",
        "switch this Conv2D off",
    ]
    assert ways["padding same"].layers[6] == Conv2D(filters=32, kernel_size=(3, 3), activation="relu", padding="same")
    assert len(ways["remove the MaxPooling2D above (layer 6)"]) == len(stack) - 1
    assert not ways["switch this Conv2D off"].layers[6].enabled


def test_a_pooling_below_a_flatten_can_be_moved_above_it() -> None:
    stack = Stack((8, 8, 1), (Flatten(), AveragePooling2D(pool_size=(2, 2)), Dense(units=10, activation="softmax")))
    problem = only(stack)
    assert problem.layer == 2
    assert problem.message.startswith("AveragePooling2D needs a map")
    moved = ways_out(problem)["move this AveragePooling2D above the Flatten (layer 1)"]
    assert [layer.type for layer in moved.layers] == ["AveragePooling2D", "Flatten", "Dense"]
    assert find_problems(moved, GOAL) == ()


def test_a_flatten_that_is_missing_is_put_above_the_dense() -> None:
    problem = only(notes_net().delete(4))
    assert problem.layer == 6
    assert problem.message == (
        "the network ends in a 5x5x10 map, but the answer is one row of 10 numbers: a Flatten is missing"
    )
    assert ways_out(problem)["Flatten above the Dense (layer 5)"] == notes_net()


def test_too_few_numbers_for_the_classes() -> None:
    problem = only(notes_net().change(6, units=8))
    assert problem.layer == 7
    assert problem.message == "the network gives 8 numbers, but the data has 10 classes"
    assert ways_out(problem)["units 10"] == notes_net()


def test_more_numbers_than_classes_can_be_trained_and_are_a_warning() -> None:
    more = notes_net().change(6, units=12)
    assert find_problems(more, GOAL) == ()
    warning = find_spare_outputs(more, GOAL)
    assert warning is not None
    assert warning.layer == 7
    assert warning.message == (
        "the network gives 12 numbers, but the data has 10 classes: 2 of them are never the right answer"
    )
    assert ways_out(warning)["units 10"] == notes_net()
    assert find_spare_outputs(notes_net(), GOAL) is None


@pytest.mark.parametrize("activation", ["relu", "linear", "tanh"])
def test_an_answer_that_is_no_probability(activation: str) -> None:
    problem = only(notes_net().change(6, activation=activation))
    assert problem.layer == 7
    assert problem.message == (
        f"sparse_categorical_crossentropy needs probabilities, but the last layer's activation is {activation}"
    )
    ways = ways_out(problem)
    assert ways.pop("activation softmax") == notes_net()
    assert [*ways] == (["from_logits yes"] if activation == "linear" else [])


def test_sigmoids_for_classes_that_exclude_one_another_are_trained_with_a_warning() -> None:
    stack, goal = notes_net().change(6, activation="sigmoid"), Goal("categorical_crossentropy", 10)
    assert find_problems(stack, goal) == ()
    warning = find_apart_outputs(stack, goal)
    assert warning is not None
    assert (warning.layer, [*ways_out(warning).values()]) == (7, [notes_net()])
    assert "Keras computes it as if softmax stood there" in warning.message
    assert find_apart_outputs(notes_net(), goal) is None
    assert find_apart_outputs(stack, Goal("binary_crossentropy", 10)) is None
    assert find_problems(stack, msgspec.structs.replace(goal, from_logits=True))


TWO = notes_net().change(6, units=2)
ONE = notes_net().change(6, units=1, activation="sigmoid")
LOGIT = ONE.change(6, activation="linear")


@pytest.mark.parametrize(
    ("goal", "stack"),
    [
        (Goal("binary_crossentropy", 2), ONE),
        (Goal("mean_squared_error", 2), ONE),
        (Goal("binary_crossentropy", 2, from_logits=True), LOGIT),
        (Goal("binary_crossentropy", 2), TWO),
        (Goal("binary_crossentropy", 10), notes_net().change(6, activation="sigmoid")),
        (Goal("mean_squared_error", 10), notes_net()),
        (Goal("sparse_categorical_crossentropy", 10, from_logits=True), notes_net().change(6, activation="linear")),
        (Goal("categorical_crossentropy", 2, from_logits=True), TWO.change(6, activation="linear")),
    ],
)
def test_what_comes_out_is_what_the_loss_compares(goal: Goal, stack: Stack) -> None:
    assert find_problems(stack, goal) == ()
    assert find_spare_outputs(stack, goal) is None


@pytest.mark.parametrize(
    ("goal", "stack", "words", "ways"),
    [
        (
            Goal("binary_crossentropy", 10),
            ONE,
            "the network gives 1 number, but the data has 10 classes",
            ["units 10", "add Dense 10 sigmoid at the end"],
        ),
        (
            Goal("sparse_categorical_crossentropy", 2),
            ONE,
            "the network gives 1 number, but the data has 2 classes",
            ["units 2, activation softmax", "add Dense 2 softmax at the end", "loss binary_crossentropy"],
        ),
        (
            Goal("binary_crossentropy", 2),
            ONE.change(6, activation="softmax"),
            "binary_crossentropy needs probabilities, but the last layer's activation is softmax, which makes 1 of any "
            "single number",
            ["activation sigmoid"],
        ),
        (
            Goal("binary_crossentropy", 2),
            LOGIT,
            "binary_crossentropy needs probabilities, but the last layer's activation is linear",
            ["activation sigmoid", "from_logits yes"],
        ),
        (
            Goal("binary_crossentropy", 2, from_logits=True),
            ONE,
            "binary_crossentropy with from_logits needs logits, which are any numbers, but the last layer's activation "
            "is sigmoid",
            ["activation linear", "from_logits no"],
        ),
        (
            Goal("mean_squared_error", 2),
            LOGIT,
            "mean_squared_error needs probabilities, but the last layer's activation is linear",
            ["activation sigmoid"],
        ),
        (
            Goal("mean_squared_error", 10),
            notes_net().change(6, activation="relu"),
            "mean_squared_error needs probabilities, but the last layer's activation is relu",
            ["activation softmax"],
        ),
    ],
)
def test_an_output_that_is_not_what_the_loss_compares(goal: Goal, stack: Stack, words: str, ways: list[str]) -> None:
    (problem,) = find_problems(stack, goal)
    assert (problem.layer, problem.message) == (7, words)
    assert [fix.label for fix in problem.fixes] == ways
    for fix in problem.fixes:
        assert find_problems(fix.stack, goal.after(fix)) == (), fix.label


def test_two_classes_are_offered_the_one_unit_that_everybody_gives_them() -> None:
    (problem,) = find_problems(Stack((28, 28, 1)), Goal("binary_crossentropy", 2))
    assert problem.fixes[0].label == "add Flatten and Dense 1 sigmoid at the end"


def test_a_dropout_at_the_end_does_not_hide_a_wrong_activation() -> None:
    end = Dropout(rate=0.5)
    assert find_problems(notes_net().insert(7, end), GOAL) == ()
    problem = only(notes_net().change(6, activation="relu").insert(7, end))
    assert problem.layer == 7
    assert ways_out(problem) == {"activation softmax": notes_net().insert(7, end)}


def test_layers_switched_off_are_not_the_last() -> None:
    stack = notes_net().insert(7, Dense(units=3, enabled=False))
    assert find_problems(stack, GOAL) == ()
    assert only(notes_net().toggle(6)).layer == 6


@pytest.mark.parametrize("above", [(), (RandomFlip(),)])
def test_images_that_would_be_divided_twice(above: tuple[AnyLayer, ...]) -> None:
    net = Stack((28, 28, 1), (*above, *notes_net().layers))
    problem = only(net.insert(len(above), Rescaling(scale=1 / 255)))
    assert problem.layer == len(above) + 1
    assert "they were divided by 255 before the first layer" in problem.message
    assert ways_out(problem) == {"remove this Rescaling": net}
    both = only(net.insert(len(above), Rescaling(scale=1 / 127.5, offset=-1)))
    right = net.insert(len(above), Rescaling(scale=2, offset=-1))
    assert ways_out(both) == {"scale 2": right, "remove this Rescaling": net}
    assert find_problems(right, GOAL) == ()
    assert find_problems(notes_net().insert(2, Rescaling(scale=1 / 255)), GOAL) == ()


@settings(deadline=None, max_examples=examples(200))
@given(stacks(most=8), goals)
def test_a_problem_stands_on_its_layer_in_words_with_a_way_out(stack: Stack, goal: Goal) -> None:
    for problem in find_problems(stack, goal):
        assert 0 <= problem.layer <= len(stack)
        assert len(problem.message.split()) >= 5
        assert problem.message.isprintable()
        assert "None" not in problem.message
        assert ways_out(problem), "a problem without a way out"
        assert all(len(fix.label) <= 90 for fix in problem.fixes)
        if problem.layer:
            layer = stack.layers[problem.layer - 1]
            assert layer.enabled
            assert problem.message.startswith((layer.type, "the network ", goal.loss))
        assert (problem.layer == 0) == (not list(stack.enabled()))


@settings(deadline=None, max_examples=examples(300))
@given(stacks(most=8), goals)
def test_each_way_out_removes_its_problem(stack: Stack, goal: Goal) -> None:
    for problem in find_problems(stack, goal):
        for fix in problem.fixes:
            assert (fix.stack, goal.after(fix)) != (stack, goal), f"{fix.label} changes nothing"
            where = problem.layer + len(fix.stack) - len(stack)  # a layer above may have come or gone
            after = find_problems(fix.stack, goal.after(fix))
            assert (where, problem.message) not in [(one.layer, one.message) for one in after], fix.label
            summary = summarize(fix.stack)
            assert summary.stuck_at is None or summary.stuck_at > where, f"{fix.label}: still not built"


@settings(deadline=None, max_examples=examples(300))
@given(stacks(most=8), goals)
def test_first_ways_out_lead_to_a_network_that_can_be_trained(stack: Stack, goal: Goal) -> None:
    most = len(stack) + 3  # each layer may be in the way; then the shape, the classes and the activation of the answer
    for _ in range(most):
        problems = find_problems(stack, goal)
        if not problems:
            break
        goal, stack = goal.after(problems[0].fixes[0]), problems[0].fixes[0].stack
    assert find_problems(stack, goal) == ()
    (units,) = summarize(stack).output_shape or ()
    assert goal.fits(units)


def test_a_network_of_one_unit_gives_one_number() -> None:
    stack = Stack((28, 28, 1), (Flatten(), Dense(units=1, activation="softmax")))
    problem = find_output_problem(stack, Goal("sparse_categorical_crossentropy", 10))
    assert problem is not None
    assert problem.message == "the network gives 1 number, but the data has 10 classes"
