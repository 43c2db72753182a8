"""Counts and sentences in words."""

from __future__ import annotations

import pytest

from cnn_tui.network.answer import Goal, problem_of_answer
from cnn_tui.network.layers import Dense, Flatten
from cnn_tui.network.stack import Stack
from cnn_tui.network.words import counted, sentence


def test_one_is_no_plural() -> None:
    assert [counted(count, "run") for count in (0, 1, 2, 1_000)] == ["0 runs", "1 run", "2 runs", "1,000 runs"]
    assert [counted(count, "class", "classes") for count in (1, 2)] == ["1 class", "2 classes"]


@pytest.mark.parametrize(
    ("words", "told"),
    [("no such key", "No such key."), ("Did you mean x?", "Did you mean x?"), (" It is. ", "It is."), ("", ".")],
)
def test_a_sentence_begins_with_a_capital_and_ends(words: str, told: str) -> None:
    assert sentence(words) == told


def test_a_network_of_one_unit_gives_one_number() -> None:
    stack = Stack((28, 28, 1), (Flatten(), Dense(units=1, activation="softmax")))
    problem = problem_of_answer(stack, Goal("sparse_categorical_crossentropy", 10))
    assert problem is not None
    assert problem.message == "the network gives 1 number, but the data has 10 classes"
