"""A teacher's pack in the lab: its exercises, its locks, its words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cnn_tui.exercises import answers
from cnn_tui.exercises.packs import open_pack
from cnn_tui.experiment.file import to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.terminal import Terminal
from tests.ui.conftest import MakeLab
from tests.ui.exercises.exercise_words import go_to, reads
from tests.ui.screen import LARGE, sees, text, until

LAB = [sys.executable, "-m", "cnn_tui"]
PACK = """
title = "Week 3"
about = "Fewer weights."
baseline = "start"
locked = ["dataset", "training.epochs"]
[[exercises]]
name = "start"
question = "Where do you start from?"
experiment = "start.toml"
[[exercises]]
name = "lighter"
title = "Half the weights"
question = "And with fewer weights?"
experiment = "start.toml"
change = true
locked = ["dataset", "training.epochs", "layers[0].filters", "layers[1]"]
[[exercises]]
name = "why"
question = "Why is that?"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder with a small pack."""
    folder = tmp_path / "week-3"
    folder.mkdir()
    (folder / "pack.toml").write_text(PACK)
    (folder / "start.toml").write_text(to_toml(load_preset("lab1-baseline")))
    return folder


async def test_a_pack_opens_with_its_exercises_and_holds_its_locks(
    make_lab: MakeLab, history: History, pack: Path
) -> None:
    app = make_lab()
    app.lab.exercises.use_pack(open_pack(pack))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "Where do you start from?")
        assert "16-filters" not in text(app)
        await go_to(pilot, "week-3/lighter")
        await pilot.press("r")
        await reads(pilot, "Not started: Enter opens its experiment")
        await reads(pilot, "dataset, epochs, filters of layer 1, layer 2")
        await pilot.press("enter")
        await reads(pilot, "Half the weights: its experiment is in the editor")
        await pilot.press("+")
        await reads(pilot, "The pack 'Week 3' locks filters.")
        assert app.lab.document.experiment == load_preset("lab1-baseline")
        await pilot.press("d")
        await reads(pilot, "The pack 'Week 3' locks the place of layer 1, Conv2D.")
        await pilot.press("t", "j", "j", "+")
        await reads(pilot, "the pack 'Week 3' locks epochs")
        await pilot.press("escape", "r")
        await reads(pilot, "Run 1 starts")
        assert [line.exercise for line in history.queue()] == [""], "nothing was changed yet"
        await pilot.press("j", "j", "-")
        await sees(pilot, "(edited)")
        await pilot.press("r")
        await until(pilot, lambda: history.count() == 2, "the second run")
        assert history.queue()[1].exercise == "week-3/lighter"
        await pilot.press("x")
        await reads(pilot, "And with fewer weights?")
        await reads(pilot, "What you have changed, in the editor ~ Conv2D filters 32 → 16")
        await pilot.press("r")
        await until(pilot, lambda: history.count() > 2, "the third run")
        assert [line.exercise for line in history.queue()][-1] == "week-3/lighter"
        await go_to(pilot, "week-3/why")
        await reads(pilot, "○ to do i writes your answer.")
        await pilot.press("enter")
        await sees(pilot, "Enter keeps it")
        await pilot.press(*"so", "enter")
        await reads(pilot, "✓ done")
        assert answers.answer(history, "week-3", "why").conclusion == "so"
        await go_to(pilot, "week-3/lighter")
        await pilot.press("escape", "u", "u", "+")
        await until(pilot, lambda: app.lab.document.exercise == "", "out of the exercise")
        await sees(pilot, "Total params: 225,034")


async def test_a_packs_words_are_shown_as_they_are(make_lab: MakeLab, pack: Path) -> None:
    words = PACK.replace('"Week 3"', r'"[bold]W[/] \u001b[31m3"').replace("Half the", r"\u202e[/]Half the")
    (pack / "pack.toml").write_text(words)
    app = make_lab()
    app.lab.exercises.use_pack(open_pack(pack))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "[bold]W[/] ·[31m3")
        await go_to(pilot, "week-3/lighter")
        await sees(pilot, "·[/]Half the weights")
        await pilot.press("i")
        await sees(pilot, "Enter keeps it")
        await pilot.press("escape", "enter")
        await reads(pilot, "·[/]Half the weights: its experiment is in the editor")
        await pilot.press("+")
        await reads(pilot, "The pack '[bold]W[/]")


@pytest.mark.usefixtures("no_worker")
def test_the_command_line_opens_a_pack_at_once_and_sends_nothing_at_rest(pack: Path) -> None:
    with Terminal([*LAB, "--pack", str(pack)], 80, 24) as terminal:
        terminal.wait_for("Where do you start from?")
        terminal.wait(lambda: terminal.read(2.0) == 0, "a screen at rest")
        terminal.press("q")
        terminal.wait_for("Conv2D")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
