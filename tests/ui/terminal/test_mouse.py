"""The mouse: what a click and the wheel do, in a real terminal."""

from __future__ import annotations

import pytest

from tests.terminal import Terminal
from tests.ui.posed import COMMAND, POSES, walk
from tests.ui.terminal.test_sixel import posed


def click(terminal: Terminal, words: str, times: int = 1) -> None:
    """Click on the first place where the words are on the screen."""
    y, line = next((y, line) for y, line in enumerate(terminal.text.splitlines(), 1) if words in line)
    x = line.index(words) + 1
    terminal.press(*[f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m"] * times)


def turn_wheel(terminal: Terminal, words: str, *, down: bool) -> None:
    """A notch of the wheel over the words."""
    y, line = next((y, line) for y, line in enumerate(terminal.text.splitlines(), 1) if words in line)
    terminal.press(f"\x1b[<{65 if down else 64};{line.index(words) + 1};{y}M")


@pytest.mark.usefixtures("no_worker")
def test_what_is_clicked_is_what_is_meant() -> None:
    posed()
    with Terminal(COMMAND) as terminal:
        terminal.wait_for("1 Stack")
        terminal.settle()
        click(terminal, "Flatten")
        click(terminal, "d delete")
        terminal.wait_for("a Flatten is")  # missing, says the problem
        terminal.press("u")
        terminal.wait(lambda: "a Flatten is" not in terminal.text, "the layer back")
        click(terminal, "? help")
        terminal.wait_for("Enter takes it, Esc leaves")
        terminal.press("esc")
        terminal.wait(lambda: "Enter takes it, Esc leaves" not in terminal.text, "the help to be gone")
        before = terminal.text
        turn_wheel(terminal, "Flatten", down=False)
        terminal.wait(lambda: terminal.text != before, "the wheel to move the rows")
        click(terminal, "0.8930")
        terminal.wait(lambda: "Enter open" in terminal.text.splitlines()[-1], "the keys of the history")


@pytest.mark.usefixtures("no_worker")
def test_a_second_click_opens_and_a_narrow_lab_has_tabs_to_click_on() -> None:
    posed()
    terminal = Terminal(COMMAND, 80, 24)
    with terminal:
        terminal.wait_for("1 Stack")
        click(terminal, "4")
        terminal.wait_for("baseline")
        terminal.settle()
        click(terminal, "baseline", 2)
        terminal.wait_for("test accuracy")


@pytest.mark.usefixtures("no_worker")
def test_a_click_on_the_curves_reads_them_off_and_one_on_the_matrix_chooses_a_confusion() -> None:
    posed()
    with Terminal(COMMAND) as terminal:
        terminal.wait_for("1 Stack")
        terminal.press("3")
        terminal.wait_for("val_loss")
        terminal.settle()
        click(terminal, "┬")  # the first epoch, on the axis under the curves
        terminal.wait_for("epoch 1: train")
        for _ in walk(terminal, tuple(one for one in POSES if one.name in ("explain", "confusion"))):
            pass
        words = next(line for line in terminal.text.splitlines() if "→" in line)
        terminal.press("down")
        terminal.settle()
        click(terminal, words.split("→")[0].split("  ")[-1].strip() + " →", 2)
        terminal.wait_for("predictions")


@pytest.mark.usefixtures("no_worker")
def test_the_views_of_explain_are_clicked_by_their_names_which_keep_their_places() -> None:
    posed()
    with Terminal(COMMAND, 80, 24) as terminal:
        terminal.wait_for("1 Stack")
        terminal.press("5")
        terminal.wait_for("[predictions]")
        names = next(line for line in terminal.text.splitlines() if "[predictions]" in line)
        click(terminal, "filters")
        terminal.wait_for("[filters]")
        plain = str.maketrans("[]", "  ")
        assert names.translate(plain) in terminal.text.translate(plain)
        click(terminal, "›")
        terminal.wait_for("‹")
        click(terminal, "‹")
        terminal.wait(lambda: names.translate(plain) in terminal.text.translate(plain), "the first names again")
