"""A run as TensorBoard's event files: `python -m cnn_tui.training.tensorboard FOLDER RUN...`

In FOLDER/run-N there are `train`, `validation` and `test`, as Keras's own TensorBoard callback names them, and its tags
(`epoch_loss`, `epoch_accuracy`; steps count epochs from 0). Times are those of the training, so that TensorBoard's
relative axis is right. Files are TFRecords of `Event` messages, TensorFlow's own; `tf.summary.scalar`, and with it
Keras's callback, would want the package tensorboard, which is not needed to write them. A run that is written again
replaces what was written before. The last line of the standard output is a sentence: what was done, or what went wrong.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from cnn_tui.text import cause_of

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # nothing is computed

import tensorflow as tf

from cnn_tui.experiment.file import to_toml
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.run import Run
from cnn_tui.text import counted

Event: TypeAlias = Any
"""A message of TensorFlow's, `tf.compat.v1.Event`."""
_SCALAR, _TENSOR = 1, 2  # DATA_CLASS_SCALAR, DATA_CLASS_TENSOR


def main(arguments: Sequence[str]) -> int:
    """Write the event files; gives the exit status."""
    folder, *runs = arguments
    try:
        with History() as history:
            found = [history.run(int(run)) for run in runs]
        written = [write(run, Path(folder)) for run in found if run is not None]
    except (OSError, HistoryError, tf.errors.OpError) as error:
        print(f"the event files could not be written: {cause_of(error)}")
        return 1
    print(f"{counted(len(written), 'run')} written to {folder}; tensorboard --logdir shows them")
    return 0


def write(run: Run, folder: Path) -> Path:
    """Write the event files of a run; gives its folder. Raises OSError."""
    home = folder / f"run-{run.id}"
    parts = {"train": list(_epochs(run, "")), "validation": list(_epochs(run, "val_")), "test": list(_test(run))}
    parts["train"].insert(0, _described(run))
    for part, events in parts.items():
        if events:
            _write(home / part / f"events.out.tfevents.{int(run.created)}.cnn-tui", run.created, events)
    return home


def _write(path: Path, began: float, events: Sequence[Event]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"part-{path.name}")
    try:
        with tf.io.TFRecordWriter(os.fsencode(part)) as writer:
            writer.write(tf.compat.v1.Event(wall_time=began, file_version="brain.Event:2").SerializeToString())
            for event in events:
                writer.write(event.SerializeToString())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _epochs(run: Run, prefix: str) -> Iterator[Event]:
    """The metrics of every epoch, training or (`val_`) validation; values that are no numbers are left out."""
    now = run.created
    for epoch in run.epochs:
        now += epoch.seconds
        for name, value in epoch.metrics.items():
            mine = name.startswith("val_") == bool(prefix)
            if mine and math.isfinite(value):
                yield _scalar(f"epoch_{name.removeprefix(prefix)}", value, epoch.epoch - 1, now)
        if not prefix:
            yield _scalar("epoch_seconds", epoch.seconds, epoch.epoch - 1, now)


def _test(run: Run) -> Iterator[Event]:
    step, now = max(0, len(run.epochs) - 1), run.created + sum(epoch.seconds for epoch in run.epochs)
    for name, value in (("loss", run.test_loss), ("accuracy", run.test_accuracy)):
        if value is not None:
            yield _scalar(f"evaluation_{name}", value, step, now)


def _described(run: Run) -> Event:
    """The experiment as its file has it, for TensorBoard's page of texts."""
    text = "\n".join(f"    {line}" for line in to_toml(run.experiment).splitlines())
    return _event("experiment", tf.make_tensor_proto([text], tf.string), "text", _TENSOR, 0, run.created)


def _scalar(tag: str, value: float, step: int, now: float) -> Event:
    return _event(tag, tf.make_tensor_proto(value, tf.float32), "scalars", _SCALAR, step, now)


def _event(tag: str, tensor: object, plugin: str, kind: int, step: int, now: float) -> Event:
    metadata = tf.compat.v1.SummaryMetadata(data_class=kind)
    metadata.plugin_data.plugin_name = plugin
    value = tf.compat.v1.Summary.Value(tag=tag, tensor=tensor, metadata=metadata)
    return tf.compat.v1.Event(wall_time=now, step=step, summary=tf.compat.v1.Summary(value=[value]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
