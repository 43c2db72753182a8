"""The learning-rate finder in the settings: progress that can be left, a curve, a suggestion, one key that takes it."""

from __future__ import annotations

import re

import msgspec
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.schedule import PiecewiseConstantDecay
from cnn_tui.ui.dialogs import rate_finder
from tests.ui.conftest import MakeLab
from tests.ui.fake_rates import FakeTest
from tests.ui.screen import LARGE, SMALL, sees, text, until

pytestmark = pytest.mark.usefixtures("no_worker")
HUGE = (200, 60)
BASELINE = load_preset("lab1-baseline")
PIECEWISE = PiecewiseConstantDecay(boundaries=(100,), values=(0.01, 0.001))


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> list[FakeTest]:
    """Rates are tested without training; all that is begun."""
    monkeypatch.setattr(FakeTest, "begun", [])
    monkeypatch.setattr(rate_finder, "RateTest", FakeTest)
    return FakeTest.begun


@pytest.mark.parametrize("size", [SMALL, *(pytest.param(size, marks=pytest.mark.long) for size in (LARGE, HUGE))])
async def test_what_is_found_is_taken_by_one_key_and_undone(
    size: tuple[int, int], make_lab: MakeLab, begun: list[FakeTest]
) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("t", "f")
        await sees(pilot, "Step 57 of 200: rate 9.3e-05, loss")
        await pilot.press("enter")
        assert "Which learning rate?" in text(app), "nothing is taken before it is suggested"
        assert "Esc leaves it." in text(app) and "★" not in text(app)
        assert re.search(r" -1 +0 +1 ", text(app)), "the axis is that of all rates"
        begun[0].goes_on.set()
        await sees(pilot, "Suggested: learning_rate 0.0009, where the loss falls fastest.")
        await sees(pilot, "Enter takes it in place of 0.001; u undoes that.")
        assert "★" in text(app) and "powers of ten: -3 is 0.001" in text(app)
        await pilot.press("enter")
        await sees(pilot, "learning_rate     0.0009")
        assert begun[0].request.experiment.layers == BASELINE.layers
        await pilot.press("u")
        await sees(pilot, "undo: learning_rate 0.001 → 0.0009")
        assert app.lab.document.experiment.training.learning_rate == 0.001


async def test_one_that_is_left_ends_and_changes_nothing(make_lab: MakeLab, begun: list[FakeTest]) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("t", "f")
        await sees(pilot, "Step 57 of 200")
        await pilot.press("escape")
        await until(pilot, lambda: "Which learning rate?" not in text(app), "the settings")
        assert begun[0].ended and app.lab.document.experiment == BASELINE


async def test_why_there_is_none_is_said(
    make_lab: MakeLab, begun: list[FakeTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        monkeypatch.setattr(FakeTest, "failure", "the GPU has too little memory")
        await pilot.press("t", "f")
        await sees(pilot, "Step 57 of 200")
        begun[0].goes_on.set()
        await sees(pilot, "The GPU has too little memory.")
        await pilot.press("enter")
        assert "Which learning rate?" in text(app)
        monkeypatch.setattr(FakeTest, "dataset", "fashion_mnist_sample")
        monkeypatch.setattr(FakeTest, "failure", "")
        await pilot.press("escape", "f")
        await until(pilot, lambda: len(begun) == 2, "another test")
        await sees(pilot, "It uses fashion_mnist_sample, because fashion_mnist is not here")


@pytest.mark.parametrize(
    ("experiment", "why"),
    [
        (BASELINE.with_training(schedule=PIECEWISE), "The schedule says every rate"),
        (msgspec.structs.replace(BASELINE, layers=BASELINE.layers[:-1]), "Layer 6: "),
    ],
)
async def test_where_a_rate_would_be_of_no_use_none_is_looked_for(
    experiment: Experiment, why: str, make_lab: MakeLab, begun: list[FakeTest]
) -> None:
    app = make_lab(experiment)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("t", "f")
        await sees(pilot, f"No rate is looked for. {why}")
        assert not begun
