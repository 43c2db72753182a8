"""Every key of the keymap does what its row says: the keys that lead there, and what is seen then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.dom import DOMNode

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import log_path
from cnn_tui.ui.dialogs.ask import AskScreen, CopyMenu, ExportMenu, PageScreen, PredictMenu
from cnn_tui.ui.dialogs.columns import ColumnsScreen
from cnn_tui.ui.dialogs.dialog import PickScreen
from cnn_tui.ui.dialogs.settings import SettingsScreen
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.keys import KEYS, Key
from cnn_tui.ui.panes.history.columns import USUAL
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.screens.compare import CompareScreen
from cnn_tui.ui.screens.exercises import ExercisesScreen
from cnn_tui.ui.screens.queue import QueueScreen
from cnn_tui.ui.screens.run_page import RunScreen
from tests.ui import explained, fake
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
    "pane.previous": ("shift+tab", "following", ""),
    "pane.zoom": ("z", "1 Stack  2 Summary", "Total params"),
    "run.start": ("r", "Run 3 is queued", ""),
    "run.repeat": ("R", "Over how many seeds?", ""),
    "queue.open": ("Q", "0 waiting. All done in about", ""),
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
    "training.left": ("3 h", "epoch 2: train 0.3", ""),
    "training.right": ("3 l", "epoch 1: train 0.6", ""),
    "training.previous_run": ("3 [", "not live: run 2 is", ""),
    "training.next_run": ("3 [ ]", "run 2 running  live", "not live"),
    "training.zoom_in": ("3 +", "3 Training", "4         5"),
    "training.zoom_out": ("3 + -", "4         5", ""),
    "training.zoom_all": ("3 + 0", "4         5", ""),
    "training.log": ("3 L", "loss (log): ━ train", ""),
    "training.smoothing": ("3 S", "mean of 3", ""),
    "training.baseline": ("3 b", "There is no baseline", ""),
    "history.open": ("4 enter", "fingerprint", ""),
    "history.load": ("4 j L", "Total params: 55,098", ""),
    "history.left": ("4 l h", "Name", ""),
    "history.right": ("4 l l l", "Params", ""),
    "history.mark": ("4 space", "1 marked", ""),
    "history.mark_all": ("4 M", "2 marked", ""),
    "history.compare": ("4 space j space c", "2 runs, against run 1", ""),
    "history.compare_all": ("4 space j space C", "tensorflow", ""),
    "history.filter": ("4 / 1 6", "1 run. Enter keeps the filter", ""),
    "history.sort": ("4 o", "Name▲", ""),
    "history.reverse": ("4 O", "Run▲", ""),
    "history.baseline": ("4 b", "vs 2", ""),
    "history.overlay": ("4 space j space v", "one of 2 overlaid", ""),
    "history.explain": ("4 j E", "run 1, Lab 1: 16 filters", "Total params"),
    "history.note": ("4 i", "Conclusion: what it has shown", ""),
    "history.tags": ("4 t", "Tags of run 2", ""),
    "history.rename": ("4 comma", "Name of run 2", ""),
    "history.archive": ("4 j d", "Run 1 is archived", "Lab 1: 16 filters"),
    "history.resume": ("4 j a", "Run 1 came to its end", ""),
    "history.columns": ("4 V", "runs that were put away, in the table too", ""),
    "history.next_mark": ("4 j space k n enter", "Run 1: Lab 1: 16 filters", ""),
    "history.previous_mark": ("4 j space k N enter", "Run 1: Lab 1: 16 filters", ""),
    "page.leave": ("4 enter escape", "Enter open", "fingerprint"),
    "page.help": ("4 enter ?", "the keys of this page", ""),
    "page.metric": ("4 enter m", "accuracy: ━ train", ""),
    "page.next_experiment": ("4 j enter f", "experiment, changed (train for", "fingerprint"),
    "page.load": ("4 j enter L", "Total params: 55,098", ""),
    "page.explain": ("4 j enter E", "of shape (1, 10):", "fingerprint"),
    "page.note": ("4 enter i", "Conclusion: what it has shown", ""),
    "page.tags": ("4 enter t", "Tags of run 2", ""),
    "page.rename": ("4 enter comma", "Name of run 2", ""),
    "page.baseline": ("4 enter b", "It is the baseline that others are compared with", ""),
    "page.compare": ("4 b j enter c", "2 runs, against run 2", ""),
    "page.resume": ("4 j enter a", "Run 1 came to its end", ""),
    "page.previous": ("4 j enter [", "Run 2: Lab 1: baseline", ""),
    "page.next": ("4 enter ]", "Run 1: Lab 1: 16 filters", ""),
    "page.undo": ("4 enter b u", "undo: baseline", "It is the baseline"),
    "compare.leave": ("4 space j space c escape", "Enter open", "against run 1"),
    "compare.help": ("4 space j space c ?", "the keys of the comparison", ""),
    "compare.everything": ("4 space j space c C", "tensorflow", ""),
    "compare.metric": ("4 space j space c m G", "seconds an epoch:", ""),
    "compare.left": ("4 space j space c l h", "2 runs, against run 1", ""),
    "compare.right": ("4 space j space c l", "2 runs, against run 1", ""),
    "compare.baseline": ("4 space j space c b", "2 runs, against run 2", ""),
    "pane.explain": ("5", "[predictions]", "Total params"),
    "explain.view": ("5 m", "[confusion]", ""),
    "explain.view_back": ("5 M", "[data]", ""),
    "explain.previous_image": ("5 l l h", "2 of 40", ""),
    "explain.next_image": ("5 l", "2 of 40", ""),
    "explain.left": ("5 M M left", "output (13, 12)", ""),
    "explain.right": ("5 M M right", "output (13, 14)", ""),
    "explain.open": ("5 m enter", "1 of 4, Coat taken for Sandal", ""),
    "explain.order": ("5 o", "1 of 8 wrong", ""),
    "explain.class": ("5 c b a g enter", "1 of 4, Bag", ""),
    "explain.previous_layer": ("5 m m ] [", "layer 1/2", ""),
    "explain.next_layer": ("5 m m ]", "layer 2/2", ""),
    "explain.previous_filter": ("5 m m } } {", "filter 2/4", ""),
    "explain.next_filter": ("5 m m }", "filter 2/4", ""),
    "explain.numbers": ("5 M M v", "image around the window", ""),
    "explain.mark": ("5 space", "marked", ""),
    "explain.picture": ("5 i", "A PNG or JPEG", ""),
    "explain.field": ("5 M M tab", "▸3x3", ""),
    "explain.step_up": ("5 M M +", "▸kernel horizontal edges", ""),
    "explain.step_down": ("5 M M -", "▸kernel identity", ""),
    "explain.next_question": ("5 n", "LAB 2, 1 of", ""),
    "explain.previous_question": ("5 n n N", "LAB 2, 1 of", ""),
    "explain.answer": ("5 a y e s enter", "Your answer: yes", ""),
    "explain.run": ("5 O", "Look into which run?", ""),
    "pane.log": ("6", "following", "Total params"),
    "log.follow": ("6 f", "f follows", "following"),
    "log.search": ("6 / o n e enter", "▶ the line one", ""),
    "log.next_hit": ("6 / l i n e enter n", "▶ the line two", ""),
    "log.previous_hit": ("6 / l i n e enter n N", "▶ the line one", ""),
    "log.left": ("6 l h", "the line one", ""),
    "log.right": ("6 l l l l l l l l", "the far end", ""),
    "log.next_device": ("6 ]", "GPU 1: NVIDIA H200", ""),
    "log.previous_device": ("6 ] [", "GPU 0: NVIDIA H200", ""),
    "queue.later": ("r r Q j J", "1     4  Lab", ""),
    "queue.earlier": ("r r Q G K", "2     3  Lab", ""),
    "queue.remove": ("r Q G d", "Run 3 left the queue", "1     3  Lab"),
    "queue.show": ("Q enter", "fingerprint", ""),
    "queue.help": ("Q ?", "take the run out of the queue", ""),
    "queue.back": ("Q escape", "Total params", "The queue"),
    "exercises.open": ("x", "The network of the notes", "Total params"),
    "exercises.predict": ("x j j p", "Test accuracy, against the baseline", ""),
    "exercises.run": ("x j j r", "Run 3 is queued", ""),
    "exercises.repeat": ("x j j R", "Over how many seeds?", ""),
    "exercises.all": ("x A", "The whole set lab1: over how many seeds?", ""),
    "exercises.conclude": ("x j i", "Enter keeps it", ""),
    "exercises.done": ("x j space", "✓ done       16-filters", ""),
    "exercises.experiment": ("x j enter", "Total params: 55,098", ""),
    "exercises.notes": ("x j j n", "64 filters is better than 32 filters", ""),
    "exercises.compare": ("x j c", "There is nothing to compare yet", ""),
    "exercises.zoom": ("x z", "The network of the notes", "no-final-conv-keep-pool"),
    "exercises.help": ("x ?", "the keys of the exercises", ""),
    "exercises.leave": ("x escape", "Total params", "no-final-conv-keep-pool"),
    "settings.step_up": ("t j j +", "epochs            10", ""),
    "settings.step_down": ("t j j -", "(edited)", ""),
    "settings.edit": ("t enter", "Enter accepts", ""),
    "settings.add_rule": ("t a", "Training stops at the end of an epoch", ""),
    "settings.delete_rule": ("t a enter G d", "none: a adds one", ""),
    "settings.undo": ("t j j + u", "epochs            5", ""),
    "settings.redo": ("t j j + u U", "epochs            10", ""),
    "settings.help": ("t ?", "step", ""),
    "settings.leave": ("t escape", "Enter edit", "learning_rate"),
    "text.help": ("D ?", "the keys of this page", ""),
    "text.leave": ("D escape", "Enter edit", "What Conv2D does"),
    "columns.toggle": ("4 V j space", "[ ]  Name", ""),
    "columns.later": ("4 V j J escape", "Test  Name", ""),
    "columns.earlier": ("4 V j j K escape", "Test  Name", ""),
    "columns.usual": ("4 V j space 0", "[x]  Name", ""),
    "columns.help": ("4 V ?", "the usual ones", ""),
    "columns.leave": ("4 V escape", "Enter open", "Archived runs"),
    "copy.row": ("y y", "Copied the layer under the cursor", ""),
    "copy.code": ("y c", "Copied the Keras code", ""),
    "copy.experiment": ("y t", "Copied the experiment file", ""),
    "copy.summary": ("y s", "Copied the summary", ""),
    "export.code": ("e k", "Export to", ""),
    "export.notebook": ("e n", "A file that ends in .ipynb", ""),
    "export.experiment": ("e t", "A file that ends in .toml", ""),
    "export.report": ("e m", "Write the lab report to", ""),
    "predict.up": ("x j j p u", "Time of an epoch, against the baseline", ""),
    "predict.same": ("x j j p s", "Time of an epoch, against the baseline", ""),
    "predict.down": ("x j j p d", "Time of an epoch, against the baseline", ""),
    "predict.open": ("x j j p x", "Time of an epoch, against the baseline", ""),
    "menu.leave": ("y escape", "Enter edit", "press a key"),
    "list.down": ("a down enter", "add", ""),
    "list.up": ("a down up enter", "add", ""),
    "list.page_down": ("a pagedown enter", "add", ""),
    "list.page_up": ("a pagedown pageup enter", "add", ""),
    "list.take": ("a f l a enter", "flatten_1 (Flatten)", "Add a layer"),
    "list.leave": ("a escape", "Enter edit", "Add a layer"),
    "field.accept": ("t j j enter 9 enter", "epochs            9", "Enter accepts"),
    "field.leave": ("t j j enter 9 escape", "epochs            5", "Enter accepts"),
    "field.new_line": ("4 i o n e ctrl+j t w o", "two", "onetwo"),
    "field.next": ("4 i tab z z z enter enter", "zzz", ""),
    "field.previous": ("4 i shift+tab z z z enter enter", "zzz", ""),
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
    log_path(2).parent.mkdir(parents=True)
    log_path(2).write_text(f"the line one\nthe line two{'.' * 150}the far end\n")
    explained.write_images()
    explained.write_facts()
    explained.write_predictions(1)
    keys, seen, unseen = SCENES[key.id]
    names = {"?": "question_mark", ":": "colon", "+": "plus", "-": "minus"}
    app = make_lab()
    app.lab.history.store.execute("PRAGMA query_only = ON")  # what a key writes goes through the one writer
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await until(pilot, lambda: "epoch 3/5" in text(app), "the run that goes on")
        monkeypatch.setattr(app.lab.query_one(ExplainPane).explained, "client", explained.FakeExplainClient())
        await pilot.press(*(names.get(one, one) for one in keys.split()))
        await until(pilot, lambda: seen in text(app), seen)
        if unseen:
            await until(pilot, lambda: unseen not in text(app), f"no {unseen}")


async def test_every_key_of_a_row_is_bound_to_its_action(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE):
        for key in KEYS:
            scope = key.scope if key.scope not in ("lab", "pane") else "stack"
            lab = app.lab
            above: dict[str, DOMNode] = {
                "queue": QueueScreen(lab.live, lab.writer, lab.past.show_run),
                "page": RunScreen(lab.live, lab.query_one(HistoryPane).editor, 1),
                "compare": CompareScreen(lab.live, [1]),
                "exercises": ExercisesScreen(lab.live, lab.writer, lab.exercises.places, lambda: None),
                "text": PageScreen("", ""),
                "settings": SettingsScreen(lab.document, lambda: None),
                "columns": ColumnsScreen(USUAL),
                "copy": CopyMenu(""),
                "export": ExportMenu(""),
                "predict": PredictMenu(""),
                "menu": CopyMenu(""),
                "list": PickScreen("", []),
                "field": AskScreen("", "", str),
            }
            node = {"lab": lab, **above}.get(key.scope) or lab.query_one(f"#{scope}")
            for code in key.codes():
                actions = {binding.action for binding in node._bindings.key_to_bindings.get(code, [])}
                assert actions == {key.action}, f"{code} on {node}"


def test_the_table_is_what_the_lab_binds() -> None:
    assert not [key.id for key in KEYS if not re.fullmatch(r"[a-z]+\.[a-z_]+", key.id)]
    assert len({key.id for key in KEYS}) == len(KEYS)
