"""What a map of where a network looked shows, in sentences, with the ninth of the image that it is strongest in."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

from cnn_tui.jobs.explain.where_protocol import TITLES, Where
from cnn_tui.network.by_hand.convolution import Plane

NAMES = (
    ("upper left", "top", "upper right"),
    ("left", "middle", "right"),
    ("lower left", "bottom", "lower right"),
)
NINTH = 1 / 9
STANDS_OUT = 1.5 * NINTH
"""The share from which a ninth holds clearly more than its part."""


def said_of(where: Where) -> list[str]:
    """What the map of a whole answer shows, and what its numbers are."""
    if not _is_finite(where):
        return ["For this image the network gives NaN, which is no number: its training went wrong."]
    return [_place(where), _measure(where)]


def _place(where: Where) -> str:
    region = strongest_region(where.map)
    if region is None:
        here = f" in the maps of {where.layer}" if where.layer else ""
        return f"Nothing{here} speaks for {where.name}."
    share = f"{region.share:.0%}".replace("%", " %")
    if region.share < STANDS_OUT:
        return f"What speaks for {where.name} is spread over the image: no ninth of it holds more than {share}."
    return f"The {region.name} ninth of the image holds {share} of what speaks for {where.name}."


def _measure(where: Where) -> str:
    title, score = TITLES[where.method], f"{where.score:.2f}"
    every = [number for row in where.map for number in row]
    if where.layer:
        height, width = where.size
        return f"{title} of the {height}x{width} maps of {where.layer}; the score of {where.name} is {score}."
    if where.method == "occlusion":
        share = 100 * (where.probabilities[where.label] or 0.0)
        costs = f"{100 * max(0.0, *every):.1f} points of its {share:.1f} %"
        squares = f"squares of {where.side}x{where.side} pixels in the image's mean colour"
        return f"Covering a place costs {where.name} up to {costs} ({squares})."
    before = "?" if where.blank_score is None else f"{where.blank_score:.2f}"
    return (
        f"The pixels add up to {sum(every):.2f}: what the score of {where.name} gains from a black image, {before}, "
        f"to this one, {score}."
    )


def _is_finite(where: Where) -> bool:
    return where.score is not None and all(math.isfinite(number) for row in where.map for number in row)


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
