"""What the test images by themselves leave open: another sample of as many would have given another figure.

The standard error of a share of `images` images is that of a binomial distribution. Two networks that were tested on
the same images are told apart by McNemar's test (Quinn McNemar, 1947), which looks only at the images that one of them
has right and the other wrong, and asks whether a fair coin would have divided them so (the exact form).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run


def sampling_error(accuracy: float, images: int) -> float | None:
    """The standard error of a test accuracy that is left by the test images; None where there were none."""
    return math.sqrt(max(0.0, accuracy * (1 - accuracy)) / images) if images > 0 else None


class OnSameImages(NamedTuple):
    """Two runs on the same test images."""

    run: int
    base: int
    images: int
    only_run: int
    """So many images only the run has right."""
    only_base: int
    p: float
    """By McNemar's exact test: how likely such a division is, or one less even, for two networks that are as good."""

    def in_words(self) -> str:
        """As a sentence."""
        return (
            f"of the same {self.images:,} test images {self._division}: on such images these two trained "
            f"networks {self._told}; whether the change made it, or the seed, only repeats tell"
        )

    def shortly(self) -> str:
        """The same as a sentence for a line or two."""
        return f"Of {self.images:,} test images {self._division}: they {self._told}."

    @property
    def _division(self) -> str:
        shown = "p < 0.001" if self.p < 0.001 else f"p = {self.p:.3f}"
        return (
            f"run {self.run} alone has {self.only_run:,} right, "
            f"run {self.base} alone {self.only_base:,} (McNemar's test, {shown})"
        )

    @property
    def _told(self) -> str:
        return "do differ" if self.p < 0.05 else "may be equally good"

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return self._asdict()


def on_same_images(run: int, base: int, ours: Predictions, theirs: Predictions) -> OnSameImages | None:
    """The test of two runs' kept predictions; None where they are not of the same images. Loads scipy."""
    if ours.images != theirs.images or ours.labels != theirs.labels:
        return None
    from scipy.special import bdtr

    only_run = only_base = 0
    for label, one, other in zip(ours.labels, ours.predicted, theirs.predicted, strict=True):
        only_run += one == label != other
        only_base += other == label != one
    p = 2 * float(bdtr(min(only_run, only_base), only_run + only_base, 0.5)) if only_run + only_base else 1.0
    return OnSameImages(run, base, ours.count, only_run, only_base, min(1.0, p))


def told_apart(runs: Sequence[Run], base: Run) -> tuple[OnSameImages, ...]:
    """Each run against the baseline, where both have kept predictions of the same images."""
    return tuple(_told_apart(runs, base))


def _told_apart(runs: Sequence[Run], base: Run) -> Iterator[OnSameImages]:
    theirs = _kept(base)
    for run in runs if theirs is not None else ():
        ours = _kept(run) if run.id != base.id else None
        if ours is not None and theirs is not None and (found := on_same_images(run.id, base.id, ours, theirs)):
            yield found


def _kept(run: Run) -> Predictions | None:
    try:
        return open_predictions(run.id)
    except (RawFileError, OSError):
        return None
