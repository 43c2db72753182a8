"""Every key of the keymap does what its row says: the keys that lead there, and what is seen then."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from textual.dom import DOMNode

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.searches import SearchPlan, add_search, end_search, record_trial
from cnn_tui.home import log_path
from cnn_tui.jobs.rate_test import RateTestRequest
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.dialogs.ask import AskScreen, CopyMenu, ExportMenu, PageScreen
from cnn_tui.ui.dialogs.columns import ColumnsScreen
from cnn_tui.ui.dialogs.dialog import PickScreen
from cnn_tui.ui.dialogs.predict import PredictScreen
from cnn_tui.ui.dialogs.rate_finder import RateFinder
from cnn_tui.ui.dialogs.settings import SettingsScreen
from cnn_tui.ui.keys import KEYS
from cnn_tui.ui.panes.history.column_choice import USUAL
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.screens.compare import CompareScreen
from cnn_tui.ui.screens.exercises import ExercisesScreen
from cnn_tui.ui.screens.queue import QueueScreen
from cnn_tui.ui.screens.run_page import RunScreen
from cnn_tui.ui.screens.search import SearchScreen
from tests.ui import explained, fake
from tests.ui.conftest import MakeLab
from tests.ui.fake_rates import found_at_once
from tests.ui.screen import LARGE, text, until

# id -> (keys to press, what is seen, what is no longer seen). "…" goes on where the scene above ended: an app that is
# opened once shows many keys. The last key of such a scene is the one that has to make the difference.
SCENES: dict[str, tuple[str, str, str]] = {
    # The panes
    "lab.help": ("?", "next larger value", ""),
    "lab.palette": (":", "What do you want to do?", ""),
    "pane.summary": ("2", "v formula", "Enter edit"),
    "pane.training": ("… 3", "m metric", "v formula"),
    "pane.history": ("… 4", "Enter open", "m metric"),
    "pane.stack": ("… 1", "Enter edit", "Enter open"),
    "pane.next": ("… tab", "v formula", ""),
    "pane.previous": ("shift+tab", "following", ""),
    "pane.zoom": ("z", "1 Stack  2 Summary", "Total params"),
    "lab.back": ("… escape", "Total params", ""),
    "lab.repaint": ("… ctrl+l", "The whole screen was sent again", ""),
    "lab.quit": ("… + q", "The edits are in no file yet", ""),
    # Runs, files
    "run.start": ("r", "Run 3 is queued", ""),
    "run.repeat": ("… R", "Over how many seeds?", ""),
    "run.place": ("… escape .", "Where are runs trained?", ""),
    "run.pause": ("… escape P", "Run 2 pauses", ""),
    "run.stop": ("… s", "Run 2 stops after this batch", ""),
    "queue.open": ("Q", "0 waiting. All done in about", ""),
    "queue.help": ("… ?", "take the run out of the queue", ""),
    "queue.back": ("… escape escape", "Total params", "The queue"),
    "queue.show": ("… Q enter", "fingerprint", ""),
    "queue.later": ("r r Q j J", "1     4  Lab", ""),
    "queue.earlier": ("… K", "2     4  Lab", ""),
    "queue.remove": ("… d", "Run 3 left the queue", "1     3  Lab"),
    "search.open": ("I", "Search 2 of Lab 1", ""),
    "search.previous": ("… [", "Search 1 of Lab 1", ""),
    "search.next": ("… ]", "Search 2 of Lab 1", ""),
    "search.begin": ("… n", "Begin a search", ""),
    "search.stop": ("… escape s", "Search 2 does not go on", ""),
    "search.picture": ("… v", "━━ trial 1", ""),
    "search.help": ("… ?", "the search before this one", ""),
    "search.back": ("… escape escape", "Total params", "A search"),
    "search.show": ("… I enter", "fingerprint", ""),
    "search.load": ("I L", "experiment is in the editor", "A search"),
    "edit.undo": ("+ u", "undo: filters 32 → 64", "(edited)"),
    "edit.redo": ("… U", "redo: filters 32 → 64", ""),
    "file.open": ("p", "type to find", ""),
    "file.save": ("w", "Save the experiment as", ""),
    "file.export": ("… escape e", "a Keras script", ""),
    "file.save_as": ("… escape W", "Save the experiment as", ""),
    "file.copy": ("… escape y s", "Copied the summary", ""),
    # The stack
    "move.down": ("j", "pool_size 2x2", ""),
    "move.up": ("… k", "filters 32", ""),
    "move.last": ("… G", "units 10", ""),
    "move.first": ("… g", "filters 32", ""),
    "move.page_down": ("… ctrl+d ctrl+d", "units 10", ""),
    "move.page_up": ("… ctrl+u", "filters 32", "units 10"),
    "stack.next_field": ("l", "Height x width of the filter", ""),
    "stack.previous_field": ("… h", "How many feature detectors", "Height x width of the filter"),
    "stack.edit": ("… enter", "Conv2D filters", ""),
    "stack.add_below": ("… escape a", "Add a layer", ""),
    "stack.explain": ("… escape D", "What Conv2D does", ""),
    "stack.add_above": ("… escape A", "Add a layer", ""),
    "stack.settings": ("… escape t", "learning_rate", ""),
    "stack.step_up": ("+", "Total params: 122,922", ""),
    "stack.step_down": ("… - -", "Total params: 108,618", ""),
    "stack.difference": ("… b", "filters 32 → 16", ""),
    "stack.set_baseline": ("… escape B", "This is the baseline now", ""),
    "stack.duplicate": ("c", "conv2d_2 ", ""),
    "stack.toggle": ("… space", "(off)", ""),
    "stack.move_down": ("g J", "1  MaxPooling2D", ""),
    "stack.move_up": ("… K", "1  Conv2D", ""),
    "stack.delete": ("d", "max_pooling2d_1", "conv2d_1"),
    "stack.fixes": ("j j j j d F", "Fixes", ""),
    "stack.fix": ("… escape f", "flatten ", "is missing"),
    # The summary, the training
    "summary.left": ("2 z v l h", "conv2d", ""),
    "summary.right": ("2 l", "conv2d", ""),
    "summary.formula": ("… v", "3·3·32·32 + 32", ""),
    "summary.cost": ("… m", "1,115,136", ""),
    "training.series": ("3 v", "loss: ━ train", "● validation"),
    "training.log": ("… L", "loss (log): ━ train", ""),
    "training.smoothing": ("… S", "mean of 3", ""),
    "training.baseline": ("… b", "There is no baseline", ""),
    "training.left": ("3 h", "epoch 2: train 0.3", ""),
    "training.right": ("3 l", "epoch 1: train 0.6", ""),
    "training.previous_run": ("… [", "run 2 is training (T follows it)", ""),
    "training.next_run": ("… ]", "run 2 running  live", "follows it"),
    "run.follow": ("3 [ T", "run 2 running  live", "follows it"),
    "training.metric": ("3 m", "accuracy: ━ train", ""),
    "training.zoom_in": ("… +", "3 Training", "4         5"),
    "training.zoom_out": ("… -", "4         5", ""),
    "training.zoom_all": ("… + 0", "4         5", ""),
    # The history
    "history.open": ("4 enter", "fingerprint", ""),
    "page.leave": ("… escape", "Enter open", "fingerprint"),
    "page.help": ("… enter ?", "the keys of this page", ""),
    "history.fold": ("4 f", "Every run has a row", ""),
    "history.load": ("4 j L", "Total params: 55,098", ""),
    "history.left": ("4 l h", "Name", ""),
    "history.right": ("4 l l l", "Epochs", ""),
    "history.mark": ("4 space", "1 marked", ""),
    "history.mark_all": ("… M", "2 marked", ""),
    "history.compare": ("… c", "2 runs, against run 1", ""),
    "history.compare_all": ("… escape C", "tensorflow", ""),
    "history.overlay": ("… escape v", "one of 2 overlaid", ""),
    "history.next_mark": ("4 j space k n enter", "Run 1: Lab 1: 16 filters", ""),
    "history.previous_mark": ("… escape k N enter", "Run 1: Lab 1: 16 filters", ""),
    "history.filter": ("4 / 1 6", "1 run. Enter keeps the filter", ""),
    "history.reverse": ("4 O", "Run▲", ""),
    "history.sort": ("… o", "Name▲", ""),
    "history.columns": ("… V", "archived runs, in the table too", ""),
    "history.baseline": ("4 b", "vs 2", ""),
    "history.note": ("… i", "Conclusion: what it has shown", ""),
    "history.tags": ("… escape t", "Tags of run 2", ""),
    "history.rename": ("… escape comma", "Name of run 2", ""),
    "history.explain": ("4 j E", "run 1, Lab 1: 16 filters", "Total params"),
    "history.resume": ("4 j a", "Run 1 came to its end", ""),
    "history.archive": ("… d", "Run 1 is archived", "Lab 1: 16 filters"),
    # A run's page, a comparison
    "page.metric": ("4 enter m", "accuracy: ━ train", ""),
    "page.note": ("… i", "Conclusion: what it has shown", ""),
    "page.tags": ("… escape t", "Tags of run 2", ""),
    "page.rename": ("… escape comma", "Name of run 2", ""),
    "page.baseline": ("… escape b", "It is the baseline that others are compared with", ""),
    "page.undo": ("… u", "undo: baseline", "It is the baseline"),
    "page.next": ("… ]", "Run 1: Lab 1: 16 filters", ""),
    "page.previous": ("… [", "Run 2: Lab 1: baseline", ""),
    "page.resume": ("… ] a", "Run 1 came to its end", ""),
    "page.next_experiment": ("4 j enter f", "experiment, changed (train for", "fingerprint"),
    "page.load": ("4 j enter L", "Total params: 55,098", ""),
    "page.explain": ("4 j enter E", "of shape (1, 10):", "fingerprint"),
    "page.compare": ("4 b j enter c", "2 runs, against run 2", ""),
    "compare.metric": ("4 space j space c m G", "seconds an epoch:", ""),
    "compare.everything": ("… C", "tensorflow", ""),
    "compare.baseline": ("… b", "2 runs, against run 2", ""),
    "compare.help": ("… ?", "the keys of the comparison", ""),
    "compare.leave": ("… escape escape", "Enter open", "against run"),
    "compare.left": ("4 space j space c l h", "2 runs, against run 1", ""),
    "compare.right": ("4 space j space c l", "2 runs, against run 1", ""),
    # The explain pane, the log
    "pane.explain": ("5", "[predictions]", "Total params"),
    "explain.view": ("… m", "[confusion]", ""),
    "explain.view_back": ("… M M", "[data]", ""),
    "explain.next_image": ("5 l", "2 of 40", ""),
    "explain.previous_image": ("… l h", "2 of 40", ""),
    "explain.order": ("… o", "1 of 8 wrong", ""),
    "explain.mark": ("… space", "marked", ""),
    "explain.nearest": ("… f", "four are Sandal and one is Shirt", ""),
    "explain.beside": ("… b", "No run to choose has a trained model", ""),
    "explain.without": ("5 X", "trains without images whose labels are marked", ""),
    "explain.next_epoch": ("5 L", "the weights of no", ""),
    "explain.previous_epoch": ("5 H", "the weights of no", ""),
    "explain.picture": ("… i", "A PNG or JPEG", ""),
    "explain.run": ("… escape O", "Look into which run?", ""),
    "explain.step_up": ("5 M M +", "▸kernel horizontal edges", ""),
    "explain.step_down": ("… - -", "▸kernel identity", ""),
    "explain.left": ("… left", "output (13, 12)", ""),
    "explain.right": ("… right right", "output (13, 14)", ""),
    "explain.numbers": ("… v", "around the window", ""),
    "explain.field": ("… tab", "▸3x3", ""),
    "explain.open": ("5 m enter", "1 of 4, Coat taken for Sandal", ""),
    "explain.class": ("5 c b a g enter", "1 of 4, Bag", ""),
    "explain.next_layer": ("5 m m ]", "layer 2/2", ""),
    "explain.previous_layer": ("… [", "layer 1/2", ""),
    "explain.next_filter": ("… }", "filter 2/4", ""),
    "explain.previous_filter": ("… } {", "filter 2/4", ""),
    "explain.method": ("5 m m m m t", "t Grad-CAM++", ""),
    "explain.next_question": ("5 n", "LAB 2, 1 of", ""),
    "explain.previous_question": ("… n N", "LAB 2, 1 of", ""),
    "explain.answer": ("… a y e s enter", "Your answer: yes", ""),
    "pane.log": ("6", "following", "Total params"),
    "log.follow": ("… f", "f follows", "following"),
    "log.search": ("6 / o n e enter", "▶ the line one", ""),
    "log.next_hit": ("6 / l i n e enter n", "▶ the line two", ""),
    "log.previous_hit": ("… N", "▶ the line one", ""),
    "log.right": ("6 l l l l l l l l", "the far end", ""),
    "log.left": ("… h h h h h h h h", "the line one", ""),
    "log.next_device": ("… ]", "GPU 1: NVIDIA H200", ""),
    "log.previous_device": ("… [", "GPU 0: NVIDIA H200", ""),
    # The exercises
    "exercises.open": ("x", "The network of the notes", "Total params"),
    "exercises.help": ("… ?", "the keys of the exercises", ""),
    "exercises.zoom": ("… escape z", "The network of the notes", "64 filters instead of 32"),
    "exercises.leave": ("x escape", "Total params", "64 filters instead of 32"),
    "exercises.predict": ("x j j p", "Test accuracy, against the baseline", ""),
    "predict.up": ("… u", "Time of an epoch, against the baseline", ""),
    "predict.same": ("x j j p s", "Time of an epoch, against the baseline", ""),
    "predict.down": ("x j j p d", "Time of an epoch, against the baseline", ""),
    "predict.open": ("x j j p x", "Time of an epoch, against the baseline", ""),
    "predict.left": ("x j j p h", "┃        ▲▲▲         ┃", ""),
    "predict.right": ("… l l", "┃        ▼▼▼         ┃", ""),
    "predict.chosen": ("… enter", "Time of an epoch, against the baseline", ""),
    "exercises.metric": ("x j z m", "seconds an epoch:", ""),
    "exercises.notes": ("x j j n", "64 filters is better than 32 filters", ""),
    "exercises.run": ("… r", "Run 3 is queued", ""),
    "exercises.repeat": ("… R", "Over how many seeds?", ""),
    "exercises.plan": ("… escape P", "How many runs each, before it is judged?", ""),
    "exercises.all": ("… escape A", "The whole set lab1: over how many seeds?", ""),
    "exercises.conclude": ("x j i", "Enter keeps it", ""),
    "exercises.compare": ("… escape c", "There is nothing to compare yet", ""),
    "exercises.done": ("… space", "✓  16 filters instead of 32", ""),
    "exercises.experiment": ("… enter", "Total params: 55,098", ""),
    # Boxes
    "settings.step_down": ("t j j -", "(edited)", ""),
    "settings.step_up": ("t j j +", "epochs            10", ""),
    "settings.undo": ("… u", "epochs            5", ""),
    "settings.redo": ("… U", "epochs            10", ""),
    "settings.edit": ("… enter", "Enter accepts", ""),
    "field.accept": ("… 9 enter", "epochs            9", "Enter accepts"),
    "settings.help": ("… ?", "step", "learning_rate"),
    "field.leave": ("t j j enter 9 escape", "epochs            5", "Enter accepts"),
    "settings.add_rule": ("t a", "Training stops at the end of an epoch", ""),
    "settings.delete_rule": ("… enter G d", "none: a adds one", ""),
    "settings.find_rate": ("… f", "Enter takes it in place of", ""),
    "rate.help": ("… ?", "take the suggested rate into the experiment", ""),
    "rate.leave": ("… escape escape", "find rate", "Which learning rate?"),
    "rate.take": ("… f enter", "learning_rate     0.0009", "Which learning rate?"),
    "settings.leave": ("… escape", "Enter edit", "learning_rate"),
    "text.help": ("D ?", "the keys of this page", ""),
    "text.leave": ("… escape escape", "Enter edit", "What Conv2D does"),
    "columns.toggle": ("4 V j space", "[ ]  Name", ""),
    "columns.usual": ("… 0", "[x]  Name", ""),
    "columns.help": ("… ?", "the usual ones", ""),
    "columns.leave": ("… escape escape", "Enter open", "Archived runs"),
    "columns.later": ("4 V j J escape", "Test  Name", ""),
    "columns.earlier": ("4 V j j K escape", "Test  Name", ""),
    "copy.row": ("y y", "Copied the layer under the cursor", ""),
    "copy.code": ("… y c", "Copied the Keras code", ""),
    "copy.experiment": ("… y t", "Copied the experiment file", ""),
    "copy.summary": ("… y s", "Copied the summary", ""),
    "menu.leave": ("… y escape", "Enter edit", "press a key"),
    "export.code": ("e k", "Export to", ""),
    "export.experiment": ("… escape e t", "A file that ends in .toml", ""),
    "export.report": ("… escape e m", "Write the lab report to", ""),
    "export.notebook": ("… escape e n", "A file that ends in .ipynb", ""),
    "list.down": ("a down enter", "add", ""),
    "list.up": ("a down up enter", "add", ""),
    "list.page_down": ("a pagedown enter", "add", ""),
    "list.page_up": ("a pagedown pageup enter", "add", ""),
    "list.leave": ("a escape", "Enter edit", "Add a layer"),
    "list.take": ("… a f l a enter", "flatten_1 ", "Add a layer"),
    "field.new_line": ("4 i o n e ctrl+j t w o", "two", "onetwo"),
    "field.next": ("4 i tab z z z enter enter", "zzz", ""),
    "field.previous": ("4 i shift+tab z z z enter enter", "zzz", ""),
}


def test_every_row_has_a_scene() -> None:
    assert set(SCENES) == {key.id for key in KEYS}


_FIRST = ("lab", "pane", "run", "edit", "stack", "move", "summary", "training", "history")
"""Whose keys are tried each time; those of screens and boxes take longer."""


def walks() -> list[list[str]]:
    """The scenes that an app shows one after another."""
    found: list[list[str]] = []
    for name, (keys, *_) in SCENES.items():
        if keys.startswith("…"):
            found[-1].append(name)
        else:
            found.append([name])
    return found


@pytest.fixture
def lab_of_two_runs(make_lab: MakeLab, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LabApp:
    """A lab with a run that has ended and one in its third epoch, and something to see in every pane."""
    monkeypatch.chdir(tmp_path)
    for name in ("lab1-16-filters", "lab1-baseline"):
        run_id = history.add(load_preset(name))
        fake.begin(history, run_id)
        fake.play(history, run_id, 2.5)
    fake.finish(history, 1)
    for _ in range(2):
        search = add_search(history, SearchPlan(load_preset("lab1-baseline"), ("layers[0].filters=16,32",), trials=2))
        record_trial(history, search, [16], run=1)
        end_search(history, search, "stopped")
    log_path(2).parent.mkdir(parents=True)
    log_path(2).write_text(f"the line one\nthe line two{'.' * 150}the far end\n")
    explained.write_images()
    explained.write_facts()
    explained.write_predictions(1)
    found_at_once(monkeypatch)
    app = make_lab()
    app.lab.history.store.execute("PRAGMA query_only = ON")  # what a key writes goes through the one writer
    monkeypatch.setattr(app.lab.explain.explained, "client", explained.FakeExplainClient())
    return app


@pytest.mark.parametrize(
    "walk",
    [
        pytest.param(walk, id=" ".join(walk), marks=() if walk[0].split(".")[0] in _FIRST else pytest.mark.long)
        for walk in walks()
    ],
)
async def test_keys(walk: list[str], lab_of_two_runs: LabApp) -> None:
    app = lab_of_two_runs
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await until(pilot, lambda: "epoch 3/5" in text(app), "the run that goes on")
        for name in walk:
            keys, seen, unseen = SCENES[name]
            *before, last = keys.removeprefix("… ").split()
            await pilot.press(*map(pressed, before))
            if keys.startswith("…"):
                assert not shows(app, seen, unseen), f"{name}: seen before {last}\n{text(app)}"
            await pilot.press(pressed(last))
            await until(pilot, functools.partial(shows, app, seen, unseen), f"{name}: {seen}, and no {unseen}")


def shows(app: LabApp, seen: str, unseen: str) -> bool:
    """Whether these words are on the screen, and those are not."""
    now = text(app)
    return seen in now and not (unseen and unseen in now)


def pressed(key: str) -> str:
    """A key's name for the pilot."""
    return {"?": "question_mark", ":": "colon", ".": "full_stop", "+": "plus", "-": "minus"}.get(key, key)


async def test_every_key_of_a_row_is_bound_to_its_action(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE):
        for key in KEYS:
            scope = key.scope if key.scope not in ("lab", "pane") else "stack"
            lab = app.lab
            above: dict[str, DOMNode] = {
                "queue": QueueScreen(lab.live, lab.writer, lab.past.show_run),
                "search": SearchScreen(lab.live, lab.past.show_run, lab.searches.begin, lab.searches.stop),
                "page": RunScreen(lab.live, lab.query_one(HistoryPane).editor, 1),
                "compare": CompareScreen(lab.live, [[1]]),
                "exercises": ExercisesScreen(lab.live, lab.writer, lab.exercises.places, lambda: None),
                "text": PageScreen("", ""),
                "settings": SettingsScreen(lab.document, lambda: None),
                "rate": RateFinder(RateTestRequest(lab.document.named)),
                "columns": ColumnsScreen(USUAL),
                "copy": CopyMenu(""),
                "export": ExportMenu(""),
                "predict": PredictScreen("accuracy", None),
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
