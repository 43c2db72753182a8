"""What is foretold of a run before it begins: seconds an epoch, memory, and what takes most of a step."""

from __future__ import annotations

import statistics
from typing import Any

import msgspec

from cnn_tui.analysis.compare import pace_of
from cnn_tui.analysis.pace import in_words as time_in_words
from cnn_tui.analysis.pace import seconds_of_kinds
from cnn_tui.history.run import Run
from cnn_tui.network.step_work import StepWork, WorkAmounts, WorkKind
from cnn_tui.text import counted

IN_ENVIRONMENT = "foretold"
"""Under this name it is kept with a run, beside what the run ran on."""
_MEGABYTE = 1_000_000
_BUSY = 0.2
"""Other programs that took so much of the cores are named: they make a run longer than it was foretold."""
_MOSTLY: dict[WorkKind, str] = {
    "launch": "starting operations",
    "arithmetic": "arithmetic",
    "memory": "memory traffic",
    "input": "preparing images",
}


class Foretold(msgspec.Struct, frozen=True):
    """What a run is expected to take, from past runs of the same machine or cluster."""

    seconds: float
    """Of an epoch, without its validation."""
    memory: int | None
    """Bytes that it holds at most: on a GPU those of the card; None where past runs do not tell."""
    bottleneck: WorkKind | None
    """What takes most of a step; None where runs had too few steps to tell what each kind of work takes here."""
    layer: str
    """The layer that takes most of that, by Keras's name; "" where it is none."""
    runs: int
    """From how many runs it is."""

    def versions(self) -> list[str]:
        """It in words, the longest first: `~6.2 s an epoch, 410 MB, mostly arithmetic of conv2d_1 (from 7 runs)`."""
        head = f"~{seconds_in_words(self.seconds)} an epoch"
        head += f", {megabytes(self.memory)}" if self.memory is not None else ""
        known = f" (from {counted(self.runs, 'run')})"
        if self.bottleneck is None:
            return [f"{head}{known}", head]
        mostly = f"mostly {_MOSTLY[self.bottleneck]}"
        of = f" of {self.layer}" if self.layer else ""
        return [f"{head}, {mostly}{of}{known}", f"{head}, {mostly}{known}", f"{head}, {mostly}", f"{head}{known}", head]

    def beside(self, run: Run) -> str:
        """It beside what came: `6.2 s an epoch, took 6.8 s; 410 MB, took 432 MB; mostly arithmetic (from 7 runs)`."""
        pace, memory = pace_of(run), run.memory
        words = f"{seconds_in_words(self.seconds)} an epoch"
        words += f", took {seconds_in_words(pace)}" if pace is not None else ""
        if self.memory is not None:
            words += f"; {megabytes(self.memory)}" + (f", took {megabytes(memory)}" if memory else "")
        elif memory:
            words += f"; took {megabytes(memory)}"
        words += f"; mostly {_MOSTLY[self.bottleneck]}" if self.bottleneck is not None else ""
        words += f" (from {counted(self.runs, 'run')})"
        taken = statistics.fmean(epoch.others or 0.0 for epoch in run.epochs) if run.epochs else 0.0
        busy = f". Other programs took {taken:.0%} of the cores meanwhile" if taken >= _BUSY else ""
        return words + busy

    def to_json(self) -> dict[str, Any]:
        """As `summary --json` prints it, and as it is kept with a run."""
        return {**msgspec.to_builtins(self), "seconds": round(self.seconds, 4)}


def foretold_of(run: Run) -> Foretold | None:
    """What was foretold of a run when it began; None where nothing was."""
    kept = run.environment.get(IN_ENVIRONMENT)
    try:
        return msgspec.convert(kept, Foretold) if kept is not None else None
    except msgspec.ValidationError:  # of another version
        return None


def bottleneck(step: StepWork, speeds: WorkAmounts) -> tuple[WorkKind, str]:
    """What takes most of a step, and the layer that takes most of that; "" where it is no layer's."""
    whole = seconds_of_kinds(step.total, speeds)
    kind = max(whole, key=whole.__getitem__)
    if kind not in ("arithmetic", "memory") or not step.layers:
        return kind, ""
    return kind, max(step.layers, key=lambda layer: seconds_of_kinds(layer[1], speeds)[kind])[0]


def seconds_in_words(seconds: float) -> str:
    """Seconds of an epoch: `0.42 s`, `6.2 s`, `12 min`."""
    if seconds >= 90:
        return time_in_words(seconds)
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"


def megabytes(count: int) -> str:
    """Bytes as people compare them: `410 MB`, `3.2 GB`."""
    return f"{count / _MEGABYTE:,.0f} MB" if count < 1000 * _MEGABYTE else f"{count / _MEGABYTE / 1000:.1f} GB"
