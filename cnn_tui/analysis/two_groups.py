"""Whether two groups of figures differ by more than chance: Welch's t-test, as strict as it has to be.

Group against group without assuming equal spreads. The runs are never paired by their seeds: that a seed makes two
different networks lucky together was not found (correlations between -0.5 and 0.9 over four seeds), and pairs without
it cost half of the degrees of freedom.

The first call loads scipy.special, which takes a fraction of a second: in the lab, call it from a thread.
"""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.analysis.looks import HORIZON, judged, largest_p, next_look, over_all_looks

LEVEL = 0.05
_POWER = 0.8


class Strictness(NamedTuple):
    """How sure a verdict has to be."""

    level: float = LEVEL
    """In how many of the cases without a difference it may find one: less than LEVEL when it is one of several."""
    planned: bool = False
    """Whether the number of runs was chosen before there were any, and there is this one look."""


BY_ITSELF = Strictness()
"""A verdict that is not one of a set, looked at again and again."""


class TTest(NamedTuple):
    """What the test gave. `difference` and `margin` are in the unit of the figures."""

    difference: float
    margin: float
    """Half of the interval that holds the true difference in 95 % of cases, over all looks, and all verdicts of a set;
    smaller than the difference exactly when `p` is below LEVEL."""
    p: float
    """Below LEVEL when one group is better: told for all looks, and all verdicts of a set."""
    runs: int
    """So many of each group were looked at; of a plan, the smaller number."""
    enough: int | None
    """So many of each, in all, find a difference like this one four times in five; None when no look that is near
    would. `runs` when it is found."""

    @property
    def more(self) -> int | None:
        """About how many runs more each it takes."""
        return None if self.enough is None else self.enough - self.runs


def weigh(ours: Sequence[float], theirs: Sequence[float], strict: Strictness = BY_ITSELF) -> TTest | None:
    """The test of two groups, each in the order in which its runs were queued; None where no figure differs.

    Needs as many of each as the first look is at; for a plan, two.
    """
    if not strict.planned:
        count = judged(min(len(ours), len(theirs)))
        ours, theirs = ours[:count], theirs[:count]
    if _steady(ours, [*ours, *theirs]) and _steady(theirs, [*ours, *theirs]):
        return None
    from scipy.special import stdtr, stdtrit

    runs = min(len(ours), len(theirs))
    variances = _variance(ours), _variance(theirs)
    difference = statistics.fmean(ours) - statistics.fmean(theirs)
    error, freedom = _welch(variances, (len(ours), len(theirs)))
    p = 2 * float(stdtr(freedom, -abs(difference) / error))
    largest = strict.level if strict.planned else largest_p(strict.level, runs)
    told = p if strict.planned else over_all_looks(p, runs)
    margin = float(stdtrit(freedom, 1 - largest / 2)) * error
    found = told < strict.level
    enough = runs if found else None if strict.planned else _enough(difference, variances, strict.level, runs)
    return TTest(difference, margin, min(1.0, told * LEVEL / strict.level), runs, enough)


def _variance(values: Sequence[float]) -> float:
    """As statistics.variance, which works in fractions and is fifty times slower."""
    mean = statistics.fmean(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _welch(variances: tuple[float, float], counts: tuple[int, int]) -> tuple[float, float]:
    """The standard error of a difference of two means, and its degrees of freedom (Welch and Satterthwaite)."""
    one, other = (variance / count for variance, count in zip(variances, counts, strict=True))
    parts = one**2 / (counts[0] - 1) + other**2 / (counts[1] - 1)
    return math.sqrt(one + other), (one + other) ** 2 / parts


def _enough(difference: float, variances: tuple[float, float], level: float, runs: int) -> int | None:
    """The next look that finds such a difference with power `_POWER`; up to the horizon, or the one after `runs`."""
    import numpy as np
    from scipy.special import nctdtr, stdtrit

    looks, largest = _looks_after(runs, level)
    total = sum(variances)
    freedom = (np.array(looks) - 1) * total**2 / sum(variance**2 for variance in variances)
    limits = stdtrit(freedom, 1 - np.array(largest) / 2)
    power = 1 - nctdtr(freedom, abs(difference) / np.sqrt(total / np.array(looks)), limits)
    return next((look for look, chance in zip(looks, power, strict=True) if chance >= _POWER), None)


@functools.lru_cache(maxsize=1024)
def _looks_after(runs: int, level: float) -> tuple[list[int], list[float]]:
    """The looks that are still to come, one at least, and the largest p of each that is a finding."""
    looks = [next_look(runs)]
    while (after := next_look(looks[-1])) <= HORIZON:
        looks.append(after)
    return looks, [largest_p(level, look) for look in looks]


def _steady(values: Sequence[float], figures: Sequence[float]) -> bool:
    """Whether the values are all the same, as far as arithmetic on such figures can tell."""
    return max(values) - min(values) <= 1e-12 * max(map(abs, figures))
