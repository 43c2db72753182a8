"""What differs between experiments, and between runs: settings, layers, and what came of them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from cnn_tui.analysis.comparison import CellValue, Comparison, ComparisonRow, LayerDiff, RowGroup
from cnn_tui.experiment.difference import settings_told
from cnn_tui.experiment.names import without_seed
from cnn_tui.history.conditions import images_in_words
from cnn_tui.history.ending import AS_PLANNED, ending_in_words
from cnn_tui.history.groups import same_images
from cnn_tui.history.run import Line, Run
from cnn_tui.history.spread import Spread, by_seed, spread_of
from cnn_tui.network.diff import DiffLine, diff_stacks
from cnn_tui.network.stack import Stack, canonical

_ENVIRONMENT = ("device", "tensorflow", "keras", "cnn_tui")


class RunChanges(NamedTuple):
    """How a run's figures differ from the baseline's; None where one of the two does not have the figure."""

    test_accuracy: float | None
    gap: float | None
    params: int
    pace: float | None


def changes_of(line: Line, baseline: Line) -> RunChanges:
    """What a row of the history's table shows against the pinned run; accuracies of other data are not compared."""
    same_data = line.images == baseline.images
    return RunChanges(
        _minus(line.test_accuracy, baseline.test_accuracy) if same_data else None,
        _minus(line.gap, baseline.gap) if same_data else None,
        line.params - baseline.params,
        _minus(line.pace, baseline.pace),
    )


Column: TypeAlias = Sequence[Run]
"""What is compared: one run, or several that repeat one experiment, of which the first has what all have."""


def compare(runs: Sequence[Run], baseline: int | None = None) -> Comparison:
    """Put runs side by side. `baseline` is the number of one of them; without it, `baseline_of` chooses."""
    return compare_groups([(run,) for run in runs], baseline)


def compare_groups(columns: Sequence[Column], baseline: int | None = None) -> Comparison:
    """Put groups of runs side by side, each with its means. `baseline` is the number of a run in one of them."""
    firsts = [column[0] for column in columns]
    at_run = {run.id: at for at, column in enumerate(columns) for run in column}
    at = at_run[baseline if baseline in at_run else baseline_of(firsts)]
    rows = [_data(firsts), *_training(columns), *_machine(columns), *_results(columns, at)]
    base = firsts[at]
    layers = tuple(LayerDiff(run.id, _layers(base, run)) for run in firsts if run is not base)
    names = tuple(
        run.name if len(column) == 1 else without_seed(run.name) for run, column in zip(firsts, columns, strict=True)
    )
    trained = [run for run in firsts if is_trained(run)]
    other_data = any(
        not same_images(run.images, run.experiment, trained[0].images, trained[0].experiment) for run in trained
    )
    idle = tuple(run.id for column in columns for run in column if not is_trained(run))
    groups = tuple(tuple(run.id for run in column) for column in columns)
    ids = tuple(run.id for run in firsts)
    conditions = tuple(run.conditions for run in firsts)
    return Comparison(ids, names, base.id, tuple(rows), layers, idle, other_data, conditions, groups)


def repeats_together(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs, those that repeat one experiment together, in the order of the first of each."""
    found: dict[int, list[Run]] = {}
    for run in runs:
        found.setdefault(run.group if run.ending in AS_PLANNED else -run.id, []).append(run)
    return [*found.values()]


def baseline_of(runs: Sequence[Run], pinned: int | None = None) -> int:
    """The run that the others are best compared with: the pinned one, else the first one that has figures."""
    order = sorted(runs, key=lambda run: run.id != pinned)
    return next((run for run in order if run.epochs), next(filter(is_trained, order), order[0])).id


def is_trained(run: Run) -> bool:
    """Whether the run got as far as loading its images."""
    return run.train_images > 0


def pace_of(run: Run) -> float | None:
    """Mean seconds of the epochs that ended, without what training took to start up; None before the first has."""
    return statistics.fmean(epoch.pace for epoch in run.epochs) if run.epochs else None


def in_points(share: float) -> str:
    """A difference of two shares in percentage points, with its sign: `-1.25`; `+0.00` for no difference."""
    return f"{round(share * 100, 2) + 0.0:+.2f}"


def _data(runs: Sequence[Run]) -> ComparisonRow:
    asked = {run.experiment.dataset for run in runs if is_trained(run)}

    def value(run: Run) -> str | None:
        if is_trained(run):
            return f"{run.dataset}, {images_in_words(run.train_images, run.test_images)}"
        # Had it been trained, it would have had the images of the other runs with that dataset.
        return None if run.experiment.dataset in asked else run.dataset

    return _row("data", "data", tuple(value(run) for run in runs))


def _training(columns: Sequence[Column]) -> list[ComparisonRow]:
    flat = [settings_told(one[0].experiment) if one[0].has_experiment else {} for one in columns]
    names = dict.fromkeys(name for one in flat for name in one if name not in ("dataset", "seed"))
    rows = [_row(name, "training", tuple(one.get(name, "") for one in flat)) for name in names]
    return [*rows, _row("seed", "training", tuple(_seeds(column) for column in columns))]


def _seeds(column: Column) -> CellValue:
    if len(column) == 1:
        return column[0].seed
    return ", ".join(str(seed) for seed in dict.fromkeys(run.seed for run in column) if seed is not None)


def _machine(columns: Sequence[Column]) -> list[ComparisonRow]:
    def value(run: Run, name: str) -> CellValue:
        return str(run.environment.get(name, "")) if is_trained(run) else None

    return [
        _row(name, "machine", tuple(_all_of([value(run, name) for run in column]) for column in columns))
        for name in _ENVIRONMENT
    ]


def _all_of(values: Sequence[CellValue]) -> CellValue:
    """What the runs of a column have, each once."""
    each = [value for value in dict.fromkeys(values) if value is not None]
    return None if not each else each[0] if len(each) == 1 else ", ".join(map(str, each))


def _results(columns: Sequence[Column], base: int) -> list[ComparisonRow]:
    figures: list[tuple[str, int | None, Callable[[Run], float | None]]] = [
        ("test accuracy", 4, lambda run: run.test_accuracy),
        ("test loss", 4, lambda run: run.test_loss),
        ("train accuracy", 4, lambda run: run.figure_at_test("accuracy")),
        ("train loss", 4, lambda run: run.figure_at_test("loss")),
        ("validation accuracy", 4, lambda run: run.figure_at_test("val_accuracy")),
        ("validation loss", 4, lambda run: run.figure_at_test("val_loss")),
        ("gap", 4, lambda run: run.gap),
        ("parameters", None, lambda run: run.params),
        ("seconds an epoch", 1, pace_of),
        ("epochs done", None, lambda run: len(run.epochs)),
    ]
    rows = []
    for key, digits, figure in figures:
        spreads = [_spread(column, digits, figure) for column in columns]
        values = tuple(spread.mean for spread in spreads)
        changes = tuple(_minus(value, values[base]) if at != base else None for at, value in enumerate(values))
        rows.append(ComparisonRow(key, "result", values, changes, digits, tuple(one.deviation for one in spreads)))
    ended = _row("ended", "result", tuple(_all_of([_how_it_ended(run) for run in column]) for column in columns))
    return [*rows, ended]


def _spread(column: Column, digits: int | None, figure: Callable[[Run], float | None]) -> Spread:
    """The figure of a column; a whole number stays one."""
    if len(column) == 1 or digits is None:
        return Spread(1, figure(column[0]), None)
    return spread_of(by_seed((run.id, run.seed, figure(run)) for run in column).values())


def _how_it_ended(run: Run) -> str:
    return ending_in_words(run.status, run.ending, run.stop_cause)


def _row(key: str, group: RowGroup, values: tuple[CellValue, ...]) -> ComparisonRow:
    return ComparisonRow(key, group, values, (None,) * len(values))


def _layers(before: Run, after: Run) -> tuple[DiffLine, ...]:
    """The difference of the networks that two runs trained; arguments that have no effect are not compared."""
    if not (before.has_experiment and after.has_experiment):
        return (DiffLine("~", "the layers of one of the two cannot be read any more"),)

    def stack(run: Run) -> Stack:
        # The input shape is not compared, and a dataset that is gone has none.
        return Stack((1, 1, 1), tuple(canonical(layer) for layer in run.experiment.layers))

    return diff_stacks(stack(before), stack(after))


def _minus(value: float | None, other: float | None) -> float | None:
    """None where one of the two is missing, or no number."""
    if value is None or other is None or not math.isfinite(value - other):
        return None
    return value - other
