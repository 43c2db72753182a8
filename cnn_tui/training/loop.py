"""The loop of training: what Keras's `fit` and `evaluate` do, over images that lie on the device.

Callbacks are called as Keras calls them, in its order, with its names. Between two calls for a batch as many steps are
taken, inside one compiled loop, as take about a tenth of a second; the callbacks get the number of the last one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from cnn_tui.training import replicas
from cnn_tui.training.pipeline import Batches, Piece, Supply
from cnn_tui.training.replicas import ReplicaShare
from cnn_tui.training.step import test_step, train_step, usual_parts

Logs = dict[str, float]
Step = Callable[[keras.Sequential, tf.Tensor, tf.Tensor, int, tf.Tensor | None, ReplicaShare | None], None]

PERIOD = 0.1
"""Seconds between two calls: each costs a little, and without them the lab is blind and a stop unheard."""
_GROWTH = 8  # at most, from one execution to the next: the first ones tell little


def fit(
    model: keras.Sequential,
    data: Batches,
    *,
    epochs: int,
    initial_epoch: int = 0,
    validation_data: Batches | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    pace: Pace | None = None,
    validation_step: Step | None = None,
) -> dict[str, list[float]]:
    """Train a compiled model until `epochs` epochs are done, with those before `initial_epoch`; gives their logs.

    `validation_step` is what is done with a batch of the images to validate on, by default `test_step`. An epoch ends
    early when a callback sets `model.stop_training`.
    """
    called = keras.callbacks.CallbackList(
        list(callbacks), add_history=True, model=model, verbose=0, epochs=epochs, steps=len(data)
    )
    model.stop_training = False
    called.on_train_begin()
    logs: Logs = {}
    for epoch in range(initial_epoch, epochs):
        model.reset_metrics()
        called.on_epoch_begin(epoch)
        logs = _train(model, data, epoch, called, pace)
        if validation_data is not None:
            watched = _evaluate(model, validation_data, called, validation_step)
            logs |= {f"val_{name}": value for name, value in watched.items()}
        called.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    called.on_train_end(logs)
    history: dict[str, list[float]] = model.history.history
    return history


def finish(model: keras.Sequential) -> None:
    """What Keras's `fit` does to the weights at its very end: with `use_ema` they become their moving average.

    It stands by itself because a checkpoint, with which training goes on, needs them as they were. Where no step was
    taken there is no average yet.
    """
    if model.trainable_variables and int(keras.ops.convert_to_numpy(model.optimizer.iterations)):
        model.optimizer.finalize_variable_values(model.trainable_variables)


def evaluate(model: keras.Sequential, data: Batches, *, callbacks: Sequence[keras.callbacks.Callback] = ()) -> Logs:
    """Loss and metrics of a compiled model over all batches, by their names.

    It ends early when a callback sets `model.stop_evaluating`.
    """
    called = keras.callbacks.CallbackList(list(callbacks), model=model, verbose=0, epochs=1, steps=len(data))
    return _evaluate(model, data, called)


class Pace:
    """Finds by measuring how many steps take `PERIOD`, whatever the network and the machine.

    The very first step stands alone: TensorFlow makes its graph in it, which takes longer than many steps, and the lab
    should hear of it soon.
    """

    def __init__(self, period: float = PERIOD) -> None:
        self.steps = 1
        """How many to take next."""
        self._period = period
        self._each: float | None = None

    def took(self, steps: int, seconds: float) -> None:
        """So long did an execution of so many steps take."""
        if self._each is None:
            self._each = 0.0  # the first one only makes the graph
            return
        now = max(seconds, 1e-9) / steps
        # What else the machine does makes single executions late, and none early.
        self._each = (self._each + now) / 2 if 0 < self._each < now else now
        self.steps = max(1, min(self.steps * _GROWTH, round(self._period / self._each)))


class Execution:
    """Several steps as one call into TensorFlow, over the images of one supply."""

    def __init__(self, model: keras.Sequential, supply: Supply, step: Step, pace: Pace) -> None:
        self._model, self._supply, self._step, self._pace = model, supply, step, pace
        batches = supply.batches
        parts = min(usual_parts(), batches.batch_size)
        if replicas.count() > 1:
            replicas.prepare(model)
            parts = parts if parts == replicas.count() else 1  # each has an image of a batch, or all have all of it
        self._steps = self._compiled(parts)
        self._undivided = self._compiled(1)
        self._is_rest_small = 0 < len(batches.images) % batches.batch_size < parts
        """Whether the batch of what is left over of all images does not hold an image for every part."""

    def pieces(self, epoch: int) -> Iterator[Piece]:
        """The pieces of an epoch, each of as many steps as the pace has it."""
        return self._supply.pieces(epoch, lambda: self._pace.steps)

    def run(self, piece: Piece) -> Logs:
        """Take the steps of a piece; gives the metrics after them."""
        began = time.perf_counter()
        end = piece.end - (piece.is_last and self._is_rest_small)
        if piece.first < end:
            result = self._steps(piece.positions, piece.first, end)
        if end < piece.end:
            result = self._undivided(piece.positions, end, piece.end)
        logs = {name: float(value) for name, value in result.items()}  # a GPU has now done its work
        self._pace.took(piece.end - piece.first, time.perf_counter() - began)
        return logs

    def _compiled(self, parts: int) -> Any:
        """The loop over batches `first` to `end`, which gives the metrics after them; traced when it is called."""
        model, size = self._model, self._supply.batches.batch_size

        def take(x: tf.Tensor, y: tf.Tensor, weights: tf.Tensor | None) -> None:
            self._step(model, x, y, parts, weights, None)

        def take_share(own: tf.Tensor, share: ReplicaShare) -> None:
            with replicas.looking_at_whole_batches(model):
                x, y, weights = self._supply.batch(own)
                self._step(model, x, y, 1, weights, share)

        taken = tf.function(take, jit_compile=True, autograph=False) if model.jit_compile else take

        def loop(positions: tf.Tensor, first: tf.Tensor, end: tf.Tensor) -> dict[str, tf.Tensor]:
            def body(at: tf.Tensor) -> tuple[tf.Tensor]:
                batch = positions[at * size : (at + 1) * size]
                if replicas.count() > 1:
                    replicas.on_each(take_share, batch, parts > 1)
                else:
                    taken(*self._supply.batch(batch))
                return (at + 1,)

            tf.while_loop(lambda at: at < end, body, (first,), parallel_iterations=1)
            result: dict[str, tf.Tensor] = model.get_metrics_result()
            return result

        number = tf.TensorSpec((), tf.int32)  # a GPU leaves counting with int32 to the processor
        return tf.function(loop, input_signature=[tf.TensorSpec((None,), tf.int64), number, number], autograph=False)


def _train(
    model: keras.Sequential, data: Batches, epoch: int, called: keras.callbacks.CallbackList, pace: Pace | None
) -> Logs:
    execution = _execution(model, data, train_step, pace)
    done, logs = 0, Logs()
    for piece in execution.pieces(epoch):
        called.on_train_batch_begin(done)
        logs, done = execution.run(piece), piece.done
        called.on_train_batch_end(done - 1, logs)
        if model.stop_training:
            break
    return logs


def _evaluate(
    model: keras.Sequential, data: Batches, called: keras.callbacks.CallbackList, step: Step | None = None
) -> Logs:
    execution = _execution(model, data, step or test_step)
    model.reset_metrics()
    model.stop_evaluating = False
    called.on_test_begin()
    done, logs = 0, Logs()
    for piece in execution.pieces(0):
        called.on_test_batch_begin(done)
        logs, done = execution.run(piece), piece.done
        called.on_test_batch_end(done - 1, logs)
        if model.stop_evaluating:
            break
    called.on_test_end(logs)
    return logs


def _execution(model: keras.Sequential, data: Batches, step: Step, pace: Pace | None = None) -> Execution:
    """The compiled steps; they are compiled once for a model and its data."""
    key = (id(model), step)
    if key not in data.supply.compiled:
        data.supply.compiled[key] = Execution(model, data.supply, step, pace or Pace())
    execution: Execution = data.supply.compiled[key]
    return execution
