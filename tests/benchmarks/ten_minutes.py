"""The lab left alone while a run trains. `python -m tests.benchmarks.ten_minutes [MINUTES [DATASET]]`

The lab is open in a pty at 120x40, all four panes, while the real worker trains lab1-baseline, on the built-in
sample if no other dataset is named. Each minute a line: the lab's memory (RSS, and USS: what is its own), and bytes
and redraws a second in that minute.
The last line has the memory after the first minute and in the end.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import msgspec
import psutil

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.benchmarks.measure import machine
from tests.terminal import Terminal
from tests.waiting import end_processes_of

EPOCHS_A_MINUTE = 120
"""More than are trained in one on the machines this is for, so that the run does not end before."""
QUIET = 0.05
"""Seconds without a byte that part two redraws."""


class Minute(NamedTuple):
    """What was measured in one minute, and at its end."""

    seconds: float
    received: int
    redraws: int
    rss: int
    uss: int


def watch(terminal: Terminal, seconds: float) -> Minute:
    """Read what the lab sends for so long."""
    began = time.monotonic()
    before, redraws = terminal.received, 0
    while (passed := time.monotonic() - began) < seconds:
        redraws += bool(terminal.read(QUIET))
    memory = psutil.Process(terminal.process.pid).memory_full_info()
    return Minute(passed, terminal.received - before, redraws, memory.rss, memory.uss)


def show(at: float, minute: Minute, epoch: int) -> None:
    """Print a line."""
    print(
        f"{at:5.1f} min  RSS {minute.rss / 1e6:6.1f} MB  USS {minute.uss / 1e6:6.1f} MB"
        f"  {minute.received / minute.seconds:6,.0f} bytes/s  {minute.redraws / minute.seconds:4.1f} redraws/s"
        f"  epoch {epoch:,}",
        flush=True,
    )


def leave_alone(experiment: Experiment, seconds: float) -> list[Minute]:
    """Open the lab, train, and measure minute by minute."""
    measured: list[Minute] = []
    with History() as history:
        run_id = history.add(experiment)
        with Terminal([sys.executable, "-m", "cnn_tui"], 120, 40) as terminal:
            terminal.wait_for("3 Training")
            terminal.press("3")
            terminal.wait(lambda: history.progress(run_id).epoch >= 2, "the second epoch", 300)
            began = time.monotonic()
            while (left := seconds - (time.monotonic() - began)) > 0:
                measured.append(watch(terminal, min(60.0, left)))
                if not (run := history.run(run_id)) or not run.live:
                    print("The run has ended before its time.")
                show((time.monotonic() - began) / 60, measured[-1], history.progress(run_id).epoch)
            history.ask(run_id, "now")
            terminal.press("q")
            terminal.wait_for_end()
    return measured


def main() -> None:
    """Print the figures."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    preset = load_preset("lab1-baseline").with_training(epochs=max(10, round(minutes * EPOCHS_A_MINUTE)), seed=1)
    dataset = sys.argv[2] if len(sys.argv) > 2 else "fashion_mnist_sample"
    experiment = msgspec.structs.replace(preset, dataset=dataset)
    print(f"The lab left alone for {minutes:g} minutes while a run trains on {dataset}\n  {machine()}", flush=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"CNN_TUI_HOME": home, "CNN_TUI_WORKER_IDLE": "0"}
        try:
            measured = leave_alone(experiment, minutes * 60)
        finally:
            end_processes_of(Path(home))
    received, seconds = sum(one.received for one in measured), sum(one.seconds for one in measured)
    print(
        f"memory after the first minute {measured[0].rss / 1e6:.1f} MB, in the end {measured[-1].rss / 1e6:.1f} MB; "
        f"{received / seconds:,.0f} bytes/s over all"
    )


if __name__ == "__main__":
    main()
