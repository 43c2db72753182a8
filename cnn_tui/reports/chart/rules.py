"""What a chart marks of a run: the best values, where its stop rules fire, and where phases begin."""

from __future__ import annotations

from typing import NamedTuple

from cnn_tui.experiment.training.phases import phase_reached
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.run import Run
from cnn_tui.reports.chart.choice import ChartChoice
from cnn_tui.reports.chart.curves import Best, best, best_of
from cnn_tui.reports.chart.picture import Level


def phase_starts(run: Run) -> tuple[int, ...]:
    """After which epochs the later phases of the training have begun."""
    if not run.experiment.then:
        return ()
    return phase_reached(run.experiment, [one.metrics for one in run.epochs]).begun[1:]


class Deadline(NamedTuple):
    """A rule that waits for something better than `best`, and ends the run after `epoch` if it does not come."""

    rule: StopRule
    epoch: int
    best: Best


def rule_best(run: Run, choice: ChartChoice) -> Best | None:
    """The best value that a rule with patience counts from, where the chart shows it and marks another one as best."""
    marked = best(run, choice.metric_of(run))
    for rule in run.experiment.stop:
        if rule.patience and rule.metric in choice.names(run) and (marked is None or marked.name != rule.metric):
            return best_of(run, rule.metric, rule.min_delta)
    return None


def shown_best(run: Run, choice: ChartChoice) -> Best | None:
    """The best epoch of the metric, where the chart shows the curve that it is on."""
    found = best(run, choice.metric_of(run))
    return found if found and found.name in choice.names(run) else None


def rule_levels(run: Run, names: tuple[str, ...]) -> list[Level]:
    """The limits of the rules on these metrics."""
    rules = [rule for rule in run.experiment.stop if rule.metric in names]
    return [Level(rule.limit, level_label(rule)) for rule in rules if rule.limit is not None]


def level_label(rule: StopRule) -> str:
    """`stop below 0.3`, `stop val_accuracy above 0.9`."""
    what = f"{rule.metric} " if rule.metric.startswith("val_") else ""
    return f"stop {what}{'below' if rule.below is not None else 'above'} {rule.limit:g}"


def rule_deadlines(run: Run, names: tuple[str, ...]) -> list[Deadline]:
    """When the rules with patience on these metrics fire, as things stand: of a run that goes on, before its end."""
    if not run.live or run.experiment.then:  # whose rules count anew in each phase
        return []
    found = []
    for rule in run.experiment.stop:
        top = best_of(run, rule.metric, rule.min_delta) if rule.metric in names and rule.patience else None
        if top and rule.patience and top.epoch + rule.patience < run.experiment.training.epochs:
            found.append(Deadline(rule, top.epoch + rule.patience, top))
    return found
