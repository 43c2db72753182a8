"""The history in a real terminal: what names, notes and tags can do to it, and what it sends."""

from __future__ import annotations

import sys
import time

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.locks import release, run_lock, take
from tests.benchmarks.fill_history import fill
from tests.terminal import Terminal
from tests.ui import fake
from tests.ui.made_runs import made

LAB = [sys.executable, "-m", "cnn_tui"]

pytestmark = pytest.mark.usefixtures("no_worker")

HOSTILE = (
    "[bold red]markup[/] [@click=app.quit]x[/]",
    "\x1b[2J\x1b]0;title\x07\x1bc\x9b31mescapes",
    "two\nlines\r\x08\ttabbed",
    "ten thousand " + "x" * 10_000,
    "\u202egnitirw fo noitcerid\u202c \u2066isolated\u2069",
    "a" + "\u0301" * 9_000 + " stacked",
    "wide 漢字 and 👩‍👩‍👧 " + "漢" * 3_000,
)


def write_hostile(history: History) -> None:
    """A run for each hostile text, which is its name, note, conclusion, tag, cause and environment."""
    for text in HOSTILE:
        run_id = made(history, load_preset("lab1-baseline"))
        # As another version or program may have written it: the notebook itself would refuse some of it.
        columns = "name = ?, note = ?, conclusion = ?, stop_cause = ?, exercise = ?"
        history.store.execute(f"UPDATE runs SET {columns} WHERE id = ?", (*[text] * 5, run_id))
        history.store.execute("UPDATE runs SET tags = json_array(?), dataset = ? WHERE id = ?", (text, text, run_id))
        history.store.execute("UPDATE runs SET environment = json_object(?, ?) WHERE id = ?", (text, text, run_id))
        history.record_event(run_id, text)


@pytest.mark.parametrize("size", [pytest.param((120, 40), marks=pytest.mark.long), (80, 24)])
def test_hostile_text_is_shown_inert_and_cut(size: tuple[int, int]) -> None:
    with History() as history:
        write_hostile(history)
    columns, rows = size
    with Terminal(LAB, columns, rows) as terminal:
        terminal.wait_for("1 Stack")
        terminal.press("4", "z")
        terminal.wait_for("7 runs")
        terminal.wait_for("[bold red]m")
        terminal.press(*"l" * 12)
        terminal.wait_for("Note")
        terminal.press(*"h" * 12)
        shown = terminal.text
        assert all(char.isprintable() for line in shown.splitlines() for char in line)
        for run_id in range(len(HOSTILE), 0, -1):
            terminal.press("enter")
            terminal.wait_for(f"Run {run_id}: ")
            assert all(char.isprintable() for line in terminal.text.splitlines() for char in line)
            boxes = (("i", "Conclusion: what"), ("t", "Tags of run"), (",", "Name of run"))
            for key, words in boxes if size == (120, 40) else ():
                terminal.press(key)
                terminal.wait_for(words)
                terminal.press("esc")
                terminal.wait(lambda words=words: words not in terminal.text, f"no {words}")  # type: ignore[misc]
            terminal.press("esc")
            terminal.wait_for("7 runs")
            terminal.press(" ", "j")
        terminal.press("c")
        terminal.wait_for("7 runs, against run")
        assert all(char.isprintable() for line in terminal.text.splitlines() for char in line)
        terminal.press("esc")
        terminal.wait_for("7 marked")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    with History() as history:
        assert [run.name for run in history.runs()] == list(HOSTILE), "looking changes nothing"


@pytest.mark.long
def test_rows_that_do_not_change_are_not_sent_while_a_run_trains() -> None:
    with History() as history:
        fill(history, 2_000)
        run_id = history.add(load_preset("lab1-baseline"))
        fake.begin(history, run_id)
        fake.play(history, run_id, 1.5)
        held = take(run_lock(run_id))  # as the process that trains it does
        assert held is not None
        with Terminal(LAB) as terminal:
            terminal.wait_for("Total params")
            terminal.press("4", "z")
            terminal.wait_for("running")
            terminal.settle(0.7)
            before = terminal.received
            for at in range(8):
                fake.play(history, run_id, 1.6 + at / 100)
                time.sleep(0.3)
                terminal.read(0.1)
            # The header says which epoch it is; no figure of a row has changed.
            assert terminal.received - before < 500
            fake.finish(history, run_id)
            terminal.wait_for("0.9083")
        release(held)


def test_idle_sends_nothing_with_a_filter_and_a_page_open() -> None:
    with History() as history:
        made(history)
        notebook.pin(history, 1)
    with Terminal(LAB) as terminal:
        terminal.wait_for("Total params")
        terminal.press("4", "/", "acc>0.5", "enter")
        terminal.wait_for("/acc>0.5")
        terminal.settle(0.5)
        assert terminal.read(1.5) == 0
        terminal.press("enter")
        terminal.wait_for("fingerprint")
        terminal.settle(0.5)
        assert terminal.read(1.5) == 0


def test_keys_that_arrive_in_one_write_reach_the_boxes_that_they_open() -> None:
    with History() as history:
        made(history)
        with Terminal(LAB) as terminal:
            terminal.wait_for("Total params")
            terminal.press("4,new name\r/zzz\x1b")
            terminal.wait_for("new name")
            terminal.press("inote of\nsome lines\r\r")
            terminal.wait_for("some lines")
            assert history.runs()[0].note == "note of\nsome lines"
