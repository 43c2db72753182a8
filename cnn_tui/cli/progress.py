"""The progress line on standard error: one line that is rewritten on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TextIO

from cnn_tui.analysis.pace import clock, time_left
from cnn_tui.cli.streams import columns_of, rewrite, say
from cnn_tui.history.epoch import Epoch, metric_shown
from cnn_tui.history.run import Progress, Run
from cnn_tui.text import cells, cut, padded, quiet

LinePart = tuple[int, str]
"""A piece of a line and its rank: where room is short, the pieces of the highest rank go first."""

_REDRAW_SECONDS = 0.25  # four times a second is what a bad line can carry
_CELLS = 10
_PHASES = {
    "starting": "starting TensorFlow",
    "loading data": "loading the data",
    "building": "building the network",
    "saving": "saving the model",
    "evaluating": "evaluating on the test images",
}


class Reporter:
    """Writes lines, and keeps at most one unfinished line below them that it rewrites; in between, a block of lines.

    rich's Progress sends 109 bytes for a line that takes 62 here, hides the cursor, and cuts a line that is too long
    where this leaves out what matters least.
    """

    def __init__(self, stream: TextIO | None, rewrites: bool) -> None:
        self.rewrites = rewrites
        self.block_rows = 0
        """How many lines stand between what was said and the unfinished line."""
        self._stream = stream
        self._shown = ""
        self._drawn = 0.0

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self.clear()
        say(text)

    def bar(self, parts: Sequence[LinePart]) -> None:
        """Rewrite the unfinished line, unless it was rewritten a moment ago. Only for a terminal."""
        now = time.monotonic()
        if not self.rewrites or now - self._drawn < _REDRAW_SECONDS:
            return
        width = columns_of(self._stream) - 1
        text = join_parts(parts, width)
        if text != self._shown:
            # Blanks instead of an erase sequence: any terminal knows them.
            rewrite("\r" + padded(text, min(cells(self._shown), width)))
            self._shown, self._drawn = text, now

    def over_block(self, said: Sequence[str], block: Sequence[str]) -> None:
        """Write lines that stay where the block was, and another block below them, at once.

        Only for a terminal that `moves_cursor`. No line of the block may be longer than a line of the terminal.
        """
        up = f"\x1b[{self.block_rows}A" if self.block_rows else ""
        # A line is made empty before it is written: after a full one some terminals would erase its last character. All
        # is made empty before a line that takes several, which is rare: on a slow line the eye would see it.
        several = any(cells(line) > self.columns() for line in said)
        lines = "".join(f"\x1b[K{line}\n" for line in (*said, *block))
        rewrite("\r" + up + "\x1b[J" * several + lines + "\x1b[J")
        self.block_rows, self._shown, self._drawn = len(block), "", 0.0

    def keep_block(self) -> None:
        """Let the block stay as it is, and take away what is below it: the unfinished line and a `^C`."""
        if self.block_rows:
            rewrite("\r\x1b[J")
            self.block_rows, self._shown = 0, ""

    def clear(self) -> None:
        """Take the unfinished line away, and the block."""
        if self.block_rows:
            self.over_block((), ())
        if self._shown:
            rewrite("\r" + " " * cells(self._shown) + "\r")
            self._shown = ""

    def columns(self) -> int:
        """How long a line may be: as wide as the terminal, else without a limit."""
        return columns_of(self._stream) if self.rewrites else 100_000


def join_parts(parts: Sequence[LinePart], width: int) -> str:
    """The parts in a line of at most `width` cells, without those of the highest ranks if need be."""
    kept = list(parts)
    while True:
        text = "  ".join(part for _, part in kept)
        worst = max(rank for rank, _ in kept)
        if cells(text) <= width or worst == 0:
            return cut(text, width, "")
        kept.remove(next(part for part in reversed(kept) if part[0] == worst))


def bar(share: float) -> str:
    """A bar in characters that every terminal has."""
    full = min(_CELLS, max(0, int(share * _CELLS)))
    return f"[{'#' * full}{'.' * (_CELLS - full)}]"


def reading_words(done: int, total: int) -> str:
    """How many of the pictures of a folder are read."""
    return f"reading pictures {done:,} of {total:,}"


def progress_parts(run: Run, now: Progress) -> list[LinePart]:
    """Where a run is, batches and images both named."""
    parts: list[LinePart] = [(0, f"run {run.id}")]
    if now.to_read:
        return [*parts, (0, reading_words(now.read, now.to_read)), (1, bar(now.read / now.to_read))]
    if now.phase in _PHASES:
        return [*parts, (0, _PHASES[now.phase])]
    parts.append((0, f"epoch {now.epoch}/{run.experiment.epochs}"))
    if now.phase != "training":
        return [*parts, (0, quiet(now.phase))]
    parts += [
        (4, bar(now.step / now.steps if now.steps else 0.0)),
        (1, f"batch {now.step:,} of {now.steps:,}"),
        (3, f"{now.images:,}/{now.images_an_epoch:,} images"),
    ]
    if now.step and now.loss is None:
        parts.append((0, "the loss is not a number"))
    figures = (("loss", now.loss), ("accuracy", now.accuracy))
    parts += [(2, f"{name} {value:.4f}") for name, value in figures if value is not None]
    if run.status == "paused":
        return [*parts, (0, "paused")]
    parts.append((5, f"{now.images_per_second:,.0f} images/s"))
    if rest := time_left(run, now):
        parts.append((1, f"ETA {clock(rest.run)}"))
    return parts


def epoch_parts(run: Run, epoch: Epoch) -> list[LinePart]:
    """What an epoch came to, with Keras's names."""
    ranks = {"loss": 0, "accuracy": 0, "val_accuracy": 1, "val_loss": 2}
    return [
        (0, f"run {run.id}"),
        (0, f"epoch {epoch.epoch}/{run.experiment.epochs}"),
        *((ranks.get(name, 3), f"{name} {metric_shown(name, value)}") for name, value in epoch.metrics.items()),
        (4, f"{epoch.seconds:.1f} s"),
        (5, f"{epoch.images_per_second:,.0f} images/s"),
    ]
