"""What a user adds to the lab: commands and colours of their own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cnn_tui.home import home, settings_path
from cnn_tui.ui.own_theme import find_theme, theme_names
from cnn_tui.ui.preferences import PreferencesError, set_keys
from tests.terminal import Terminal
from tests.ui.terminal.test_sixel import posed
from tests.ui.terminal.test_suspending import WITH_JOBS

LAB = (sys.executable, "-m", "cnn_tui", str(Path("presets", "lab1-baseline.toml")))
COMMANDS = """
[[commands]]
name = "say which run"
keys = "ctrl+o"
run = "echo it is $(({run} + 100)) and {experiment}; false"

[[commands]]
name = "copy the model"
run = "cp {model} elsewhere"
"""


@pytest.mark.usefixtures("no_worker")
def test_a_command_is_shown_then_run_and_the_lab_comes_back() -> None:
    posed()
    settings_path().write_text(COMMANDS, encoding="utf-8")
    with Terminal(LAB) as terminal:
        terminal.wait_for("4 History")
        terminal.settle()
        terminal.press("\x0f")
        terminal.wait_for("echo it is $((4 + 100)) and presets/lab1-baseline.toml; false")
        terminal.press("enter")
        terminal.wait_for("[exit status 1]")
        assert "it is 104 and presets/lab1-baseline.toml" in terminal.text
        terminal.press("enter")
        terminal.wait_for("say which run has ended with exit status 1.")
        terminal.wait_for("4 History")
        terminal.press("?")
        terminal.wait_for("Keys")
        terminal.press(*"copy the model")
        terminal.wait_for("copy the model (your own command)")
        terminal.press("enter")
        terminal.wait_for("runs/4/model.keras")


@pytest.mark.usefixtures("no_worker")
def test_ctrl_c_ends_the_command_and_not_the_lab() -> None:
    settings_path().write_text('[[commands]]\nname = "wait"\nkeys = "f9"\nrun = "sleep 600"\n', encoding="utf-8")
    with Terminal((sys.executable, "-c", WITH_JOBS, *LAB)) as terminal:
        terminal.wait_for("1 Stack")
        terminal.settle()
        terminal.press("\x1b[20~")
        terminal.wait_for("sleep 600")
        terminal.press("enter")
        terminal.wait_for("$ sleep 600")
        terminal.press("\x03")
        terminal.wait_for("[exit status -2]")
        terminal.press("enter")
        terminal.wait_for("1 Stack")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('[[commands]]\nname = "a"\nrun = "b"\nkeys = "r"\n', "r would mean both run.start"),
        ('[[commands]]\nname = "a"\nrun = "b"\nkeys = "j"\n', "j would mean both move.down"),
        ('[[commands]]\nname = "a"\nrun = "b"\nkeys = "ctrl+"\n', "a key is a character"),
        ('[[commands]]\nname = "a"\n', "run"),
        ('[[commands]]\nname = "a"\nrun = 3\n', "run"),
    ],
)
def test_a_command_that_cannot_be_is_said(written: str, words: str) -> None:
    settings_path().write_text(written, encoding="utf-8")
    try:
        _, warning = set_keys()
        assert words in warning
    finally:
        settings_path().unlink()
        set_keys()


def write_theme(name: str, text: str) -> None:
    (home() / "themes").mkdir(exist_ok=True)
    (home() / "themes" / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("no_worker")
def test_a_theme_file_has_its_colours_and_those_of_its_base() -> None:
    write_theme("night", 'base = "cnn-dark"\nbackground = "#102030"\nborder = "#aa5500"\n')
    settings_path().write_text('theme = "night"\n', encoding="utf-8")
    assert theme_names() == ["cnn-dark", "cnn-light", "cnn-safe", "night"]
    with Terminal(LAB) as terminal:
        terminal.wait_for("1 Stack")
        terminal.settle()
        colours = {cell.bg for line in terminal.cells for cell in line} | {
            cell.fg for line in terminal.cells for cell in line
        }
    assert {"102030", "aa5500"} <= colours
    assert find_theme("night").accent == find_theme("cnn-dark").accent


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('accent = "no such colour"\n', 'accent: found "no such colour"; a colour is'),
        ('acent = "red"\n', "acent is an unknown key"),
        ('base = "mine"\n', "base"),
        ("accent = \n", "is not valid TOML"),
    ],
)
def test_a_theme_that_cannot_be_is_said(text: str, words: str) -> None:
    write_theme("mine", text)
    with pytest.raises(PreferencesError) as caught:
        find_theme("mine")
    assert words in str(caught.value)
    with pytest.raises(PreferencesError, match=r"no theme of the lab's.*Did you mean"):
        find_theme("min")
