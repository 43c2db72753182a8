"""The real command in a real terminal."""

from __future__ import annotations

import sys

import pytest

from cnn_tui.experiments.history import History
from cnn_tui.experiments.presets import load_preset
from tests.terminal import Terminal
from tests.ui import fake

LAB = [sys.executable, "-m", "cnn_tui"]


@pytest.fixture(autouse=True)
def short_lived_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that these tests start ends with the lab."""
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "0")


def test_an_idle_lab_sends_nothing_and_a_key_is_answered() -> None:
    with Terminal([*LAB, "lab1-16-filters"]) as terminal:
        terminal.wait_for("Total params: 55,098")
        while terminal.read(0.5):
            pass
        assert terminal.read(2.0) == 0
        terminal.press("+")
        terminal.wait_for("32  3x3  relu")
        terminal.press("u", "q")
        assert terminal.wait_for_end() == 0


def test_leaving_while_a_run_trains_says_that_it_goes_on() -> None:
    with History() as history:
        run_id = history.add(load_preset("lab1-baseline"))
        with Terminal(LAB, 80, 24) as terminal:
            terminal.wait_for("1 Stack")
            fake.begin(history, run_id)
            fake.play(history, run_id, 1.5)
            terminal.press("3")
            terminal.wait_for("epoch 2/5")
            terminal.press("q")
            assert terminal.wait_for_end() == 0
            assert f"Run {run_id} goes on" in terminal.text


def test_resizing_changes_the_layout() -> None:
    with Terminal(LAB, 120, 40) as terminal:
        terminal.wait_for("4 History")
        terminal.resize(80, 24)
        terminal.wait(lambda: "Total params" not in terminal.text and "kernel_size" in terminal.text, "one pane")
        terminal.resize(50, 10)
        terminal.wait_for("The terminal is 50x10")
        terminal.resize(120, 40)
        terminal.wait_for("Total params")


def test_the_first_picture_and_an_edit_are_short_and_a_garbled_screen_is_mended() -> None:
    with Terminal([*LAB, "lab1-baseline"]) as terminal:
        terminal.wait_for("Total params: 113,386")
        while terminal.read(0.5):
            pass
        assert terminal.received < 12_000
        before, shown = terminal.received, terminal.text
        terminal.press("+")
        terminal.wait_for("Total params: 122,922")
        assert terminal.received - before < 1_000
        terminal.press("u")
        terminal.wait(lambda: "Total params: 113,386" in terminal.text and "undo" not in terminal.text, "the start")
        terminal.garble()
        assert "Total params" not in terminal.text
        terminal.press("\x0c")
        terminal.wait(lambda: "out of paper" not in terminal.text and "sent again" not in terminal.text, "mended")
        assert terminal.text == shown


def test_without_a_terminal_it_names_the_command_that_needs_none() -> None:
    import subprocess

    done = subprocess.run(LAB, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "cnn-tui run" in done.stderr and len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_keys_that_arrive_at_once_are_dealt_with_in_turn() -> None:
    with Terminal([*LAB, "lab1-baseline"]) as terminal:
        terminal.wait_for("Total params: 113,386")
        # In one write, as a slow line delivers them: add a Dropout, rate 0.5, then step the filters of layer 1.
        terminal.press("adropout\r\r0.5\rk+")
        terminal.wait_for("Dropout           0.5")
        terminal.wait_for("64  3x3  relu")
        assert terminal.text.count("MaxPooling2D") == 4, "no letter ran as a command"
