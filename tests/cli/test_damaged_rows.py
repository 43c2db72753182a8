"""The commands on an older history with a damaged row: the others are there, and it is said once which row it is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cnn_tui.history.history import History
from cnn_tui.home import history_path
from tests.cli.command import Inside, assert_one_sentence
from tests.history.test_damaged_rows import older


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("runs SET tags = '['", "tags of run 2"),
        ("runs SET environment = 'nope', created = 'abc'", "environment, created of run 2"),
        ("runs SET name = CAST(x'ff00fe' AS TEXT)", "name of run 2"),
        ("epochs SET metrics = 'x'", "epoch 1 of run 2"),
        ("runs SET experiment = '{'", "experiment of run 2"),
    ],
)
def test_every_command_that_reads_goes_on_and_the_first_says_it(inside: Inside, change: str, what: str) -> None:
    older(f"UPDATE {change} WHERE {'run' if change.startswith('epochs') else 'id'} = 2")
    said = [
        inside(*arguments)
        for arguments in (
            ("show", "2"),
            ("show", "2", "--json"),
            ("history", "--json"),
            ("report",),
            ("compare", "1", "2"),
            ("report", "2"),
            ("exercises",),
            ("history", "--csv"),
        )
    ]
    assert [answer.status for answer in said] == [0] * len(said), said
    sentence = f"cnn-tui: the history was brought up to date, but 1 row of it could not be read as recorded: {what}. "
    assert said[0].err.startswith(sentence), said[0].err
    assert not any("brought up to date" in answer.err for answer in said[1:])
    assert len(said[2].objects) == 15 and len(inside("history").out.splitlines()) == 16


def test_nothing_is_made_of_an_experiment_that_cannot_be_read(inside: Inside, tmp_path: Path) -> None:
    older("UPDATE runs SET experiment = '{' WHERE id = 2")
    assert inside("show", "1").status == 0
    words = ("the experiment of run 2 cannot be read", "damaged")
    assert_one_sentence(inside("export", "2"), 1, *words)
    assert_one_sentence(inside("export", "2", "-o", str(tmp_path / "script.py")), 1, *words)
    assert not (tmp_path / "script.py").exists()
    assert_one_sentence(inside("resume", "3", "2", "--detach"), 1, *words)
    with History() as history:
        assert [line.id for line in history.queue()] == [5], "nothing is queued unless all can be"
    shown = inside("show", "2").out
    assert "Training\n" not in shown and "Layers" not in shown, "nothing is made up"


@pytest.mark.parametrize("change", ["tags = '[1]'", "environment = '{\"a\": [}'", "name = CAST(x'ff' AS TEXT)"])
def test_a_row_that_is_damaged_later_is_a_sentence(inside: Inside, change: str) -> None:
    """As a disk may do it: past the constraints of the tables."""
    older()
    with History() as history:
        history.count()
    with sqlite3.connect(history_path()) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute(f"UPDATE runs SET {change} WHERE id = 2")
    assert_one_sentence(inside("show", "2"), 1, "cannot be used", "cnn-tui doctor")
    assert_one_sentence(inside("compare", "1", "2"), 1, "cannot be used", "cnn-tui doctor")


def test_a_history_that_is_a_folder_is_said(inside: Inside, sealed_machine: Path) -> None:
    (sealed_machine / "history.db").mkdir()
    assert_one_sentence(inside("history"), 1, str(sealed_machine / "history.db"), "is a folder", "CNN_TUI_HOME")
