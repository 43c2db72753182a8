"""What a test of learning rates suggests, on curves that are made: flat, falling, rising again."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from cnn_tui.analysis.rate_test import RateReading, advice


def curve(loss: Callable[[float], float], steps: int = 200) -> list[RateReading]:
    """Readings from 0.000001 to 10; `loss` is a function of the power of ten."""
    powers = [-6 + 7 * step / (steps - 1) for step in range(steps)]
    return [RateReading(10**power, loss(power)) for power in powers]


def falling(power: float) -> float:
    """From 2.3 down to 0.3, fastest at -3, and up again from -1 on; with the noise of batches."""
    down = 2.3 - 2.0 / (1 + math.exp(-4 * (power + 3)))
    up = 0.0 if power < -1 else 20 * (power + 1) ** 2
    return down + up + 0.15 * math.sin(power * 137)


def test_the_rate_at_which_the_loss_falls_fastest() -> None:
    found = advice(curve(falling))
    assert found.suggested is not None and -3.4 < math.log10(found.suggested) < -2.6
    assert -2 < math.log10(found.lowest) < -0.7
    assert found.sentences()[0] == f"Suggested: learning_rate {found.suggested:g}, where the loss falls fastest."
    assert len(f"{found.suggested:g}".strip("0.").replace(".", "")) <= 2, "two digits"


def test_a_loss_that_is_no_number_in_the_end_is_left_out() -> None:
    readings = [*curve(falling)[:150], RateReading(5.0, math.nan), RateReading(6.0, math.inf)]
    found = advice(readings)
    assert found.suggested is not None and len(found.smoothed) == 150


@pytest.mark.parametrize("loss", [lambda power: 2.3 + 0.1 * math.sin(power * 137), lambda power: 2.3 + max(0, power)])
def test_a_loss_that_does_not_fall_suggests_nothing(loss: Callable[[float], float]) -> None:
    found = advice(curve(loss))
    assert found.suggested is None
    assert found.sentences() == ["The loss does not fall at any of these rates: is the network right for its data?"]


@pytest.mark.parametrize("readings", [[], [RateReading(0.1, math.nan)], [RateReading(0.1, 1.0)] * 2])
def test_too_few_readings_suggest_nothing(readings: list[RateReading]) -> None:
    assert advice(readings).suggested is None
