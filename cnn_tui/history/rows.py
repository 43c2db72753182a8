"""The columns that runs are read from, and their rows as what they are."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import Line, Run

GAP = (
    "(CASE WHEN train_images > 0 AND test_images = 0 THEN NULL WHEN tested_epoch IS NULL THEN accuracy"
    " ELSE (SELECT json_extract(metrics, '$.accuracy')"
    " FROM epochs WHERE run = runs.id AND epoch = tested_epoch) END - test_accuracy)"
)
"""How much better a run is on what it learned from than on the test images, in SQL: the one definition of the gap.

It is the training accuracy of the epoch whose weights were tested, minus the test accuracy. That is the last epoch,
save for a run that was interrupted: it is tested from its checkpoint, which may be of an earlier one. A run that was
stopped within an epoch is tested with the weights of that moment, of which no whole epoch tells anything: it has none,
nor has a run that was not tested, or on its training images alone, or has no accuracy. Whether there was validation
makes no difference.
"""
SAME_EXPERIMENT = ("same", "dataset", "train_images", "test_images")
"""The columns that runs of one experiment on the same images have in common; of a damaged one, `same` is ""."""
_GROUP = (
    "iif(same = '', id, (SELECT min(one.id) FROM runs AS one WHERE"
    f" {' AND '.join(f'one.{name} = runs.{name}' for name in SAME_EXPERIMENT)}))"
)
_MEMORY = "coalesce(json_extract(progress, '$.memory'), 0) AS memory"
_WORKED_OUT = {"gap": f"{GAP} AS gap", "group": f'{_GROUP} AS "group"', "memory": _MEMORY}
_LINE = tuple(Line.__struct_fields__)
_TAGS = _LINE.index("tags")
LINE_COLUMNS = ", ".join(_WORKED_OUT.get(name, name) for name in _LINE)
_RUN = tuple(name for name in Run.__struct_fields__ if name != "has_experiment")
RUN_COLUMNS = ", ".join(_WORKED_OUT.get(name, name) for name in _RUN)
_MOST_EPOCHS = 100_000
CHUNK = 500  # values in one statement

Kind = TypeVar("Kind")


def marks(values: Sequence[Any]) -> str:
    """A question mark for each value."""
    return ", ".join("?" * len(values))


def chunks(values: Sequence[Kind]) -> Iterator[Sequence[Kind]]:
    """The values in parts that one statement can take."""
    for at in range(0, len(values), CHUNK):
        yield values[at : at + CHUNK]


def decoded(text: str, kind: type[Kind]) -> Kind:
    """JSON of the history as what it is. Raises sqlite3.DatabaseError where the file was damaged."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"the file is damaged: {error}") from None


def to_line(row: tuple[Any, ...]) -> Line:
    values = [*row]
    values[_TAGS] = decoded(row[_TAGS], tuple[str, ...]) if row[_TAGS] != "[]" else ()
    return Line(*values)


def to_run(row: tuple[Any, ...], epochs: Sequence[Epoch]) -> Run:
    fields = dict(zip(_RUN, row, strict=True))
    asked_for = fields.pop("epochs")
    fields["tags"] = decoded(fields["tags"], tuple[str, ...])
    fields["environment"] = decoded(fields["environment"], dict[str, Any])
    for flag in ("fired_within", "archived"):
        fields[flag] = bool(fields[flag])
    try:
        fields["experiment"], known = msgspec.json.decode(fields["experiment"], type=Experiment), True
    except msgspec.MsgspecError:
        # Of a version with other layers: the figures of the run are still worth showing.
        training = Training(epochs=min(max(asked_for, 1), _MOST_EPOCHS))
        fields["experiment"] = Experiment(name=fields["name"], dataset=fields["dataset"], training=training)
        known = False
    return Run(**fields, epochs=tuple(epochs), has_experiment=known)


def to_epoch(epoch: int, metrics: str, *figures: Any) -> Epoch:
    told = decoded(metrics, dict[str, float | None])
    # JSON has no NaN: msgspec writes null for it.
    plain = {name: math.nan if value is None else value for name, value in told.items()}
    return Epoch(epoch, plain, *figures)
