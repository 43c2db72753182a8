"""Memory of all that is there while a learner works, and the notes' script's. `python -m tests.benchmarks.memory`

PSS counts what processes share once, divided between them; RSS counts it in each. Linux only. The lab is open in a
pty; the run trains an epoch of lab1-baseline, and its most is told, as is the script's over the same epoch.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from cnn_tui.history.history import History
from tests.benchmarks.measure import Notes, closing, dataset, standby_of, table, wait
from tests.terminal import Terminal
from tests.waiting import end_processes_of, processes_of


class Memory(NamedTuple):
    """Bytes of a process."""

    pss: int = 0
    rss: int = 0

    def most(self, other: Memory) -> Memory:
        return Memory(max(self.pss, other.pss), max(self.rss, other.rss))


def of(pid: int) -> Memory:
    """What a process takes now; nothing when it has ended."""
    try:
        full = psutil.Process(pid).memory_full_info()
    except psutil.Error:
        return Memory()
    return Memory(full.pss, full.rss)


def of_notes(data: str) -> Memory:
    """The most that the script takes in an epoch and the evaluation."""
    notes, most = Notes(1, data), Memory()
    with closing(notes):
        notes.go()
        told = threading.Thread(target=notes.hear, args=("accuracy",))  # or its progress bar would find no reader
        told.start()
        while told.is_alive():
            most = most.most(of(notes.process.pid))
            time.sleep(0.2)
    return most


def of_lab(home: Path) -> dict[str, Memory]:
    """What each process of the lab takes, by its role."""
    environment = {"CNN_TUI_HOME": str(home), "CNN_TUI_WORKER_IDLE": "0"}
    found: dict[str, Memory] = {}
    with Terminal([sys.executable, "-m", "cnn_tui", "lab1-baseline"], 120, 40, environment) as terminal:
        terminal.wait_for("Total params")
        pid = standby_of(home)
        found["standby"] = of(pid)
        with History(home / "history.db") as history:
            terminal.press("r")
            wait(lambda: terminal.read_raw(0.02) is not None and history.progress(1).epoch == 2, every=0)
            found["run"] = Memory()
            for _ in range(20):
                found["run"] = found["run"].most(of(pid))
                terminal.read(0.05)
            found["lab"] = of(terminal.process.pid)
            found["worker"] = of(processes_of(home, "cnn_tui.jobs.worker")[0])
    return found


def main() -> None:
    """Print a table in megabytes."""
    data = dataset()
    with tempfile.TemporaryDirectory() as home:
        try:
            found = of_lab(Path(home))
        finally:
            end_processes_of(Path(home))
    found["the notes' script"] = of_notes(data)
    rows = [["MB", "PSS", "RSS"]]
    rows += [[name, f"{one.pss / 1e6:,.0f}", f"{one.rss / 1e6:,.0f}"] for name, one in found.items()]
    table(f"Memory, training on {data}", rows)


if __name__ == "__main__":
    main()
