"""Keeps the weights of a run while it trains, so that a run that ends early goes on after its last whole epoch.

Two files in Keras's own format lie in the run's folder. `checkpoint.keras` is the model after the last whole epoch
that was kept, with the state of its optimizer. `best.keras` is the model after the epoch with the lowest validation
loss, or in which the metric of a stop rule was best that restores it at the end. Without such a rule, what a run is
tested with at its end is always the last weights. Keras does not write the state of the layers' random numbers
(Dropout, augmentation); it is added to the file, with the epoch and the run, as a member that Keras does not look at.
"""

from __future__ import annotations

import contextlib
import math
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import msgspec

from cnn_tui.artifacts.weights import WEIGHTS_MEMBER, KeptWeights, read_weights
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.stop_rules import improves, restoring
from cnn_tui.history.run import Run
from cnn_tui.home import best_path, checkpoint_path, run_folder
from cnn_tui.training.callbacks import recorder
from cnn_tui.training.callbacks.recorder import Logs, Recorder, Stopwatch

SHARE = 0.05
"""How much of the time of training may go into writing; where epochs are too short for that, some are left out."""


class CheckpointError(Exception):
    """A checkpoint that cannot be read, or that does not fit; the message says why."""


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes `checkpoint.keras` and `best.keras` after whole epochs, as often as costs little.

    Nothing that goes wrong with them stops the training; it is said. It must come after `recorder`: a checkpoint whose
    epochs are not in the history yet would lose them.
    """

    def __init__(self, run: Run, recorder: Recorder, stopwatch: Stopwatch) -> None:
        super().__init__()
        self._run, self._recorder, self._stopwatch = run, recorder, stopwatch
        self._next = 0.0
        self._epoch = 0  # that is trained or has just been
        self._written = 0  # that the checkpoint is of
        self._chosen_by = restoring(run.experiment.stop)
        self._epochs = run.experiment.epochs
        self._best: KeptWeights | None = None
        self._best_weights: list[Any] | None = None  # those of the best epoch, where they are not in the file yet
        self._complaint = ""

    def go_on_after(self, epochs: int) -> None:
        """Training goes on after this epoch. What is kept of a later one, which is trained again, goes."""
        self._epoch = self._written = epochs
        for path in (checkpoint_path(self._run.id), best_path(self._run.id)):
            kept = read_weights(path, self._run)
            if kept is not None and kept.epoch > epochs:
                path.unlink(missing_ok=True)
        self._best = read_weights(best_path(self._run.id), self._run) if epochs else None

    def begin_phase(self, experiment: Experiment, first: int, epochs: int) -> None:
        """A phase of the training begins, or is gone on with: it began after `first` epochs, of `epochs` in all.

        A rule that restores the best weights looks for them in its own phase.
        """
        before, self._chosen_by, self._epochs = self._chosen_by, restoring(experiment.stop), epochs
        is_of_before = self._best is not None and self._best.epoch <= first
        if is_of_before and (self._chosen_by is not None or before is not None):
            self._best = self._best_weights = None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch + 1

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self._recorder.whole_epochs == self._epoch:
            self._keep(logs or {}, self._stopwatch.now() >= self._next)

    def keep_last(self) -> None:
        """Write what was left out, if it can be: after training, before the weights become any others."""
        with self._timed():
            self._write_best()
            if self._written < self._epoch == self._recorder.whole_epochs < self._epochs:
                self._write_checkpoint()

    def restore_best(self) -> int:
        """Give the model the weights that a stop rule ends with; gives their epoch, from 1, or 0 where there is none.

        It comes after `keep_last`. As in Keras they are the weights themselves, also where `use_ema` averages others.
        """
        if not self._chosen_by or self._best is None:
            return 0
        if self._best.epoch == self._epoch == self._recorder.whole_epochs:
            return self._best.epoch
        if self._best_weights is not None:  # they could not be written
            self.model.set_weights(self._best_weights)
        else:
            self.model.load_weights(best_path(self._run.id))
        return self._best.epoch

    def best_epoch(self) -> str:
        """Which epoch `best.keras` is of, and what it was chosen by; "" where there is none."""
        best = read_weights(best_path(self._run.id), self._run)
        return f"best weights: epoch {best.epoch}, {best.metric} {best.value:.4f}" if best is not None else ""

    # Inside

    def _keep(self, metrics: dict[str, Any], due: bool) -> None:
        """Look at the epoch that has just ended; write it if it is `due`."""
        best = self._better(metrics)
        if best is not None:
            self._best, self._best_weights = best, None
        if not due:
            self._best_weights = self.model.get_weights() if best is not None else self._best_weights
            return
        with self._timed():
            if best is None:
                self._write_best()
            elif not self._try_to_write(best_path(self._run.id), best):
                self._best_weights = self.model.get_weights()
            if math.isfinite(metrics.get("loss", 0.0)):
                self._write_checkpoint()

    def _better(self, metrics: dict[str, Any]) -> KeptWeights | None:
        rule = self._chosen_by
        watched, by = ((rule.metric,), rule.min_delta) if rule else (("val_loss", "val_accuracy"), 0.0)
        metric = next((name for name in watched if name in metrics), "")
        value = float(metrics.get(metric, math.nan))
        if not math.isfinite(value) or (self._best is not None and not improves(metric, value, self._best.value, by)):
            return None
        return KeptWeights(self._run.created, self._epoch, metric, value)

    def _write_checkpoint(self) -> None:
        kept = KeptWeights(self._run.created, self._epoch, seeds=seeds(self.model))
        if self._recorder.write_waiting() and self._try_to_write(checkpoint_path(self._run.id), kept):
            self._written = self._epoch

    def _write_best(self) -> None:
        if self._best is None or self._best_weights is None:
            return
        with weights(self.model, self._best_weights):
            if self._try_to_write(best_path(self._run.id), self._best):
                self._best_weights = None

    def _try_to_write(self, path: Path, kept: KeptWeights) -> bool:
        complaint = write(self.model, path, kept)
        if complaint and complaint != self._complaint:
            self._recorder.note(f"{path.name} could not be written ({complaint}); training goes on")
        self._complaint = complaint
        return not complaint

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        """What is written inside it is not written again until it has cost little for a while."""
        began = self._stopwatch.now()
        yield
        now = self._stopwatch.now()
        self._next = now + max((now - began) / SHARE, recorder.RETRY if self._complaint else 0.0)


def restore(model: Any, path: Path, kept: KeptWeights) -> None:
    """Give a compiled model the weights of a file, and its optimizer and layers the state they had.

    Raises CheckpointError; the model is then of no use any more.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
        if bad is not None:
            raise CheckpointError(f"{path.name} is damaged")
        model.load_weights(path)
    except CheckpointError:
        raise
    except Exception as error:  # h5py and Keras have many
        raise CheckpointError(f"{path.name} cannot be read ({type(error).__name__})") from error
    generators = _seed_states(model)
    if kept.seeds and len(kept.seeds) != len(generators):
        raise CheckpointError(f"{path.name} is of another network")
    for state, seed in zip(generators, kept.seeds, strict=False):
        state.assign(seed)


def write(model: Any, path: Path, kept: KeptWeights) -> str:
    """Write a model in one go, so that a half-written one is never found; gives what went wrong, or ""."""
    part = path.with_name(f"part-{path.name}")
    try:
        model.save(part)
        with zipfile.ZipFile(part, "a") as archive:
            archive.writestr(WEIGHTS_MEMBER, msgspec.json.encode(kept))
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except Exception as error:  # whatever it is, the weights in memory are as they were
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        return getattr(error, "strerror", None) or str(error).split("\n")[0] or type(error).__name__
    return ""


def clear_parts(run_id: int) -> None:
    """Take away what a process that was killed had half written."""
    with contextlib.suppress(OSError):
        for part in run_folder(run_id).glob("part-*"):
            part.unlink(missing_ok=True)


def seeds(model: Any) -> list[list[int]]:
    """The state of the random numbers of every layer that draws some, in their order."""
    return [[int(number) for number in state.numpy()] for state in _seed_states(model)]


@contextlib.contextmanager
def weights(model: Any, others: list[Any]) -> Iterator[None]:
    """Inside this, the model has other weights."""
    own = model.get_weights()
    model.set_weights(others)
    try:
        yield
    finally:
        model.set_weights(own)


def _seed_states(model: Any) -> list[Any]:
    return [
        variable
        for layer in model.layers
        for variable in layer.variables
        if not any(variable is weight for weight in layer.weights)
    ]
