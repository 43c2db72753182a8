"""What is seen of a stack's problems, for the tests of rules and of fixes."""

from __future__ import annotations

from cnn_tui.network.problems.fixes import Problem
from cnn_tui.network.problems.problems import Goal, find_problems
from cnn_tui.network.stack import Stack

GOAL = Goal("sparse_categorical_crossentropy", 10)


def only(stack: Stack) -> Problem:
    """The one problem of a stack."""
    (problem,) = find_problems(stack, GOAL)
    return problem


def labels(problem: Problem) -> list[str]:
    """What the ways out are called."""
    return [fix.label for fix in problem.fixes]
