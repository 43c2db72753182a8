"""A large terminal: what the summary says is in the stack's table, and Explain stands beside the curves."""

from __future__ import annotations

from cnn_tui.ui.app import LabApp
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, pane, sees, text, until

HUGE = (200, 60)


def shown(app: LabApp) -> list[str]:
    """The panes on the screen, in reading order."""
    panes = [one for one in app.lab.panes.values() if one.region]
    return [one.scope for one in sorted(panes, key=lambda one: (one.region.y, one.region.x))]


async def test_nothing_is_said_twice_at_200x60_and_explain_is_beside_the_chart(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=HUGE) as pilot:
        await sees(pilot, "Total params: 113,386")
        assert shown(app) == ["stack", "history", "training", "explain"]
        assert "Every run comes here" in pane(app, "history")
        stack = pane(app, "stack")
        row = next(line.strip("│").split() for line in stack.splitlines() if " Conv2D " in line)
        assert row == ["1", "Conv2D", "32", "3x3", "relu", "26x26x32", "320", "<1%"]
        for words in ("113,386", "26x26x32", "fashion_mnist", "28x28x1"):
            assert text(app).count(words) <= 1 + (words == "113,386"), f"{words} is said twice"  # total and trainable
        await pilot.press("plus")
        await sees(pilot, "Total params: 122,922")


async def test_the_summary_is_still_there_with_2_and_tab_passes_it_over(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=HUGE) as pilot:
        await sees(pilot, "Total params: 113,386")
        await pilot.press("2")
        await until(pilot, lambda: shown(app) == ["summary"], "the summary alone")
        await pilot.press("escape")
        await until(pilot, lambda: len(shown(app)) == 4, "all of them")
        await pilot.press("tab")
        assert app.lab.header.shown == "training"
        await pilot.press("5", "z")
        await until(pilot, lambda: shown(app) == ["explain"], "Explain alone")
        await pilot.press("escape")
        await until(pilot, lambda: len(shown(app)) == 4, "all of them again")


async def test_the_panes_find_their_places_again_when_the_terminal_changes_its_size(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=HUGE) as pilot:
        await sees(pilot, "Total params: 113,386")
        await pilot.resize_terminal(*LARGE)
        await until(pilot, lambda: shown(app) == ["stack", "summary", "training", "history"], "four panes")
        assert "26x26x32" not in pane(app, "stack")
        await pilot.resize_terminal(*HUGE)
        await until(pilot, lambda: shown(app) == ["stack", "history", "training", "explain"], "with Explain")
        await pilot.resize_terminal(200, 45)
        await until(pilot, lambda: shown(app) == ["stack", "summary", "training", "history"], "four panes again")
        assert "26x26x32" not in pane(app, "stack"), "the summary says it"


async def test_no_process_is_started_because_a_large_terminal_shows_explain(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=HUGE) as pilot:
        await sees(pilot, "No run has a trained model yet")
        assert app.lab.explain.explained.client._thread is None


async def test_keys_go_to_the_same_pane_again_after_the_terminal_was_too_small(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("5")
        await sees(pilot, "[predictions]")
        await pilot.resize_terminal(50, 10)
        await sees(pilot, "The terminal is 50x10")
        await pilot.resize_terminal(*LARGE)
        await sees(pilot, "[predictions]")
        await pilot.press("m")
        await sees(pilot, "[confusion]")
