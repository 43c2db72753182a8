"""A run whose process is gone does not read as running, whoever asks, and what cannot be told is not made up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from cnn_tui import locks
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import alive, notebook
from cnn_tui.history.alive import elsewhere_in_words, this_machine
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History
from cnn_tui.history.run import Line, Progress
from cnn_tui.history.table.listing import Listing, Query
from cnn_tui.jobs import launch
from tests.runs import run_of
from tests.waiting import wait_for

HOLD = """
import sys, time
from pathlib import Path
from cnn_tui import locks
lock = locks.take(Path(sys.argv[1]))
time.sleep(600)
"""


def going(history: History, pid: int = 1) -> int:
    """A run that is recorded as trained, with one epoch of three done."""
    run_id = history.add(load_preset("lab1-baseline").with_training(epochs=3))
    assert history.claim(run_id, pid, 1)
    history.record_epoch(run_id, Epoch(1, {"loss": 0.5, "accuracy": 0.8}, 8.0, 7_500.0), 8.0)
    history.record_progress(run_id, Progress("training", 2, 100, 1_875))
    return run_id


def taken_by(history: History, run_id: int, host: str, boot: str) -> None:
    """As if that machine had taken the run."""
    history.store.execute("UPDATE runs SET host = ?, boot = ? WHERE id = ?", (host, boot, run_id))


def line(history: History, run_id: int) -> Line:
    one = history.line(run_id)
    assert one is not None
    return one


def test_a_process_that_is_killed_takes_its_run_with_it(history: History) -> None:
    run_id = going(history)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(locks.run_lock(run_id))])
    wait_for(lambda: locks.is_held(locks.run_lock(run_id)), "the lock")
    assert history.gone() == []
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert history.gone() == [run_id]


def test_the_number_of_a_process_that_was_given_again_misleads_nobody(history: History) -> None:
    run_id = going(history, pid=os.getpid())
    assert history.gone() == [run_id]


def test_where_it_cannot_be_written_every_reader_is_told_all_the_same(history: History) -> None:
    gone, ended_now, alive_one, waiting = going(history), going(history), going(history), 0
    waiting = history.add(load_preset("lab1-16-filters"))
    history.ask(ended_now, "now")
    lock = locks.take(locks.run_lock(alive_one))
    assert lock is not None
    with History() as reader:
        reader.show_gone()
        reader.show_gone()
        run = run_of(reader, gone)
        assert (run.status, run.ending, run.pid, run.live) == ("interrupted", "gone", None, False)
        assert run.stop_cause == "the training process is gone; 1 of 3 epochs are kept"
        asked = run_of(reader, ended_now)
        assert (asked.status, asked.ending, asked.wish) == ("stopped", "user", "")
        assert asked.stop_cause == (
            "stopped now by you in epoch 2 of 3; its process did not answer and was killed, 1 of 3 epochs are kept"
        )
        assert [one.id for one in reader.going()] == [alive_one]
        assert reader.live_statuses() == {alive_one: "running", waiting: "queued"}
        assert {row[0]: row[1] for row in reader.tally().runs} == dict.fromkeys(
            ("interrupted", "queued", "running", "stopped"), 1
        )
        assert Listing(reader, Query("status:running")).ids() == [alive_one]
        assert Listing(reader, Query("interrupted")).ids() == [gone]
        assert [one.status for one in reader.lines()] == ["queued", "running", "stopped", "interrupted"]
        notebook.note(reader, gone, "kept")
        assert run_of(reader, gone).note == "kept", "what can be written is"
        assert reader.store.execute("SELECT status FROM main.runs WHERE id = ?", (gone,)).fetchone() == ("running",)
        locks.release(lock)
        assert reader.going() == [], "each reading asks anew"


def test_a_run_on_another_machine_is_not_declared_dead_from_here(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = going(history)
    taken_by(history, run_id, "node7", "another-boot")
    monkeypatch.setattr(alive, "on_network", lambda _: True)
    assert (history.gone(), history.trained_here()) == ([], [])
    run = run_of(history, run_id)
    assert (run.status, line(history, run_id).host) == ("running", "node7")
    assert elsewhere_in_words(run).startswith("on node7, last heard of 20")
    history.show_gone()
    assert run_of(history, run_id).status == "running"


def test_only_the_cluster_knows_whether_its_job_goes_on(history: History) -> None:
    run_id = going(history)
    history.store.execute(
        "UPDATE runs SET executor = 'slurm', job = '12_3', partition = 'gpu', host = 'node7' WHERE id = ?", (run_id,)
    )
    assert (history.gone(), history.trained_here(), launch.is_gone(line(history, run_id))) == ([], [], False)
    history.show_gone()
    run = run_of(history, run_id)
    assert run.status == "running"
    assert elsewhere_in_words(run) == "SLURM job 12_3, partition gpu, on node7"
    history.store.execute("UPDATE main.runs SET status = 'queued', waits_for = 'Priority' WHERE id = ?", (run_id,))
    assert history.next_queued() is None, "it waits for the cluster"
    assert elsewhere_in_words(run_of(history, run_id)) == "SLURM job 12_3, partition gpu, waits for Priority"


@pytest.mark.parametrize(
    ("host", "boot", "shared"),
    [
        (this_machine().host, "before it was started again", True),
        ("a container", this_machine().boot or "none", True),
        ("moved with its disk", "another-boot", False),
        ("", "", True),  # an older version did not record it
    ],
)
def test_what_only_this_machine_can_train_is_gone(
    history: History, monkeypatch: pytest.MonkeyPatch, host: str, boot: str, shared: bool
) -> None:
    if host == "a container" and not this_machine().boot:
        pytest.skip("this system does not say when it was started")
    run_id = going(history)
    taken_by(history, run_id, host, boot)
    monkeypatch.setattr(alive, "on_network", lambda _: shared)
    assert history.gone() == [run_id]
    assert elsewhere_in_words(run_of(history, run_id)) == ""


def test_a_lock_that_cannot_be_looked_at_tells_nothing(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    going(history)

    def refuse(*_: object) -> bool:
        raise PermissionError("not yours")

    monkeypatch.setattr(locks, "is_held", refuse)
    assert history.gone() == []
