"""The callbacks come about ten times a second, whatever the network and the machine."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cnn_tui.training.loop import Pace

PERIOD = 0.1

GRAPH = 0.6
"""Seconds that the first step takes longer than the others."""


def new_pace() -> Pace:
    from cnn_tui.training.loop import Pace

    return Pace(PERIOD)


def executions(pace: Pace, step: float, call: float = 0.0, count: int = 30) -> list[tuple[int, float]]:
    """Steps and seconds of executions in which a step takes `step` seconds, and a call `call` more."""
    made = []
    for at in range(count):
        steps = pace.steps
        seconds = steps * step + call + (GRAPH if at == 0 else 0)
        made.append((steps, seconds))
        pace.took(steps, seconds)
    return made


@pytest.mark.parametrize("step", [0.00005, 0.0003, 0.0025, 0.02, 0.049])
@pytest.mark.parametrize("call", [0.0, 0.002])
def test_an_execution_soon_takes_a_tenth_of_a_second(step: float, call: float) -> None:
    made = executions(new_pace(), step, call)
    assert [steps for steps, _ in made[:2]] == [1, 1]
    assert all(seconds < 2 * PERIOD for _, seconds in made[1:])
    assert all(seconds > PERIOD / 2 for _, seconds in made[7:])


@pytest.mark.parametrize("step", [0.11, 3.0])
def test_a_step_that_takes_long_is_an_execution(step: float) -> None:
    assert {steps for steps, _ in executions(new_pace(), step)} == {1}


def test_a_machine_that_becomes_slower_or_faster_is_followed() -> None:
    pace = new_pace()
    for step in (0.001, 0.02, 0.0005):
        made = executions(pace, step)
        assert all(PERIOD / 2 < seconds < 2 * PERIOD for _, seconds in made[8:])


def test_one_late_execution_changes_little() -> None:
    pace = new_pace()
    executions(pace, 0.001)
    usual = pace.steps
    pace.took(usual, 3 * PERIOD)
    assert pace.steps >= usual / 3
    for _ in range(4):
        pace.took(pace.steps, pace.steps * 0.001)
    assert pace.steps >= usual * 0.8


def test_a_clock_that_stands_still_breaks_nothing() -> None:
    pace = new_pace()
    for _ in itertools.repeat(None, 50):
        pace.took(pace.steps, 0.0)
    assert pace.steps >= 1


def test_a_tenth_of_a_second_is_the_usual_one() -> None:
    from cnn_tui.training import loop

    assert loop.PERIOD == PERIOD


def test_a_fixed_pace_stays() -> None:
    from tests.training.fixed_pace import Fixed

    assert {steps for steps, _ in executions(Fixed(3), 0.001)} == {3}
