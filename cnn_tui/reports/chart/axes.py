"""The axes of a chart: which epochs and values they span, where their ticks are, and what of a curve they can show.

Bounds are round and seldom move, so that a new point changes few lines.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from cnn_tui.text import padded

Bounds = tuple[float, float]
XY = tuple[float, float]

_MANTISSAS = (1.0, 2.0, 5.0)
_FAR = 3.0
"""Values of a log scale that are not so many times each other get the bounds and ticks of a linear one."""
_SPANS = tuple(part * 10**scale for scale in range(7) for part in (1, 2, 5))


class Zoom:
    """Which epochs are shown: all of them, or a round number of them, which follow the end or stay."""

    def __init__(self) -> None:
        self._span: int | None = None
        self._left: int | None = None

    def window(self, epochs: int, end: float) -> tuple[int, int]:
        """The first and last epoch mark on the axis, of `epochs` in all; `end` is where the curves end."""
        if self._span is None or self._span >= epochs:
            return 0, epochs
        right = max(self._span, math.ceil(end)) if self._left is None else self._left + self._span
        right = min(right, epochs)
        return right - self._span, right

    def step(self, by: int, epochs: int, about: float | None) -> bool:
        """Show fewer epochs (1) or more (-1) around `about`, else up to the end; False when it cannot."""
        span = min(self._span or epochs, epochs)
        fewer = [one for one in _SPANS if one < span]
        more = [one for one in _SPANS if span < one < epochs]
        if (by > 0 and not fewer) or (by < 0 and span >= epochs):
            return False
        self._span = fewer[-1] if by > 0 else more[0] if more else None
        self._left = None
        if self._span is not None and about is not None:
            self._left = max(0, min(math.ceil(about - self._span / 2 - 0.5), epochs - self._span))
        return True

    def show_all(self) -> None:
        self._span = self._left = None

    def reveal(self, at: float, epochs: int, end: float) -> None:
        """Shift the epochs shown, if need be, so that `at` is among them."""
        left, right = self.window(epochs, end)
        if (self._span is not None and not (left < at or left == at == 0)) or at > right:
            self._left = max(0, math.ceil(at) - 1) if at <= left else math.ceil(at) - (right - left)


def bounds(values: Sequence[float], before: Bounds | None, log: bool = False) -> Bounds:
    """Round bounds that hold all values; the earlier ones while they do, so that the axis seldom moves.

    With `log`, where the values are above 0 and far apart, they are powers of ten, or two or five times one.
    """
    if not values:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(values), max(values)
    if before and before[1] > before[0]:
        if before[0] <= low and high <= before[1]:
            return before
        low, high = min(low, before[0]), max(high, before[1])
    if log and high > low * _FAR:
        return _round_down(low), _round_up(high)
    span = high - low if high > low else abs(high) * 0.1
    step = _round_step(max(span, abs(high) * 1e-3, 1e-6), 10)
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    if log and bottom <= 0:
        return low * 0.9, high * 1.1
    if bottom == top:
        top += step
    return (round(bottom, 10), round(top, 10))


def value_ticks(low: float, high: float, height: int, log: bool = False) -> list[float]:
    """Where the y axis of `height` rows has its ticks: three to six at round values."""
    if log and high > low * _FAR:
        return _log_ticks(low, high, max(2, min(6, (height + 2) // 3)))
    wanted, most = max(3, min(6, height // 3 + 1)), min(6, height)
    power = 10.0 ** math.floor(math.log10(high - low))
    round_ones = [_multiples(low, high, power * part) for part in (5.0, 2.0, 1.0, 0.5, 0.2, 0.1)]
    # A quarter of ten is less round, and every second of several no multiple: they come where nothing else fits.
    others = [
        *(_multiples(low, high, power * part) for part in (2.5, 0.25, 0.025)),
        *(ticks[::2] for ticks in round_ones),
    ]
    for choices in (round_ones, others):
        if fitting := [ticks for ticks in choices if 3 <= len(ticks) <= most]:
            return min(fitting, key=lambda ticks: abs(len(ticks) - wanted))
    return next(ticks for ticks in round_ones if len(ticks) > 1)


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [at * step for at in range(first, last + 1)]


def value_labels(values: Sequence[float], log: bool = False) -> list[str]:
    """The values with as many decimals as tell them apart, all alike, at least five cells wide."""
    if log:
        return [padded(f"{value:g}", 5, right=True) for value in values]
    decimals = next((few for few in range(6) if len({f"{value:.{few}f}" for value in values}) == len(values)), 6)
    exact = next((few for few in range(6) if all(abs(round(value, few) - value) < 1e-9 for value in values)), 6)
    return [f"{value:5.{min(max(decimals, exact), decimals + 1)}f}" for value in values]


def epoch_ticks(left: int, right: int, width: int) -> list[int]:
    """Where the x axis of `width` columns has its ticks. Epochs count from 1: where the axis begins there is none."""
    widest = len(str(right)) + 3
    step = next(one for one in _SPANS if (right - left) / one * widest <= max(width, widest))
    ticks = list(range((left // step + 1) * step, right + 1, step))
    if left == 0 and step > 1 and (step - 1) * width / right >= len(str(step)) + 2:
        ticks.insert(0, 1)
    return ticks


def thin(points: Sequence[XY], left: float, right: float, columns: int) -> list[XY]:
    """What `columns` can show of a curve from `left` to `right`: the lowest and highest point of each, and the last.

    A point stays where it is when others come after it. Points outside are left out, but for the next one on each
    side, to which the curve leads.
    """
    first = max(0, bisect_left(points, (left, -math.inf)) - 1)
    last = min(len(points), bisect_right(points, (right, math.inf)) + 1)
    if last - first <= 2 * columns:
        return list(points[first:last])
    scale = columns / (right - left)
    kept: list[XY] = []
    column, lowest, highest = -1, (0.0, 0.0), (0.0, 0.0)
    for point in points[first:last]:
        here = int((point[0] - left) * scale)
        if here != column:
            kept += _in_order(lowest, highest) if column >= 0 else ()
            column, lowest, highest = here, point, point
        elif point[1] < lowest[1]:
            lowest = point
        elif point[1] > highest[1]:
            highest = point
    kept += _in_order(lowest, highest)
    return kept if kept[-1] == points[last - 1] else [*kept, points[last - 1]]


def _in_order(one: XY, other: XY) -> tuple[XY, ...]:
    return (one,) if one == other else (min(one, other), max(one, other))


def _round_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10 … or a tenth, a hundredth of them, that cuts `span` into at most `most` parts."""
    power = 10.0 ** math.floor(math.log10(span / most))
    return next(power * part for part in (1, 2, 5, 10, 20) if span / (power * part) <= most)


def _round_down(value: float) -> float:
    power = math.floor(math.log10(value))
    return next(found for part in reversed(_MANTISSAS) if (found := _times(part, power)) <= value or part == 1)


def _round_up(value: float) -> float:
    power = math.floor(math.log10(value))
    return next(found for part in (*_MANTISSAS, 10.0) if (found := _times(part, power)) >= value or part == 10)


def _times(part: float, power: int) -> float:
    return float(f"{part:g}e{power}")  # 2e-05 is written so; 2 * 1e-05 is a little more


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [_times(part, power) for power in powers for part in _MANTISSAS]
    fine = [tick for tick in fine if low <= tick <= high]
    coarse = [tick for tick in fine if f"{tick:e}".startswith("1.0")]
    if len(fine) <= most + 1 or len(coarse) < 2:
        return fine if len(fine) <= 2 * most else [fine[0], fine[-1]]
    return coarse[:: math.ceil(len(coarse) / most)]
