"""What a training lab sends down the line. `python -m tests.benchmarks.wire [full]`

The lab runs in a pty at 120x40, all four panes open, while the real worker trains lab1-baseline: on the built-in sample
(6,000 images), or with `full` on Fashion-MNIST (60,000). Counted from the start of an epoch to the start of a later
one, so that whole epochs are in it: bytes a second, and redraws a second.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

import msgspec

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.terminal import Terminal

QUIET = 0.02
"""Seconds without a byte that part two redraws."""


def count(terminal: Terminal, history: History, run_id: int, first: int, last: int) -> tuple[float, int, int]:
    """Seconds, bytes and redraws from the start of epoch `first` to the start of epoch `last`."""
    while history.progress(run_id).epoch < first:
        terminal.read_raw(0.02)
    began = time.monotonic()
    received = redraws = 0
    came = 0.0
    looked = began
    while True:
        data = terminal.read_raw(0.02)
        now = time.monotonic()
        if data:
            redraws += now - came > QUIET
            received, came = received + len(data), now
        if now - looked > 0.05:
            looked = now
            if history.progress(run_id).epoch >= last:
                return now - began, received, redraws


def main() -> None:
    """Print the figures."""
    full = "full" in sys.argv[1:]
    epochs, first, last = (3, 1, 3) if full else (24, 2, 22)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"CNN_TUI_HOME": home, "CNN_TUI_WORKER_IDLE": "0"}
        preset = load_preset("lab1-baseline").with_training(epochs=epochs)
        chosen = preset if full else msgspec.structs.replace(preset, dataset="fashion_mnist_sample")
        with History() as history:
            run_id = history.add(chosen)
            with Terminal([sys.executable, "-m", "cnn_tui"], 120, 40) as terminal:
                terminal.wait_for("3 Training")
                terminal.press("3")
                seconds, received, redraws = count(terminal, history, run_id, first, last)
                history.ask(run_id, "stop")
                while (run := history.run(run_id)) is not None and run.live:
                    terminal.read_raw(0.1)
                terminal.press("q")
                terminal.wait_for_end()
    print(
        f"{chosen.dataset}: {received / seconds:,.0f} bytes a second, {redraws / seconds:.1f} redraws a second, "
        f"{received / (last - first):,.0f} bytes an epoch ({last - first} epochs of {seconds / (last - first):.1f} s)"
    )


if __name__ == "__main__":
    main()
