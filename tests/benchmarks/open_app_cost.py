"""What an open lab costs a training. `python -m tests.benchmarks.open_app_cost`

A run of lab1-baseline goes on; in turn, a lab that shows its live chart is open in a pty for a while, and none is. The
images a second of both are compared, and the lab's own processor time is set against all that the machine has.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks.measure import Training, closing, dataset, table
from tests.terminal import Terminal

ROUNDS = 6
SECONDS = 8.0
EPOCHS = 100_000  # more than there is time for


def step_of(training: Training, terminal: Terminal | None) -> tuple[float, int]:
    """The moment at which the next step is recorded, and how many images were seen by then."""
    before = training.seen()
    while (now := training.seen()) == before:
        _let(terminal, 0.005)
    return time.perf_counter(), now


def rate(training: Training, terminal: Terminal | None) -> float:
    """Images a second over a while."""
    began, before = step_of(training, terminal)
    while time.perf_counter() - began < SECONDS:
        _let(terminal, 0.02)
    ended, after = step_of(training, terminal)
    return (after - before) / (ended - began)


def _let(terminal: Terminal | None, seconds: float) -> None:
    if terminal is None:
        time.sleep(seconds)
    else:
        terminal.read_raw(seconds)


def with_lab(training: Training, home: str) -> tuple[float, float]:
    """Images a second while a lab shows the chart, and the share of the machine that the lab took."""
    environment = {"CNN_TUI_HOME": home, "CNN_TUI_WORKER_IDLE": "0"}
    with Terminal([sys.executable, "-m", "cnn_tui", "lab1-baseline"], 120, 40, environment) as terminal:
        terminal.wait_for("images/s")
        lab = psutil.Process(terminal.process.pid)
        began, used = time.perf_counter(), sum(lab.cpu_times()[:2])
        images = rate(training, terminal)
        share = (sum(lab.cpu_times()[:2]) - used) / (time.perf_counter() - began) / (os.cpu_count() or 1)
        terminal.press("q")
        return images, share


def main() -> None:
    """Print medians, their ratio and the lab's share of the machine."""
    data = dataset()
    alone, watched, shares = [], [], []
    with tempfile.TemporaryDirectory() as home:
        training = Training(Path(home), EPOCHS, data, "--set", "training.validation=none")
        with closing(training):
            step_of(training, None)
            for _ in range(ROUNDS):
                alone.append(rate(training, None))
                images, share = with_lab(training, home)
                watched.append(images)
                shares.append(share)
    rates = [statistics.median(rates) for rates in (alone, watched)]
    rows = [["", "images/s", "ratio"], ["no lab is open", f"{rates[0]:,.0f}", "1.000"]]
    rows += [["a lab shows the chart", f"{rates[1]:,.0f}", f"{rates[1] / rates[0]:.3f}"]]
    table(f"An open lab beside a training on {data}, medians of {ROUNDS} times {SECONDS:.0f} s, in turn", rows)
    print(f"  the lab takes {statistics.median(shares):.2%} of the processor time there is")


if __name__ == "__main__":
    main()
