"""From `H` to the network as it was an epoch before, in every view. `python -m tests.benchmarks.epoch_moving [HOME]`

The lab runs in a pty at 120x40, Explain alone on the screen, over a run of ten epochs of lab1-baseline on the built-in
sample that has kept all of them; HOME is one that has such a run as its newest, and another run. The clock runs from
the key until the last piece that the lab sends for it. In each view all epochs are gone through from the last to the
first and back, with one image after another: `first` are moves to what nobody has asked for, `again` those to what the
lab has been told before. Of both the processor time of the lab and of the process that it asks is told too, which what
else the machine does hardly touches.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.measure import table, wait
from tests.terminal import Terminal
from tests.waiting import processes_of

EPOCHS = 10
ROUNDS = 2
SILENCE = 0.35
"""Seconds without a byte after which the answer to a key is whole: longer than the process is asked about an epoch."""
NEXT = {"filters": "]"}
"""What leads to something that was not asked for, by the view; elsewhere another image does."""


class Moves(NamedTuple):
    """The seconds of some moves, the processor time of the lab in them and that of the process that is asked."""

    seconds: list[float]
    lab: list[float]
    explain: list[float]

    def row(self) -> list[str]:
        """Milliseconds: the median and the slowest, and the processor times of a move."""
        if not self.seconds:
            return ["", "", "", ""]
        found = [statistics.median(self.seconds), max(self.seconds)]
        found += [statistics.median(one) for one in (self.lab, self.explain)]
        return [f"{one * 1000:.0f}" for one in found]


class Mover:
    """Presses keys and measures what they take."""

    def __init__(self, terminal: Terminal, home: Path) -> None:
        self._terminal = terminal
        self._processes = [terminal.process.pid, _explain_process(home)]

    def move(self, key: str, moves: Moves) -> None:
        """Press a key, and note what it takes."""
        before = [processor_time(pid) for pid in self._processes]
        moves.seconds.append(seconds_of(self._terminal, key))
        lab, explain = (processor_time(pid) - used for pid, used in zip(self._processes, before, strict=True))
        moves.lab.append(lab)
        moves.explain.append(explain)

    def through(self, rounds: int, other: str) -> tuple[Moves, Moves]:
        """Go through all epochs and back, so often; `other` is the key between two rounds."""
        first, again = Moves([], [], []), Moves([], [], [])
        for at in range(rounds):
            if at:
                seconds_of(self._terminal, other)
            for key, moves in (("H", first), ("L", again)):
                for _ in range(EPOCHS - 1):
                    self.move(key, moves)
        return first, again


def processor_time(pid: int) -> float:
    """Seconds of a processor that a process has had, to the microsecond; psutil counts hundredths."""
    return time.clock_gettime(~pid << 3 | 2)  # the number of its clock (clock_getcpuclockid(3)), which Python has not


def seconds_of(terminal: Terminal, key: str) -> float:
    """Seconds from a key to the last piece that comes for it; 0 where none does. Everything is looked at later."""
    while terminal.read(0.05):
        pass
    pieces, began = [], time.perf_counter()
    took = 0.0
    terminal.press(key)
    while data := terminal.read_raw(SILENCE):
        took = time.perf_counter() - began
        pieces.append(data)
    for data in pieces:
        terminal.show(data)
    return took


def _explain_process(home: Path) -> int:
    return wait(lambda: next(iter(processes_of(home, "cnn_tui.training.explain.server")), 0))


@contextmanager
def opened(home: Path) -> Iterator[Terminal]:
    """The lab with Explain alone on the screen, its process warm."""
    environment = {"CNN_TUI_HOME": str(home), "CNN_TUI_WORKER_IDLE": "0"}
    with Terminal([sys.executable, "-m", "cnn_tui"], 120, 40, environment) as terminal:
        terminal.wait_for("Total params")
        terminal.press("5", "z")
        terminal.wait_for(f"epoch {EPOCHS} of {EPOCHS}, the end")
        _explain_process(home)
        terminal.press("b")
        terminal.wait_for("beside run")
        terminal.press("enter")
        terminal.wait_for("[two runs]")
        terminal.wait_for("Grad-CAM of the class")
        terminal.wait(lambda: "working out" not in terminal.text and "loading" not in terminal.text, "the maps")
        yield terminal


def train(home: Path) -> None:
    """A short run, and one of all the epochs, which keeps them."""
    command = [sys.executable, "-m", "cnn_tui", "run", "lab1-baseline", "--dataset", "fashion_mnist_sample"]
    environment = {**os.environ, "CNN_TUI_HOME": str(home), "CNN_TUI_WORKER_IDLE": "0"}
    for epochs, more in ((1, ()), (EPOCHS, ("--set", "training.keep=all"))):
        options = ["--seed", "1", "--epochs", str(epochs), *more]
        subprocess.run([*command, *options], env=environment, check=True, capture_output=True)


def measure(home: Path) -> None:
    """Print a table of all views."""
    rows = [["view", "first", "slowest", "lab", "process", "again", "slowest", "lab", "process"]]
    with opened(home) as terminal:
        mover = Mover(terminal, home)
        go_to(terminal, "predictions")
        worked_out, _ = mover.through(1, "l")
        rows.append(["predictions, worked out", *worked_out.row(), "", "", "", ""])
        for view in ("predictions", "confusion", "activations", "filters", "where it looked", "when it learned"):
            go_to(terminal, view)
            first, again = mover.through(ROUNDS, NEXT.get(view, "l"))
            rows.append([view, *first.row(), *again.row()])
        go_to(terminal, "two runs")
        first, again = mover.through(ROUNDS, "l")
        rows.append(["two runs", *first.row(), *again.row()])
        terminal.press("q")
    table("Moving by one epoch: milliseconds from the key to the last piece, and of processor time", rows)


def go_to(terminal: Terminal, view: str) -> None:
    """Leaf to a view, and wait until it is whole."""
    while f"[{view}]" not in terminal.text:
        names = _names_of_views(terminal)
        terminal.press("m")
        while _names_of_views(terminal) == names:
            terminal.read(0.05)
    terminal.wait(lambda: "working" not in terminal.text and "loading" not in terminal.text, f"the whole of {view}")


def _names_of_views(terminal: Terminal) -> str:
    return terminal.text.splitlines()[2]


def main() -> None:
    """Measure in the home that is named, or in one of its own."""
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as home:
        train(Path(home))
        measure(Path(home))


if __name__ == "__main__":
    main()
