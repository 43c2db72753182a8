"""Every key of the keymap does what its row says: the keys that lead there, and what is seen then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnn_tui.experiments.history import History
from cnn_tui.experiments.presets import load_preset
from cnn_tui.ui.keys import KEYS, Key
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, text, until

# id -> (keys to press, what is seen, what is no longer seen)
SCENES: dict[str, tuple[str, str, str]] = {
    "lab.help": ("?", "step the field up its ladder", ""),
    "lab.palette": (":", "Search for commands", ""),
    "pane.stack": ("2 1", "Enter edit", ""),
    "pane.summary": ("2", "v formula", "Enter edit"),
    "pane.training": ("3", "m metric", "Enter edit"),
    "pane.history": ("4", "Enter open", ""),
    "pane.next": ("tab", "v formula", ""),
    "pane.previous": ("shift+tab", "Enter open", ""),
    "pane.zoom": ("z", "1 Stack  2 Summary", "Total params"),
    "run.start": ("r", "Run 3 is queued", ""),
    "run.stop": ("s", "Run 2 stops after this batch", ""),
    "run.pause": ("P", "Run 2 pauses", ""),
    "edit.undo": ("+ u", "undo: filters 32 → 64", "(edited)"),
    "edit.redo": ("+ u U", "redo: filters 32 → 64", ""),
    "file.open": ("p", "type to find", ""),
    "file.save": ("w", "Save the experiment as", ""),
    "file.save_as": ("W", "Save the experiment as", ""),
    "file.copy": ("y s", "Copied the summary", ""),
    "file.export": ("e", "a Keras script", ""),
    "lab.repaint": ("ctrl+l", "The whole screen was sent again", ""),
    "lab.back": ("z escape", "Total params", ""),
    "lab.quit": ("+ q", "The edits are in no file yet", ""),
    "move.down": ("j", "pool_size 2x2", ""),
    "move.up": ("j k", "filters 32", ""),
    "move.first": ("G g", "filters 32", ""),
    "move.last": ("G", "units 10", ""),
    "move.page_down": ("ctrl+d ctrl+d ctrl+d", "units 10", ""),
    "move.page_up": ("G ctrl+u ctrl+u ctrl+u", "filters 32", "units 10"),
    "stack.edit": ("enter", "Conv2D filters", ""),
    "stack.step_up": ("+", "Total params: 122,922", ""),
    "stack.step_down": ("-", "Total params: 108,618", ""),
    "stack.previous_field": ("h", "Allowed", "How many feature detectors"),
    "stack.next_field": ("l", "Height x width of the filter", ""),
    "stack.add_below": ("a", "Add a layer", ""),
    "stack.add_above": ("A", "Add a layer", ""),
    "stack.delete": ("d", "max_pooling2d_1", "conv2d_1"),
    "stack.duplicate": ("c", "conv2d_2 (Conv2D)", ""),
    "stack.move_down": ("J", "1  MaxPooling2D", ""),
    "stack.move_up": ("j K", "1  MaxPooling2D", ""),
    "stack.toggle": ("space", "switched off", ""),
    "stack.fix": ("j j j j d f", "flatten (Flatten)", "is missing"),
    "stack.fixes": ("j j j j d F", "Fixes", ""),
    "stack.settings": ("t", "learning_rate", ""),
    "stack.explain": ("D", "What Conv2D does", ""),
    "stack.difference": ("+ b", "filters 32 → 64", ""),
    "stack.set_baseline": ("+ B", "This is the baseline now", ""),
    "summary.left": ("2 z v l h", "conv2d", ""),
    "summary.right": ("2 l", "conv2d", ""),
    "summary.formula": ("2 v", "3·3·32·32 + 32", ""),
    "summary.cost": ("2 m", "1,115,136", ""),
    "training.metric": ("3 m", "accuracy: ━ train", ""),
    "training.series": ("3 v", "loss: ━ train", "● validation"),
    "history.open": ("4 enter", "fingerprint", ""),
    "history.load": ("4 j L", "Total params: 55,098", ""),
    "history.left": ("4 l h", "Name", ""),
    "history.right": ("4 l l l", "Params", ""),
}


def test_every_row_has_a_scene() -> None:
    assert set(SCENES) == {key.id for key in KEYS}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
async def test_key(
    key: Key, make_lab: MakeLab, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("lab1-16-filters", "lab1-baseline"):
        run_id = history.add(load_preset(name))
        fake.begin(history, run_id)
        fake.play(history, run_id, 2.5)
    fake.finish(history, 1)
    keys, seen, unseen = SCENES[key.id]
    names = {"?": "question_mark", ":": "colon", "+": "plus", "-": "minus"}
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await until(pilot, lambda: "epoch 3/5" in text(app), "the run that goes on")
        await pilot.press(*(names.get(one, one) for one in keys.split()))
        await until(pilot, lambda: seen in text(app), seen)
        if unseen:
            await until(pilot, lambda: unseen not in text(app), f"no {unseen}")


async def test_every_key_of_a_row_is_bound_to_its_action(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE):
        for key in KEYS:
            scope = key.scope if key.scope not in ("lab", "pane") else "stack"
            node = app.lab if key.scope == "lab" else app.lab.query_one(f"#{scope}")
            for code in key.codes():
                actions = {binding.action for binding in node._bindings.key_to_bindings.get(code, [])}
                assert actions == {key.action}, f"{code} on {node}"


def test_the_table_is_what_the_lab_binds() -> None:
    assert not [key.id for key in KEYS if not re.fullmatch(r"[a-z]+\.[a-z_]+", key.id)]
    assert len({key.id for key in KEYS}) == len(KEYS)
