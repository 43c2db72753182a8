"""A home with a history, a small dataset and the real worker, for tests that break something in it."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import to_toml
from cnn_tui.history.ending import Status
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import checkpoint_path
from cnn_tui.jobs import launch
from cnn_tui.network.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, RandomFlip
from tests.waiting import processes_of, wait_for

WORKER, TRAIN = "cnn_tui.jobs.worker", "cnn_tui.training.train"
COMMAND = (sys.executable, "-m", "cnn_tui")
PATIENCE = 90.0
"""Seconds that a test waits for what should come at once: the machine may be busy."""
ENDLESS = 100_000


class Lab:
    """What a test does with a history and the processes that work on it. `CNN_TUI_HOME` is its home."""

    def __init__(self, home: Path, history: History) -> None:
        self.home, self.history = home, history

    def add(self, experiment: Experiment, epochs: int, **training: object) -> int:
        """Queue a run."""
        return self.history.add(experiment.with_training(epochs=epochs, **training))

    def wake(self) -> None:
        """Have a worker."""
        launch.wake()

    def run(self, run_id: int) -> Run:
        """A run that has to be there."""
        run = self.history.run(run_id)
        assert run is not None
        return run

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait for what processes do; a run that ended some other way is shown."""
        try:
            wait_for(condition, what, PATIENCE)
        except AssertionError as error:
            runs = [(run.id, run.status, run.stop_cause, len(run.epochs)) for run in self.history.runs()]
            raise AssertionError(f"{error}: {runs}") from None

    def wait_for_epoch(self, run_id: int, more_than: int = 0) -> int:
        """Wait until a run has recorded more whole epochs than that; gives how many."""

        def done() -> int:
            return self.history.lines_of([run_id])[0].epochs_done

        self.wait(lambda: done() > more_than, f"epoch {more_than + 1} of run {run_id}")
        return done()

    def wait_for_process(self, module: str) -> list[int]:
        """Wait for a process that runs a module, or that has such an argument; gives all there are."""
        self.wait(lambda: processes_of(self.home, module), f"a process {module}")
        return processes_of(self.home, module)

    def wait_for_event(self, run_id: int, words: str) -> None:
        """Wait until something has happened to a run, last of all."""
        self.wait(lambda: self.texts(run_id)[-1].startswith(words), f"{words} of run {run_id}")

    def wait_for_checkpoint(self, run_id: int) -> None:
        """Wait until a run could be resumed."""
        self.wait(lambda: checkpoint_path(run_id).exists(), f"a checkpoint of run {run_id}")

    def wait_for_end(self, run_id: int, status: Status = "finished") -> Run:
        """Wait until a run has ended so."""
        self.wait(lambda: not self.run(run_id).live, f"the end of run {run_id}")
        run = self.run(run_id)
        assert run.status == status, (run.status, run.stop_cause)
        return run

    def training_process(self, run_id: int) -> int:
        """The process that trains a run."""
        pid = self.run(run_id).pid
        assert pid is not None and pid in processes_of(self.home, TRAIN)
        return pid

    def kill(self, pid: int) -> None:
        """`kill -9`, and wait until the process is gone."""
        os.kill(pid, signal.SIGKILL)
        self.wait(lambda: pid not in processes_of(self.home), f"the end of process {pid}")

    def freeze(self, pid: int) -> None:
        """Let a process hang, but not while it writes: then everybody would."""
        while True:
            os.kill(pid, signal.SIGSTOP)
            with contextlib.closing(sqlite3.connect(self.history.path, timeout=0)) as look:
                try:
                    look.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError:
                    os.kill(pid, signal.SIGCONT)
                    time.sleep(0.01)

    def stop(self, run_id: int) -> Run:
        """Stop a run in the usual way."""
        self.history.ask(run_id, "stop")
        return self.wait_for_end(run_id, "stopped")

    def texts(self, run_id: int) -> list[str]:
        """What happened to a run."""
        return [event.text for event in self.history.events(run_id)]

    def assert_intact(self, *run_ids: int) -> None:
        """The file is sound, and the epochs of these runs are recorded without a gap, in figures that add up."""
        with sqlite3.connect(f"file:{self.history.path}?mode=ro", uri=True) as look:
            assert look.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for run in map(self.run, run_ids):
            assert [epoch.epoch for epoch in run.epochs] == [*range(1, len(run.epochs) + 1)]
            [line] = self.history.lines_of([run.id])
            assert line.epochs_done == len(run.epochs)
            assert run.seconds >= sum(epoch.seconds for epoch in run.epochs) - 1e-6
            if run.epochs:
                assert line.loss == run.epochs[-1].metrics["loss"]


def write_dataset(path: Path, images: int, size: int) -> Path:
    """Random images of two classes, told apart by how bright they are."""
    rng = np.random.default_rng(1)
    labels = np.arange(images) % 2
    pixels = (rng.integers(0, 100, (images, size, size, 1)) + labels[:, None, None, None] * 100).astype(np.uint8)
    np.savez(path, x_train=pixels, y_train=labels, x_test=pixels[:64], y_test=labels[:64])
    return path


def tiny(folder: Path) -> Experiment:
    """An experiment whose epochs take milliseconds."""
    dataset = write_dataset(folder / "tiny.npz", 64, 8)
    layers = (Flatten(), Dense(units=2, activation="softmax"))
    return Experiment(name="tiny", dataset=str(dataset), layers=layers).with_training(batch_size=8)


def random_one(folder: Path) -> Experiment:
    """An experiment with all that is random in it, whose epochs take long enough to be caught in their middle."""
    dataset = write_dataset(folder / "random.npz", 2_000, 12)
    layers = (
        RandomFlip(mode="horizontal"),
        Conv2D(filters=8, kernel_size=(3, 3), activation="relu"),
        BatchNormalization(),
        Dropout(rate=0.3),
        Flatten(),
        Dense(units=2, activation="softmax"),
    )
    return Experiment(name="random", dataset=str(dataset), layers=layers).with_training(batch_size=2, seed=7)


def to_file(experiment: Experiment, path: Path) -> str:
    """Write the experiment to a file; gives its path."""
    path.write_text(to_toml(msgspec.structs.replace(experiment, name=path.stem)))
    return str(path)


def has_ended(pid: int) -> bool:
    """Whether a process has ended, though its parent may not have looked yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state == "Z"


def moment() -> float:
    """A clock that nobody sets."""
    return time.monotonic()
