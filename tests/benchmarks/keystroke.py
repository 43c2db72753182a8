"""A keystroke in a 40-layer stack: from the key to the last byte of its repaint. `python -m tests.benchmarks.keystroke`

The lab runs in a pty at 120x40. `+` and `-` change the filters of the first layer, which changes every row below it.
Measured on an idle machine, and again while the worker trains lab1-baseline on the built-in sample.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from cnn_tui.experiments.experiment import Experiment, to_toml
from cnn_tui.experiments.history import History
from cnn_tui.experiments.presets import load_preset
from cnn_tui.network.layers import Conv2D, Dense, Dropout, Flatten
from tests.terminal import Terminal

KEYS = 120
QUIET = 0.06
"""Seconds without a byte after which a repaint is over."""


def forty_layers() -> Experiment:
    """Thirty-seven convolutions and dropouts, then the usual end."""
    body = [
        Conv2D(filters=32, kernel_size=(3, 3), padding="same", activation="relu") if at % 2 == 0 else Dropout(rate=0.1)
        for at in range(37)
    ]
    end = [Flatten(), Dense(units=128, activation="relu"), Dense(units=10, activation="softmax")]
    return msgspec.structs.replace(load_preset("lab1-baseline"), name="forty", layers=(*body, *end))


def answers(terminal: Terminal, key: str) -> tuple[float, int]:
    """Seconds from the key to the last byte that it caused, and how many bytes came."""
    began = last = time.perf_counter()
    count = 0
    terminal.press(key)
    while True:
        got = terminal.read_once(QUIET)
        if not got:
            return last - began, count
        last = time.perf_counter()
        count += got


def measure(name: str, file: Path, home: str) -> None:
    """Print the 50th and 95th percentile, and the bytes of an edit."""
    with Terminal([sys.executable, "-m", "cnn_tui", str(file)], 120, 40, {"CNN_TUI_HOME": home}) as terminal:
        terminal.wait_for("Total params")
        settled = time.monotonic() + 3  # a run repaints four times a second: silence never comes
        while time.monotonic() < settled:
            terminal.read_once(0.1)
        times, sizes = zip(*(answers(terminal, "+-"[at % 2]) for at in range(KEYS)), strict=True)
        terminal.press("q", "q")
    ordered = sorted(times)
    median, late = statistics.median(times) * 1000, ordered[int(KEYS * 0.95)] * 1000
    size = statistics.median(sizes)
    print(f"{name}: median {median:.1f} ms, 95th percentile {late:.1f} ms, {size:,.0f} bytes an edit")


def main() -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"CNN_TUI_HOME": home, "CNN_TUI_WORKER_IDLE": "0"}
        file = Path(home) / "forty.toml"
        file.write_text(to_toml(forty_layers()), encoding="utf-8")
        measure("nothing else runs", file, home)
        with History() as history:
            long = load_preset("lab1-baseline").with_training(epochs=1_000)
            run_id = history.add(msgspec.structs.replace(long, dataset="fashion_mnist_sample"))
            from cnn_tui.training import launch

            launch.wake()
            while history.progress(run_id).step == 0:
                time.sleep(0.1)
            measure("while a run trains", file, home)
            history.ask(run_id, "stop")
            while (run := history.run(run_id)) is not None and run.live:
                time.sleep(0.1)


if __name__ == "__main__":
    main()
