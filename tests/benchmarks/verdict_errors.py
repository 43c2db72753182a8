"""How often a verdict is wrong, and how soon it is right. `python -m tests.benchmarks.verdict_errors [--json]`

Learners repeat two experiments, look at the lab's own verdict, and follow its advice ("about 2 more runs each") up to
20 runs of each, where there is no difference, and where there is one. Test accuracies are drawn from normal
distributions, their spreads over the seeds from 0.3 to 0.8 points. A set is 8 exercises against one baseline, each
judged in accuracy and in time.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from cnn_tui.analysis.chance.looks import HORIZON
from cnn_tui.analysis.chance.two_groups import BY_ITSELF, LEVEL, Strictness, TTest, run_test
from cnn_tui.analysis.chance.verdict import of_a_set

LEARNERS = 10_000
SPREADS = (0.3, 0.8)
DIFFERENCES = (1.4, 3.1, 0.5)
EXERCISES = 8

Stepping = Callable[[TTest | None, int], int]


class Told(NamedTuple):
    """What a learner ended with: whether a difference was told, and after how many runs each."""

    found: bool
    runs: int


def by_advice(test: TTest | None, runs: int) -> int:
    """So many runs more as the lab says; or one, where it says that it is hopeless, all the same."""
    return (test.more if test is not None else None) or 1


def one_by_one(test: TTest | None, runs: int) -> int:
    """Look after every run."""
    return 1


def learn(ours: Sequence[float], theirs: Sequence[float], strict: Strictness, step: Stepping) -> Told:
    """Repeat and look until a difference is told, or there are as many runs as were drawn."""
    runs = strict.first
    while True:
        test = run_test(ours[:runs], theirs[:runs], strict)
        if test is not None and test.p < LEVEL:
            return Told(True, runs)
        if runs >= len(ours):
            return Told(False, runs)
        runs = min(len(ours), runs + step(test, runs))


def draw(rng: np.random.Generator, difference: float, spread: float | None = None) -> tuple[list[float], list[float]]:
    """Two experiments, in points; without a `spread`, each has one of its own."""
    spreads = rng.uniform(*SPREADS, 2) if spread is None else (spread, spread)
    ours, theirs = (rng.normal(0.0, one, HORIZON) for one in spreads)
    return (ours + difference).tolist(), theirs.tolist()


def false_claims(rng: np.random.Generator, learners: int, step: Stepping, strict: Strictness = BY_ITSELF) -> float:
    """The share of learners who are told of a difference where there is none."""
    return statistics.fmean(learn(*draw(rng, 0.0), strict, step).found for _ in range(learners))


def false_claims_of_a_set(rng: np.random.Generator, sets: int, step: Stepping) -> float:
    """The share of sets without any difference in which any of the verdicts tells of one."""
    strict = of_a_set(EXERCISES)

    def wrong() -> bool:
        found = False
        for one in strict.values():
            spreads = rng.uniform(*SPREADS, EXERCISES + 1)
            base, *others = (rng.normal(0.0, spread, HORIZON).tolist() for spread in spreads)
            found = found or any(learn(other, base, one, step).found for other in others)
        return found

    return statistics.fmean(wrong() for _ in range(sets))


def powers(rng: np.random.Generator, learners: int, difference: float, spread: float | None) -> dict[str, float]:
    """How many have found the difference within 3, 5 and 10 runs each, and by the fixed test; and when."""
    pairs = [draw(rng, difference, spread) for _ in range(learners)]
    told = [learn(*pair, BY_ITSELF, one_by_one) for pair in pairs]
    found: dict[str, float] = {}
    for runs in (3, 5, 10):
        found[f"at_{runs}"] = statistics.fmean(one.found and one.runs <= runs for one in told)
        ours, theirs = (np.array([pair[side][:runs] for pair in pairs]) for side in (0, 1))
        fixed = stats.ttest_ind(ours, theirs, axis=1, equal_var=False).pvalue
        found[f"welch_at_{runs}"] = float((fixed < LEVEL).mean())
    found["runs_to_a_verdict"] = statistics.fmean(one.runs for one in told)
    return {name: round(value, 4) for name, value in found.items()}


def fixed_number(difference: float, spread: float, power: float = 0.9) -> int:
    """How many runs each a t-test needs whose number is fixed beforehand."""
    for runs in range(2, 1_000):
        freedom, shift = 2 * runs - 2, difference / spread * (runs / 2) ** 0.5
        if stats.nct.sf(stats.t.ppf(1 - LEVEL / 2, freedom), freedom, shift) >= power:
            return runs
    raise ValueError("no such number of runs is worth its time")


def measured(learners: int) -> dict[str, Any]:
    """All figures, as plain data."""
    rng = np.random.default_rng(15)
    main = powers(rng, learners, 1.4, None)
    details = {
        f"{difference:g} points, spread {spread:g}": powers(rng, max(100, learners // 5), difference, spread)
        for difference in DIFFERENCES
        for spread in (0.3, 0.5, 0.8)
    }
    ratios = {
        f"{spread:g}": round(
            details[f"1.4 points, spread {spread:g}"]["runs_to_a_verdict"] / fixed_number(1.4, spread), 2
        )
        for spread in (0.3, 0.5, 0.8)
    }
    return {
        "learners": learners,
        "false_claims": round(false_claims(rng, learners, by_advice), 4),
        "false_claims_looking_after_every_run": round(false_claims(rng, learners, one_by_one), 4),
        "false_claims_of_a_set": round(false_claims_of_a_set(rng, learners, by_advice), 4),
        **{f"power_{name}": main[name] for name in ("at_3", "at_5", "at_10")},
        **{name: main[name] for name in ("welch_at_3", "welch_at_5", "welch_at_10", "runs_to_a_verdict")},
        "time_against_fixed_number": ratios,
        "details": details,
    }


def main() -> None:
    """Print the figures: one object with --json, else a line each."""
    found = measured(LEARNERS)
    if "--json" in sys.argv[1:]:
        print(json.dumps(found))
        return
    for name, value in found.items():
        for line in (
            [f"{name}: {value}"] if not isinstance(value, dict) else [f"{name}: {key}: {value[key]}" for key in value]
        ):
            print(line)


if __name__ == "__main__":
    main()
