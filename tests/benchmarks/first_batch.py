"""From `r` to the first batch, recorded and on the screen. `python -m tests.benchmarks.first_batch [ROUNDS]`

The lab is open in a pty and its standby waits; the clock runs from the key until the history has a batch of
lab1-baseline, and until the screen shows its step, and then its images a second. The notes' script's runs from the
start of the process until its first batch is done. In turn, each in a home of its own; first on the machine as it is,
then with a program on each core that does nothing but compute.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cnn_tui.history.history import History
from tests.benchmarks.measure import Notes, closing, dataset, load, median, standby_of, table
from tests.terminal import Terminal
from tests.waiting import end_processes_of

ROUNDS = 5
_STEP = re.compile(r"batch [1-9][\d,]* of [\d,]+")


class FirstBatch(NamedTuple):
    """Seconds from the key."""

    recorded: float
    step_shown: float
    rate_shown: float


@contextlib.contextmanager
def busy(programs: int) -> Iterator[None]:
    """Inside this, so many programs compute, at the usual priority."""
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(programs)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def of_notes(data: str) -> float:
    """Seconds from the start of the script to its first batch."""
    notes = Notes(1, data)
    with closing(notes):
        notes.go()
        notes.hear("first")
        return time.perf_counter() - notes.began


def of_lab(home: Path, programs: int) -> FirstBatch:
    """What `r` leads to while so many other programs compute."""
    environment = {"CNN_TUI_HOME": str(home), "CNN_TUI_WORKER_IDLE": "0"}
    try:
        with Terminal([sys.executable, "-m", "cnn_tui", "lab1-baseline"], 120, 40, environment) as terminal:
            terminal.wait_for("Total params")
            standby_of(home)
            with busy(programs), History(home / "history.db") as history:
                terminal.press("r")
                return _until_shown(terminal, history, time.perf_counter())
    finally:
        end_processes_of(home)


def _until_shown(terminal: Terminal, history: History, began: float) -> FirstBatch:
    recorded = step = 0.0
    while time.perf_counter() < began + 600:
        data = terminal.read_raw(0.005)
        now = time.perf_counter() - began
        if not recorded and history.count() and history.progress(1).step:
            recorded = now
        if data:
            terminal.show(data)
            if not step and _STEP.search(terminal.text):
                step = now
            if "images/s" in terminal.text:
                return FirstBatch(recorded or now, step or now, now)
    raise AssertionError("the first batch did not come to the screen")


def main(rounds: int = ROUNDS) -> None:
    """Print medians and their ratios to the script's."""
    data, cores = dataset(), os.cpu_count() or 1
    for title, programs in (("the machine as it is", 0), (f"{cores} other programs that compute", cores)):
        notes, lab, loads = list[float](), list[FirstBatch](), list[float]()
        for _ in range(rounds):
            loads.append(load())
            with busy(programs):
                notes.append(of_notes(data))
            with tempfile.TemporaryDirectory() as home:
                lab.append(of_lab(Path(home), programs))
        rows = [["", "seconds", "least", "most", "ratio"]]
        for name, taken in (
            ("the notes' script", notes),
            ("r: recorded", [one.recorded for one in lab]),
            ("r: step on the screen", [one.step_shown for one in lab]),
            ("r: images/s on the screen", [one.rate_shown for one in lab]),
            ("from the row to the screen", [one.step_shown - one.recorded for one in lab]),
        ):
            ratio = f"{float(median(taken, '.6f')) / float(median(notes, '.6f')):.2f}"
            rows.append([name, median(taken), f"{min(taken):.2f}", f"{max(taken):.2f}", ratio])
        table(f"To the first batch of {data}, medians of {rounds} rounds, in turn: {title}", rows)
        print(f"  load before each round: {', '.join(f'{one:.1f}' for one in loads)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
