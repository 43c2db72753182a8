"""The test behind a verdict: held to scipy, and to what it promises of learners who look again and again."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from cnn_tui.analysis.chance.looks import HORIZON, judged, largest_p, next_look, over_all_looks
from cnn_tui.analysis.chance.two_groups import Strictness, run_test
from cnn_tui.analysis.chance.verdict import of_a_set
from tests.benchmarks.verdict_errors import by_advice, false_claims, false_claims_of_a_set, measured, one_by_one, powers
from tests.properties import examples

FIGURES = st.lists(st.floats(0.5, 1.0), min_size=3, max_size=30)
PLAN = Strictness(planned=True)


# Looks


def test_a_look_comes_after_every_run_up_to_20_and_then_ever_more_seldom() -> None:
    looks = [0]
    while looks[-1] < 500:
        looks.append(next_look(looks[-1]))
    assert looks == [0, *range(3, 21), 40, 80, 160, 320, 640]
    assert [judged(runs) for runs in (0, 2, 3, 19, 20, 39, 40, 159)] == [0, 0, 3, 19, 20, 20, 40, 80]


@pytest.mark.parametrize("level", [0.05, 0.04 / 6, 0.01 / 8, 0.0003])
def test_what_a_p_is_worth_over_all_looks_is_where_the_limit_lies(level: float) -> None:
    for runs in (3, 5, 10, 11, 20, 40, 640):
        limit = largest_p(level, runs)
        assert limit < level
        assert math.isclose(over_all_looks(limit, runs), level, rel_tol=1e-9)
        assert over_all_looks(limit * 1.01, runs) > level > over_all_looks(limit * 0.99, runs)
        assert over_all_looks(0.9, runs) <= 1


def test_no_more_is_spent_than_there_is_however_many_runs_there_are() -> None:
    beyond = sum(largest_p(0.05, HORIZON * 2**at) for at in range(1, 60))
    assert beyond < 0.05 * 0.05 + 1e-12


# One look


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")  # of the test's own call
@settings(deadline=None, max_examples=examples(100))
@given(FIGURES, FIGURES, st.sampled_from([0.05, 0.005]))
def test_it_is_welchs_test_as_scipy_has_it(ours: list[float], theirs: list[float], level: float) -> None:
    count = judged(min(len(ours), len(theirs)))
    mine, others = ours[:count], theirs[:count]
    assume(min(np.std(mine), np.std(others)) > 1e-6)
    expected = stats.ttest_ind(mine, others, equal_var=False)
    found, planned = run_test(ours, theirs, Strictness(level)), run_test(mine, others, PLAN)
    assert found is not None and planned is not None
    assert math.isclose(planned.p, expected.pvalue, rel_tol=1e-6, abs_tol=1e-12)
    low, high = expected.confidence_interval(0.95)
    assert math.isclose(planned.margin, (high - low) / 2, rel_tol=1e-6)
    told = min(1.0, over_all_looks(float(expected.pvalue), count) * 0.05 / level)
    assert math.isclose(found.p, told, rel_tol=1e-5, abs_tol=1e-12)
    assert found.runs == count
    if not math.isclose(found.p, 0.05, rel_tol=1e-6):
        assert (abs(found.difference) > found.margin) == (found.p < 0.05) == (found.more == 0), "± and p say the same"
    mirrored = run_test(theirs, ours, Strictness(level))
    assert mirrored is not None and math.isclose(mirrored.difference, -found.difference, abs_tol=1e-12)


def test_the_runs_it_asks_for_find_such_a_difference_four_times_in_five() -> None:
    rng = np.random.default_rng(3)
    ours, theirs = [1.2, 2.0, 0.4], [0.0, -0.7, 0.7]
    test = run_test(ours, theirs)
    assert test is not None and test.enough is not None and test.p > 0.05
    spreads, count = (np.std(ours, ddof=1), np.std(theirs, ddof=1)), test.enough
    found = 0
    for _ in range(600):
        again = run_test(
            (rng.normal(test.difference, spreads[0], count)).tolist(), rng.normal(0, spreads[1], count).tolist()
        )
        found += again is not None and again.p < 0.05
    assert 0.75 < found / 600 < 0.92


# Again and again


def test_learners_who_follow_the_advice_are_seldom_told_of_what_is_not_there() -> None:
    assert false_claims(np.random.default_rng(1), 400, by_advice) < 0.07
    assert false_claims(np.random.default_rng(2), 150, one_by_one) < 0.09
    assert false_claims_of_a_set(np.random.default_rng(3), 30, by_advice) < 0.12
    assert sum(one.level * 8 for one in of_a_set(8).values()) == pytest.approx(0.05)


def test_a_difference_that_is_there_is_found_within_ten_runs() -> None:
    found = powers(np.random.default_rng(4), 300, 1.4, 0.8)
    assert found["at_10"] > 0.85 and found["runs_to_a_verdict"] < 8.5


@pytest.mark.long
def test_the_figures_of_the_benchmark_keep_to_the_limits() -> None:
    found = measured(240)
    assert max(value for name, value in found.items() if name.startswith("false_claims")) <= 0.07
    assert found["power_at_10"] >= 0.88
    assert max(found["time_against_fixed_number"].values()) <= 1.6


def test_the_levels_are_those_that_the_simulation_gives() -> None:
    import importlib.util

    place = Path(__file__).parents[2] / "docs" / "make_look_levels.py"
    spec = importlib.util.spec_from_file_location("make_look_levels", place)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    for first, smallest in made.smallest(np.random.default_rng(8), 20_000, 5.0).items():
        assert np.mean(smallest <= largest_p(0.05, 10, first)) == pytest.approx(0.0475, abs=0.005)
