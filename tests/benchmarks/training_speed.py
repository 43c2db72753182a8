"""Seconds an epoch: the notes' script against `cnn-tui run`. `python -m tests.benchmarks.training_speed [EPOCHS]`

All three train the notes' network on the same images at the same time, but take turns: each is held while the others
have theirs, a few to an epoch, so that what else the machine does meets all alike. Only the training steps count.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import Notes, Training, closing, dataset, median, table

EPOCHS, TURNS = 5, 6


def take_turns(notes: Notes, ours: list[Training], epochs: int) -> list[float]:
    """Let all of them train; gives the seconds of the script's epochs."""
    for one in ours:
        one.hold()
    seconds = []
    for epoch in range(epochs):
        taken = 0.0
        for turn in range(1, TURNS + 1):
            notes.go()
            taken += notes.hear("seconds")
            for one in ours:
                one.reach(epoch + turn / TURNS)
                if epoch + turn / TURNS < epochs:
                    one.hold()
        seconds.append(taken)
    return seconds


def main(epochs: int = EPOCHS) -> None:
    """Print medians, the ratios of the medians, and what each came to."""
    data = dataset()
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as half:
        notes = Notes(epochs, data, TURNS)
        ours = [
            Training(Path(whole), epochs, data),
            Training(Path(half), epochs, data, "--set", "training.precision=mixed_bfloat16"),
        ]
        with closing(notes, *ours):
            seconds = [take_turns(notes, ours, epochs)]
            for one in ours:
                one.process.wait()
            seconds += [[epoch.seconds for epoch in one.run.epochs] for one in ours]
            accuracies = [notes.hear("accuracy"), *(one.run.test_accuracy or 0.0 for one in ours)]
    names = ("the notes' script", "cnn-tui run, float32", "cnn-tui run, mixed_bfloat16")
    rows = [["", "s/epoch", "least", "most", "ratio", "test accuracy"]]
    for name, taken, accuracy in zip(names, seconds, accuracies, strict=True):
        ratio = f"{statistics.median(taken) / statistics.median(seconds[0]):.2f}"
        rows.append([name, median(taken), f"{min(taken):.2f}", f"{max(taken):.2f}", ratio, f"{accuracy:.4f}"])
    table(f"Training on {data}, medians of {epochs} epochs, in turn", rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
