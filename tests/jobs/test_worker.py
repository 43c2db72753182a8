"""The real worker and the real training processes, on a dataset that takes no time."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cnn_tui import locks
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Run
from cnn_tui.home import checkpoint_path, log_path, model_path, worker_log_path
from cnn_tui.jobs import launch, overdue, worker
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.standby import Standby
from cnn_tui.network.layers import Dense, Flatten
from tests.runs import run_of, wait_for_end
from tests.waiting import processes_of, wait_for

WORKER, TRAIN = "cnn_tui.jobs.worker", "cnn_tui.training.train"


@pytest.fixture
def tiny(tmp_path: Path) -> Experiment:
    """Two classes of 64 images of 8x8 that are told apart at once: an epoch takes milliseconds."""
    labels = np.arange(64) % 2
    images = np.repeat(labels * 255, 64).astype(np.uint8).reshape(64, 8, 8, 1)
    np.savez(tmp_path / "tiny.npz", x_train=images, y_train=labels, x_test=images[:16], y_test=labels[:16])
    layers = (Flatten(), Dense(units=2, activation="softmax"))
    experiment = Experiment(name="tiny", dataset=str(tmp_path / "tiny.npz"), layers=layers)
    return experiment.with_training(epochs=2, batch_size=8, learning_rate=0.05)


def wait_for_status(history: History, run_id: int, status: str) -> None:
    wait_for(lambda: run_of(history, run_id).status == status, f"status {status} of run {run_id}")


def wait_for_epochs(history: History, run_id: int, more_than: int = 0) -> int:
    def count() -> int:
        done = history.lines()[-run_id].epochs_done
        return done if done > more_than else 0

    return wait_for(count, f"epoch {more_than + 1} of run {run_id}")


def test_queued_runs_are_paused_stopped_killed_refused_and_followed_by_the_next(
    history: History, tiny: Experiment
) -> None:
    home = history.path.parent
    endless = tiny.with_training(epochs=100_000)
    broken = tiny.with_stack(tiny.stack.change(1, units=1))
    stopped, killed, refused, last = (
        history.add(one) for one in (endless, endless, broken, tiny.with_training(seed=7))
    )
    with launch.presence():
        for _ in range(3):
            launch.wake()
        wait_for_epochs(history, stopped)
        history.ask(stopped, "pause")
        wait_for_status(history, stopped, "paused")
        done = wait_for_epochs(history, stopped)
        history.ask(stopped, "")
        wait_for_status(history, stopped, "running")
        wait_for_epochs(history, stopped, more_than=done)
        assert [run_of(history, run_id).status for run_id in (killed, refused, last)] == ["queued"] * 3
        history.ask(stopped, "stop")
        run = wait_for_end(history, stopped)
        assert run.status == "stopped"
        assert run.stop_cause.startswith("stopped by you ")
        assert run.test_accuracy == 1.0
        assert model_path(stopped).exists()

        wait_for_epochs(history, killed)
        pid = run_of(history, killed).pid
        assert pid in processes_of(home, TRAIN)
        os.kill(pid, signal.SIGKILL)
        run = wait_for_end(history, killed)
        assert run.status == "interrupted"
        kept = f"{len(run.epochs)} of 100000 epochs are kept"
        assert run.stop_cause == f"the training process was killed by signal 9 (out of memory?); {kept}"
        assert not model_path(killed).exists()

        run = wait_for_end(history, refused)
        assert run.status == "failed"
        assert run.stop_cause.startswith("layer 2: the network gives 1 number, but the data has 2 classes")

        assert_trained_to_its_end(tiny, wait_for_end(history, last))
        # A lab is open: the worker stays, with a process that is ready.
        wait_for(lambda: processes_of(home, "--standby"), "the next process")
        time.sleep(0.7)  # longer than the worker's idle time
        assert len(processes_of(home, WORKER)) == 1
    wait_for(lambda: not processes_of(home), "the end of the worker and of all that it started")


def assert_trained_to_its_end(tiny: Experiment, run: Run) -> None:
    """All that is recorded and kept of a run of two epochs is there."""
    assert (run.status, run.stop_cause, run.seed) == ("finished", "", 7)
    assert [epoch.epoch for epoch in run.epochs] == [1, 2]
    assert list(run.epochs[0].metrics) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert (run.dataset, run.train_images, run.validation_images, run.test_images) == (tiny.dataset, 64, 0, 16)
    assert run.test_loss == pytest.approx(run.epochs[-1].metrics["val_loss"], rel=1e-5)
    assert run.test_accuracy is not None
    names = {"cnn_tui", "python", "tensorflow", "keras", "numpy", "platform", "cpus", "device", "onednn", "data"}
    assert set(run.environment) - {"foretold"} == names, "and what a run before it foretold"
    assert model_path(run.id).exists()
    assert "Epoch 2 of 2: loss" in log_path(run.id).read_text()
    assert "Traceback" not in worker_log_path().read_text()


@pytest.mark.long
def test_a_training_outlives_its_worker_and_the_next_worker_waits_for_it(history: History, tiny: Experiment) -> None:
    home = history.path.parent
    first = history.add(tiny.with_training(epochs=100_000))
    launch.wake()
    wait_for_epochs(history, first)
    [first_worker] = processes_of(home, WORKER)
    os.kill(first_worker, signal.SIGKILL)
    second = history.add(tiny)
    wait_for(lambda: not locks.is_held(locks.worker_lock()), "the end of the worker")
    launch.wake()
    wait_for(lambda: locks.is_held(locks.worker_lock()), "the next worker")
    done = wait_for_epochs(history, first)
    wait_for_epochs(history, first, more_than=done + 20)
    assert run_of(history, second).status == "queued"
    assert launch.recover(history) == []
    training = run_of(history, first).pid
    assert training is not None
    os.kill(training, signal.SIGTERM)
    run = wait_for_end(history, first)
    assert run.status == "stopped"
    assert run.stop_cause.startswith("stopped by a signal (SIGTERM) ")
    assert model_path(first).exists()
    assert wait_for_end(history, second).status == "finished"


def test_a_run_whose_process_is_gone_is_interrupted(history: History, tiny: Experiment) -> None:
    waiting, gone, living = (history.add(tiny) for _ in range(3))
    history.claim(gone, 1, 1)
    history.claim(living, 1, 1)
    lock = locks.take(locks.run_lock(living))
    assert lock is not None
    assert launch.recover(history) == [gone]
    assert launch.recover(history) == []
    run = run_of(history, gone)
    assert (run.status, run.stop_cause) == ("interrupted", "the training process is gone; 0 of 2 epochs are kept")
    assert [run_of(history, one).status for one in (waiting, living)] == ["queued", "running"]
    locks.release(lock)
    assert launch.recover(history) == [living]


def test_a_process_that_ends_without_an_ending_is_told_of(history: History, tiny: Experiment) -> None:
    crashed, unstarted, taken = (history.add(tiny) for _ in range(3))
    history.claim(crashed, 1, 1)
    history.claim(taken, 1, 1)
    lock = locks.take(locks.run_lock(taken))
    assert lock is not None
    worker.settle(history, crashed, -signal.SIGSEGV)
    worker.settle(history, unstarted, 1)
    worker.settle(history, taken, 1)
    assert run_of(history, crashed).status == "interrupted"
    assert "killed by signal 11 (Segmentation fault); 0 of 2 epochs are kept" in run_of(history, crashed).stop_cause
    assert run_of(history, unstarted).status == "failed"
    assert "could not start (exit status 1); see " in run_of(history, unstarted).stop_cause
    assert run_of(history, taken).status == "running"
    locks.release(lock)


def test_a_lock_is_seen_while_it_is_held(home: Path) -> None:
    path = locks.present_lock()
    assert not locks.is_held(path, shared=True)
    with launch.presence(), launch.presence():
        assert locks.is_held(path, shared=True)
        assert not locks.is_held(path)  # two labs share it
        assert locks.take(path, wait=0.05) is None
    assert not locks.is_held(path, shared=True)


def test_the_worker_log_does_not_grow_for_ever(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "MAX_LOG_BYTES", 10)
    for _ in range(3):
        with launch.open_log(worker_log_path()) as log:
            log.write(b"seven b")
    assert (home / "worker.log").read_bytes() == b"seven b"


def test_waking_loads_neither_tensorflow_nor_numpy(home: Path) -> None:
    for module in ("cnn_tui.jobs.launch", "cnn_tui.jobs.worker"):
        code = f"import sys, {module}; print(*sorted({{'tensorflow', 'keras', 'numpy'}} & set(sys.modules)))"
        command = [*launch.python("x")[:2], "-c", code]
        done = subprocess.run(command, env=launch.environment(), capture_output=True, text=True, check=True)
        assert done.stdout.strip() == ""


def test_a_run_that_was_resumed_the_moment_it_ended_stays_in_the_queue(history: History, tiny: Experiment) -> None:
    run_id = history.add(tiny)
    for code in (launch.ENDED, launch.ENDED_BADLY):
        worker.settle(history, run_id, code)
        assert run_of(history, run_id).status == "queued"


def test_the_end_of_a_run_is_tried_again_until_it_can_be_written(
    history: History, tiny: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "RETRY", 0.0)
    run_id = history.add(tiny)
    history.claim(run_id, 1, 1)
    record_end, left = history.record_end, [1, 2, 3]

    def full(run_id: int, result: Result) -> None:
        if left:
            left.pop()
            raise sqlite3.OperationalError("database or disk is full")
        record_end(run_id, result)

    monkeypatch.setattr(history, "record_end", full)
    worker.settle_in_the_end(history, run_id, -signal.SIGKILL)
    assert run_of(history, run_id).status == "interrupted"


class Dying(Standby):
    """Processes that are killed as soon as they are to evaluate something."""

    count = 0

    def evaluate(self, run_id: int) -> Child:
        self.count += 1
        return Child([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])


def test_an_evaluation_that_dies_is_not_tried_again_until_the_run_has_gone_on(
    history: History, tiny: Experiment
) -> None:
    run_id, standby = history.add(tiny), Dying()
    for count in (1, 2):
        history.claim(run_id, 1, 1)
        history.record_epoch(run_id, Epoch(1, {"loss": 0.5}, 1.0, 64.0), 1.0)
        worker.settle(history, run_id, -signal.SIGKILL)
        assert not worker.evaluate_interrupted(history, standby), "there is no checkpoint"
        checkpoint_path(run_id).parent.mkdir(parents=True, exist_ok=True)
        checkpoint_path(run_id).touch()
        assert worker.evaluate_interrupted(history, standby)
        assert not worker.evaluate_interrupted(history, standby)
        assert standby.count == count
        assert history.resume(run_id)
        checkpoint_path(run_id).unlink()


def test_only_the_process_that_trains_the_run_is_ended(
    history: History, tiny: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "GRACE", 0.0)
    monkeypatch.setattr(overdue, "KILL", 0.0)
    run_id = history.add(tiny)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as another:
        history.claim(run_id, another.pid, 1)  # the number of a process that is gone, and was given to another
        history.ask(run_id, "now")
        lock = locks.take(locks.run_lock(run_id))
        assert lock is not None
        watch = overdue.OverdueRuns(history)
        for _ in range(4):
            watch.look()
        assert another.poll() is None
        locks.release(lock)
        another.communicate(b"\n")
        assert another.returncode == 0
    assert launch.recover(history) == [run_id]
    run = run_of(history, run_id)
    assert (run.status, run.stop_cause) == (
        "stopped",
        "stopped now by you before training began; its process did not answer and was killed, 0 of 2 epochs are kept",
    )
