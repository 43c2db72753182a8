"""The commands on a history with a damaged row: the others are there, and it is said which run is damaged in what."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.history.history import History
from cnn_tui.home import history_path
from tests.cli.command import Inside, assert_one_sentence
from tests.fixtures.make_history import make_newest


def damage(statement: str) -> None:
    """A history whose run 2, which was stopped after an epoch, is damaged so."""
    make_newest(history_path())
    with History() as history:
        history.store.execute(statement)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("runs SET tags = '['", "tags"),
        ("runs SET environment = 'nope', created = 'abc'", "created and environment"),
        ("runs SET name = CAST(x'ff00fe' AS TEXT)", "name"),
        ("epochs SET metrics = 'x'", "epoch 1"),
        ("runs SET experiment = '{'", "experiment"),
    ],
)
def test_every_command_that_reads_goes_on_and_says_it(inside: Inside, change: str, what: str) -> None:
    damage(f"UPDATE {change} WHERE {'run' if change.startswith('epochs') else 'id'} = 2")
    sentence = f"cnn-tui: the row of run 2 in the history is damaged: {what} cannot be read"
    for arguments in (
        ("show", "2"),
        ("show", "2", "--json"),
        ("history", "--json"),
        ("report",),
        ("compare", "1", "2"),
    ):
        answer = inside(*arguments)
        assert answer.status == 0, (arguments, answer)
        assert answer.err.startswith(sentence), (arguments, answer.err)
    assert f"damaged: {what} cannot be read" in inside("show", "2").out
    runs = inside("history", "--json").objects
    assert len(runs) == 15 and [run["id"] for run in runs if "damage" in run] == [2]
    assert len(inside("history").out.splitlines()) == 16
    for arguments in (("report", "2"), ("exercises",), ("show", "1"), ("history", "--csv")):
        assert inside(*arguments).status == 0, arguments


def test_nothing_is_made_of_an_experiment_that_cannot_be_read(inside: Inside, tmp_path: Path) -> None:
    damage("UPDATE runs SET experiment = '{' WHERE id = 2")
    words = ("the experiment of run 2 cannot be read", "damaged")
    assert_one_sentence(inside("export", "2"), 1, *words)
    assert_one_sentence(inside("export", "2", "-o", str(tmp_path / "script.py")), 1, *words)
    assert not (tmp_path / "script.py").exists()
    assert_one_sentence(inside("resume", "3", "2", "--detach"), 1, *words)
    with History() as history:
        assert [line.id for line in history.queue()] == [5], "nothing is queued unless all can be"
    shown = inside("show", "2").out
    assert "Training\n" not in shown and "Layers" not in shown, "nothing is made up"


def test_one_that_is_damaged_is_marked_in_the_table(inside: Inside) -> None:
    damage("UPDATE runs SET tags = '[' WHERE id = 2")
    [row] = [line for line in inside("history").out.splitlines() if "damaged" in line]
    assert row.split()[0] == "2" and "stopped, damaged" in row


def test_a_history_that_is_a_folder_is_said(inside: Inside, sealed_machine: Path) -> None:
    (sealed_machine / "history.db").mkdir()
    assert_one_sentence(inside("history"), 1, str(sealed_machine / "history.db"), "is a folder", "CNN_TUI_HOME")
