"""Curves on the command line: `show --chart`, and what `attach` draws."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator

import pytest

from cnn_tui import locks
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.running.live_chart import LiveChart
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.cli.command import Inside, command
from tests.cli.terminal import Terminal
from tests.terminal import Terminal as WholeTerminal
from tests.ui import fake


@pytest.fixture(autouse=True)
def runs() -> None:
    """A run of five epochs that has ended, and one that was never trained."""
    with History() as history:
        fake.train(history, load_preset("lab1-baseline"))
        history.add(load_preset("lab1-baseline"))


@contextlib.contextmanager
def trained_here(run_id: int) -> Iterator[History]:
    """The history while this process trains the run, so that other processes take it for live."""
    lock = locks.take(locks.run_lock(run_id))
    assert lock is not None
    with History() as history:
        fake.begin(history, run_id)
        yield history
    locks.release(lock)


def test_the_curves_of_a_run_are_plain_text_where_nobody_looks(inside: Inside) -> None:
    answer = inside("show", "1", "--chart")
    lines = answer.out.splitlines()
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.isascii() and "\x1b" not in answer.out and max(map(len, lines)) <= 80
    assert [line for line in lines if line in ("Loss", "Accuracy")] == ["Loss", "Accuracy"]
    assert "- train (mean of the last steps)   * validation" in answer.out
    assert "best val_loss 0.1320 after epoch 5" in answer.out


def test_on_a_terminal_they_are_as_wide_as_it_is() -> None:
    with Terminal("show", "1", "--chart", all_streams=True, columns=70, LANG="C.UTF-8") as terminal:
        assert terminal.wait_for_end()[0] == 0
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in terminal.screen.splitlines()]
    assert max(map(len, lines)) in range(66, 71)
    assert any("\u2800" < char < "\u28ff" for line in lines for char in line)


def test_what_has_no_curves_says_so_and_json_is_no_drawing(inside: Inside) -> None:
    assert inside("show", "2", "--chart").out == "There are none: no epoch was begun.\n"
    answer = inside("show", "1", "--chart", "--json")
    assert answer.status == 2 and "give one of them" in answer.err


def test_attach_draws_the_curves_of_what_it_followed(inside: Inside) -> None:
    drawn = inside("show", "1", "--chart").out
    answer = inside("attach", "1")
    assert drawn in answer.err and answer.err.count("Loss\n") == 1


def test_attach_draws_anew_in_place_after_each_epoch_and_leaves_a_clean_screen() -> None:
    curves = set[str]()
    attach = [*map(os.fsdecode, command("attach", "2"))]
    with trained_here(2) as history, WholeTerminal(attach, 80, 24, {"LANG": "C.UTF-8"}) as terminal:
        for epoch in (1, 2):
            sent = terminal.received
            fake.play(history, 2, epoch + 0.5, since=epoch - 1)
            terminal.wait_for(f"run 2  epoch {epoch}/5  loss")
            terminal.wait_for(f"run 2  epoch {epoch + 1}/5  batch 938 of 1,875")
            assert terminal.received - sent < 4_000
            lines = terminal.text.splitlines()
            assert [line for line in lines if line in ("Loss", "Accuracy")] == ["Loss", "Accuracy"]
            assert lines[-1].startswith("run 2") or not lines[-1]
            curves.add("\n".join(lines[lines.index("Loss") : lines.index("Accuracy")]))
        assert len(curves) == 2

        terminal.resize(60, 16)
        fake.play(history, 2, 2.6, since=2)
        terminal.wait(lambda: "Accuracy" not in terminal.text and "ETA" in terminal.text, "the loss alone")
        assert terminal.text.splitlines().count("Loss") == 1
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.wait_for_end() == 3
        kept = terminal.text.splitlines()
    said = kept.index("run 2 goes on; cnn-tui attach 2 comes back to it")
    assert kept[said - 1].strip() and "Loss" in kept and "ETA" not in terminal.text and not any(kept[said + 1 :])


def test_epochs_of_a_moment_are_told_and_drawn_together_so_that_a_slow_line_keeps_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with History() as history:
        run = history.run(1)
        assert run is not None
        out = Reporter(sys.stderr, True)
        chart = LiveChart(out, sys.stderr, history)
        assert chart.draw(run, ["said first"]) and not chart.draw(run, ["said then"])
        drawn = capsys.readouterr().err
        assert drawn.count("Loss") == 1 and "said first" in drawn and "said then" not in drawn
        assert drawn.count("\n") == out.block_rows + 1 <= 24 - 2
        chart = LiveChart(out, sys.stderr, history)
        assert chart.draw(run, [f"said {number}" for number in range(100)])
        many = capsys.readouterr().err
        assert "95 more epochs, as the curves show\n\x1b[Ksaid 95\n" in many and "said 94" not in many
        out.line("said")
        assert capsys.readouterr().err.startswith(f"\r\x1b[{drawn.count(chr(10)) - 1}A\x1b[J")


def test_where_no_cursor_can_be_moved_attach_draws_at_the_start_and_at_the_end() -> None:
    with trained_here(2) as history:
        fake.play(history, 2, 2.5)
        with Terminal("attach", "2", TERM="dumb") as terminal:
            terminal.wait_for("epoch 3/5")
            fake.play(history, 2, 3.5, since=2)
            terminal.wait_for("epoch 4/5")
            fake.finish(history, 2)
            assert terminal.wait_for_end()[0] == 0
    assert terminal.screen.count("Loss") == 2 and "\x1b" not in terminal.screen
