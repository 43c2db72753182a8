"""A keystroke in a 40-layer stack: from the key until the new totals have come. `python -m tests.benchmarks.keystroke`

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

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.network.layers import Conv2D, Dense, Dropout, Flatten
from cnn_tui.network.summary import summarize
from tests.benchmarks.measure import answer
from tests.terminal import Terminal

KEYS = 120


def forty_layers() -> Experiment:
    """Thirty-seven convolutions and dropouts, then the usual end."""
    body = [
        Conv2D(filters=32, kernel_size=(3, 3), padding="same", activation="relu") if at % 2 == 0 else Dropout(rate=0.1)
        for at in range(37)
    ]
    end = [Flatten(), Dense(units=128, activation="relu"), Dense(units=10, activation="softmax")]
    return msgspec.structs.replace(load_preset("lab1-baseline"), name="forty", layers=(*body, *end))


def totals() -> tuple[str, str]:
    """The total parameters with 32 and with 64 filters in the first layer, as the summary shows them."""
    stack = forty_layers().stack
    more = stack.change(0, filters=64)
    return f"{summarize(stack).total_params:,}", f"{summarize(more).total_params:,}"


def measure(name: str, file: Path, home: str) -> None:
    """Print the 50th and 95th percentile, and the bytes of an edit."""
    fewer, more = totals()
    with Terminal([sys.executable, "-m", "cnn_tui", str(file)], 120, 40, {"CNN_TUI_HOME": home}) as terminal:
        terminal.wait_for("Total params")
        results = [answer(terminal, "+-"[at % 2], (more, fewer)[at % 2]) for at in range(KEYS + 4)]
        terminal.press("q", "q")
    times, sizes = zip(*results[4:], strict=True)
    median, late = statistics.median(times) * 1000, sorted(times)[int(KEYS * 0.95)] * 1000
    print(
        f"{name}: median {median:.1f} ms, 95th percentile {late:.1f} ms, {statistics.median(sizes):,.0f} bytes an edit"
    )


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
            from cnn_tui.jobs import launch

            launch.wake()
            while history.progress(run_id).step == 0:
                time.sleep(0.1)
            measure("while a run trains", file, home)
            history.ask(run_id, "stop")
            while (run := history.run(run_id)) is not None and run.live:
                time.sleep(0.1)


if __name__ == "__main__":
    main()
