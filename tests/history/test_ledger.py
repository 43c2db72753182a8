"""What a run that is trained elsewhere tells reaches the history whole and once, whatever is cut off or killed."""

from __future__ import annotations

import math
import os
import resource
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.elsewhere import ledger
from cnn_tui.history.elsewhere.ledger_reader import skip, take_in
from cnn_tui.history.elsewhere.run_elsewhere import RunElsewhere, RunRecord, give_out, last_ledger, ledger_path, tell
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.errors import HistoryError, LedgerError
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Progress
from cnn_tui.home import history_path, job_folder
from tests.runs import run_of

EPOCHS = 3
EXPERIMENT = load_preset("lab1-baseline").with_training(epochs=EPOCHS)
_INTERNAL = ("ledger", "ledger_read", "heard", "pid")


def given(history: History) -> int:
    """A run that was given out to a job."""
    history.place = "slurm"
    run_id = history.add(EXPERIMENT)
    give_out(run_of(history, run_id), last_ledger(run_id))
    return run_id


def begin(record: RunRecord, run_id: int) -> None:
    assert record.claim(run_id, 4321, 7)
    record.record_event(run_id, "started on CPU, 2 cores", "started", 1e9)
    images = {"train_images": 60_000, "test_images": 10_000, "validation_images": 600}
    record.record_start(run_id, dataset="fashion_mnist", environment={"device": "CPU"}, **images)


def train(record: RunRecord, run_id: int, *epochs: int) -> None:
    for number in epochs:
        record.record_progress(run_id, Progress("training", number, 5, 10), Point(number - 0.5, 0.6 / number, 0.8))
        loss = math.nan if number == 2 else 0.5 / number
        record.record_epoch(run_id, Epoch(number, {"loss": loss, "accuracy": 0.8}, 8.0, 7e3), 8.0 * number)


def whole_run(record: RunRecord, run_id: int) -> None:
    begin(record, run_id)
    train(record, run_id, 1)
    record.record_status(run_id, "paused")
    record.record_status(run_id, "running")
    train(record, run_id, 2, 3)
    record.record_end(run_id, Result("finished", "", 0.31, 0.89, 24.0))


def rows(path: Path, run_id: int) -> list[Any]:
    """All that is recorded of a run, without what tells when and where it was written."""
    with sqlite3.connect(path) as db:
        cursor = db.execute("SELECT * FROM runs WHERE id = ?", (run_id,))
        names = [one[0] for one in cursor.description]
        run = {name: value for name, value in zip(names, cursor.fetchone(), strict=True) if name not in _INTERNAL}
        for name in ("id", "created", "position", "executor"):
            run.pop(name)
        tables = [
            db.execute(f"SELECT * FROM {table} WHERE run = ? ORDER BY rowid", (run_id,)).fetchall()
            if table == "events"
            else db.execute(f"SELECT * FROM {table} WHERE run = ?", (run_id,)).fetchall()
            for table in ("epochs", "points", "events")
        ]
    return [run, *([row[1:] for row in table] for table in tables)]


def test_a_run_from_elsewhere_has_the_rows_of_one_from_here(history: History) -> None:
    here = history.add(EXPERIMENT)
    whole_run(history, here)
    away = given(history)
    with RunElsewhere(away) as record:
        whole_run(record, away)
    assert run_of(history, away).status == "queued", "nobody but the reader writes the history"
    assert take_in(history, away) > 0 == take_in(history, away)
    assert rows(history.path, away) == rows(history.path, here)
    assert run_of(history, away).status == "finished"


def test_a_ledger_cut_anywhere_in_its_last_record_reads_to_the_one_before(tmp_path: Path) -> None:
    path, records = tmp_path / "a.ledger", [b"first", b"", b"x" * 300]
    with ledger.Ledger(path) as writer:
        for record in records:
            writer.append(record)
        writer.sync()
    whole = path.read_bytes()
    entries = list(ledger.read(path))
    assert [entry.data for entry in entries] == records
    assert [entry.data for entry in ledger.read(path, entries[0].end)] == records[1:]
    for size in range(entries[1].end, len(whole)):
        path.write_bytes(whole[:size])
        assert list(ledger.read(path)) == entries[:2]
        path.write_bytes(whole[:size] + bytes(len(whole) - size))  # its length is there, but not all that it holds
        assert list(ledger.read(path)) == entries[:2]
    assert list(ledger.read(tmp_path / "none")) == []


def test_a_record_that_the_disk_took_in_part_is_written_whole_later(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with ledger.Ledger(tmp_path / "a.ledger") as writer:
        writer.append(b"before")
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (40, limits[1]))
            with pytest.raises(LedgerError, match="too large"):
                writer.append(b"y" * 100)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, before)
        assert [entry.data for entry in ledger.read(tmp_path / "a.ledger")] == [b"before"]
        writer.append(b"after")
    assert [entry.data for entry in ledger.read(tmp_path / "a.ledger")] == [b"before", b"after"]


def killed_at(path: Path, run_id: int, step: int) -> bool:
    """Have a process read the ledger that is killed before its `step`-th statement; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = iter(range(step))
        with History(path) as history:
            history.store._db.set_trace_callback(
                lambda _: None if next(left, None) is not None else os.kill(os.getpid(), signal.SIGKILL)
            )
            take_in(history, run_id)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_a_reader_that_is_killed_between_any_two_steps_loses_and_doubles_nothing(
    tmp_path: Path, history: History
) -> None:
    run_id = given(history)
    with RunElsewhere(run_id) as record:
        assert record.claim(run_id, 4321, 7)
        train(record, run_id, 1)
    with RunElsewhere(run_id) as record:
        assert record.claim(run_id, 4321, 7)
        train(record, run_id, 2)
        record.record_end(run_id, Result("finished", "", 0.31, 0.89, 24.0))
    history.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copies: list[Path] = []

    def copy() -> Path:
        copies.append(tmp_path / f"copy-{len(copies)}.db")
        copies[-1].write_bytes(history_path().read_bytes())
        return copies[-1]

    def expected(path: Path) -> list[Any]:
        with History(path) as one:
            take_in(one, run_id)
        return rows(path, run_id)

    right = expected(copy())
    assert [len(part) for part in right[1:]] == [2, 2, 1]
    step = 0
    while killed_at(path := copy(), run_id, step):
        assert expected(path) == right, f"killed before statement {step}"
        step += 1
    assert step > 20


def test_a_job_that_begins_again_knows_what_it_told_though_nobody_read_it(history: History) -> None:
    run_id = given(history)
    with RunElsewhere(run_id) as record:
        begin(record, run_id)
        train(record, run_id, 1, 2)
    whole = ledger_path(run_id, 1).read_bytes()
    ledger_path(run_id, 1).write_bytes(whole[:-3])  # killed while it wrote
    with RunElsewhere(run_id) as record:
        known = run_of(record, run_id)
        assert ([epoch.epoch for epoch in known.epochs], known.seed, known.train_images) == ([1], 7, 60_000)
        assert known.validation_images == 600
        assert record.claim(run_id, 99, 7)
        record.forget_after(run_id, 1)
        train(record, run_id, 2)
    take_in(history, run_id)
    run = run_of(history, run_id)
    assert ([epoch.epoch for epoch in run.epochs], run.status, run.pid) == ([1, 2], "running", 99)
    assert [event.kind for event in history.events(run_id)] == ["started", "queued again"]


def test_a_job_that_begins_again_does_not_go_back_to_the_epoch_that_was_asked_for(history: History) -> None:
    run_id = given(history)
    with RunElsewhere(run_id) as record:
        begin(record, run_id)
        train(record, run_id, 1, 2)
        record.record_end(run_id, Result("stopped"))
    take_in(history, run_id)
    assert history.resume(run_id, 1)
    skip(history, run_id, last_ledger(run_id))
    give_out(run_of(history, run_id), last_ledger(run_id))
    with RunElsewhere(run_id) as record:
        assert run_of(record, run_id).resumed_after == 1
        assert record.claim(run_id, 99, 7)
        record.record_resumption(run_id, 1, "resumed after epoch 1")
        record.forget_after(run_id, 1)
        train(record, run_id, 2)
    with RunElsewhere(run_id) as record:
        assert run_of(record, run_id).resumed_after is None
        assert record.claim(run_id, 100, 7)
    take_in(history, run_id)
    run = run_of(history, run_id)
    assert (run.status, run.pid, run.resumed_after, len(run.epochs)) == ("running", 100, None, 2)


def test_what_a_job_tells_of_a_run_that_has_ended_is_not_heard(history: History) -> None:
    run_id = given(history)
    history.ask(run_id, "stop")  # while the job begins
    with RunElsewhere(run_id) as record:
        whole_run(record, run_id)
    take_in(history, run_id)
    run = run_of(history, run_id)
    assert (run.status, run.ending, run.epochs) == ("stopped", "queue", ())
    assert history.resume(run_id)
    skip(history, run_id, last_ledger(run_id))
    give_out(run_of(history, run_id), last_ledger(run_id))
    with RunElsewhere(run_id) as record:
        whole_run(record, run_id)
    take_in(history, run_id)
    assert (run_of(history, run_id).status, len(run_of(history, run_id).epochs)) == ("finished", 3)


def test_a_job_is_told_what_is_asked_of_its_run(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = given(history)
    with RunElsewhere(run_id) as record:
        assert record.wish(run_id) == ""
        tell(run_id, "pause")
        assert record.wish(run_id) == "pause"
        (job_folder(run_id) / "wish").unlink()
        assert record.wish(run_id) == "pause", "what cannot be read is as it was"
        tell(run_id, "now")
        assert record.wish(run_id) == "now"
    with pytest.raises(HistoryError, match="run 99 cannot be read"):
        RunElsewhere(99)


def test_the_time_to_read_a_ledger_grows_with_its_records_alone(history: History) -> None:
    def seconds(epochs: int) -> float:
        run_id = given(history)
        with RunElsewhere(run_id) as record:
            begin(record, run_id)
            for number in range(1, epochs + 1):
                for step in range(49):
                    at = number - 1 + step / 50
                    record.record_progress(run_id, Progress("training", number, step, 50), Point(at, 0.5, 0.8))
                record.record_epoch(run_id, Epoch(number, {"loss": 0.5, "accuracy": 0.8}, 8.0, 7e3), 8.0 * number)
        began = time.process_time()
        assert take_in(history, run_id) == epochs * 50 + 3
        return time.process_time() - began

    few, many = seconds(10), seconds(100)
    assert many < 20 * few + 0.1
