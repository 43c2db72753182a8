"""The user's keys: what settings.toml says is in force, and what cannot be is refused with a sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.ui import keys
from cnn_tui.ui.keys import KEYS, Key
from cnn_tui.ui.preferences import Keymap, KeymapError, in_force, set_keys
from tests.cli.command import cnn_tui
from tests.ui.conftest import MakeLab
from tests.ui.screen import text, until


@pytest.fixture(autouse=True)
def usual_keys_again() -> Iterator[None]:
    """What a test puts in force is so for that test only."""
    yield
    keys.use(KEYS)


def settings(text: str) -> None:
    """Write the user's settings."""
    (Path(os.environ["CNN_TUI_HOME"]) / "settings.toml").write_text(text)


def row(rows: tuple[Key, ...], action: str) -> Key:
    """The row of an action."""
    return next(one for one in rows if one.id == action)


@pytest.mark.parametrize("preset", get_args(Keymap))
def test_every_preset_keeps_every_action_and_has_no_conflict(preset: Keymap) -> None:
    rows = in_force(preset)
    assert [one.id for one in rows] == [one.id for one in KEYS]
    assert all(one.keys for one in rows)


def test_with_arrows_only_no_letter_moves() -> None:
    for one in in_force("arrows"):
        if one.action.startswith(("move_cursor", "move_field", "scroll_columns")):
            assert not set(one.keys.split()) & set("hjkl"), one.id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"stack.delete": "r"},
            "r would mean both run.start (run this experiment) and stack.delete (delete the layer)",
        ),
        ({"stack.delete": "c"}, "c would mean both stack.delete"),
        ({"stack.delte": "x"}, '"stack.delte" is no action. Did you mean stack.delete?'),
        ({"stack.delete": "delte"}, 'stack.delete: found "delte"; a key is a character'),
        ({"stack.delete": " "}, "stack.delete needs at least one key"),
        ({"field.accept": "x"}, 'field.accept: found "x", which is typed there'),
        ({"settings.add_rule": "d"}, "d would mean both settings.add_rule"),
        ({"copy.code": "q"}, "q would mean both copy.code"),
    ],
)
def test_keys_that_cannot_be_are_refused_with_a_sentence(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(KeymapError) as caught:
        in_force("default", changes)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("action", "end"), [("xyz", "cnn-tui keys --ids lists all actions."), ("stack.delte", "Did you mean stack.delete?")]
)
def test_what_is_wrong_with_the_settings_ends_as_a_sentence_does(action: str, end: str) -> None:
    settings(f'[keys]\n"{action}" = "x"\n')
    _, warning = set_keys()
    assert warning.endswith(f"{end} The usual keys are in force.")


def test_two_actions_may_swap_their_keys() -> None:
    rows = in_force("default", {"stack.delete": "c", "stack.duplicate": "d"})
    assert (row(rows, "stack.delete").keys, row(rows, "stack.duplicate").keys) == ("c", "d")


async def test_the_lab_answers_to_the_keys_in_force_and_names_them(make_lab: MakeLab) -> None:
    keys.use(in_force("default", {"stack.delete": "X", "stack.step_up": "ctrl+o"}))
    app = make_lab()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "X delete" in text(app), "the key in the bar")
        assert "ctrl+o/- step" in text(app)
        await pilot.press("d")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "Total params: 122,922" in text(app), "a step up, and nothing deleted")
        await pilot.press("X")
        await until(pilot, lambda: "Total params: 122,922" not in text(app), "the layer deleted")


def test_the_command_lists_what_is_in_force() -> None:
    settings('keymap = "vim"\n[keys]\nstack.delete = "X"\n')
    answer = cnn_tui("keys", "--ids")
    assert answer.status == 0
    assert "  X               stack.delete" in answer.out
    assert "  i Enter         stack.edit" in answer.out
    assert "`d`" in cnn_tui("keys", "--markdown").out, "the README has the usual ones"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('[keys]\n"stack.delete" = "r"\n', "r would mean both"),
        ('keymap = "emacs"\n', 'keymap: found "emacs"; allowed: default, vim, arrows'),
        (
            "colour = 1\n",
            "colour is an unknown key; allowed: theme, ascii, ",
        ),
        ("keys = 3\n", "keys: found 3"),
        ("keymap = \n", "is not valid TOML"),
    ],
)
def test_settings_that_cannot_be_used_are_named_and_the_usual_ones_hold(content: str, sentence: str) -> None:
    settings(content)
    answer = cnn_tui("keys")
    assert answer.status == 2
    assert sentence in answer.err and "settings.toml" in answer.err
    assert "  d               delete the layer" in answer.out


def test_a_pair_of_keys_is_shown_as_the_keys_that_are_in_force() -> None:
    def shown(action: str) -> tuple[str, str]:
        return row(keys.keys_of("stack", "training"), action).shown

    assert shown("stack.next_field") == ("h/l", "field")
    keys.use(in_force("arrows"))
    assert shown("stack.next_field") == ("left/right", "field")
    assert shown("training.right") == ("left/right", "values")
    assert shown("stack.step_up") == ("+/-", "step")
    keys.use(in_force(changes={"stack.step_down": "M"}))
    assert shown("stack.step_up") == ("+/M", "step")


async def test_a_sentence_names_the_key_that_is_in_force(make_lab: MakeLab) -> None:
    keys.use(in_force("default", {"run.start": "ctrl+g", "edit.undo": "ctrl+e", "stack.add_below": "ctrl+o"}))
    app = make_lab(Experiment(name="Empty"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: "Empty: ctrl+o adds a layer, p opens a preset." in text(app), "the empty stack")
        assert "ctrl+g trains the stack." in text(app)
        await pilot.press("p", "enter")
        await until(pilot, lambda: "ctrl+e" in text(app), "the preset")


def test_a_key_of_a_box_may_be_that_of_the_lab_behind_it() -> None:
    rows = in_force("default", {"settings.add_rule": "r", "copy.code": "j"})
    assert (row(rows, "settings.add_rule").keys, row(rows, "copy.code").keys) == ("r", "j")


async def test_a_box_names_its_keys_as_they_are_in_force(make_lab: MakeLab) -> None:
    keys.use(in_force("default", {"settings.add_rule": "n", "field.accept": "ctrl+s"}))
    app = make_lab()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "none: n adds one" in text(app) and "n/d rules" in text(app), "the settings")
        await pilot.press("n")
        await until(pilot, lambda: "ctrl+s accepts, Esc leaves it" in text(app), "the field")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.lab.document.experiment.stop != (), "a rule")
