"""A home where nothing can be written: what was recorded can be read, and what must write says what to do."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.cli import doctor
from cnn_tui.cli.machine import Finding
from cnn_tui.history.history import History
from tests.cli.command import Inside, assert_one_sentence, cnn_tui
from tests.faults.disks import disk_at
from tests.fixtures.make_history import make_newest, path_of


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home on a disk of its own; skips where none can be mounted."""
    monkeypatch.setenv("CNN_TUI_HOME", str(tmp_path / "disk"))
    with disk_at(tmp_path / "disk") as folder:
        yield folder


def make_read_only(disk: Path) -> None:
    """From now on nothing can be written there."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


def _recorded(disk: Path) -> set[str]:
    """The statuses as they stand in the file."""
    with contextlib.closing(sqlite3.connect(disk / "history.db")) as db:
        return {row[0] for row in db.execute("SELECT status FROM runs")}


def test_it_can_be_read_and_what_writes_says_what_to_do(
    disk: Path, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_newest(disk / "history.db")
    with History() as history:  # as it is left by an app that ended: in the mode that needs files beside it
        assert history.store.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert {"running", "paused"} <= _recorded(disk)
    make_read_only(disk)
    assert not (disk / "history.db-wal").exists()
    for arguments in (("history",), ("show", "1"), ("export", "1"), ("report",), ("compare", "1", "2")):
        answer = inside(*arguments)
        assert (answer.status, answer.err) == (0, ""), arguments
        assert answer.out
    # Their process is gone, which cannot be recorded here.
    statuses = {one["id"]: (one["status"], one["ending"]) for one in cnn_tui("history", "--json").objects}
    assert statuses[6] == statuses[7] == ("interrupted", "gone")
    assert inside("history", "--filter", "status:running").out == ""
    for arguments in (("note", "1", "x"), ("tag", "1", "+x"), ("run", "lab1-baseline", "--detach"), ("resume", "2")):
        answer = inside(*arguments)
        assert_one_sentence(answer, 1, f"the history {disk / 'history.db'}", "read-only", "CNN_TUI_HOME")
    monkeypatch.setattr(doctor, "missing", lambda: Finding("TensorFlow", "ok", "not looked at"))
    assert "can be read, but not written" in inside("doctor").out


def test_what_was_not_yet_in_the_file_itself_is_read_too(disk: Path, inside: Inside) -> None:
    make_newest(disk / "history.db")
    with History() as history:
        history.store.execute("UPDATE runs SET name = 'the newest name' WHERE id = 1")
        left = {path: path.read_bytes() for path in disk.iterdir()}
    # As after a crash: the newest is in the file beside it.
    for path, content in left.items():
        path.write_bytes(content)
    assert (disk / "history.db-wal").stat().st_size
    make_read_only(disk)
    assert "the newest name" in inside("show", "1").out


def test_a_history_of_an_older_version_is_read_too(disk: Path, inside: Inside) -> None:
    before = path_of(1).read_bytes()
    (disk / "history.db").write_bytes(before)
    make_read_only(disk)
    answer = inside("history")
    assert (answer.status, len(answer.out.splitlines())) == (0, 3)
    assert (disk / "history.db").read_bytes() == before


@pytest.mark.long
def test_what_must_be_worked_out_is_kept_elsewhere_for_the_moment(disk: Path, trained_home: Path) -> None:
    shutil.copytree(trained_home, disk, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock", "data-cache"))
    for kept in (*disk.rglob("predictions.bin"), *disk.rglob("evaluation.json")):
        kept.unlink()
    make_read_only(disk)
    for arguments in (("evaluate", "1"), ("predict", "1", "--json")):
        answer = cnn_tui(*arguments)
        assert answer.status == 0, answer
        assert answer.out
        assert "log" not in answer.err
    assert not list(disk.rglob("predictions.bin"))
