"""How long 10,000 records of a run from elsewhere take to read. `python -m tests.benchmarks.ledger_reading`"""

from __future__ import annotations

import os
import tempfile
import time

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.elsewhere.ledger_reader import take_in
from cnn_tui.history.elsewhere.run_elsewhere import RunElsewhere, give_out
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History
from cnn_tui.history.run import Progress
from tests.benchmarks.measure import median, table

RECORDS, AN_EPOCH, ROUNDS = 10_000, 50, 5


def seconds(history: History) -> tuple[float, float]:
    """Of writing and of reading a ledger, whose epochs have some readings each."""
    run = history.run(history.add(load_preset("lab1-baseline")))
    assert run is not None
    give_out(run, 0)
    began = time.perf_counter()
    with RunElsewhere(run.id) as record:
        record.claim(run.id, 1, 1)
        for number in range(1, RECORDS // AN_EPOCH + 1):
            for step in range(AN_EPOCH - 1):
                point = Point(number - 1 + step / AN_EPOCH, 0.5, 0.8)
                record.record_progress(run.id, Progress("training", number, step, AN_EPOCH), point)
            record.record_epoch(run.id, Epoch(number, {"loss": 0.5, "accuracy": 0.8}, 8.0, 7e3), 8.0 * number)
    written = time.perf_counter()
    assert take_in(history, run.id) == RECORDS + 1
    return written - began, time.perf_counter() - written


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNN_TUI_HOME"] = home
        with History() as history:
            writing, reading = zip(*(seconds(history) for _ in range(ROUNDS)), strict=True)
    table(f"seconds for {RECORDS:,} records", [["written", median(writing)], ["read", median(reading)]])


if __name__ == "__main__":
    main()
