"""The lab on a history whose rows are damaged, each in another way: it opens, and every run has its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.history.history import History
from cnn_tui.home import history_path
from tests.faults.lab import COMMAND
from tests.history.test_history import add_finished
from tests.terminal import Terminal
from tests.waiting import end_processes_of

DAMAGES = {
    "tags": "UPDATE runs SET tags = '['",
    "environment": "UPDATE runs SET environment = 'nope'",
    "created": "UPDATE runs SET created = 'abc'",
    "epoch 1 and epoch 2": "UPDATE epochs SET metrics = 'x'",
    "name": "UPDATE runs SET name = CAST(x'ff00fe' AS TEXT)",
    "experiment": "UPDATE runs SET experiment = '{'",
}


@pytest.fixture
def home(sealed_machine: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home without a worker that lingers, with a run for each damage; the newest is sound."""
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "0")
    with History() as history:
        for statement in (*DAMAGES.values(), ""):
            run_id = add_finished(history)
            if statement:
                history.store.execute(f"{statement} WHERE {'run' if 'epochs' in statement else 'id'} = ?", (run_id,))
    yield sealed_machine
    end_processes_of(sealed_machine)


def test_every_run_has_its_page_and_says_what_is_damaged(home: Path) -> None:
    content = [*_dump()]
    with Terminal(COMMAND, 120, 40) as terminal:
        terminal.wait_for("Total params")
        terminal.press("4", "z")
        terminal.wait_for("7 runs")
        assert terminal.text.count("damaged") == 3, "tags, created and name are columns of the table"
        for what in reversed(DAMAGES):
            terminal.press("j", "enter")
            terminal.wait_for(f"is damaged: {what} cannot be")
            if what == "experiment":
                terminal.press("L")
                terminal.wait_for("The experiment of run 6 cannot be read.")
            terminal.press("esc")
            terminal.wait_for("7 runs")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert "Traceback" not in terminal.text
    assert [*_dump()] == content, "looking changes nothing"


def _dump() -> Iterator[tuple[object, ...]]:
    with History(history_path()) as history:
        yield from history.store.execute("SELECT * FROM runs ORDER BY id").fetchall()
        yield from history.store.execute("SELECT * FROM epochs ORDER BY run, epoch").fetchall()
