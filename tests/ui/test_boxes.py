"""Boxes over the lab: their keys, what is said while they are open, and the palette."""

from __future__ import annotations

import re

import pytest

from cnn_tui.history.history import History
from cnn_tui.ui.dialogs import ask
from cnn_tui.ui.dialogs.dialog import Conversation
from cnn_tui.ui.dialogs.palette import fit
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import LARGE, SMALL, sees, text, until

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


async def test_what_is_said_in_the_exercises_is_not_said_twice_when_a_box_opens(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("x", "j")
        await sees(pilot, "16 filters instead of 32")
        app.screen.notify("What was said.", timeout=600)
        await sees(pilot, "What was said.")
        await pilot.press("p")
        await until(pilot, lambda: app.screen.query("Toast") and app.screen.query("Toast").first().size, "what is said")
        await until(pilot, lambda: text(app).count("What was said.") == 1, "it once")
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.query(".box") and app.screen.query("Toast"), "it in the exercises")


async def test_what_is_said_leaves_the_screen_also_where_something_asks_first_where_all_widgets_are(
    make_lab: MakeLab,
) -> None:
    """As while a run trains, whose curves another pane hides: the words stayed where they stood."""
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "Run 1 starts.")
        await until(pilot, lambda: app.lab.query("Toast") and app.lab.query("Toast").first().size, "what is said")
        toast, compositor = app.lab.query("Toast").first(), app.lab._compositor
        where = toast.region
        assert toast.parent is not None
        toast.parent.display = False
        compositor._full_map_invalidated = True  # what a widget that is not shown does by being drawn anew
        assert toast not in compositor.full_map
        assert any(region.contains_region(where) for region in compositor._dirty_regions), "it is painted over"


async def test_the_list_of_keys_tells_a_row_again_only_where_it_was_cut(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4", "question_mark")
        await sees(pilot, "type to find, ")
        await sees(pilot, "Enter: the run's page; of a folded row: its runs, or fold them (open).")
        await pilot.press("down")
        await until(pilot, lambda: "or fold them (open)" not in text(app), "another row's words, or none")
        assert text(app).count("mark the run, or take its mark away") == 1


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
        await pilot.press("4", "space", "j", "space", "1", "colon", *"cmp marked differs")
        await sees(pilot, "History: compare the marked: what differs")
        assert re.search(r"History: compare the marked: what differs +4 c", text(app))
        await pilot.press("enter")
        await sees(pilot, "2 runs, against run 1")
        await pilot.press("escape")
        await until(pilot, lambda: app.lab.shown.scope == "history", "the history in front")


async def test_ctrl_c_says_the_key_that_leaves(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await sees(pilot, "q leaves the lab,")


async def test_the_palette_names_keys_and_not_ids_and_has_first_what_was_used_last(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("colon")
        await sees(pilot, "What do you want to do?")
        assert "stack.edit" not in text(app)
        await pilot.press(*"training.log", "enter")
        await until(pilot, lambda: app.lab.shown.scope == "training", "the pane of the action with that id")
        await pilot.press("colon")
        await sees(pilot, "Log scale")
        rows = [line for line in text(app).splitlines() if line.strip(" │").startswith(("Log scale", "Next metric"))]
        assert "Log scale" in rows[0], "what was used last stands first"
        await pilot.press(*"zzzz")
        await sees(pilot, "Nothing here has those words.")
        await pilot.press("escape", "colon", *"light", "enter")
        await until(pilot, lambda: app.theme == "cnn-light", "the light theme")


@pytest.mark.parametrize(
    ("words", "better", "worse"),
    [
        ("run", "Run this experiment", "Prune what is old"),
        ("undo", "Undo the last edit", "Bundle of old"),
        ("lgs", "Log scale", "All of the great signs"),
        ("scale log", "Log scale", "Log of scores"),
    ],
)
def test_what_begins_with_the_words_is_found_before_what_has_their_letters(words: str, better: str, worse: str) -> None:
    assert fit(words, better) > fit(words, worse)


def test_letters_that_lie_far_apart_find_nothing() -> None:
    assert fit("xyz", "explain your own analysis of a zebra") == 0
    assert 0 < fit("stack.add_below", "Add a layer", "stack.add_below") < fit("add", "Add a layer", "stack.add_below")


async def test_who_knows_the_second_key_sees_no_menu(make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        with monkeypatch.context() as patient:
            patient.setattr(ask, "_MENU_SECONDS", 3600.0)
            await pilot.press("y")
            assert isinstance(app.screen, ask.CopyMenu) and "the experiment file" not in text(app)
            await pilot.press("c")
            await sees(pilot, "Copied the Keras code")
        await pilot.press("y")
        await sees(pilot, "the experiment file")
        menu = app.screen.query_one(".menu").region
        assert menu.bottom == app.lab.key_bar.region.y and menu.height < 8, "the rest stays in sight"


async def test_a_list_says_that_more_lies_below_and_above(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark")
        await sees(pilot, "more below")
        assert "more above" not in text(app)
        await pilot.press("pagedown", "pagedown", "pagedown")
        await until(pilot, lambda: "more above" in text(app) and "more below" in text(app), "both")
        await pilot.press(*["pagedown"] * 10)
        await until(pilot, lambda: "more above" in text(app) and "more below" not in text(app), "the end")


async def test_a_page_says_that_more_lies_below_and_above(make_lab: MakeLab, history: History) -> None:
    made(history, "lab1-16-filters", 0.88)
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("4", "enter")
        await sees(pilot, "more lines below: j")
        await pilot.press("j")
        await sees(pilot, "… 2 more lines above: k")
        await pilot.press("G")
        await until(pilot, lambda: "more lines below" not in text(app), "the end")


@pytest.mark.parametrize("size", [LARGE, SMALL, (60, 16)])
async def test_the_keys_that_lead_to_all_others_are_named_at_every_size(
    make_lab: MakeLab, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size) as pilot:
        for pane in "123465":
            await pilot.press(pane)
            named = ["x exercises", "r run", "? help", "q quit", *(["5 explain"] if pane != "5" else [])]
            await until(pilot, lambda named=named: all(key in text(app).splitlines()[-1] for key in named), pane)  # type: ignore[misc]


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


async def test_help_that_a_row_has_no_room_for_is_read_below_the_list(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark", *"copy menu")
        await sees(pilot, "y: copy menu: the row, Keras code, the experiment, the summary.")


async def test_what_is_said_is_read_whole_over_a_page_and_beside_a_box_at_the_bottom(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        for long in range(72, 80):
            words = f"{'x' * 30} {'y' * (long - 36)} zzzz"
            app.screen.notify(words, timeout=600)
            await pilot.press("t")
            await sees(pilot, "Training settings")
            await until(pilot, lambda words=words: words[:30] in text(app) and "zzzz" in text(app), words)  # type: ignore[misc]
            app.clear_notifications()
            await pilot.press("escape")
        await pilot.press("x", "j")
        await sees(pilot, "16 filters instead of 32")
        app.screen.notify("What was said.", timeout=600)
        await sees(pilot, "What was said.")
        await pilot.press("i")
        await until(pilot, lambda: app.screen.query(".box") and app.screen.query("Toast"), "the box")
        await until(pilot, lambda: app.screen.query("Toast").first().size, "what is said")
        said, box = app.screen.query("Toast").first().region, app.screen.query(".box").first().region
        assert not said.overlaps(box), f"{said} over {box}"
