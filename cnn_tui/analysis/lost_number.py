"""A run whose loss, or another metric, is no number any more: since when, in words, and what may help."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.epoch import Point
from cnn_tui.history.run import Progress, Run

NAN_RULE = "loss nan"
"""The stop rule that ends such a run at once, as it is typed."""


class LostNumber(NamedTuple):
    """A metric, by Keras's name, that is NaN or infinite in the epoch `since` and in all that came after it."""

    metric: str
    since: int
    until: float
    """How far, in epochs, it is known to have been a number."""

    def __str__(self) -> str:
        if self.until <= self.since - 1:
            return f"the {self.metric} is not a number from epoch {self.since} on"
        share = self.until - (self.since - 1)
        return f"the {self.metric} is not a number; it was one until {share:.0%} of epoch {self.since}"


def lost_number(run: Run, points: Sequence[Point] = (), now: Progress | None = None) -> LostNumber | None:
    """The loss of a run if it is no number any more, else the loss of its validation; None where both still are."""
    return _lost(run, "loss", points, now) or _lost(run, "val_loss", (), None)


def lost_metric(run: Run, metric: str, points: Sequence[Point] = (), now: Progress | None = None) -> LostNumber | None:
    """The same for one metric, by Keras's name; `points` are the readings of the loss."""
    return _lost(run, metric, points if metric == "loss" else (), now)


def _lost(run: Run, metric: str, points: Sequence[Point], now: Progress | None) -> LostNumber | None:
    since = None
    for one in reversed(run.epochs):
        if math.isfinite(one.metrics.get(metric, 0.0)):
            break
        since = one.epoch
    if since is None and metric == "loss":
        since = _going_on(run, now)
    if since is None:
        return None
    read = max((point.at for point in points if point.at <= since), default=0.0)
    before = max((one.epoch for one in run.epochs if one.epoch < since and metric in one.metrics), default=0)
    return LostNumber(metric, since, max(read, float(before)))


def _going_on(run: Run, now: Progress | None) -> int | None:
    """The epoch that has not ended in which the loss was lost: it goes on, or a stop rule ended it."""
    fired = run.fired
    if fired is not None and fired.within:
        return fired.epoch
    if run.live and now is not None and now.phase == "training" and now.step and now.loss is None:
        return now.epoch
    return None


def remedy(run: Run) -> str:
    """What may help, in a sentence."""
    rate, precision = run.experiment.training.learning_rate, run.experiment.training.precision
    words = f"A lower learning_rate may help: {rate / 10:g} in place of {rate:g}"
    return words + (", or the precision float32." if precision == "mixed_float16" else ".")


def needs_nan_rule(run: Run) -> bool:
    """Whether no rule of the run ends it once its loss is lost."""
    return not any(rule.nan and rule.metric == "loss" for rule in run.experiment.stop)


def blind_rules(run: Run) -> list[StopRule]:
    """The rules of the run that cannot fire any more: what is no number passes no limit."""
    if not run.epochs:
        return []
    last = run.epochs[-1].metrics
    return [rule for rule in run.experiment.stop if rule.is_blind(last.get(rule.metric))]
