"""Runs that differ by their seeds alone are one row of the history pane, which unfolds."""

from __future__ import annotations

import pytest

from cnn_tui.history.history import History
from tests.ui.conftest import MakeLab
from tests.ui.history.history_rows import current, shows, table
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, sees, text, until


@pytest.fixture
def repeats(history: History) -> None:
    """Three runs of one experiment, two of another, and one that failed."""
    for accuracy in (0.89, 0.90, 0.92):
        made(history, "lab1-baseline", accuracy)
    for accuracy in (0.91, 0.93):
        made(history, "lab1-64-filters", accuracy)
    made(history, "lab1-baseline", status="failed", cause="out of memory", epochs=2)
    history.store.execute("UPDATE runs SET seed = id")


@pytest.mark.usefixtures("repeats")
async def test_repeats_are_one_row_that_enter_unfolds_and_folds(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "z")
        await sees(pilot, "6 runs · 2 folded")
        failed, more, baseline = table(app)
        assert failed.startswith("6 baseline, 32") and more.startswith("2×▸ 64 filters 0.9200 ±1.41")
        assert baseline.startswith("3×▸ baseline, 32") and " 0.9033 ±1.53 +1.67 8.0 finished" in baseline
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: len(table(app)) == 6, "the runs below it")
        assert [row.split()[0] for row in table(app)] == ["6", "2×▸", "3×▾", "3", "2", "1"]
        assert table(app)[3].startswith("3 seed 3 · baseline") and "6 runs · 1 folded" in text(app)
        await pilot.press("j", "enter")
        await sees(pilot, "Run 3: Lab 1: baseline, 32 filters")  # the page of the run
        await pilot.press("escape")
        await until(pilot, lambda: len(table(app)) == 6, "back")
        assert current(app) == 3
        await pilot.press("k", "enter")
        await until(pilot, lambda: len(table(app)) == 3, "folded again")
        await pilot.press("f")
        await shows(pilot, app, 6, 5, 4, 3, 2, 1)
        await sees(pilot, "Every run has a row.")
        await pilot.press("f")
        await sees(pilot, "Runs that differ by their seeds")


@pytest.mark.usefixtures("repeats")
async def test_what_keys_do_on_a_folded_row_is_sensible_and_said(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "z", "j", "j", "i")
        await sees(pilot, "A note is of one run")
        await pilot.press("comma")
        await sees(pilot, "A name is of one run")
        await pilot.press("b")
        await sees(pilot, "Run 2 is the baseline")  # whose accuracy is the nearest to the mean
        await sees(pilot, "3×▸b")
        await pilot.press("L")
        await sees(pilot, "Run 2's experiment is in the editor")
        await pilot.press("space")
        await sees(pilot, "3 marked")
        await pilot.press("t", *"good", "enter")
        await until(pilot, lambda: [run.tags for run in history.runs()][:3] == [("good",)] * 3, "tags on all three")
        await pilot.press("space", "y")
        await sees(pilot, "y  the rows of runs 1, 2 and 3")
        await pilot.press("escape", "d")
        await sees(pilot, "Runs 1, 2 and 3 are archived; u undoes it.")
        await until(pilot, lambda: len(table(app)) == 2, "they are gone")
        await pilot.press("u")
        await until(pilot, lambda: len(table(app)) == 3, "they are back")


@pytest.mark.usefixtures("repeats")
async def test_a_group_is_compared_with_a_group_and_laid_over_the_other(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "z", "j", "space", "j", "space", "c")
        await sees(pilot, "5 runs in 2 columns, against runs 1, 2 and 3")
        await sees(pilot, "0.9033 ± 0.0153")
        await sees(pilot, "0.9200 ± 0.0141 +0.0167")
        await pilot.press("b")
        await sees(pilot, "5 runs in 2 columns, against runs 4 and 5")
        await pilot.press("escape", "v")
        await sees(pilot, "the mean of several, dots: ± the standard deviation")
        await sees(pilot, "filters 32 (runs 1, 2 and 3)")


@pytest.mark.usefixtures("repeats")
async def test_of_a_folded_row_the_run_nearest_to_its_mean_is_shown(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("4", "j", "j")
        await sees(pilot, "run 2 finished  nearest to the mean of 3")
