"""Seconds an epoch: the notes' script against `cnn-tui run`. `python -m tests.benchmarks.training_speed [EPOCHS]`

All three train the notes' network on the same images at the same time, but one after another: each is held while
another has an epoch, so that what else the machine does meets all alike. Only the time of the training steps counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import Notes, Training, closing, dataset, median, table

EPOCHS = 5


def main(epochs: int = EPOCHS) -> None:
    """Print medians, the ratios of the medians, and what each came to."""
    data = dataset()
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as half:
        notes = Notes(epochs, data)
        ours = [
            Training(Path(whole), epochs, data),
            Training(Path(half), epochs, data, "--set", "training.precision=mixed_bfloat16"),
        ]
        with closing(notes, *ours):
            for one in ours:
                one.hold()
            seconds: list[list[float]] = [[], [], []]
            for epoch in range(1, epochs + 1):
                notes.go()
                seconds[0].append(notes.hear("seconds"))
                for one, taken in zip(ours, seconds[1:], strict=True):
                    one.go_on()
                    taken.append(one.epoch(epoch))
                    if epoch < epochs:
                        one.hold()
                    else:
                        one.process.wait()
            told = notes.hear("accuracy")
            accuracies = [told, *(one.run.test_accuracy or 0.0 for one in ours)]
    names = ("the notes' script", "cnn-tui run, float32", "cnn-tui run, mixed_bfloat16")
    against = statistics.median(seconds[0])
    rows = [["", "s/epoch", "least", "most", "ratio", "test accuracy"]]
    for name, taken, accuracy in zip(names, seconds, accuracies, strict=True):
        ratio = f"{statistics.median(taken) / against:.2f}"
        rows.append([name, median(taken), f"{min(taken):.2f}", f"{max(taken):.2f}", ratio, f"{accuracy:.4f}"])
    table(f"Training on {data}, medians of {epochs} epochs, in turn", rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
