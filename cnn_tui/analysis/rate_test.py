"""What a test of learning rates says: which one to train with, and how it was found.

The network is trained for a few hundred steps while the rate grows from very small to very large (Smith 2015, "Cyclical
Learning Rates for Training Neural Networks"). While it is too small, nothing is learned; then the loss falls; where the
rate is too large, it rises again.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

_WIDTH = 0.25
"""Half of the stretch, in powers of ten, over which the loss of single batches is averaged."""
_FALL = 0.1
"""The share of its first value by which the loss has to fall before a rate is suggested."""


class RateReading(NamedTuple):
    """The loss of one batch, and the rate of the step that learned from it."""

    rate: float
    loss: float


class RateAdvice(NamedTuple):
    """What the readings say."""

    suggested: float | None
    """Where the loss falls fastest, in two digits; None where it does not fall."""
    lowest: float
    """The rate at which it is lowest."""
    smoothed: tuple[RateReading, ...]
    """The readings, each with the mean loss of those around it."""

    def sentences(self) -> list[str]:
        if self.suggested is None:
            return ["The loss does not fall at any of these rates: is the network right for its data?"]
        return [
            f"Suggested: learning_rate {self.suggested:g}, where the loss falls fastest.",
            f"It is lowest at {self.lowest:.2g}: near that, and above it, training soon goes wrong.",
        ]


def advice(readings: Sequence[RateReading]) -> RateAdvice:
    """The rate to train with, from readings at growing rates."""
    smoothed = _smoothed([one for one in readings if math.isfinite(one.loss)])
    if len(smoothed) < 3:
        return RateAdvice(None, readings[0].rate if readings else 0.0, smoothed)
    bottom = min(range(len(smoothed)), key=lambda at: smoothed[at].loss)
    first, lowest = smoothed[0].loss, smoothed[bottom]
    if bottom < 2 or first - lowest.loss < _FALL * abs(first):
        return RateAdvice(None, lowest.rate, smoothed)
    steepest = min(range(1, bottom), key=lambda at: _slope(smoothed, at))
    return RateAdvice(float(f"{smoothed[steepest].rate:.2g}"), lowest.rate, smoothed)


def _smoothed(readings: Sequence[RateReading]) -> tuple[RateReading, ...]:
    powers = [math.log10(one.rate) for one in readings]
    means = []
    for at, one in enumerate(readings):
        near = [other.loss for power, other in zip(powers, readings, strict=True) if abs(power - powers[at]) <= _WIDTH]
        means.append(RateReading(one.rate, statistics.fmean(near)))
    return tuple(means)


def _slope(readings: Sequence[RateReading], at: int) -> float:
    """How fast the loss rises around a reading, for each power of ten of the rate."""
    before, after = readings[at - 1], readings[at + 1]
    return (after.loss - before.loss) / (math.log10(after.rate) - math.log10(before.rate))
