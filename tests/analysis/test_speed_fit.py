"""Speeds fitted to runs whose speeds are known: what was planted is found, and what is odd spoils nothing."""

from __future__ import annotations

import random

import pytest

from cnn_tui.analysis.foretelling.speed_fit import Measured, best_fit, fit

USUAL = (4e-5, 2e-11, 8e-10, 2e-9)
PLANTED = (1.2e-4, 8e-12, 1.6e-9, 3e-9)
"""Another machine: slow to start operations, quick to multiply."""


def runs(count: int, speeds: tuple[float, ...] = PLANTED, noise: float = 0.0, seed: int = 1) -> list[Measured]:
    """Runs of random networks, of which each kind of work takes most in some."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        seconds = [10 ** rng.uniform(-5, -2) for _ in speeds]
        amounts = tuple(took / usual for took, usual in zip(seconds, USUAL, strict=True))
        took = sum(amount * speed for amount, speed in zip(amounts, speeds, strict=True))
        made.append(Measured(amounts, took * (1 + rng.uniform(-noise, noise))))
    return made


def test_nothing_measured_leaves_the_usual_machine() -> None:
    assert fit([], USUAL) == USUAL


def test_after_one_run_it_is_the_usual_machine_slower_as_a_whole() -> None:
    (one,) = runs(1)
    found = fit([one], USUAL)
    factor = found[0] / USUAL[0]
    assert found == pytest.approx([factor * speed for speed in USUAL])
    assert sum(amount * speed for amount, speed in zip(one.amounts, found, strict=True)) == pytest.approx(one.took)


def test_many_runs_tell_the_planted_speeds() -> None:
    assert fit(runs(40), USUAL) == pytest.approx(PLANTED, rel=0.1)


def test_five_runs_foretell_others() -> None:
    found = fit(runs(5, noise=0.05), USUAL)
    others = runs(50, seed=2)
    told = [sum(amount * speed for amount, speed in zip(one.amounts, found, strict=True)) / one.took for one in others]
    assert sum(0.75 < one < 1.25 for one in told) >= 40


def test_a_run_beside_a_busy_program_spoils_nothing() -> None:
    good = runs(20)
    slow = [one._replace(took=one.took * 8) for one in runs(2, seed=3)]
    clean, disturbed = fit(good, USUAL), fit([*slow, *good], USUAL)
    assert disturbed == pytest.approx(clean, rel=0.1)
    assert fit([*(one._replace(counts=0.0) for one in slow), *good], USUAL) == pytest.approx(clean, rel=0.1)


def test_no_speed_is_below_nothing() -> None:
    """Runs with more of one kind of work that took less than the others."""
    odd = [Measured((1.0, 1.0), 1.0), Measured((1.0, 9.0), 0.5), Measured((1.0, 20.0), 0.4)]
    assert min(fit(odd, (1.0, 1.0))) >= 0


def test_of_several_usual_machines_the_one_that_fits_is_taken() -> None:
    measured = runs(5, noise=0.05)
    near = (1e-4, 1e-11, 1.5e-9, 3e-9)
    assert best_fit(measured, [USUAL, near]) == best_fit(measured, [near, USUAL]) == fit(measured, near)
