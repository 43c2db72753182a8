"""Boxes over the lab: their keys, what is said while they are open, and the palette."""

from __future__ import annotations

import sys

import pytest

from cnn_tui.history.history import History
from cnn_tui.ui.dialogs.dialog import Conversation
from tests.terminal import Terminal
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, sees, text, until

LAB = [sys.executable, "-m", "cnn_tui"]
SIZES = [LARGE, SMALL, (60, 16)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["D", "b", "t"])
async def test_what_is_said_lies_beside_an_open_box(make_lab: MakeLab, key: str, size: tuple[int, int]) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "Run 1 starts.")
        await pilot.press(key)
        await until(pilot, lambda: app.screen.query(".box"), "the box")
        await until(pilot, lambda: app.screen.query("Toast") and app.screen.query("Toast").first().size, "what is said")
        said = [app.screen.query("Toast").first().region]
        assert not said[0].overlaps(app.screen.query(".box").first().content_region)
        assert "Run 1 starts." in text(app)
        assert not app.lab.query("Toast"), "it is not said behind the box as well"
        await pilot.press("escape")
        await until(pilot, lambda: app.lab.query("Toast"), "what was said, in the lab again")


@pytest.mark.parametrize(
    ("keys", "words"),
    [("t", "add a stop rule"), ("Q", "take the run out of the queue"), ("D", "page down"), ("4 V", "the usual ones")],
)
async def test_a_box_says_its_keys(make_lab: MakeLab, keys: str, words: str) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys.split(), "question_mark")
        await sees(pilot, "Enter takes it, Esc leaves")
        await sees(pilot, words)


async def test_a_key_in_the_help_of_the_settings_runs(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("t", "question_mark", *"add a stop", "enter")
        await sees(pilot, "Training stops at the end of an epoch")


async def test_a_layer_that_is_not_found_is_not_described(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("a", *"zero")
        await sees(pilot, "adds a border")
        await pilot.press(*"zz")
        await sees(pilot, "Nothing here has those words.")
        await until(pilot, lambda: "adds a border" not in text(app), "no description")


async def test_the_palette_has_the_keys_of_every_pane(make_lab: MakeLab, history: History) -> None:
    made(history, "lab1-16-filters", 0.88)
    made(history, "lab1-baseline", 0.90)
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4", "space", "j", "space", "1", "colon", *"compare the marked: what")
        await sees(pilot, "History: compare the marked: what differs (4 c)")
        await pilot.press("enter")
        await sees(pilot, "2 runs, against run 1")
        await pilot.press("escape")
        await until(pilot, lambda: app.lab.shown.scope == "history", "the history in front")


async def test_ctrl_c_says_the_key_that_leaves(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await sees(pilot, "q leaves the lab,")


@pytest.mark.usefixtures("no_worker")
def test_in_ascii_the_palette_has_no_picture() -> None:
    with Terminal([*LAB, "--ascii"], 80, 24) as terminal:
        terminal.wait_for("? help")
        terminal.press(":")
        terminal.wait_for("Search for commands")
        line = next(one for one in terminal.text.splitlines() if "Search for commands" in one)
        assert "?" not in line


@pytest.mark.parametrize(
    "error", [RecursionError("too deep"), KeyError("odd"), MemoryError("no room"), OSError(5, "worn out")]
)
async def test_whatever_hinders_work_beside_the_keys_is_said(make_lab: MakeLab, error: Exception) -> None:
    def work() -> None:
        raise error

    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        Conversation(app.screen).beside(work)
        await sees(pilot, str(error.args[-1]))
