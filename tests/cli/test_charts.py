"""Curves on the command line: `show --chart`, and what `attach` draws."""

from __future__ import annotations

import re

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.cli.command import Inside
from tests.cli.terminal import Terminal
from tests.ui import fake


@pytest.fixture(autouse=True)
def runs() -> None:
    """A run of five epochs that has ended, and one that was never trained."""
    with History() as history:
        first = history.add(load_preset("lab1-baseline"))
        fake.begin(history, first)
        fake.play(history, first, 5.0)
        fake.finish(history, first)
        history.add(load_preset("lab1-baseline"))


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
