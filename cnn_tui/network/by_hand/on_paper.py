"""A step of a convolution as one works it out on paper: every number with the same decimals, so that it can be checked.

Pixels, weights and the bias are rounded first, as they are written down; each product is that of the two numbers that
stand there, rounded as they are; the sum is that of the products. So what is written multiplies out and adds up, and
may differ a little from what comes out with all digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from cnn_tui.network.by_hand.activation import activate
from cnn_tui.network.by_hand.convolution import Convolution, ConvolutionStep, Plane, WindowPlane

FEWEST, MOST = 2, 4
"""Decimals. More than four, and a window of 3x3 does not fit a small terminal."""
_SMALL = 0.1
"""Where no weight is larger, three decimals would leave one or two that say something."""
LARGEST = 1000
"""Numbers from here on are written with their first digits only, which nobody can check."""


class PaperStep(NamedTuple):
    """The numbers of one channel's window, and what comes of all channels, each with `decimals`.

    Of several channels the sum is that of all with all digits, rounded: the other products are not written down.
    """

    decimals: int
    window: WindowPlane
    kernel: Plane
    products: Plane
    sum: float
    bias: float
    total: float
    output: float


def decimals_for(convolution: Convolution) -> int:
    """Two decimals where the weights have no more; else as many as the largest of them needs to be told from 0."""
    numbers = [convolution.bias, *_numbers(convolution.kernel)]
    if all(not math.isfinite(one) or round(one, FEWEST) == one for one in numbers):
        return FEWEST
    largest = max((abs(one) for one in numbers if math.isfinite(one)), default=0.0)
    return 3 if largest >= _SMALL else MOST


def on_paper(step: ConvolutionStep, convolution: Convolution, channel: int, decimals: int) -> PaperStep:
    """Write down a step of that convolution, the window and the products of one channel of the image."""
    kernel, window, bias = convolution.kernel[channel], step.window[channel], convolution.bias
    numbers = (*_numbers(step.products), step.sum, bias, step.total)
    if not all(math.isfinite(one) and abs(one) < LARGEST for one in numbers):
        return PaperStep(decimals, window, kernel, step.products[channel], step.sum, bias, step.total, step.output)
    unit = 10**decimals
    pixels = [[None if one is None else _whole(one * unit) for one in row] for row in window]
    weights = [[_whole(one * unit) for one in row] for row in kernel]
    products = [
        [_divided((pixel or 0) * weight, unit) for pixel, weight in zip(*rows, strict=True)]
        for rows in zip(pixels, weights, strict=True)
    ]
    added = sum(map(sum, products)) if len(step.window) == 1 else _whole(step.sum * unit)
    more = _whole(bias * unit)
    total = (added + more) / unit
    output = _whole(activate(total, convolution.activation) * unit) / unit
    return PaperStep(
        decimals,
        tuple(tuple(None if one is None else one / unit for one in row) for row in pixels),
        _plane(weights, unit),
        _plane(products, unit),
        added / unit,
        more / unit,
        total,
        output,
    )


def _plane(rows: Iterable[Iterable[int]], unit: int) -> Plane:
    return tuple(tuple(one / unit for one in row) for row in rows)


def _numbers(planes: Iterable[Plane]) -> Iterable[float]:
    return (number for plane in planes for row in plane for number in row)


def _whole(number: float) -> int:
    """The nearest whole number; a half goes away from 0, as at school."""
    return int(math.copysign(math.floor(abs(number) + 0.5), number))


def _divided(number: int, by: int) -> int:
    whole = (2 * abs(number) + by) // (2 * by)
    return whole if number >= 0 else -whole
