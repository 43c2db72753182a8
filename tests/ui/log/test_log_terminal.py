"""The log pane in a real terminal: what it sends, and keys that arrive at once."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import log_path
from tests.terminal import Terminal
from tests.ui import fake

LAB = [sys.executable, "-m", "cnn_tui"]


@pytest.fixture
def log(no_worker: None) -> Path:
    """The log of a run that has ended."""
    with History() as history:
        run_id = fake.train(history, load_preset("lab1-baseline"))
    path = log_path(run_id)
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"line {number} of the log, and some words more\n" for number in range(1, 301)))
    return path


def test_only_changed_numbers_are_sent_and_nothing_once_it_is_left(log: Path) -> None:
    with Terminal(LAB) as terminal:
        terminal.wait_for("Total params")
        terminal.press("6")
        terminal.wait_for("line 300")
        terminal.wait_for("CPU:")
        terminal.settle(0.5)
        before, end = terminal.received, time.monotonic() + 4.5  # two readings
        while time.monotonic() < end:
            terminal.read(0.2)
        assert terminal.received - before < 1_000, "a reading repaints its own lines"
        terminal.press("1")
        terminal.wait_for("Total params")
        terminal.settle(0.5)
        assert terminal.read(2.5) == 0, "more than the time between two readings"


def test_a_search_that_arrives_in_one_write(log: Path) -> None:
    with Terminal(LAB, 80, 24) as terminal:
        terminal.wait_for("1 Stack")
        terminal.press("6/LINE 123\rnk")
        terminal.wait_for("▶ line 123 ")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
