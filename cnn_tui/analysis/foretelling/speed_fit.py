"""Fits how long each kind of work takes to what runs took: least squares with no speed below 0.

Few runs tell little of each kind apart, so a usual machine, measured once, says how the kinds compare where the runs
do not; after one run the fit is that machine, slower or faster as a whole. Errors count as shares of what was
measured, and what lies far from everything else, such as a run beside a busy program, counts little.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

Numbers = Sequence[float]

PRIOR = 0.05
"""How much it counts that a kind of work compares with the others as usual, beside one run."""
_ROUNDS = 8
_SPREAD = 0.1
"""The error, as a share, that a usual run has at least: nearer to the fit than that, all runs count alike."""
_SWEEPS = 200


class Measured(NamedTuple):
    """How much of each kind of work there was, what it took, and how much that counts, from 0 to 1."""

    amounts: tuple[float, ...]
    took: float
    counts: float = 1.0


def fit(measured: Sequence[Measured], usual: Numbers) -> tuple[float, ...]:
    """What a unit of each kind of work takes; `usual` is that of a usual machine. Nothing measured gives `usual`."""
    if not measured:
        return tuple(usual)
    factor = statistics.median(one.took / _product(one.amounts, usual) for one in measured)
    start = [factor * one for one in usual]
    rows = [[amount * one / taken.took for amount, one in zip(taken.amounts, start, strict=True)] for taken in measured]
    factors = [1.0] * len(start)
    for _ in range(_ROUNDS):
        errors = [_product(row, factors) - 1 for row in rows]
        spread = max(_SPREAD, 1.5 * statistics.median(map(abs, errors)))
        counts = [one.counts / (1 + (error / spread) ** 2) for one, error in zip(measured, errors, strict=True)]
        factors = _least_squares(rows, counts, factors)
    return tuple(factor * one for factor, one in zip(factors, start, strict=True))


def best_fit(measured: Sequence[Measured], usuals: Sequence[Numbers]) -> tuple[float, ...]:
    """The fit that begins with the one of several usual machines whose fit is nearest to what was measured."""
    return min((fit(measured, usual) for usual in usuals), key=lambda speeds: _error(measured, speeds))


def _error(measured: Sequence[Measured], speeds: Numbers) -> float:
    """How far off speeds are, as the sum of squared shares; what is off by more than all of it counts as that."""
    return sum(one.counts * min(1.0, abs(_product(one.amounts, speeds) / one.took - 1)) ** 2 for one in measured)


def _least_squares(rows: Sequence[Numbers], counts: Numbers, start: Numbers) -> list[float]:
    """Factors, none below 0, whose products with the rows come near 1, and which are near 1 themselves."""
    size = range(len(start))
    squares = [
        [sum(count * row[one] * row[other] for row, count in zip(rows, counts, strict=True)) for other in size]
        for one in size
    ]
    wanted = [squares_of + PRIOR for squares_of in _columns(rows, counts)]
    for at in size:
        squares[at][at] += PRIOR
    factors = [*start]
    for _ in range(_SWEEPS):  # one after the other is set to what is best beside the others
        moved = 0.0
        for at in size:
            others = _product(squares[at], factors) - squares[at][at] * factors[at]
            best = max(0.0, (wanted[at] - others) / squares[at][at])
            moved, factors[at] = max(moved, abs(best - factors[at])), best
        if moved < 1e-9:
            break
    return factors


def _columns(rows: Sequence[Numbers], counts: Numbers) -> list[float]:
    return [sum(count * row[at] for row, count in zip(rows, counts, strict=True)) for at in range(len(rows[0]))]


def _product(numbers: Numbers, others: Numbers) -> float:
    return sum(one * other for one, other in zip(numbers, others, strict=True))
