"""How strict each look at two groups of runs has to be, so that looking often does not take chance for a finding.

Whoever repeats runs until a test says "different" gets that answer nearly always in the end. Here all looks together
are wrong in at most `level` of the cases without a difference, whenever one looks: a group-sequential test with Welch's
t-test at each look (it spends an error rate over its looks: Pocock 1977; Lan and DeMets 1983).

There is a look at the first 3, 4, 5 … 20 runs of each side. Where one side has more runs, the rest of them wait until
the other side has as many. Beyond 20 there is a look at 40, 80, 160 … runs each, so that the promise holds for any
number. A look at n runs finds a difference when Welch's p is at most `scale(level) * weight(n)`. The weights spend most
of the error where learners are, up to 10 runs each. The scales were worked out by simulation
(docs/make_look_levels.py), for spreads of the two sides that differ up to twelvefold. The looks beyond 20 share a
twentieth of the level; the one at n runs has `level / n`.

Its power within 10 runs each, for 1.4 points and a spread of 0.8, is 0.91. Measured beside it: a t-test with e-values
(a normal mixture, as Grünwald, de Heide and Koolen's safe t-test), which has no limit to the number of looks, 0.73 at
best; looks at every pair of unequal numbers too, 0.84.
"""

from __future__ import annotations

import math

FEWEST, HORIZON = 3, 20
"""The runs of each side at the first look, and at the last of the looks that follow every run."""
BEYOND = 0.05
"""The share of the level that is kept for the looks beyond the horizon."""

_PEAK = 10
_LATE = 0.16


SCALES = (
    (0.5, 0.338),
    (0.3, 0.177),
    (0.2, 0.107),
    (0.1, 0.045),
    (0.05, 0.0189),
    (0.04, 0.0143),
    (0.03, 0.01),
    (0.02, 0.00596),
    (0.01, 0.00242),
    (0.007, 0.00151),
    (0.005, 0.000978),
    (0.003, 0.000498),
    (0.002, 0.000287),
    (0.001, 0.000105),
    (0.0005, 3.84e-05),
    (0.0002, 9.37e-06),
    (0.0001, 3.14e-06),
)
"""Levels and their scales, as docs/make_look_levels.py prints them."""
_BY_LEVEL = [(math.log(level), math.log(scale)) for level, scale in SCALES]
_BY_SCALE = [(scale, level) for level, scale in _BY_LEVEL]


def judged(runs: int) -> int:
    """How many runs of each side the last look was at, when there are `runs` of each; 0 before the first look."""
    if runs < FEWEST:
        return 0
    looked = min(runs, HORIZON)
    while looked >= HORIZON and 2 * looked <= runs:
        looked *= 2
    return looked


def next_look(runs: int) -> int:
    """How many runs of each side it takes for the next look."""
    looked = judged(runs)
    if looked < FEWEST:
        return FEWEST
    return looked + 1 if looked < HORIZON else 2 * looked


def weight(runs: int) -> float:
    """How much of the error a look at so many runs each may spend, as a multiple of the look at 10; to the horizon."""
    return (runs / _PEAK) ** 2 if runs <= _PEAK else _LATE


def largest_p(level: float, runs: int) -> float:
    """The largest p of a t-test with `runs` runs each that is a finding, if all looks together may err at `level`."""
    if runs > HORIZON:
        return level / runs
    return weight(runs) * _between(_BY_LEVEL, level)


def over_all_looks(p: float, runs: int) -> float:
    """The p of a t-test with `runs` runs each, made to hold however often one looks.

    It is the smallest level at which the look is a finding: the share of cases without a difference in which any look
    would be as striking as this one.
    """
    if runs > HORIZON:
        return min(1.0, p * runs)
    return min(1.0, _between(_BY_SCALE, p / weight(runs))) if p > 0 else 0.0


def _between(steps: list[tuple[float, float]], value: float) -> float:
    """Interpolate between the steps (and beyond them) in a straight line of logarithms, for `value`."""
    at = math.log(value)
    after = next((place for place in range(1, len(steps) - 1) if steps[place][0] <= at), len(steps) - 1)
    (right, up), (left, down) = steps[after - 1], steps[after]
    return math.exp(down + (up - down) * (at - left) / (right - left))
