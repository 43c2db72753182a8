"""How fast a run goes and how long it still takes, as far as can be told."""

from __future__ import annotations

import math
from typing import NamedTuple

from cnn_tui.experiments.pace import clock
from cnn_tui.experiments.run import Progress, Run

_RECENT = 3
"""So many epochs tell how long the next ones take: a resumed run may have begun on another machine."""


_BEGINNING = 0.02
"""The share of an epoch in which there may have been one step only."""


class Left(NamedTuple):
    """Seconds to the end of the epoch, its validation included once it is known, and to the end of training."""

    epoch: float
    run: float


def left(run: Run, now: Progress) -> Left | None:
    """How long it still takes; None when it cannot be told."""
    if not is_told(run, now):
        return None
    validation = now.validation_seconds
    steps = max(0, now.images_an_epoch - now.images) / now.images_per_second
    recent = run.epochs[-_RECENT:]
    whole = sum(one.seconds for one in recent) / len(recent) if recent else now.images_an_epoch / now.images_per_second
    epoch = steps + validation
    return Left(epoch, epoch + (whole + validation) * max(0, run.experiment.training.epochs - now.epoch))


def is_told(run: Run, now: Progress) -> bool:
    """Whether the images a second tell the pace: the very first step includes that the graph is built."""
    if now.images_per_second <= 0 or not now.images_an_epoch:
        return False
    begins = not run.epochs and now.images < now.images_an_epoch * _BEGINNING
    return not (begins and math.isclose(now.images_per_second * now.seconds, now.images, rel_tol=0.01))


def rate(images_per_second: float) -> str:
    """`7,490 images/s`: three digits are as many as stay the same from look to look."""
    if images_per_second <= 0:
        return "0 images/s"
    digits = 2 - math.floor(math.log10(images_per_second))
    return f"{round(images_per_second, digits):,.{max(0, digits)}f} images/s"


def duration(seconds: float) -> str:
    """`8.0 s`, from two minutes on `2:05`."""
    return f"{seconds:.1f} s" if seconds < 120 else clock(seconds)
