"""When training stops by itself: rules as data, and the watch that tells in which epoch one of them fires."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

MAX_PATIENCE = 100_000
_NO_DELTA = 0.0


class StopRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When to stop early, looked at after each epoch.

    Once `metric` is below or above a value; once it has not improved for `patience` epochs, counted as Keras's
    EarlyStopping counts them, where less than `min_delta` is none; or, with `nan`, once it is no number any more. With
    `restore_best_weights`, beside patience, the run ends with the weights of the epoch in which `metric` was best,
    whatever it is ended by.
    """

    metric: str
    below: float | None = None
    above: float | None = None
    patience: int | None = None
    nan: bool = False
    restore_best_weights: bool = False
    min_delta: float = _NO_DELTA

    def __post_init__(self) -> None:
        given = [self.below is not None, self.above is not None, self.patience is not None, self.nan]
        if sum(given) != 1:
            raise ValueError("a stop rule needs one of below or above (a number), patience (epochs) or nan = true")
        if self.limit is not None and not math.isfinite(self.limit):
            raise ValueError("a stop rule needs a number that a metric can pass, not nan or inf")
        if self.patience is not None and not 1 <= self.patience <= MAX_PATIENCE:
            raise ValueError(f"patience must be a whole number from 1 to {MAX_PATIENCE}, not {self.patience}")
        if self.restore_best_weights and self.patience is None:
            raise ValueError("restore_best_weights goes with patience, which looks for the best epoch")
        if not 0 <= self.min_delta < math.inf or (self.min_delta and self.patience is None):
            raise ValueError("min_delta is how much better is better: a number from 0 on, beside patience")
        if (
            not self.min_delta
        ):  # msgspec leaves out only the default object itself; equal rules have to be written alike
            msgspec.structs.force_setattr(self, "min_delta", _NO_DELTA)

    @property
    def limit(self) -> float | None:
        """The value that the metric has to pass; None for a rule without one."""
        return self.above if self.below is None else self.below

    def is_blind(self, value: float | None) -> bool:
        """Whether it cannot fire on this value: what is no number passes no limit."""
        return self.limit is not None and value is not None and not math.isfinite(value)

    def __str__(self) -> str:
        if self.nan:
            return f"{self.metric} is not a number"
        if self.patience is not None:
            epochs = "epoch" if self.patience == 1 else "epochs"
            back = ", then back to the best" if self.restore_best_weights else ""
            by = f" by {self.min_delta:g}" if self.min_delta else ""
            return f"{self.metric} without improvement{by} for {self.patience} {epochs}{back}"
        return f"{self.metric} {'above' if self.below is None else 'below'} {self.limit:g}"


class Fired(NamedTuple):
    """Which rule fired, after which epoch, and the value of its metric there."""

    rule: StopRule
    epoch: int
    value: float
    best: tuple[int, float] | None = None
    """For a rule with patience: the epoch of the best value, and that value."""

    def __str__(self) -> str:
        shown = f"{self.value:.4f}" if math.isfinite(self.value) else "not a number"
        value = f"{shown} after epoch {self.epoch}"
        if self.best is not None:
            value += f"; the best was {self.best[1]:.4f} after epoch {self.best[0]}"
        return f"{self.rule} ({value})"


class StopWatch:
    """Follows the epochs of one training and tells when a rule fires."""

    def __init__(self, rules: Sequence[StopRule]) -> None:
        self._rules = tuple(rules)
        self._best: dict[tuple[str, float], tuple[int, float]] = {}
        """By metrics, and by how much better is better."""
        self._first: dict[str, int] = {}
        """The epochs that metrics were first reported after: without any number, patience counts from there."""

    def after(self, epoch: int, metrics: Mapping[str, float]) -> Fired | None:
        """What fires after `epoch` (from 1, each once and in order); the first rule of those that do."""
        fired = [self._fired(rule, epoch, metrics[rule.metric]) for rule in self._rules if rule.metric in metrics]
        for name, value in metrics.items():
            self._first.setdefault(name, epoch)
            for by in {rule.min_delta for rule in self._rules if rule.metric == name}:
                self._note(name, by, epoch, value)
        return next((one for one in fired if one is not None), None)

    def _fired(self, rule: StopRule, epoch: int, value: float) -> Fired | None:
        if rule.nan:
            return Fired(rule, epoch, value) if not math.isfinite(value) else None
        if rule.patience is not None:
            best = self._best.get((rule.metric, rule.min_delta))
            improved = math.isfinite(value) and (best is None or improves(rule.metric, value, best[1], rule.min_delta))
            since = best[0] if best is not None else self._first.get(rule.metric, epoch)
            if improved or epoch - since < rule.patience:
                return None
            return Fired(rule, epoch, value, best)
        passed = value < rule.below if rule.below is not None else value > (rule.above or 0.0)
        return Fired(rule, epoch, value) if passed else None

    def _note(self, name: str, by: float, epoch: int, value: float) -> None:
        best = self._best.get((name, by))
        if math.isfinite(value) and (best is None or improves(name, value, best[1], by)):
            self._best[name, by] = (epoch, value)


def restoring(rules: Sequence[StopRule]) -> StopRule | None:
    """The rule that chooses the epoch whose weights a run ends with; None where it is the last epoch."""
    return next((rule for rule in rules if rule.restore_best_weights), None)


def out_of_range(rule: StopRule) -> str:
    """Why a rule's limit is no value of its metric: an accuracy is a share; "" where it may be one."""
    limit = rule.limit
    if limit is None or rule.metric.endswith("loss") or 0 <= limit <= 1:
        return ""
    return f"{rule.metric} runs from 0 to 1" + (f": {limit / 100:g}" if 1 < limit <= 100 else "")


def improves(metric: str, value: float, best: float, by: float = 0.0) -> bool:
    """Whether a value of a metric is better than another, by more than so much: a smaller loss, a greater accuracy."""
    return value < best - by if metric.endswith("loss") else value > best + by
