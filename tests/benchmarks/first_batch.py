"""From `r` to the first recorded batch, against the notes' script. `python -m tests.benchmarks.first_batch`

The lab is open in a pty and its standby waits; the clock runs from the key until the history has a batch of
lab1-baseline. The script's runs from the start of the process until its first batch is done. In turn, each in a home
of its own.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from cnn_tui.history.history import History
from tests.benchmarks.measure import Notes, closing, dataset, median, standby_of, table, wait
from tests.terminal import Terminal
from tests.waiting import end_processes_of

ROUNDS = 5


def of_notes(data: str) -> float:
    """Seconds from the start of the script to its first batch."""
    notes = Notes(1, data)
    with closing(notes):
        notes.go()
        notes.hear("first")
        return time.perf_counter() - notes.began


def of_lab(home: Path) -> float:
    """Seconds from the key to the first batch that is recorded."""
    environment = {"CNN_TUI_HOME": str(home), "CNN_TUI_WORKER_IDLE": "0"}
    try:
        with Terminal([sys.executable, "-m", "cnn_tui", "lab1-baseline"], 120, 40, environment) as terminal:
            terminal.wait_for("Total params")
            standby_of(home)
            with History(home / "history.db") as history:
                terminal.press("r")
                began = time.perf_counter()
                wait(lambda: terminal.read_raw(0.005) and history.count(), every=0)
                wait(lambda: terminal.read_raw(0.005) is not None and history.progress(1).step, every=0)
                return time.perf_counter() - began
    finally:
        end_processes_of(home)


def main() -> None:
    """Print medians and their ratio."""
    data = dataset()
    notes, lab = [], []
    for _ in range(ROUNDS):
        notes.append(of_notes(data))
        with tempfile.TemporaryDirectory() as home:
            lab.append(of_lab(Path(home)))
    rows = [["", "seconds", "least", "most", "ratio"]]
    for name, taken in (("the notes' script", notes), ("r in the lab", lab)):
        ratio = f"{statistics.median(taken) / statistics.median(notes):.2f}"
        rows.append([name, median(taken), f"{min(taken):.2f}", f"{max(taken):.2f}", ratio])
    table(f"To the first batch of {data}, medians of {ROUNDS} rounds, in turn", rows)


if __name__ == "__main__":
    main()
