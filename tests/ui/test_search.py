"""The screen of a search: it follows the trials, says what the repeats found, and loads a trial into the editor."""

from __future__ import annotations

import re

import pytest

from cnn_tui.history.history import History
from cnn_tui.history.searches import AS_IT_WAS, SearchPlan, add_search, end_search, record_trial, searches
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.commands import searches as searches_of_the_lab
from tests.analysis.test_search_result import BASELINE, pose, posed
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, sees, text, until


def tried(app: LabApp) -> list[str]:
    """How many filters each trial has that is listed, from the top."""
    return re.findall(r"│\s+\d+\s+\d+  filters (\d+)", text(app))


async def test_a_search_is_followed_to_what_its_best_is_worth(make_lab: MakeLab, history: History) -> None:
    posed(history, (0.9, 0.8), {})
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("I")
        await sees(pilot, "Search 1 of Lab 1: baseline, 32 filters: 2 of 2 trials, the best are judged again.")
        pose(history, 32, 1, 0.95, 0.93)
        await until(pilot, lambda: tried(app) == ["32", "8", "16"], "the best trial first")
        for seed, figure in enumerate((0.90, 0.92, 0.91), 2):
            pose(history, 32, seed, figure, figure, repeats=3)
            pose(history, 8, seed, figure - 0.05, figure - 0.05, repeats=AS_IT_WAS)
        end_search(history, 1, "finished")
        await sees(pilot, "the first figure flattered by 4.0 points")
        await sees(pilot, "it has ended")

        await pilot.press("g", "L")
        await sees(pilot, "Run 3's experiment is in the editor")
        assert "A search" not in text(app)


async def test_its_trials_are_lines_across_their_values(make_lab: MakeLab, history: History) -> None:
    posed(history, (0.9, 0.8, 0.7, 0.6), {})
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("I", "v")
        await sees(pilot, "━━ trial 1   ── the best   ·· 3 others")
        assert re.search(r"│ filters +val_accuracy │", text(app))
        await pilot.press("j")
        await sees(pilot, "━━ trial 2   ── the best")
        await pilot.press("v")
        await until(pilot, lambda: "the best  " not in text(app), "the table alone")


async def test_without_a_search_it_says_how_one_begins(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("I")
        await sees(pilot, "Nothing was searched yet. n begins a search of the editor's experiment; so does")
        await pilot.press("L", "enter", "left_square_bracket", "j")
        await sees(pilot, "Nothing was searched yet.")


async def test_a_search_is_begun_stopped_and_goes_on(
    make_lab: MakeLab, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches_of_the_lab, "obstacle", lambda: "")
    app = make_lab(BASELINE.with_training(validation="test"))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("I", "n")
        await sees(pilot, "layers[0].filters=16,32,64")
        await sees(pilot, "learning_rate=0.0001..0.01 log")
        # What is refused is said as the command line says it.
        await pilot.press("tab", "ctrl+u", *"many", "enter")
        await sees(pilot, "trials must be a whole number from 1 to")
        await pilot.press("ctrl+u", *"9", "tab", "ctrl+u", *"val_auc", "enter")
        await sees(pilot, "--metric: found val_auc; allowed: val_loss, val_accuracy")
        await pilot.press("ctrl+u", *"val_loss", "tab", "ctrl+u", *"perhaps", "enter")
        await sees(pilot, "prune must be yes or no")
        await pilot.press("ctrl+u", *"yes", "enter")
        await sees(pilot, "Search 1 begins; s stops it.")
        await sees(pilot, "0 of 9 trials, it goes on.")
        (search,) = searches(history)
        plan = search.plan
        assert plan.vary == ("layers[0].filters=16,32,64", "learning_rate=0.0001..0.01 log")
        assert (plan.metric, plan.prune, plan.at_once, plan.place) == ("val_loss", True, 1, "here")
        assert plan.experiment.training.validation == 0.1

        run = history.add(plan.experiment)
        record_trial(history, 1, (32, 0.001), run=run)
        await pilot.press("s")
        await sees(pilot, "Search 1 stops, and the trials that have ended stay")
        await sees(pilot, "1 of 9 trials, it was stopped;")
        await sees(pilot, "n with the same goes on with it.")
        assert [one.status for one in history.runs_of([run])] == ["stopped"]
        await pilot.press("n", "enter")
        await sees(pilot, "Search 1 goes on.")
        await sees(pilot, "1 of 9 trials, it goes on.")
        assert len(searches(history)) == 1


async def test_one_that_failed_says_why(make_lab: MakeLab, history: History) -> None:
    number = add_search(history, SearchPlan(BASELINE, ("layers[0].filters=16,32",)))
    end_search(history, number, "failed", "no trial came to its end with a figure")
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("I")
        await sees(pilot, "0 of 20 trials, it failed: no trial came to its end")
