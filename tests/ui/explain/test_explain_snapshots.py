"""Pictures of the explain pane, compared with those kept beside this file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.explain.pane import ExplainPane
from tests.ui import explained, fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, Compare, sees


@pytest.fixture(autouse=True)
def in_colour(monkeypatch: pytest.MonkeyPatch, history: History) -> None:
    """The pictures are in colour, of a run with predictions that were written by hand."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    run = fake.train(history, load_preset("lab1-baseline"))
    explained.write_images()
    explained.write_facts()
    explained.write_predictions(run)


def keys(*names: str, then: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Open the pane with a process that answers at once, press keys, and wait for words."""

    async def press(pilot: Pilot[Any]) -> None:
        assert isinstance(pilot.app, LabApp)
        await sees(pilot, "? help")
        pilot.app.lab.query_one(ExplainPane).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", *names)
        await sees(pilot, then)

    return press


def test_prediction_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=LARGE, run_before=keys("o", then="1 of 8 wrong"))


def test_light_confusion_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    app = make_lab(theme="cnn-light")
    assert snap_compare(app, terminal_size=SMALL, run_before=keys("m", then="test accuracy"))


def test_by_hand_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=LARGE, run_before=keys("n", "n", then="LAB 2, 2 of"))


def test_filters_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=SMALL, run_before=keys("m", "m", "m", then="3 dead"))
