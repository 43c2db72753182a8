"""A home that can no longer be written, under an open lab: every key that writes is pressed in each of the three ways.

The lab goes on, says what is not written yet and why, keeps what was typed, and writes it when the fault is gone.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.message import Message
from textual.notifications import Notify

import cnn_tui.ui
from cnn_tui.exercises import answers
from cnn_tui.experiment.document import resume
from cnn_tui.experiment.journal import Journal
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook, store
from cnn_tui.history.history import History, Result
from cnn_tui.history.image_marks import WRONG, image_marks, mark_images
from cnn_tui.history.run import Run
from cnn_tui.history.searches import SearchPlan, add_search, searches
from cnn_tui.ui import history_writer
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.history_writer import HistoryWriter
from tests.faults.disks import disk_at
from tests.faults.home_faults import WAYS, WORDS, HomeFault, Way
from tests.made_suspects import OF_IMAGES, keep_suspects
from tests.ui import explained, fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, sees, text, until


class Scene(NamedTuple):
    """Keys that write, from the lab; what is said to be unwritten; and what is found when it is written."""

    keys: str
    what: str
    written: Callable[[History], Any]


def _run(history: History, number: int) -> Run:
    run = history.run(number)
    assert run is not None
    return run


def _answer(history: History, name: str) -> answers.Answer:
    return answers.answer(history, "lab1", name)


# Run 1 has finished, run 2 can be resumed, run 3 is trained, runs 4 and 5 wait.
SCENES = (
    Scene("r", "a run in the queue", lambda history: history.count() > 5),
    Scene("R enter", "3 runs in the queue", lambda history: history.count() >= 9),
    Scene("P", "that run 3 pauses", lambda history: _run(history, 3).wish),
    Scene("s", "that run 3 stops", lambda history: _run(history, 3).wish == "stop"),
    Scene("4 g i o n e enter", "the note of run 5", lambda history: _run(history, 5).note == "one"),
    Scene("i tab t w o enter", "the conclusion of run 5", lambda history: _run(history, 5).conclusion == "two"),
    Scene("t l a b 9 enter", "the tags of run 5", lambda history: _run(history, 5).tags == ("lab9",)),
    Scene("comma n e w enter", "the name of run 5", lambda history: _run(history, 5).name == "new"),
    Scene("b", "run 5 as the baseline", lambda history: notebook.pinned(history) == 5),
    Scene("5 M M M M space", "the mark of image 17", lambda history: image_marks(history, OF_IMAGES).get(17)),
    Scene(
        "X 4", "a run without marked images", lambda history: any(run.experiment.leave_out for run in history.runs())
    ),
    Scene("G d", "archive run 1", lambda history: _run(history, 1).archived),
    Scene("u", "undo: archive run 1", lambda history: len(history.events(1)) >= 2),
    Scene("U", "redo: archive run 1", lambda history: len(history.events(1)) == 3),
    Scene("k a", "run 2 in the queue again", lambda history: _run(history, 2).status == "queued"),
    Scene("enter i t h r e e enter", "the note of run 2", lambda history: _run(history, 2).note == "three"),
    Scene("t p a g e enter", "the tags of run 2", lambda history: _run(history, 2).tags == ("page",)),
    Scene("comma o l d enter", "the name of run 2", lambda history: _run(history, 2).name == "old"),
    Scene("b u escape", "undo: baseline", lambda history: notebook.pinned(history) == 5),
    Scene("1 I n enter", "a search", lambda history: len(searches(history)) == 2),
    Scene("s escape", "that search 1 stops", lambda history: searches(history)[0].status == "stopped"),
    Scene("Q j j K", "the place of run 5 in the queue", lambda history: True),
    Scene("d escape", "that run 5 leaves the queue", lambda history: _run(history, 5).status == "stopped"),
    Scene(
        "x j j p u u", "what you expect of 64-filters", lambda history: _answer(history, "64-filters").prediction.time
    ),
    Scene("r", "1 run in the queue", lambda history: notebook.assigned(history, ["lab1/64-filters"])),
    Scene("R enter", "runs in the queue", lambda history: True),
    Scene("P enter", "the plan", lambda history: len(_answer(history, "64-filters").plan) == 5),
    Scene("A enter", "runs in the queue", lambda history: notebook.assigned(history, ["lab1/more-convs"])),
    Scene(
        "i w e l l enter",
        "the conclusion of 64-filters",
        lambda history: _answer(history, "64-filters").conclusion == "well",
    ),
    Scene(
        "j space escape",
        "as done",
        lambda history: sum(one.done for one in answers.answers(history, "lab1").values()) == 2,
    ),
    Scene("5 a y e s enter", "the answer to", lambda history: answers.answers(history, "lab2")),
)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home on a disk of its own; skips where none can be mounted."""
    with disk_at(tmp_path / "disk") as folder:
        monkeypatch.setenv("CNN_TUI_HOME", str(folder))
        monkeypatch.setattr(history_writer, "RETRY", (0.05,))
        monkeypatch.setattr(history_writer, "SHORT", 0.0)
        monkeypatch.chdir(tmp_path)
        yield folder


def fill_history() -> None:
    """Runs of every kind that a key can write on."""
    with History() as history:
        for _ in range(5):
            history.add(load_preset("lab1-baseline"))
        for number in (1, 2, 3):
            fake.begin(history, number)
            fake.play(history, number, 1.5)
        fake.finish(history, 1)
        history.record_end(2, Result("interrupted", "the process is gone"))
        mark_images(history, OF_IMAGES, (3,), WRONG)
        add_search(history, SearchPlan(load_preset("lab1-baseline"), ("layers[0].filters=16,32",)))
    explained.write_predictions(1)
    keep_suspects(1, (17, 3, 204))


def writing_calls() -> set[str]:
    """Where in the lab's source something is given to the writer, as `file:line` of each call."""
    found = set()
    folder = Path(cnn_tui.ui.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("writer.write"):
                found.add(f"{path.relative_to(folder)}:{node.lineno}")
    return found


def waits(app: LabApp, what: str) -> bool:
    """Whether it is known that this is not written yet."""
    return any(what in one.what for one in app.lab.writer.waiting)


@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.long) for way in WAYS])
async def test_every_key_that_writes(way: Way, disk: Path, make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_history()
    called: set[str] = set()
    write = HistoryWriter.write

    def noted(self: HistoryWriter, *given: Any, **more: Any) -> None:
        caller = sys._getframe(1)
        folder = Path(cnn_tui.ui.__file__).parent
        called.add(f"{Path(caller.f_code.co_filename).relative_to(folder)}:{caller.f_lineno}")
        write(self, *given, **more)

    monkeypatch.setattr(HistoryWriter, "write", noted)
    app, fault = make_lab(), HomeFault(way, disk)
    app.lab.history.store.execute("PRAGMA query_only = ON")  # no key writes by the connection that the lab reads
    said: list[str] = []

    def hear(message: Message) -> None:
        if isinstance(message, Notify):
            said.append(message.notification.message)

    async with app.run_test(size=LARGE, notifications=True, message_hook=hear) as pilot:
        await sees(pilot, "run 3 epoch 2/5")
        fault.begin()
        try:
            for at, scene in enumerate(SCENES):
                await pilot.press(*scene.keys.split())
                await until(pilot, functools.partial(waits, app, scene.what), scene.what)
                await sees(pilot, "Not written yet")
                if not at:
                    words = " ".join(line[60:].strip(" ▌│") for line in text(app).splitlines())
                    assert scene.what in words
                    assert WORDS[way] in words
            await pilot.press("4", "i")
            await sees(pilot, "Conclusion: what it has shown")
            assert "three" in text(app), "what was typed is there to be typed on"
            await pilot.press("escape")
            await until(pilot, lambda: "what it has shown" not in text(app), "no box")
            await sees(pilot, "not written")
        finally:
            fault.end()
        await until(pilot, lambda: not app.lab.writer.waiting, "all of it written")
        # It is on the screen for some seconds only, which a busy machine may take to draw it.
        await until(pilot, lambda: any("Written now" in words for words in said), "what is written now")
        assert app.is_running
    with History() as history:
        for scene in SCENES:
            assert scene.written(history), scene
    assert called == writing_calls(), "a key that writes is missing above"


async def test_a_history_that_cannot_be_read_for_a_while(
    make_lab: MakeLab, sealed_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it has no WAL, as in a network home, whoever writes keeps readers out; a process that hangs there, long."""
    monkeypatch.setattr(store, "_journal_mode", lambda path: "DELETE")
    fill_history()
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "run 3 epoch 2/5")
        with contextlib.closing(sqlite3.connect(sealed_machine / "history.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            for keys in ("r", "4 o", "j i", "enter", "c", "escape", "V escape", "Q escape", "x j j escape", "R", "L"):
                await pilot.press(*keys.split())
                await pilot.pause()
            await sees(pilot, "cannot be used: another")
            await pilot.press("escape", "escape", "1", "+")
            await sees(pilot, "122,922")
            other.execute("ROLLBACK")
        await pilot.press("4", "G", "i")
        await sees(pilot, "Conclusion: what it has shown")
        await pilot.press("o", "n", "e", "enter")
        with History() as history:
            await until(pilot, lambda: history.run(1).note == "one", "the note")  # type: ignore[union-attr]
        await pilot.press("4", "enter")
        await sees(pilot, "fingerprint")


async def test_files_on_a_full_disk(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lab keeps beside the history, and what the user has it write: each is said, and what was typed stays."""
    monkeypatch.chdir(disk)
    with History() as history, contextlib.closing(Journal()) as journal:
        app = LabApp(resume(load_preset("lab1-baseline"), None, journal, chosen=False), history, fake.FakeTrainer())
        app.lab.guided_start.shown = True
        async with app.run_test(size=LARGE, notifications=True) as pilot:
            await sees(pilot, "ends the guide")
            fault = HomeFault("full", disk)
            fault.begin()
            for _ in range(3):
                await pilot.press("+")
            await sees(pilot, "The edits cannot be kept on")
            await pilot.press("y", "s")
            await sees(pilot, "copied.txt cannot be")
            await pilot.press("4", "V", "j", "space", "escape")
            await sees(pilot, "The columns are as you chose")
            for keys in ("1 W", "e k"):
                await pilot.press(*keys.split())
                await sees(pilot, "A file that ends in")
                await pilot.press("enter")
                await sees(pilot, "Another place may do")
                await pilot.press("escape")
                await until(pilot, lambda: "Another place" not in text(app), "no box")
            assert not [path.name for path in disk.iterdir() if "lab-1" in path.name]
            fault.end()
            await pilot.press("+")
            await until(pilot, lambda: journal.trouble is None, "the edits on disk")
            edited = app.lab.document.experiment
    with contextlib.closing(Journal()) as again:
        assert resume(load_preset("lab1-baseline"), None, again, chosen=False).experiment == edited
