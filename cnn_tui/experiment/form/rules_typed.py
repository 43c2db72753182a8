"""Stop rules as a person types them: `loss below 0.3`, `val_loss patience 3`, `loss nan`."""

from __future__ import annotations

import math
import re

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.stop_rules import StopRule, out_of_range
from cnn_tui.text import counted

_RULE = re.compile(
    r"(?P<metric>\w+)\s+"
    r"((?P<kind>below|above|<|>)\s*(?P<limit>\S+)|patience\s*(?P<epochs>\S+)(\s+by\s+(?P<by>\S+))?(?P<best>\s+best)?|"
    r"(?P<nan>nan))"
)


def parse_rule(experiment: Experiment, text: str) -> StopRule:
    """A stop rule as typed: `loss below 0.3`, `val_loss patience 3`, `loss nan`. Raises ValueError with a sentence."""
    emitted = ", ".join(experiment.emitted_metrics())
    match = _RULE.fullmatch(text.strip())
    if not match:
        raise ValueError(
            "a stop rule is a metric with below or above and a number, with patience and a number of epochs (and best, "
            "to end with the weights of the best of them), or with nan, as: loss below 0.3, val_loss patience 3 best, "
            f"loss nan (metrics: {emitted})"
        )
    metric, number = match["metric"], match["limit"] or match["epochs"]
    if metric not in experiment.emitted_metrics():
        way = experiment.way_to(metric)
        raise ValueError(f"this experiment reports {emitted}, not {metric}" + (f": {way}" if way else ""))
    if match["nan"]:
        rule = StopRule(metric, nan=True)
    elif match["epochs"]:
        by = 0.0 if match["by"] is None else _limit(metric, match["by"])
        rule = StopRule(
            metric, patience=_patience(number), restore_best_weights=match["best"] is not None, min_delta=by
        )
    else:
        value = _limit(metric, number)
        rule = StopRule(metric, below=value) if match["kind"] in ("below", "<") else StopRule(metric, above=value)
    if why := out_of_range(rule):
        raise ValueError(f"{number} is out of range: {why}")
    problem = _problem(rule, max([experiment.training.epochs, *(phase.epochs for phase in experiment.then)]))
    if problem:
        raise ValueError(f"{problem}: the rule would never stop anything")
    return rule


def rule_text(rule: StopRule) -> str:
    """A stop rule as `parse_rule` reads it."""
    if rule.nan:
        return f"{rule.metric} nan"
    by = f" by {rule.min_delta!r}" if rule.min_delta else ""
    best = " best" if rule.restore_best_weights else ""
    return f"{rule.metric} patience {rule.patience}{by}{best}" if rule.patience is not None else str(rule)


def set_rule(experiment: Experiment, at: int, rule: StopRule | None) -> Experiment:
    """The experiment with another stop rule at position `at`, one more at the end, or one fewer (None)."""
    rules = [*experiment.stop]
    rules[at : at + 1] = [rule] if rule is not None else []
    return msgspec.structs.replace(experiment, stop=tuple(rules))


def _patience(number: str) -> int:
    if not number.isascii() or not number.isdecimal() or len(number) > 12:
        raise ValueError(f"patience is a whole number of epochs, not {number}")
    return int(number)


def _limit(metric: str, number: str) -> float:
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{number} is no number that {metric} can pass")
    return value


def _problem(rule: StopRule, epochs: int) -> str:
    """Why a rule can never fire; "" when it can."""
    if rule.patience is not None and rule.patience >= epochs and not rule.restore_best_weights:
        return f"patience {rule.patience} cannot run out within the {counted(epochs, 'epoch')} of this experiment"
    if rule.below is not None and rule.below <= 0:
        return f"{rule.metric} is never below 0"
    if rule.above is not None and rule.above >= 1 and not rule.metric.endswith("loss"):
        share = "a share of the images, " if rule.metric.endswith("accuracy") else ""
        return f"{rule.metric} is {share}never above 1"
    return ""
