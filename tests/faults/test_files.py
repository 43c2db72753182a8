"""A history that is damaged, or from the future: it is said, by the app and by the commands, and the file is left."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import history_path
from tests.cli.command import Inside, assert_one_sentence
from tests.faults.lab import COMMAND
from tests.terminal import Terminal


@pytest.fixture(params=["no database", "cut in half", "a page overwritten", "newer"])
def broken(request: pytest.FixtureRequest) -> Path:
    """A history that cannot be used."""
    path = history_path()
    with History() as history:
        for _ in range(20):
            history.add(load_preset("lab1-baseline"))
    content = path.read_bytes()
    if request.param == "no database":
        path.write_text("These are somebody's notes, not a database. " * 100)
    elif request.param == "cut in half":
        path.write_bytes(content[: len(content) // 2])
    elif request.param == "a page overwritten":
        path.write_bytes(content[:100] + bytes([255]) * 4_000 + content[4_100:])
    else:
        with contextlib.closing(sqlite3.connect(path)) as newer:
            newer.execute("PRAGMA user_version = 99")
    return path


def test_it_is_said_and_the_file_is_left_as_it_is(broken: Path, inside: Inside) -> None:
    content = broken.read_bytes()
    for arguments in (["history"], ["run", "lab1-baseline", "--detach"], ["resume", "1"], ["stop", "1", "--now"]):
        answer = inside(*arguments)
        assert_one_sentence(answer, 1, "history", str(broken), "CNN_TUI_HOME")
    with Terminal(COMMAND, 200, 24) as terminal:
        assert terminal.wait_for_end() == 1
        assert "cnn-tui: the history " in terminal.text
        assert "Traceback" not in terminal.text
    assert broken.read_bytes() == content
