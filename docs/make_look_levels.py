"""Works out the table SCALES in cnn_tui/analysis/looks.py and prints it: `python docs/make_look_levels.py`.

Two groups of 20 runs between which there is no difference are drawn over and over and looked at from 3 (or 5) runs each
to 20; the smallest p of Welch's test, divided by its look's weight, is kept. The share `level` of the pairs that is
smallest by that figure says how strict the looks have to be, together, to be wrong in that share of cases. Welch's test
is only nearly exact when the spreads differ, so the strictest of several ratios of the spreads counts, and twice the
error of the simulation is taken off. Takes a few minutes on one core.
"""

from __future__ import annotations

import math
import sys

import numpy as np
from scipy.special import stdtr

from cnn_tui.analysis.chance.looks import BEYOND, FEWEST, FEWEST_OF_A_SET, HORIZON, weight

PAIRS, CHUNK = 600_000, 50_000
RATIOS = (1.0, 2.67, 4.0, 5.0, 7.0, 12.0)
LEVELS = (0.5, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01, 0.007, 0.005, 0.003, 0.002, 0.001, 0.0005, 0.0002, 0.0001)


def smallest(rng: np.random.Generator, pairs: int, ratio: float) -> dict[int, np.ndarray]:
    """For each of `pairs` pairs of groups, the smallest p of all looks, each divided by its look's weight.

    By the number of runs that the first look is at.
    """
    counts = np.arange(1, HORIZON + 1)
    means, errors = [], []
    for spread in (1.0, ratio):
        values = rng.normal(0.0, spread, (pairs, HORIZON))
        mean = np.cumsum(values, axis=1) / counts
        squares = np.cumsum(values * values, axis=1) - counts * mean * mean
        means.append(mean[:, FEWEST - 1 :])
        errors.append((squares / np.maximum(counts - 1, 1) / counts)[:, FEWEST - 1 :])
    looks = counts[FEWEST - 1 :]
    error = errors[0] + errors[1]
    freedom = error**2 / ((errors[0] ** 2 + errors[1] ** 2) / (looks - 1))
    p = 2 * stdtr(freedom, -np.abs(means[0] - means[1]) / np.sqrt(error))
    weighted = p / np.array([weight(int(look)) for look in looks])
    return {first: weighted[:, first - FEWEST :].min(axis=1) for first in (FEWEST, FEWEST_OF_A_SET)}


def main() -> None:
    """Print the tables, by the first look."""
    scales = {first: dict.fromkeys(LEVELS, math.inf) for first in (FEWEST, FEWEST_OF_A_SET)}
    for ratio in RATIOS:
        rng = np.random.default_rng(15)
        chunks = [smallest(rng, CHUNK, ratio) for _ in range(PAIRS // CHUNK)]
        for first, found in scales.items():
            ordered = np.sort(np.concatenate([chunk[first] for chunk in chunks]))
            for level in LEVELS:
                share = PAIRS * level * (1 - BEYOND)
                found[level] = min(found[level], float(ordered[math.floor(share - 2 * math.sqrt(share))]))
        print(f"spreads 1 to {ratio:g}: done", file=sys.stderr)
    for first, found in scales.items():
        print(f"    {first}: (")
        for level, scale in found.items():
            print(f"        ({level:g}, {scale:.3g}),")
        print("    ),")


if __name__ == "__main__":
    main()
