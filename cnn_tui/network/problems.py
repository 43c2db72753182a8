"""What is wrong with a stack, in words, on its layer, each with fixes that are stacks themselves."""

from __future__ import annotations

from cnn_tui.network.answer import Goal, Problem, fixes_at_end, problem_of_answer
from cnn_tui.network.costs import problem_of_cost
from cnn_tui.network.fixes import Fix, fixes_of_stuck
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import Summary, summarize

__all__ = ["Fix", "Goal", "Problem", "find_problems"]


def find_problems(stack: Stack, goal: Goal, summary: Summary | None = None) -> tuple[Problem, ...]:
    """What keeps `stack` from being trained for `goal`; empty when nothing does.

    Either one layer that cannot be built, or all that is wrong with a stack that can.
    """
    summary = summary or summarize(stack)
    if not any(layer.enabled for layer in stack.layers):
        return (Problem(0, "the stack has no layers yet: add one", tuple(fixes_at_end(stack, goal))),)
    if summary.stuck_at is not None:
        return (Problem(summary.stuck_at, str(summary.stuck_why), fixes_of_stuck(stack, summary)),)
    found = (problem_of_cost(stack, summary), problem_of_answer(stack, goal))
    return tuple(problem for problem in found if problem is not None)
