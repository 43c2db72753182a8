"""How strict a look at two groups of runs has to be, so that looking often does not make chance look like a finding.

Who repeats runs until a test says "different" is nearly always told so in the end. Here all looks together are wrong in
no more than `level` of the cases in which there is no difference, whoever looks, whenever: a group-sequential test (the
spending of an error rate over looks: Pocock 1977; Lan and DeMets 1983) with Welch's t-test at each look.

A look is at the first 3, 4, 5 … 20 runs of each side: with unequal numbers, those of the longer side that are too many
wait until the other has as many. Beyond 20 there is a look at 40, 80, 160 … runs each, so that the promise holds for
any number. A look at n runs finds a difference when Welch's p is at most `scale(level) * weight(n)`: the weights let
most of the error be spent where learners are, up to 10 runs each, and the scales were worked out by simulation
(docs/make_look_levels.py), for spreads of the two sides that differ up to twelvefold. The looks beyond 20 share a
twentieth of the level, the one at n runs `level / n`.

Measured against it for 1.4 points and a spread of 0.8 (power within 10 runs each): 0.91; a t-test with e-values (a
normal mixture, as Grünwald, de Heide and Koolen's safe t-test) 0.73 at best, with no limit to the number of looks;
looks at every pair of unequal numbers too 0.84.
"""

from __future__ import annotations

import math

FEWEST, HORIZON = 3, 20
"""The first look is at so many runs of each side; so many have a look after every run."""
BEYOND = 0.05
"""The part of the level that is kept for the looks beyond the horizon."""

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
    """How many runs of each side the last look was at, when there are `runs` of each; 0 before the first."""
    if runs < FEWEST:
        return 0
    looked = min(runs, HORIZON)
    while looked >= HORIZON and 2 * looked <= runs:
        looked *= 2
    return looked


def next_look(runs: int) -> int:
    """How many runs of each side the next look takes."""
    looked = judged(runs)
    if looked < FEWEST:
        return FEWEST
    return looked + 1 if looked < HORIZON else 2 * looked


def weight(runs: int) -> float:
    """How much of the error the look at so many runs each may spend, against the one at 10; up to the horizon."""
    return (runs / _PEAK) ** 2 if runs <= _PEAK else _LATE


def largest_p(level: float, runs: int) -> float:
    """The largest p of a t-test at `runs` runs each that is a finding, where all looks together may err at `level`."""
    if runs > HORIZON:
        return level / runs
    return weight(runs) * _between(_BY_LEVEL, level)


def over_all_looks(p: float, runs: int) -> float:
    """The p of a t-test at `runs` runs each, told so that it holds however often one looks: the level it would just do.

    In so many cases without a difference some look, this or another, would seem as striking as this one.
    """
    if runs > HORIZON:
        return min(1.0, p * runs)
    return min(1.0, _between(_BY_SCALE, p / weight(runs))) if p > 0 else 0.0


def _between(steps: list[tuple[float, float]], value: float) -> float:
    """The value that belongs to `value`, straight between the steps and beyond them, in logarithms."""
    at = math.log(value)
    after = next((place for place in range(1, len(steps) - 1) if steps[place][0] <= at), len(steps) - 1)
    (right, up), (left, down) = steps[after - 1], steps[after]
    return math.exp(down + (up - down) * (at - left) / (right - left))
