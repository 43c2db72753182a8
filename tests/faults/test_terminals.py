"""Terminals that close, apps that are killed, and several of them on one history."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from cnn_tui.experiment.experiment import Experiment
from tests.cli.command import cnn_tui
from tests.faults.lab import COMMAND, ENDLESS, Lab, has_ended, to_file
from tests.terminal import Terminal

# As a shell starts it: the terminal is the one that its signals come from.
_WITH_SIGNALS = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
APP = (sys.executable, "-c", _WITH_SIGNALS, *COMMAND)


def hang_up(terminal: Terminal) -> None:
    """Close the terminal, as a connection that drops does: the program in it gets SIGHUP."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, terminal._ours)
    os.close(nowhere)


def kill(terminal: Terminal) -> None:
    """`kill -9` the program."""
    terminal.process.send_signal(signal.SIGKILL)


@pytest.mark.long
def test_a_run_goes_on_without_the_app_that_started_it(lab: Lab, tiny: Experiment, tmp_path: Path) -> None:
    path = to_file(tiny.with_training(epochs=ENDLESS), tmp_path / "endless.toml")
    run_id = lab.history.count() + 1
    for end in (hang_up, kill):
        with Terminal([*APP, path], 80, 24) as terminal:
            terminal.wait_for("1 Stack")
            if lab.history.count() < run_id:
                terminal.press("r")
                lab.wait(lambda: lab.history.count() == run_id, "the run")
            lab.wait_for_epoch(run_id)
            end(terminal)
            lab.wait(lambda terminal=terminal: has_ended(terminal.process.pid), "the end of the app")  # type: ignore[misc]
        lab.wait_for_epoch(run_id, lab.run(run_id).epochs[-1].epoch + 20)
        assert lab.run(run_id).status == "running"

    # The next one shows it, and stops it.
    with Terminal(COMMAND, 100, 30) as terminal:
        terminal.wait_for(f"run {run_id} ")
        terminal.press("s")
        assert lab.wait_for_end(run_id, "stopped").test_accuracy is not None
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    lab.assert_intact(run_id)


@pytest.mark.long
def test_two_apps_and_a_command_share_a_history(lab: Lab, tiny: Experiment, tmp_path: Path) -> None:
    path = to_file(tiny.with_training(epochs=3), tmp_path / "shared.toml")
    newest = lab.history.count()
    with Terminal([*COMMAND, path], 80, 24) as one, Terminal([*COMMAND, path], 80, 24) as other:
        one.wait_for("1 Stack")
        other.wait_for("1 Stack")
        one.press("r")
        answer = cnn_tui("run", path, "--detach")
        lab.wait(lambda: lab.history.count() == newest + 2, "two runs")
        ids = [newest + 1, newest + 2]
        assert answer.status == 0 and int(answer.out) in ids
        for run_id in ids:
            lab.wait_for_end(run_id)
        for terminal in (one, other):
            terminal.press("4")
            terminal.wait_for("2×")  # both are one row: they differ by their seeds alone
            terminal.press("q")
            assert terminal.wait_for_end() == 0
    for run_id in ids:
        assert sum(text.startswith("started") for text in lab.texts(run_id)) == 1, "each is trained once"
        assert len(lab.run(run_id).epochs) == 3
    lab.assert_intact(*ids)
