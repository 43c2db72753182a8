"""What a map of where a network looked shows, in sentences."""

from __future__ import annotations

import math

from cnn_tui.analysis.regions import STANDS_OUT, strongest_region
from cnn_tui.jobs.explain.where_protocol import TITLES, Where


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
