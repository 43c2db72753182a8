"""A real but tiny `fit` with the callbacks of a run, for the tests of those callbacks."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.elsewhere.run_elsewhere import RunRecord
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import run_folder
from cnn_tui.network.layers import Dense, Dropout, Flatten

EXPERIMENT = Experiment(layers=(Flatten(), Dropout(rate=0.2), Dense(units=10, activation="softmax"))).with_training(
    epochs=3, batch_size=8, learning_rate=0.01
)
IMAGES, STEPS = 60, 8  # the last batch holds four


class TinyNetwork:
    """The network, its images, and the graphs that TensorFlow makes of both in the first fit."""

    def __init__(self) -> None:
        from cnn_tui.training.model.build import build
        from cnn_tui.training.pipeline import evaluation_batches, training_batches
        from tests.training.fixed_pace import Fixed

        self.model = build(EXPERIMENT)
        self.model.optimizer.build(self.model.trainable_variables)
        shown = np.random.default_rng(1).integers(0, 256, (IMAGES, 28, 28, 1), dtype=np.uint8)
        labels = np.arange(IMAGES) % 10
        self.training = training_batches(shown, labels, batch_size=8, seed=1)
        self.validation = evaluation_batches(shown, labels, batch_size=8)
        self.pace = Fixed(1)
        self._untrained = [variable.numpy() for variable in self._variables]

    @property
    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def forget(self) -> TinyNetwork:
        """Back to what it was before it learned anything."""
        for variable, value in zip(self._variables, self._untrained, strict=True):
            variable.assign(value)
        return self


@functools.cache
def shared_network() -> TinyNetwork:
    """The network of all fits that need none of their own: nine tenths of such a fit is making the graphs."""
    return TinyNetwork()


class Fit:
    """A fit of the tiny network with the callbacks of run 1; `fresh` gives it a network of its own."""

    def __init__(self, history: RunRecord, *rules: StopRule, execution: int = 1, fresh: bool = False) -> None:
        from cnn_tui.training.callbacks.checkpoints import Checkpoints
        from cnn_tui.training.callbacks.control import ControlPoll, StopRuleCallback
        from cnn_tui.training.callbacks.epoch_weights import EpochWeights
        from cnn_tui.training.callbacks.recorder import Recorder, Stopwatch

        run_folder(1).mkdir(parents=True, exist_ok=True)
        self.said: list[str] = []
        stopwatch = Stopwatch()
        self.recorder = Recorder(history, 1, EXPERIMENT, stopwatch, self.said.append)
        self.recorder.images_an_epoch = IMAGES
        self.rule = StopRuleCallback(rules, self.recorder.note)
        self.control = ControlPoll(history, 1, 3, stopwatch, self.recorder.note)
        self.checkpoints = Checkpoints(run_of(history), self.recorder, stopwatch)
        self.epoch_weights = EpochWeights(run_of(history), self.recorder)
        self._network = TinyNetwork() if fresh else shared_network().forget()
        self._network.pace.steps = execution
        self.model = self._network.model

    def run(self, *others: Any, first_epoch: int = 0) -> dict[str, list[float]]:
        """Train, with other callbacks before those of the run; gives the metrics of every epoch, by name."""
        from cnn_tui.training import loop

        return loop.fit(
            self.model,
            self._network.training,
            validation_data=self._network.validation,
            epochs=3,
            initial_epoch=first_epoch,
            callbacks=[*others, self.recorder, self.rule, self.control, self.checkpoints, self.epoch_weights],
            pace=self._network.pace,
        )


def run_of(history: RunRecord) -> Run:
    """The one run of the history."""
    run = history.run(1)
    assert run is not None
    return run


def texts(history: History) -> list[str]:
    """What happened to it."""
    return [event.text for event in history.events(1)]


def after_batch(number: int, do: Callable[[], Any]) -> Any:
    """A callback that does something once, after the batch of that number, counted over all epochs from 1."""
    import keras

    counted = itertools.count(1)

    def look(batch: int, logs: Any) -> None:
        if next(counted) == number:
            do()

    return keras.callbacks.LambdaCallback(on_train_batch_end=look)


def in_validation(epoch: int, do: Callable[[], Any]) -> Any:
    """A callback that does something after each execution of the validation of an epoch, counted from 1."""
    import keras

    class Look(keras.callbacks.Callback):  # type: ignore[misc]
        epoch = 0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch + 1

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            if self.epoch == epoch:
                do()

    return Look()


def spoil(number: int) -> Any:
    """A callback that makes all weights no numbers before the batch of that number, counted from 1."""
    import keras

    class Spoil(keras.callbacks.Callback):  # type: ignore[misc]
        batches = 0

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            self.batches += 1
            if self.batches == number:
                self.model.set_weights([np.full_like(weight, np.nan) for weight in self.model.get_weights()])

    return Spoil()
