"""The figures of a convolution's step, rounded so that what is shown adds up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.network.convolution import ConvolutionStep, Plane, plane_of

_FEWEST, MOST = 2, 4
"""Digits after the point. More than four, and a window of 3x3 does not fit a small terminal."""
_SMALL = 0.1
"""Where no product is larger, two digits would leave one that can be read at most."""
_LARGEST = 1000
"""Numbers from here on are shown with their first digits only."""


class Figures(NamedTuple):
    """What is shown of a step: the products of one channel, their sum, the bias, the total, each with `digits`."""

    digits: int
    products: Plane
    sum: float
    bias: float
    total: float


def rounded(step: ConvolutionStep, bias: float, channel: int, most: int = MOST) -> Figures:
    """The figures with as few digits as add up: the products to the sum, and that and the bias to the total.

    Where they do not with the most digits that are shown, single ones are rounded up that would be rounded down, or
    the other way round. The products of one of several channels need not add up to the sum of all. `most` is how many
    digits there is room for.
    """
    plane = step.products[channel]
    values = [value for row in plane for value in row]
    alone = len(step.products) == 1
    if not all(math.isfinite(one) and abs(one) < _LARGEST for one in (*values, step.sum, bias, step.total)):
        return Figures(_FEWEST, plane, step.sum, bias, step.total)
    least = _FEWEST if max(map(abs, values)) >= _SMALL else most
    for digits in range(least, most + 1):
        units = 10**digits
        parts, total = [round(value * units) for value in values], round(step.total * units)
        whole, added = round(step.sum * units), round(bias * units)
        if whole + added == total and (not alone or sum(parts) == whole):
            break
    else:
        total = whole + added
        if alone:
            parts = _shared_out([value * units for value in values], whole)
    shown = [_near(part / units, value) for part, value in zip(parts, values, strict=True)]
    figures = (_near(whole / units, step.sum), _near(added / units, bias), _near(total / units, step.total))
    return Figures(digits, plane_of(shown, len(plane[0])), *figures)


def _near(figure: float, exact: float) -> float:
    """The figure; one that is 0 only as it is rounded is next to nothing, and so is shown with its digits."""
    return figure if figure or not exact else 1e-12


def _shared_out(values: Sequence[float], whole: int) -> list[int]:
    """Whole numbers near `values` that add up to `whole`; those are moved that were rounded farthest, no zeros."""
    parts = [round(value) for value in values]
    missing = whole - sum(parts)
    way = 1 if missing > 0 else -1
    movable = [at for at, value in enumerate(values) if value]
    for at in sorted(movable, key=lambda at: way * (parts[at] - values[at]))[: abs(missing)]:
        parts[at] += way
    return parts
