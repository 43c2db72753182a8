"""Keeps the weights of single epochs while a run trains, as `keep` in its settings asks for."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_tui.artifacts.kept_epochs import (
    FORMAT,
    EpochHeader,
    KeptArray,
    epoch_path,
    epochs_on_disk,
    forget_epochs,
    header_of,
    read_epoch,
    size_on_disk,
)
from cnn_tui.data import raw_file
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.training import keeping
from cnn_tui.experiment.training.stop_rules import improves
from cnn_tui.history.run import Run, finite
from cnn_tui.home import epochs_folder
from cnn_tui.text import cause_of
from cnn_tui.training.callbacks.recorder import Logs, Recorder


class EpochWeights(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes the weights after each whole epoch; those of the one before go, unless they are to stay.

    So the last whole epoch is there wherever training ends. What goes wrong stops no training: it is said, and tried
    again after the next epoch; beyond what the settings allow on the disk, no more is kept. It must come after
    `recorder`.
    """

    def __init__(self, run: Run, recorder: Recorder) -> None:
        super().__init__()
        self._run, self._recorder, self._training = run, recorder, run.experiment.training
        self._keeps = self._training.keep != keeping.LAST
        self._epoch = 0  # that is trained or has just been
        self._last = 0  # that was written
        self._best: EpochHeader | None = None
        self._complaint = ""

    def go_on_after(self, epochs: int) -> None:
        """Training goes on after this epoch: what is kept of later ones goes; with 0 all of it, whosever it is."""
        if not epochs:
            forget_epochs(self._run.id)
            return
        there = epochs_on_disk(self._run.id)
        forget_epochs(self._run.id, [epoch for epoch in there if epoch > epochs])
        for epoch in there:
            header = header_of(self._run, epoch)
            if header is not None and epoch <= epochs:
                self._last = epoch
                self._best = header if self._is_better(header) else self._best

    def on_train_begin(self, logs: Logs = None) -> None:
        training = self._training
        with contextlib.suppress(OSError):
            for part in epochs_folder(self._run.id).glob("part-*"):
                part.unlink(missing_ok=True)  # of a process that was killed
        epochs, weights = self._run.experiment.epochs, self.model.count_params()
        words = keeping.in_words(training.keep, epochs, weights, training.keep_at_most)
        if words and not self._last:
            self._recorder.note(f"keeps the weights of {words}")

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._epoch = epoch + 1

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        if self._keeps and self._recorder.whole_epochs == self._epoch:
            self._keep(logs or {})

    def _keep(self, metrics: dict[str, Any]) -> None:
        arrays = self.model.get_weights()
        header = header_for(self._run, self._epoch, arrays, metrics)
        gone = self._gone_after(header)
        if self._size_without(gone) + sum(array.nbytes for array in arrays) > self._training.keep_at_most * keeping.MB:
            self._keeps = False
            most = f"{self._training.keep_at_most:,} MB (keep_at_most) are full"
            self._recorder.note(f"the weights of epoch {self._epoch} and later are not kept: {most}; training goes on")
            return
        try:
            write_epoch(self._run.id, header, arrays)
        except OSError as error:
            self._complain(cause_of(error))
            return
        self._complaint, self._last = "", header.epoch
        self._best = header if self._is_better(header) else self._best
        forget_epochs(self._run.id, gone)  # only now: until the new one is there, the one before is the last

    def _complain(self, why: str) -> None:
        if why != self._complaint:
            self._recorder.note(f"the weights of epoch {self._epoch} could not be kept ({why}); training goes on")
        self._complaint = why

    def _gone_after(self, new: EpochHeader) -> list[int]:
        """The epochs that go once a new one is kept: the last and the best until now, unless they are to stay."""
        best = new if self._is_better(new) else self._best
        stays = {best.epoch} if best is not None and self._training.keep == keeping.BEST_AND_LAST else set()
        until_now = {self._last, self._best.epoch if self._best is not None else 0} - {0}
        return [one for one in until_now - stays if not keeping.is_due(self._training.keep, one)]

    def _size_without(self, gone: list[int]) -> int:
        return size_on_disk(self._run.id) - sum(size_on_disk(self._run.id, epoch) for epoch in gone)

    def _is_better(self, header: EpochHeader) -> bool:
        if header.value is None:
            return False
        return self._best is None or self._best.value is None or improves(header.metric, header.value, self._best.value)


def header_for(run: Run, epoch: int, arrays: list[Any], metrics: Mapping[str, Any]) -> EpochHeader:
    """What the file of an epoch is to say of the weights in `arrays`, as `get_weights` gives them."""
    metric = next((name for name in ("val_loss", "val_accuracy", "loss") if name in metrics), "")
    about = tuple(KeptArray(array.shape, array.dtype.name, array.nbytes) for array in arrays)
    return EpochHeader(FORMAT, run.created, epoch, about, metric, finite(metrics.get(metric)))


def write_epoch(run_id: int, header: EpochHeader, arrays: list[Any]) -> None:
    """Write the file of an epoch in one go. Raises OSError."""
    parts = [np.ascontiguousarray(array).data.cast("B") for array in arrays]
    raw_file.write(epoch_path(run_id, header.epoch), header, parts)


def take_epoch(model: Any, path: Path) -> None:
    """Give a model the weights of a kept epoch. Raises RawFileError; the model is then of no use any more."""
    header, parts = read_epoch(path)
    arrays = [
        np.frombuffer(data, np.dtype(one.dtype)).reshape(one.shape)
        for one, data in zip(header.arrays, parts, strict=True)
    ]
    try:
        model.set_weights(arrays)
    except ValueError:
        raise RawFileError(f"{path} is of another network") from None
    settle(model)


def settle(model: Any) -> None:
    """What layers work out from their weights once, they work out from those that they have now."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
        elif isinstance(layer, keras.Model):
            settle(layer)
