"""Callbacks that change the learning rate between epochs: Keras's own, which go on exactly where a run is resumed.

Schedules that go with the steps need none: the optimizer has them, and its checkpoint tells how many steps were taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras

from cnn_tui.experiment.training.schedule import LearningRateScheduler, ReduceLROnPlateau, keras_arguments
from cnn_tui.experiment.training.training import Training
from cnn_tui.history.epoch import Epoch
from cnn_tui.training.callbacks.recorder import Logs


class Plateau(keras.callbacks.ReduceLROnPlateau):  # type: ignore[misc]
    """Keras's ReduceLROnPlateau. What it knew of the epochs before a checkpoint it gets from their record."""

    def __init__(self, schedule: ReduceLROnPlateau, learning_rate: float, done: Sequence[Epoch]) -> None:
        super().__init__(**keras_arguments(schedule, learning_rate))
        self._learning_rate, self._done = learning_rate, tuple(done)

    def on_train_begin(self, logs: Logs = None) -> None:
        super().on_train_begin(logs)
        self.model.optimizer.learning_rate = self._learning_rate
        for epoch in self._done:
            self.on_epoch_end(epoch.epoch - 1, {self.monitor: epoch.metrics.get(self.monitor, math.nan)})


def rate_callbacks(training: Training, done: Sequence[Epoch], first: int = 0) -> list[keras.callbacks.Callback]:
    """What `fit` needs for the schedule of a training that goes on after the epochs in `done`.

    Of a later phase those are its own epochs, and `first` is how many were trained before it.
    """
    schedule = training.schedule
    if isinstance(schedule, ReduceLROnPlateau):
        return [Plateau(schedule, training.learning_rate, done)]
    if isinstance(schedule, LearningRateScheduler):
        rates = schedule.rates
        return [keras.callbacks.LearningRateScheduler(lambda epoch, _: rates[min(epoch - first, len(rates) - 1)])]
    return []
