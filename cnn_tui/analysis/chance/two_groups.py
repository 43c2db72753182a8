"""Whether two groups of figures differ by more than chance: Welch's t-test, which does not assume equal spreads.

Runs are never paired by their seeds. Measured over four seeds, the accuracies of two networks with the same seed are
not reliably correlated (-0.5 to 0.9), and pairs that are not correlated cost half of the degrees of freedom.

The first call loads scipy.special, which takes a fraction of a second: in the lab, call it from a thread.
"""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.analysis.chance.looks import FEWEST, HORIZON, judged, largest_p, next_look, over_all_looks

LEVEL = 0.05
_POWER = 0.8


class Strictness(NamedTuple):
    """How strict a test is."""

    level: float = LEVEL
    """The share of cases without a difference in which it may find one: below LEVEL when it is one of several tests."""
    first: int = FEWEST
    """The runs of each side at the first look: FEWEST, or FEWEST_OF_A_SET."""
    planned: bool = False
    """Whether the number of runs was chosen beforehand, so that there is only this one look."""


BY_ITSELF = Strictness()
"""Of a test that is not one of a set, and that may be looked at any number of times."""


class TTest(NamedTuple):
    """The result of the test. `difference` and `margin` are in the unit of the figures."""

    difference: float
    margin: float
    """Half of the interval that holds the true difference in 95 % of cases, for all looks and all tests of a set.

    It is smaller than the difference exactly when `p` is below LEVEL."""
    p: float
    """Below LEVEL when the groups differ; it holds for all looks and all tests of a set together."""
    runs: int
    """How many runs of each group were looked at; for a plan, of the smaller one."""
    enough: int | None
    """How many runs of each, in all, find such a difference four times in five: `runs` when it is found already.

    None when no look up to the horizon, or the next one, would."""

    @property
    def more(self) -> int | None:
        """About how many more runs of each that takes."""
        return None if self.enough is None else self.enough - self.runs


def run_test(ours: Sequence[float], theirs: Sequence[float], strict: Strictness = BY_ITSELF) -> TTest | None:
    """Test two groups, each in the order in which its runs were queued; None where all figures of a group are the same.

    It takes FEWEST runs of each, or two of each for a plan.
    """
    if not strict.planned:
        count = judged(min(len(ours), len(theirs)), strict.first)
        ours, theirs = ours[:count], theirs[:count]
    if _steady(ours, [*ours, *theirs]) and _steady(theirs, [*ours, *theirs]):
        return None
    from scipy.special import stdtr, stdtrit

    runs = min(len(ours), len(theirs))
    variances = _variance(ours), _variance(theirs)
    difference = statistics.fmean(ours) - statistics.fmean(theirs)
    error, freedom = _welch(variances, (len(ours), len(theirs)))
    p = 2 * float(stdtr(freedom, -abs(difference) / error))
    largest = strict.level if strict.planned else largest_p(strict.level, runs, strict.first)
    told = p if strict.planned else over_all_looks(p, runs, strict.first)
    margin = float(stdtrit(freedom, 1 - largest / 2)) * error
    found = told < strict.level
    enough = runs if found else None if strict.planned else _enough(difference, variances, strict, runs)
    return TTest(difference, margin, min(1.0, told * LEVEL / strict.level), runs, enough)


def _variance(values: Sequence[float]) -> float:
    """The same as statistics.variance, which works in fractions and takes fifty times as long."""
    mean = statistics.fmean(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _welch(variances: tuple[float, float], counts: tuple[int, int]) -> tuple[float, float]:
    """The standard error of a difference of two means, and its degrees of freedom (Welch and Satterthwaite)."""
    one, other = (variance / count for variance, count in zip(variances, counts, strict=True))
    parts = one**2 / (counts[0] - 1) + other**2 / (counts[1] - 1)
    return math.sqrt(one + other), (one + other) ** 2 / parts


def _enough(difference: float, variances: tuple[float, float], strict: Strictness, runs: int) -> int | None:
    """The next look that finds such a difference with power `_POWER`; None where none up to the horizon does."""
    import numpy as np
    from scipy.special import nctdtr, stdtrit

    looks, largest = _looks_after(runs, strict)
    total = sum(variances)
    freedom = (np.array(looks) - 1) * total**2 / sum(variance**2 for variance in variances)
    limits = stdtrit(freedom, 1 - np.array(largest) / 2)
    power = 1 - nctdtr(freedom, abs(difference) / np.sqrt(total / np.array(looks)), limits)
    return next((look for look, chance in zip(looks, power, strict=True) if chance >= _POWER), None)


@functools.lru_cache(maxsize=1024)
def _looks_after(runs: int, strict: Strictness) -> tuple[list[int], list[float]]:
    """The looks after `runs` runs, at least one, and the largest p that is a finding in each."""
    looks = [next_look(runs, strict.first)]
    while (after := next_look(looks[-1], strict.first)) <= HORIZON:
        looks.append(after)
    return looks, [largest_p(strict.level, look, strict.first) for look in looks]


def _steady(values: Sequence[float], figures: Sequence[float]) -> bool:
    """Whether the values are all the same, as far as arithmetic on such figures can tell."""
    return max(values) - min(values) <= 1e-12 * max(map(abs, figures))
