"""What the measurements of training share: the machine, a table, and the two programs that are compared."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psutil

from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.jobs.launch import environment
from tests.terminal import Terminal
from tests.waiting import end_processes_of, processes_of

T = TypeVar("T")
FULL, SAMPLE = "fashion_mnist", "fashion_mnist_sample"


def machine() -> str:
    """Processor, cores and TensorFlow."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    return f"{model}, {os.cpu_count()} cores, TensorFlow {importlib.metadata.version('tensorflow')}"


def load() -> float:
    """How many processes have wanted a core in the last minute: what else the machine does makes times longer."""
    return os.getloadavg()[0]


def table(title: str, rows: Sequence[Sequence[str]]) -> None:
    """Print a title, the machine and rows; the first column to the left, the others to the right."""
    print(f"{title}\n  {machine()}, load {load():.1f}")
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "  ".join([row[0].ljust(widths[0]), *cells]))


def median(values: Sequence[float], form: str = ".2f") -> str:
    """The median, as text."""
    return f"{statistics.median(values):{form}}"


def dataset() -> str:
    """Fashion-MNIST if it is on this machine, else the sample of it, and says so."""
    from cnn_tui.training.data.sources import find

    if find(FULL) is not None:
        return FULL
    print("Fashion-MNIST is not on this machine: its sample of 6,000 images is trained on.")
    return SAMPLE


def answer(terminal: Terminal, key: str, words: str) -> tuple[float, int]:
    """Seconds from a key until the piece has come that brings `words` to the screen, and the bytes until then.

    Everything is read first and looked at later: looking takes time of its own.
    """
    while terminal.read(0.1):  # what came until now is seen
        pass
    began, size, found = time.perf_counter(), 0, (0.0, 0)
    terminal.press(key)
    while not found[1]:
        pieces = [*_pieces(terminal)]
        assert pieces, f"{words} did not come"
        for at, data in pieces:
            terminal.show(data)
            size += len(data)
            if not found[1] and words in terminal.text:
                found = at - began, size
    return found


def _pieces(terminal: Terminal) -> Iterator[tuple[float, bytes]]:
    """What comes until the program falls silent for a moment, and when it came."""
    silence = 10.0
    while data := terminal.read_raw(silence):
        yield time.perf_counter(), data
        silence = 0.1


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Inside this, nothing comes to the standard error: TensorFlow chats there when it is imported."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def wait(condition: Callable[[], T], seconds: float = 600, every: float = 0.005) -> T:
    """What `condition` gives once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "what was waited for did not come"
        time.sleep(every)
    return found


class Notes:
    """The course notes' script as a process that trains a part of an epoch when it is told to."""

    def __init__(self, epochs: int, data: str, turns: int = 1) -> None:
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.notes_script", str(epochs), data, str(turns)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment(), "TF_CPP_MIN_LOG_LEVEL": "3"},
            text=True,
            start_new_session=True,  # as the worker has: Linux gives each session the same share of a busy machine
        )

    def go(self) -> None:
        """Let it train the next part."""
        assert self.process.stdin is not None
        print("go", file=self.process.stdin, flush=True)

    def close(self) -> None:
        """Leave nothing of it behind."""
        self.process.kill()
        self.process.wait()

    def hear(self, key: str) -> Any:
        """The next thing of that name that it tells."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{") and key in (told := json.loads(line)):
                return told[key]
        raise AssertionError(f"the script ended without its {key}")


class Training:
    """`cnn-tui run lab1-baseline`, in a home of its own, that can be held between epochs."""

    def __init__(self, home: Path, epochs: int, data: str, *more: str) -> None:
        self._home = home
        self._environment = {**environment(), "CNN_TUI_HOME": str(home), "CNN_TUI_WORKER_IDLE": "0"}
        command = [sys.executable, "-m", "cnn_tui", "run", "lab1-baseline", "--epochs", str(epochs), "--dataset", data]
        self.process = subprocess.Popen(
            [*command, "--seed", "1", *more],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait((home / "history.db").exists)
        self.history = History(home / "history.db")
        wait(lambda: self.history.run(1))

    @property
    def run(self) -> Run:
        """The run as it is recorded now."""
        found = self.history.run(1)
        assert found is not None
        return found

    def hold(self) -> None:
        """Pause it, and wait until it is."""
        self.history.ask(1, "pause")
        wait(lambda: self.run.status == "paused" or not self.run.live)

    def reach(self, epochs: float) -> None:
        """Let it train until so many epochs are behind it, at least."""
        self.history.ask(1, "")
        if epochs == int(epochs):
            wait(lambda: len(self.run.epochs) >= epochs or not self.run.live, every=0.1)
        else:
            wait(lambda: self.seen() >= epochs * self.run.train_images, every=0.1)

    def seen(self) -> int:
        """How many images it has learned from."""
        progress = self.history.progress(1)
        return (progress.epoch - 1) * progress.images_an_epoch + progress.images

    def close(self) -> None:
        """Leave nothing of it behind."""
        self.history.close()
        self.process.kill()
        self.process.wait()
        end_processes_of(self._home)


@contextlib.contextmanager
def closing(*programs: Notes | Training) -> Iterator[None]:
    """Inside this, the programs run; afterwards none does."""
    try:
        yield
    finally:
        for program in programs:
            program.close()


def standby_of(home: Path) -> int:
    """The process that waits for a run in this home, once it has done all that it does ahead."""
    pid = wait(lambda: next(iter(processes_of(home, "--standby")), 0))
    process, busy = psutil.Process(pid), -1.0
    while busy != (busy := sum(process.cpu_times()[:2])) or busy < 1:
        time.sleep(1)
    return pid
