"""The summary pane says what a run will take, from the runs there are, at every edit."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, pane, sees, until

WIDE = (160, 50)
"""Here the stack pane is the summary too."""


@pytest.mark.parametrize("size", [LARGE, SMALL, WIDE])
async def test_it_follows_every_edit_and_every_run(make_lab: MakeLab, history: History, size: tuple[int, int]) -> None:
    app = make_lab()
    shown = "stack" if size == WIDE else "summary"
    async with app.run_test(size=size, notifications=True) as pilot:
        if size == SMALL:
            await pilot.press("2")
        await sees(pilot, "How long it takes is known once a run has trained here.")
        made(history, "lab1-baseline", seconds=8.0)
        words = "~8.0 s an epoch, mostly memory traffic"
        await until(pilot, lambda: words in pane(app, shown), "what the run tells")
        await pilot.press("1", "plus", *("2" if size == SMALL else ""))
        await until(pilot, lambda: "~8.0 s" not in pane(app, shown) and " s an epoch" in pane(app, shown), "an edit")
        await pilot.press("1", "u", *("2" if size == SMALL else ""))
        await until(pilot, lambda: words in pane(app, shown), "what it was")


async def test_nothing_is_foretold_of_what_cannot_be_trained(make_lab: MakeLab, history: History) -> None:
    made(history, "lab1-baseline", seconds=8.0)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "~8.0 s an epoch")
        await pilot.press("G", "d")  # without its last layer it has not as many outputs as classes
        await until(pilot, lambda: "s an epoch" not in pane(app, "summary"), "nothing foretold")


async def test_runs_that_were_too_short_to_tell_are_said_to_be(make_lab: MakeLab, history: History) -> None:
    made(history, load_preset("lab1-baseline").with_training(batch_size=10_000), seconds=2.0)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "No run here was long enough to tell how long this one takes.")
