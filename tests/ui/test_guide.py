"""The guided start, as somebody meets it who opens the lab for the first time."""

from __future__ import annotations

import sys

import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.network.layers import Dense, Flatten
from cnn_tui.ui.widgets.guide import Guide, wanted
from tests.terminal import Terminal
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.made_runs import made
from tests.ui.screen import sees, text, until

LAB = [sys.executable, "-m", "cnn_tui"]
LARGE = (120, 40)


async def test_it_leads_from_the_first_edit_to_the_first_exercise_and_ends(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    app.lab.guided_start.shown = True
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await until(pilot, lambda: "1/6" in text(app) and "+ doubles the filters" in text(app), "the first step")
        await pilot.press("+")
        await until(pilot, lambda: "2/6" in text(app), "the second step")
        await pilot.press("u")
        await until(pilot, lambda: "3/6  r trains the network" in text(app), "the third step")
        await pilot.press("r")
        await until(pilot, lambda: "4/6" in text(app), "the fourth step")
        fake.begin(history, 1)
        fake.play(history, 1, 5.0)
        fake.finish(history, 1)
        await until(pilot, lambda: "5/6" in text(app) and "5 shows what it sees" in text(app), "the fifth step")
        await pilot.press("5")
        await until(pilot, lambda: "6/6" in text(app) and "x opens the exercises" in text(app), "the last step")
        await pilot.press("x")
        await sees(pilot, "6/6  Your first exercise: its page says what comes next.")
        await pilot.press("i")
        await sees(pilot, "Enter keeps it")
        await pilot.press(*"well", "enter")
        await sees(pilot, "Well done!")
        await until(pilot, lambda: "6/6" not in text(app), "the end of the guide")
        await pilot.press("escape")
        await sees(pilot, "[predictions]")
        assert "6/6" not in text(app) and not wanted(0), "it does not come again"


async def test_it_speaks_of_the_network_that_is_edited(make_lab: MakeLab) -> None:
    layers = (Flatten(), Dense(units=7, activation="softmax"))
    app = make_lab(Experiment(dataset="", input_shape=(28, 28, 1), classes=7, layers=layers))
    app.lab.guided_start.shown = True
    async with app.run_test(size=LARGE) as pilot:
        await sees(pilot, "1/6  This network will tell 7 classes apart. a adds a layer below the one at the cursor.")


async def test_whoever_trains_at_once_is_not_told_to_edit(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    app.lab.guided_start.shown = True
    async with app.run_test(size=LARGE) as pilot:
        await until(pilot, lambda: "1/6" in text(app), "the first step")
        await pilot.press("r")
        await until(pilot, lambda: "4/6" in text(app) and "3 shows its curves." in text(app), "the fourth step")
        await pilot.press("3")
        await sees(pilot, "does not stop it. Its curves grow here.")
        await pilot.press("r")
        for run_id in (1, 2):
            fake.begin(history, run_id)
            fake.play(history, run_id, 5.0)
            if run_id == 1:
                fake.finish(history, run_id)
        await until(pilot, lambda: "5/6" in text(app), "the step after the first run, while the second is trained")


@pytest.mark.long
@pytest.mark.usefixtures("no_worker")
def test_it_comes_until_it_is_ended_and_never_where_there_are_runs() -> None:
    with Terminal(LAB, 80, 24) as terminal:
        terminal.wait_for("1/6")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    with Terminal(LAB, 60, 16) as terminal:
        terminal.wait_for("1/6")
        terminal.press("\x1b")
        terminal.wait(lambda: "1/6" not in terminal.text, "no guide")
    with Terminal(LAB, 80, 24) as terminal:
        terminal.wait_for("? help")
        assert "1/6" not in terminal.text


@pytest.mark.usefixtures("no_worker")
def test_it_is_not_for_those_who_have_runs() -> None:
    with History() as history:
        history.add(load_preset("lab1-baseline"))
        history.ask(1, "stop")
    with Terminal(LAB, 80, 24) as terminal:
        terminal.wait_for("? help")
        assert "1/6" not in terminal.text


@pytest.mark.parametrize("size", [LARGE, (80, 24), (60, 16)])
async def test_what_is_said_leaves_the_guide_to_be_read(make_lab: MakeLab, size: tuple[int, int]) -> None:
    app = make_lab()
    app.lab.guided_start.shown = True
    async with app.run_test(size=size, notifications=True) as pilot:
        for keys, said in (("plus u", "undo: filters"), ("r", "Run 1 starts.")):
            await pilot.press(*keys.split())
            await until(pilot, lambda said=said: said in text(app), said)  # type: ignore[misc]
            toast, guide = app.screen.query("Toast").last().region, app.lab.query_one(Guide).region
            assert not toast.overlaps(guide), f"{toast} over {guide}"
        await until(pilot, lambda: "4/6" in text(app), "the fourth step")


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_what_it_says_has_followed_is_on_the_screen(make_lab: MakeLab, size: tuple[int, int]) -> None:
    app = make_lab()
    app.lab.guided_start.shown = True
    async with app.run_test(size=size) as pilot:
        await pilot.press("plus")
        await sees(pilot, "2/6  Well done: shapes and parameters have followed.")
        assert "26x26x64" in text(app) and "122,922 params" in text(app)
        at = next(at for at, line in enumerate(text(app).splitlines()) if " 2/6 " in line)
        second = text(app).splitlines()[at + 1]
        assert second.startswith(" ") and second[1] != " ", "both lines begin in the same column"
        assert "ends the guide." in " ".join(text(app).split())


async def test_esc_takes_back_what_the_pane_is_in_before_it_ends_the_guide(make_lab: MakeLab, history: History) -> None:
    made(history, "lab1-16-filters", 0.9)
    app = make_lab()
    app.lab.guided_start.shown = True
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("4", "slash", "1", "6", "enter")
        await sees(pilot, "(Esc clears it)")
        await pilot.press("escape")
        await until(pilot, lambda: "(Esc clears it)" not in text(app), "no filter")
        assert "Esc ends the guide." in " ".join(text(app).split())
        await pilot.press("escape")
        await until(pilot, lambda: "ends the" not in text(app), "the end of the guide")


async def test_esc_ends_it_in_every_pane(make_lab: MakeLab) -> None:
    app = make_lab()
    app.lab.guided_start.shown = True
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("5")
        await until(pilot, lambda: "[predictions]" in text(app) and "Esc ends the guide." in text(app), "Explain")
        await pilot.press("escape")
        await until(pilot, lambda: "ends the" not in text(app), "the end of the guide")
        assert "[predictions]" in text(app)
        await pilot.press("escape")
        await until(pilot, lambda: "[predictions]" not in text(app), "the other panes")
