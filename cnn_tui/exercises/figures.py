"""The figures of an exercise: over its runs, over the baseline's, and in the notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnn_tui.analysis.chance.tested_images import sampling_error
from cnn_tui.exercises.model import CourseNotes
from cnn_tui.exercises.shown_runs import ShownRuns
from cnn_tui.history.groups import Group


class FigureRow(NamedTuple):
    """A figure of an exercise: over its runs, over the baseline's, the difference of the two, and in the notes."""

    key: str
    yours: str
    baseline: str
    change: str
    notes: str


class _Figure(NamedTuple):
    """A row of figures: its name, the field of `Trial`, the digits after the point, and its name in the notes."""

    key: str
    field: str
    digits: int
    noted: str


GAP, VALIDATION_LOSS = "gap, train - test", "validation loss"
_HELD_OUT = ("gap", "val_loss")
_FIGURES = (
    _Figure("test accuracy", "test_accuracy", 4, "test_accuracy"),
    _Figure("test loss", "test_loss", 4, "test_loss"),
    _Figure("train accuracy", "accuracy", 4, "train_accuracy"),
    _Figure("train loss", "loss", 4, "train_loss"),
    _Figure(GAP, "gap", 4, ""),
    _Figure(VALIDATION_LOSS, "val_loss", 4, ""),
    _Figure("seconds an epoch", "pace", 1, "seconds_an_epoch"),
    _Figure("epochs", "epochs", 0, ""),
    _Figure("parameters", "params", 0, "params"),
)


def figure_rows(notes: CourseNotes, shown: ShownRuns) -> tuple[FigureRow, ...]:
    """All figures that there are; no change is told between runs that were made under other conditions."""
    noted, both = notes.to_json(), (shown.group, shown.baseline)
    rows = []
    for figure in _FIGURES:
        if figure.field in _HELD_OUT and not any(one is not None and _holds_out(one) for one in both):
            continue
        row = _row(figure, shown, noted)
        if row.yours or row.baseline or row.notes:
            rows.append(row)
    return tuple(rows)


def accuracy_row(shown: ShownRuns) -> FigureRow:
    """Test accuracy alone, without the notes'."""
    return _row(_FIGURES[0], shown, {})


def _row(figure: _Figure, shown: ShownRuns, noted: Mapping[str, Any]) -> FigureRow:
    group, base = shown.group, shown.baseline
    change = ""
    if group is not None and base is not None and (shown.comparable or figure.field == "params"):
        mine, other = group.spread(figure.field).mean, base.spread(figure.field).mean
        change = "" if mine is None or other is None else f"{mine - other:+,.{figure.digits}f}"
    value = noted.get(figure.noted)
    written = "" if value is None else f"{value:,.{figure.digits}f}"
    return FigureRow(figure.key, _spread(group, figure), _spread(base, figure), change, written)


def _holds_out(group: Group) -> bool:
    """Whether a part of the training images was held out, so that validation is another figure than the test's."""
    experiment = group.experiment
    return experiment is not None and experiment.training.holds_out


def _spread(group: Group | None, figure: _Figure) -> str:
    if group is None:
        return ""
    spread = group.spread(figure.field)
    if spread.mean is None:
        return ""
    around = spread.deviation if figure.digits else None
    if figure.field == "test_accuracy" and spread.n == 1:
        around = sampling_error(spread.mean, group.images[2])
    return f"{spread.mean:,.{figure.digits}f}" + (f" ± {around:.{figure.digits}f}" if around is not None else "")
