"""A damaged row in an older file: everything else is taken over, the row is kept aside, and that is said once."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.history.groups import groups_of
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.records import require_experiment
from cnn_tui.history.run import Run
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.history.table.listing import Listing, Query
from cnn_tui.home import history_path
from tests.fixtures.make_history import path_of

DAMAGES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("runs SET tags = '['", "tags", {"tags": ()}),
    ("runs SET tags = '{\"a\": 1}'", "tags", {"tags": ()}),
    ("runs SET environment = 'nope', created = 'abc'", "environment, created", {"environment": {}, "created": 0.0}),
    ("runs SET created = 1e300, seconds = -1", "created, seconds", {"created": 0.0, "seconds": 0.0}),
    ("runs SET name = CAST(x'61ff62' AS TEXT)", "name", {"name": "a\ufffdb"}),
    ("runs SET note = x'01'", "note", {"note": "\x01"}),
    ("runs SET experiment = '{'", "experiment", {"has_experiment": False}),
    ("runs SET experiment = x'00'", "experiment", {"has_experiment": False}),
    (
        "runs SET status = 'odd', params = 'many', loss = 'low', wish = 'what'",
        "status, wish, params, loss",
        {"status": "failed", "ending": "error", "params": 0, "wish": ""},
    ),
    ("runs SET progress = 'x', archived = 7", "progress, archived", {"archived": 0}),
)
"""What is done to run 2, what is said of it, and what is there in its place."""


def older(*changes: str) -> Path:
    """A history as version 2 wrote it, where somebody has been at it since."""
    shutil.copy(path_of(2), history_path())
    with sqlite3.connect(history_path()) as db:
        for change in changes:
            db.execute(change)
    return history_path()


def kept_aside(history: History) -> list[tuple[str, str, dict[str, Any]]]:
    """What is in the table for it: which table it was of, what it is called, and the row."""
    rows = history.store.execute('SELECT version, "table", what, "row" FROM set_aside ORDER BY rowid').fetchall()
    assert {version for version, *_ in rows} <= {2}
    return [(table, what, msgspec.json.decode(row)) for _, table, what, row in rows]


def alone(run: Run) -> Run:
    """A run as it is by itself."""
    return msgspec.structs.replace(run, group=0)


@pytest.mark.parametrize(("change", "damaged", "instead"), DAMAGES)
def test_the_others_are_taken_over_and_what_can_be_read_of_it_too(
    change: str, damaged: str, instead: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    with History(older()) as history:
        sound = {run.id: run for run in history.runs()}
        assert kept_aside(history) == []
    assert capsys.readouterr().err == ""
    history_path().unlink()
    path = older(f"UPDATE {change} WHERE id = 2")
    with History(path) as history:
        runs = {run.id: run for run in history.runs()}
        # Which run was the first of its experiment may be another one, where that of run 2 is unknown.
        assert [alone(runs[one]) for one in runs if one != 2] == [alone(sound[one]) for one in sound if one != 2]
        assert {name: getattr(runs[2], name) for name in instead} == instead
        assert (runs[2].epochs, runs[2].fingerprint) == (sound[2].epochs, sound[2].fingerprint)
        [(table, what, row)] = kept_aside(history)
        assert (table, what, row["id"]) == ("runs", f"{damaged} of run 2", 2)
        for sort in COLUMNS:
            assert len(Listing(history, Query("", sort, archived=True)).lines()) == len(runs)
        groups_of(history, [*runs])
    assert capsys.readouterr().err == (
        f"cnn-tui: the history was brought up to date, but 1 row of it could not be read as recorded: {damaged} of run "
        f"2. What stood there is kept in its table set_aside, and the whole file as it was in {path}.v2.copy\n"
    )
    with History(path):
        assert capsys.readouterr().err == "", "it is said once"


def test_epochs_readings_and_events_are_kept_aside_with_what_is_theirs(capsys: pytest.CaptureFixture[str]) -> None:
    path = older(
        "UPDATE epochs SET metrics = 'x' WHERE run = 1 AND epoch = 1",
        "UPDATE epochs SET epoch = 'third' WHERE run = 1 AND epoch = 2",
        "UPDATE points SET loss = 'x' WHERE run = 6",
        "INSERT INTO events VALUES (6, 'never', CAST(x'61ff' AS TEXT))",
        "INSERT INTO epochs (run, epoch, seconds, metrics, images_per_second) VALUES (999, 1, 1.0, '{}', 1.0)",
        "UPDATE answers SET prediction = '[' WHERE exercise = '16-filters'",
    )
    with History(path) as history:
        run = history.run(1)
        assert run is not None and [(one.epoch, one.metrics) for one in run.epochs] == [(1, {})]
        assert history.points(6) == []
        assert history.events(6)[-1].text == "a\ufffd" and history.events(6)[-1].at == 0.0
        names = [what for _, what, _ in kept_aside(history)]
        assert names == [
            *("epoch 1 of run 1", "epoch third of run 1", "epoch 1 of run 999", "a reading of run 6"),
            *("an event of run 6", "the answer to lab1/16-filters"),
        ]
        assert kept_aside(history)[3][2]["loss"] == "x"
    said = capsys.readouterr().err
    assert "but 6 rows of it could not be read as recorded: epoch 1 of run 1, " in said
    assert "an event of run 6 and 1 more. What stood there" in said


def test_an_experiment_that_cannot_be_read_is_not_made_up() -> None:
    with History(older("UPDATE runs SET experiment = '{' WHERE id = 2")) as history:
        run = history.run(2)
        assert run is not None and not run.has_experiment
        assert run.to_json()["experiment"] is None
        with pytest.raises(HistoryError, match=r"^the experiment of run 2 cannot be read"):
            require_experiment(run)
        assert kept_aside(history)[0][2]["experiment"] == "{"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE runs SET tags = '['",
        "UPDATE runs SET status = 'odd'",
        "UPDATE runs SET status = 'queued'",
        "UPDATE runs SET ending = ''",
        "UPDATE runs SET ending = 'somehow'",
        "UPDATE runs SET params = 'many'",
        "UPDATE runs SET created = -1",
        "UPDATE runs SET note = x'01'",
        "UPDATE runs SET experiment = '[]'",
        "UPDATE epochs SET metrics = 'x'",
        "UPDATE epochs SET epoch = 0",
        "UPDATE events SET kind = 'else'",
    ],
)
def test_the_tables_take_nothing_of_the_kind(change: str) -> None:
    with History(older()) as history, pytest.raises(sqlite3.IntegrityError):
        history.store.execute(f"{change} WHERE {'id = 1' if ' runs ' in change else 'run IN (1, 8)'}")


def test_of_several_that_open_an_older_file_at_once_one_brings_it_up_to_date_and_says_it() -> None:
    path = older("UPDATE runs SET tags = '[' WHERE id = 2")
    code = "from cnn_tui.history.history import History\nwith History() as history: print(history.count())"
    opening = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = [one.communicate(timeout=120) for one in opening]
    assert [out for out, _ in answers] == ["16\n"] * 4, answers
    assert sorted(err.partition(",")[0] for _, err in answers) == [
        "",
        "",
        "",
        "cnn-tui: the history was brought up to date",
    ]
    with contextlib.closing(sqlite3.connect(f"{path}.v2.copy")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (2,)
        assert copy.execute("SELECT tags FROM runs WHERE id = 2").fetchone() == ("[",)


def test_a_file_whose_pages_are_damaged_is_a_sentence() -> None:
    with History(older()) as history:
        history.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(history_path().read_bytes())
    content[4096 * 2 :] = bytes(len(content) - 4096 * 2)
    history_path().write_bytes(content)
    with pytest.raises((HistoryError, sqlite3.DatabaseError)), History() as history:  # both are said in a sentence
        history.runs()


def test_an_sqlite_that_is_too_old_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 9))
    with pytest.raises(HistoryError, match=r"^the history needs SQLite 3\.37 or newer, and this Python has "):
        History()
    assert not history_path().exists()
