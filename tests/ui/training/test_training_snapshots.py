"""Pictures of the training pane, compared with those kept beside this file."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History, Result
from cnn_tui.history.notebook import pin
from cnn_tui.history.run import FiredAt
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.panes.training.pane import TrainingPane
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, Compare, keys, sees

pytestmark = pytest.mark.usefixtures("in_colour")


@pytest.fixture
def runs(history: History) -> None:
    """A baseline, a run that a rule stopped, and one that goes on under two rules."""
    first = fake.train(history, load_preset("lab1-16-filters"))
    pin(history, first)
    rules = (StopRule("loss", below=0.16), StopRule("val_loss", patience=2))
    watched = msgspec.structs.replace(load_preset("lab1-baseline"), name="watched", stop=rules)
    second = history.add(watched)
    fake.begin(history, second)
    fake.play(history, second, 4.0)
    cause = "stop rule: loss below 0.16 (0.1500 after epoch 4)"
    history.record_end(second, Result("stopped", cause, 0.2583, 0.9083, 32.0, "rule", FiredAt(1, 4)))
    third = history.add(watched)
    fake.begin(history, third)
    fake.play(history, third, 2.5)


@pytest.mark.usefixtures("runs")
def test_rules_and_baseline_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    press = keys("3", "b", then="baseline, run 1")
    assert snap_compare(make_lab(), terminal_size=SMALL, run_before=press)


@pytest.mark.usefixtures("runs")
def test_fired_rule_and_crosshair_in_light_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    press = keys("3", "left_square_bracket", "S", "h", then="epoch 4: train 0.15")
    assert snap_compare(make_lab(theme="cnn-light"), terminal_size=SMALL, run_before=press)


@pytest.mark.usefixtures("runs")
def test_overlay_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    async def lay_over(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, LabApp)
        await pilot.press("3", "z")
        app.lab.query_one(TrainingPane).overlay([[1], [2], [3]])
        await sees(pilot, "validation; v shows train")

    assert snap_compare(make_lab(), terminal_size=LARGE, run_before=lay_over)
