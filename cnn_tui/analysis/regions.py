"""Which part of an image a map of it is strongest in: a ninth of it, by a grid of three by three."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from cnn_tui.network.convolution import Plane

NAMES = (
    ("upper left", "top", "upper right"),
    ("left", "middle", "right"),
    ("lower left", "bottom", "lower right"),
)
NINTH = 1 / 9
STANDS_OUT = 1.5 * NINTH
"""The share from which a ninth holds clearly more than its part."""


class Region(NamedTuple):
    """A ninth of an image, and its share, from 0 to 1, of all that is above 0 in the map."""

    name: str
    share: float


def strongest_region(plane: Plane) -> Region | None:
    """The ninth that holds most of what is above 0; None where nothing is.

    A number on the border between ninths counts in each as far as it reaches into it.
    """
    rows = _thirds(len(plane))
    columns = _thirds(len(plane[0]))
    above = [[max(0.0, number) for number in row] for row in plane]
    total = sum(map(sum, above))
    if not total > 0:
        return None
    found = [
        Region(NAMES[down][across], sum(rows[down][y] * _along(columns[across], row) for y, row in enumerate(above)))
        for down in range(3)
        for across in range(3)
    ]
    most = max(found, key=lambda region: region.share)
    return Region(most.name, most.share / total)


def _along(weights: list[float], row: list[float]) -> float:
    return sum(weight * number for weight, number in zip(weights, row, strict=True) if weight)


def _thirds(count: int) -> list[list[float]]:
    """For each third of so many places, how much of each place lies in it."""
    bounds = [count * third / 3 for third in range(4)]
    return [[max(0.0, min(at + 1, end) - max(at, begin)) for at in range(count)] for begin, end in pairwise(bounds)]
