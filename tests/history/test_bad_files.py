"""Files that are no history of ours, and places that cannot be written: said, and left as they are."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.history.history import History, HistoryError, Result
from cnn_tui.history.versions import migrations
from cnn_tui.history.versions.migrations import MIGRATIONS
from tests.faults.disks import disk_at, fill
from tests.history.made_runs import BASELINE, add_finished, epoch
from tests.runs import run_of

# Files that are no history of ours


def test_a_corrupt_file_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with History(path) as history:
        add_finished(history)
    whole = path.read_bytes()
    for content in (
        b"this is no database\n" * 100,
        os.urandom(4_096),
        b"SQLite format 3\0" + b"\xff" * 4_080,
        whole[:100] + b"\x99" * 4_000,
    ):
        path.write_bytes(content)
        with pytest.raises(HistoryError) as caught:
            History(path)
        sentence = str(caught.value)
        assert str(path) in sentence
        assert "It was left as it is: move it away to start a new one, or set CNN_TUI_HOME" in sentence
        assert path.read_bytes() == content


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_a_history_of_a_newer_version_is_left_as_it_is(path: Path, journal: str) -> None:
    path.parent.mkdir()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA journal_mode = {journal}")
    newer.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, what_we_do_not_know TEXT)")
    newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 3}")
    newer.commit()
    newer.close()
    content = path.read_bytes()
    with pytest.raises(HistoryError) as caught:
        History(path)
    sentence = str(caught.value)
    assert f"was written by a newer cnn-tui (its version is {len(MIGRATIONS) + 3}, this one knows" in sentence
    assert "It was left as it is: update cnn-tui, or set CNN_TUI_HOME" in sentence
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_migration_keeps_a_copy_and_all_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History(path) as history:
        run_id = add_finished(history)
        before = run_of(history, run_id)
    step = "ALTER TABLE runs ADD COLUMN mood TEXT NOT NULL DEFAULT 'fine'; CREATE INDEX runs_mood ON runs (mood)"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, step))
    with History(path) as history:
        assert run_of(history, run_id) == before
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
        assert plain.execute("SELECT mood FROM runs").fetchall() == [("fine",)]
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS)
    with pytest.raises(HistoryError, match="newer"):
        History(path)
    copy = path.with_name(f"history.db.v{len(MIGRATIONS)}.copy")
    with History(copy) as history:
        assert run_of(history, run_id) == before


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History(path) as history:
        run_id = add_finished(history)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, "ALTER TABLE runs ADD COLUMN mood TEXT; NO SQL AT ALL"))
    with pytest.raises(HistoryError, match="cannot be read"):
        History(path)
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS)
    with History(path) as history:
        assert run_of(history, run_id).status == "finished"
        assert history.add(BASELINE) > run_id


# Places that cannot be written


@pytest.fixture
def nobody() -> Iterator[None]:
    """What root may do anyway is done as nobody."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_runs_are_numbered_past_the_folders_that_a_history_has_left(path: Path) -> None:
    for number in ("7", "12", "old"):
        (path.parent / "runs" / number).mkdir(parents=True)
    with History(path) as history:
        assert history.add(BASELINE) == 13
        assert history.add(BASELINE) == 14


def test_a_folder_that_cannot_be_written_is_said(nobody: None) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o555)
        with pytest.raises(HistoryError, match="cannot be opened: unable to open database file"):
            History(folder / "history.db")
        with pytest.raises(HistoryError, match=r"cannot be opened: .*Permission denied"):
            History(folder / "kept" / "history.db")
        folder.chmod(0o755)
        with History(folder / "history.db") as history:
            history.add(BASELINE)
        (folder / "history.db").chmod(0o444)
        folder.chmod(0o555)
        content = (folder / "history.db").read_bytes()
        with History(folder / "history.db") as history:  # what was recorded can be read all the same
            assert (history.store.read_only, history.count(), run_of(history, 1).status) == (True, 1, "queued")
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                history.add(BASELINE)
        assert (folder / "history.db").read_bytes() == content
        folder.chmod(0o755)


def test_a_damaged_table_whose_name_is_no_utf_8_is_said(path: Path) -> None:
    with History(path) as history:
        history.add(BASELINE)
    with contextlib.closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA writable_schema = ON")
        plain.execute("UPDATE sqlite_master SET sql = CAST(x'6e6f2053514cff' AS TEXT) WHERE name = 'runs'")
        plain.commit()
    with pytest.raises(HistoryError, match=r"^the history .* cannot be read \(malformed .*\)\. It was left as it is"):
        History(path)


def test_a_path_through_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HistoryError, match=r"^the history .* cannot be opened"):
        History(tmp_path / "file" / "history.db")
    with pytest.raises(HistoryError, match=r"^the history .* cannot be opened: it is a folder, .* CNN_TUI_HOME"):
        History(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 KB; skips where none can be mounted."""
    with disk_at(tmp_path / "disk", "300k") as folder:
        yield folder


def test_a_full_disk_loses_nothing_that_was_written(small_disk: Path) -> None:
    with History(small_disk / "history.db") as history:
        run_id = history.add(BASELINE)
        history.claim(run_id, 1, 0)
        filler = fill(small_disk)
        number = 0
        with pytest.raises(sqlite3.OperationalError, match=r"full|disk I/O"):
            while True:
                history.record_epoch(run_id, epoch(number + 1), 8.5)
                number += 1
        assert [one.epoch for one in run_of(history, run_id).epochs] == list(range(1, number + 1))
        filler.unlink()
        history.record_epoch(run_id, epoch(number + 1), 8.5)
        history.record_end(run_id, Result("finished"))
    with History(small_disk / "history.db") as history:
        assert len(run_of(history, run_id).epochs) == number + 1
        assert run_of(history, run_id).status == "finished"
