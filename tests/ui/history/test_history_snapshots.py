"""Pictures of the history, a run's page and a comparison, compared with those kept beside this file."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from cnn_tui.history import notebook
from cnn_tui.history.history import History
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, Compare, keys, sees, text, until

pytestmark = pytest.mark.usefixtures("in_colour")


@pytest.fixture
def four_runs(history: History) -> None:
    """Networks of 16, 32 and 64 filters, one that was cut short; the second is the baseline."""
    made(history, "lab1-16-filters", 0.8812, train=0.9031, seconds=4.1, val_losses=(0.5, 0.4, 0.36, 0.34, 0.33))
    made(history, "lab1-baseline", 0.9043, train=0.9287, seconds=7.9, val_losses=(0.45, 0.34, 0.3, 0.29, 0.28))
    made(history, "lab1-64-filters", 0.9121, train=0.9655, seconds=15.8, val_losses=(0.4, 0.3, 0.26, 0.29, 0.35))
    made(history, "lab1-more-convs", status="interrupted", cause="the training process is gone", epochs=1)
    notebook.change_tags(history, [3], ["lab1", "keep"])
    notebook.note(history, 3, "larger, and four times as slow")
    notebook.pin(history, 2)


@pytest.mark.usefixtures("four_runs")
def test_history_with_a_baseline_and_marks_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    async def press(pilot: Pilot[Any]) -> None:
        await pilot.press("4", "z", "j", "space", "o", "o")
        await sees(pilot, "4 runs · 1 marked · Test▼")
        await sees(pilot, "Run 3: Lab 1: 64 filters")  # below the runs
        await until(pilot, lambda: "┤" in text(pilot.app), "its curves")

    assert snap_compare(make_lab(), terminal_size=LARGE, run_before=press)


@pytest.mark.usefixtures("four_runs")
def test_a_runs_page_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    press = keys("4", "j", "enter", then="fingerprint")
    assert snap_compare(make_lab(), terminal_size=SMALL, run_before=press)


@pytest.mark.usefixtures("four_runs")
def test_a_light_comparison_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    async def press(pilot: Pilot[Any]) -> None:
        await pilot.press("4", "j", "space", "j", "space", "j", "space", "c")
        app = pilot.app
        await until(pilot, lambda: "luck alone moves" in text(app) or "may be luck" in text(app), "the verdicts", 60)

    assert snap_compare(make_lab(theme="cnn-light"), terminal_size=LARGE, run_before=press)
