"""Stopping a run with `s`, and the stop rules as they are typed."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, sees


async def test_the_second_time_it_ends_now(make_lab: MakeLab, history: History) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    fake.play(history, run_id, 1.5)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "epoch 2/5")
        await pilot.press("s")
        await sees(pilot, "Run 1 stops after this batch")
        assert history.wish(run_id) == "stop"
        await pilot.press("P")
        await sees(pilot, "Run 1 is stopping already.")
        assert history.wish(run_id) == "stop"
        await pilot.press("s")
        await sees(pilot, "Run 1 ends now")
        assert history.wish(run_id) == "now"


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("val_loss patience 3", StopRule("val_loss", patience=3)),
        ("loss nan", StopRule("loss", nan=True)),
        ("loss < 0.25", StopRule("loss", below=0.25)),
    ],
)
async def test_a_rule_is_typed_shown_and_typed_again(make_lab: MakeLab, typed: str, rule: StopRule) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("t", "a", "ctrl+u", *typed, "enter")
        await sees(pilot, str(rule))
        assert app.lab.document.experiment.stop == (rule,)
        await pilot.press("G", "enter", "ctrl+u", *"val_loss patience 9", "enter")
        await sees(pilot, "patience 9 cannot run out within the 5 epochs")
        assert app.lab.document.experiment.stop == (rule,)
