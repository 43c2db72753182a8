"""Which keys of a search made the difference: where the best trials have other values than all trials have.

PED-ANOVA (Watanabe et al. 2023): for each key, how densely the values of the best trials lie and how densely those of
all, and how far the two differ (Pearson's divergence). In plain Python, so that the lab can ask at each trial that
ends: what Optuna has for it takes two seconds of a core to load.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from cnn_tui.analysis.search.trials import SearchTrial
from cnn_tui.experiment.search_space import Choice, Dimension

FEWEST = 10
"""So many trials have to be finished before anything is said."""
_BEST = 4
"""The best one in so many is what the others are compared with."""
_CELLS = 20
"""The parts into which a range is divided."""
_SCOTT = 1.06
"""Scott's width of a bell curve around each value, in standard deviations, before the number of values comes in."""


def importances(space: Sequence[Dimension], tried: Sequence[SearchTrial], *, maximize: bool) -> dict[str, float]:
    """How much of the differences between the trials each key explains, together 1; the most important key first.

    {} where that cannot be told: with fewer than two keys, or before there are FEWEST finished trials that differ.
    """
    finished = [(one.figure, one.values) for one in tried if one.figure is not None]
    if len(space) < 2 or len(finished) < FEWEST or len({figure for figure, _ in finished}) < 2:
        return {}
    finished.sort(key=lambda one: one[0], reverse=maximize)
    every = [values for _, values in finished]
    best = every[: best_count(len(every))]
    found = {
        one.key: _divergence(
            _densities(one, [values[at] for values in best]), _densities(one, [values[at] for values in every])
        )
        for at, one in enumerate(space)
    }
    total = sum(found.values())
    if total <= 0:
        return {}
    return {key: share / total for key, share in sorted(found.items(), key=lambda item: -item[1])}


def best_count(ended: int) -> int:
    """How many of so many trials that came to a figure are called the best."""
    return math.ceil(ended / _BEST)


def _divergence(best: Sequence[float], every: Sequence[float]) -> float:
    return sum(own * (other / own - 1) ** 2 for other, own in zip(best, every, strict=True))


def _densities(dimension: Dimension, values: Sequence[Any]) -> list[float]:
    """How large a share of the values lies in each part of the dimension.

    One more, which lies evenly in all parts, keeps them above 0.
    """
    places = [dimension.place(value) for value in values]
    if isinstance(dimension, Choice):
        parts = len(dimension.values)
        bells = [[float(round(place * (parts - 1)) == part) for part in range(parts)] for place in places]
    else:
        parts = min(_CELLS, len(dimension.every_value() or range(_CELLS)))
        spread = statistics.stdev(places) if len(places) > 1 else 0.0
        width = max(_SCOTT * spread * len(places) ** -0.2, 0.3 / parts)
        bells = [_bell(place, width, parts) for place in places]
    return [(sum(bell[part] for bell in bells) + 1 / parts) / (len(values) + 1) for part in range(parts)]


def _bell(place: float, width: float, parts: int) -> list[float]:
    """A bell curve around a place from 0 to 1, in parts that are 1 together."""
    heights = [math.exp(-0.5 * ((part / max(1, parts - 1) - place) / width) ** 2) for part in range(parts)]
    total = sum(heights)
    return [height / total for height in heights]
