"""How long a run that trains still takes, as far as its own progress tells; `eta` says it of a queue."""

from __future__ import annotations

import math
from typing import NamedTuple

from cnn_tui.history.run import Progress, Run

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
    recent = run.epochs[-_RECENT:]
    whole = sum(one.seconds for one in recent) / len(recent) if recent else now.images_an_epoch / now.images_per_second
    epoch = seconds_of_steps(now) + validation
    return Left(epoch, epoch + (whole + validation) * max(0, run.experiment.training.epochs - now.epoch))


def is_told(run: Run, now: Progress) -> bool:
    """Whether the images a second tell the pace: the very first step includes that the graph is built."""
    if now.images_per_second <= 0 or not now.images_an_epoch:
        return False
    begins = not run.epochs and now.images < now.images_an_epoch * _BEGINNING
    return not (begins and math.isclose(now.images_per_second * now.seconds, now.images, rel_tol=0.01))


def seconds_of_steps(now: Progress) -> float:
    """Seconds until the last step of the epoch that goes on; infinite while there is no pace."""
    left = max(0, now.images_an_epoch - now.images)
    return left / now.images_per_second if now.images_per_second > 0 else math.inf
