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

Its power within 10 runs each, for 1.4 points and a spread of 0.8, is 0.91 (20,000 pairs; a fixed test has 0.96). To
begin at 4 or 5 runs would add less than 0.01 there, and cost a run where spreads are small; to spend more on few runs
(weights that grow as n instead of n squared) would take 0.02. Measured beside it: a t-test
with e-values (a normal mixture, as Grünwald, de Heide and Koolen's safe t-test), which has no limit to the number of
looks, 0.73 at best; looks at every pair of unequal numbers too, 0.84.
"""

from __future__ import annotations

import math

FEWEST, FEWEST_OF_A_SET, HORIZON = 3, 5, 20
"""The runs of each side at the first look, at that of a verdict among several, and at the last of the looks that follow
every run. A verdict among several has to be surer, and no spread is known well enough for that from three figures."""
BEYOND = 0.05
"""The share of the level that is kept for the looks beyond the horizon."""

_PEAK = 10
_LATE = 0.16


SCALES = {
    3: (
        (0.5, 0.338),
        (0.3, 0.177),
        (0.2, 0.106),
        (0.1, 0.0448),
        (0.05, 0.0189),
        (0.04, 0.0142),
        (0.03, 0.00986),
        (0.02, 0.00589),
        (0.01, 0.00245),
        (0.007, 0.00154),
        (0.005, 0.000987),
        (0.003, 0.000497),
        (0.002, 0.000266),
        (0.001, 9.8e-05),
        (0.0005, 3.43e-05),
        (0.0002, 6.56e-06),
        (0.0001, 1.73e-06),
    ),
    5: (
        (0.5, 0.356),
        (0.3, 0.191),
        (0.2, 0.116),
        (0.1, 0.0502),
        (0.05, 0.0216),
        (0.04, 0.0164),
        (0.03, 0.0115),
        (0.02, 0.00689),
        (0.01, 0.00291),
        (0.007, 0.00184),
        (0.005, 0.0012),
        (0.003, 0.000633),
        (0.002, 0.00035),
        (0.001, 0.000122),
        (0.0005, 4.15e-05),
        (0.0002, 9.2e-06),
        (0.0001, 2.07e-06),
    ),
}
"""By the first look: levels and their scales, as docs/make_look_levels.py prints them."""
_BY_LEVEL = {first: [(math.log(level), math.log(scale)) for level, scale in steps] for first, steps in SCALES.items()}
_BY_SCALE = {first: [(scale, level) for level, scale in steps] for first, steps in _BY_LEVEL.items()}


def judged(runs: int, first: int = FEWEST) -> int:
    """How many runs of each side the last look was at, when there are `runs` of each; 0 before the `first` look."""
    if runs < first:
        return 0
    looked = min(runs, HORIZON)
    while looked >= HORIZON and 2 * looked <= runs:
        looked *= 2
    return looked


def next_look(runs: int, first: int = FEWEST) -> int:
    """How many runs of each side it takes for the next look."""
    looked = judged(runs, first)
    if looked < first:
        return first
    return looked + 1 if looked < HORIZON else 2 * looked


def weight(runs: int) -> float:
    """How much of the error a look at so many runs each may spend, as a multiple of the look at 10; to the horizon."""
    return (runs / _PEAK) ** 2 if runs <= _PEAK else _LATE


def largest_p(level: float, runs: int, first: int = FEWEST) -> float:
    """The largest p of a t-test with `runs` runs each that is a finding, if all looks together may err at `level`.

    `first` is the look that they start at, FEWEST or FEWEST_OF_A_SET.
    """
    if runs > HORIZON:
        return level / runs
    return weight(runs) * _between(_BY_LEVEL[first], level)


def over_all_looks(p: float, runs: int, first: int = FEWEST) -> float:
    """The p of a t-test with `runs` runs each, made to hold however often one looks.

    It is the smallest level at which the look is a finding: the share of cases without a difference in which any look
    would be as striking as this one.
    """
    if runs > HORIZON:
        return min(1.0, p * runs)
    return min(1.0, _between(_BY_SCALE[first], p / weight(runs))) if p > 0 else 0.0


def _between(steps: list[tuple[float, float]], value: float) -> float:
    """Interpolate between the steps (and beyond them) in a straight line of logarithms, for `value`."""
    at = math.log(value)
    after = next((place for place in range(1, len(steps) - 1) if steps[place][0] <= at), len(steps) - 1)
    (right, up), (left, down) = steps[after - 1], steps[after]
    return math.exp(down + (up - down) * (at - left) / (right - left))
