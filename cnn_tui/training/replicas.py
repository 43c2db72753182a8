"""Several GPUs train one network: each has a copy of it and takes its share of every batch.

Keras's `keras.distribution.DataParallel` is for its JAX backend: on TensorFlow (Keras 3.15) it can be set, and all
variables stay on the first device without a word. What Keras keeps up there is `tf.distribute.MirroredStrategy`, to
which its optimizers, metrics and BatchNormalization listen.

What is computed stays what one GPU computes, but for the order in which numbers are added up: the loss of a batch is
the mean over all its images, also where the shares differ by one; gradients are summed before they are clipped; and
BatchNormalization looks at the whole batch. Layers that draw random numbers draw others on each GPU.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from cnn_tui.jobs.devices import ChosenDevice, DeviceError, settle


class ReplicaShare(NamedTuple):
    """What one of several GPUs does of a batch."""

    weight: tf.Tensor
    """How much its mean loss counts in that of the batch."""
    counts: tf.Tensor | None
    """Whether it counts its images in the metrics; None where each has images of its own."""


@contextlib.contextmanager
def settled(wish: str) -> Iterator[ChosenDevice]:
    """Inside it networks are trained on the device that is wished for. Raises DeviceError.

    It must come before TensorFlow looks for devices.
    """
    choice = settle(wish)
    with together(len(choice.gpus)):
        yield choice


@contextlib.contextmanager
def together(wanted: int, kind: str = "GPU") -> Iterator[None]:
    """Inside it, what is built and trained is so on that many devices; with one at most, as everywhere."""
    if wanted < 2:
        yield
        return
    found = [f"{kind}:{at}" for at in range(len(tf.config.list_logical_devices(kind)))]
    if len(found) < wanted:
        raise DeviceError(f"TensorFlow sees {len(found)} of the {wanted} GPUs; cnn-tui doctor says more")
    with tf.distribute.MirroredStrategy(found).scope():
        yield


def count() -> int:
    """How many devices train a network together."""
    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def prepare(model: keras.Sequential) -> None:
    """Have the optimizer take gradients as they are given, since `summed` has summed them.

    Keras sums them itself, but clips those of each GPU before.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    optimizer._all_reduce_sum_gradients = list


def on_each(take: Callable[[tf.Tensor, ReplicaShare], None], batch: tf.Tensor, divided: bool) -> None:
    """Have every device `take` its share of a batch: the positions of its images.

    Where a batch is not `divided`, because it has fewer images than there are devices, each takes the whole of it.
    """

    def on_one(positions: tf.Tensor) -> None:
        at, total = tf.distribute.get_replica_context().replica_id_in_sync_group, count()
        if not divided:
            take(positions, ReplicaShare(tf.constant(1.0 / total), tf.equal(at, 0)))
            return
        images = tf.shape(positions)[0]
        own = positions[images * at // total : images * (at + 1) // total]
        take(own, ReplicaShare(tf.cast(tf.shape(own)[0], tf.float32) / tf.cast(images, tf.float32), None))

    tf.distribute.get_strategy().run(on_one, args=(batch,))


def whole(loss: tf.Tensor) -> tf.Tensor:
    """The mean loss of a share, which Keras divides by the number of devices."""
    return loss * tf.cast(count(), loss.dtype)


def summed(gradients: Sequence[tf.Tensor | None]) -> list[tf.Tensor | None]:
    """The gradients of all shares, summed over the devices."""
    known = [gradient for gradient in gradients if gradient is not None]
    context = tf.distribute.get_replica_context()
    sums = iter(context.all_reduce(tf.distribute.ReduceOp.SUM, known))
    return [None if gradient is None else next(sums) for gradient in gradients]


@contextlib.contextmanager
def looking_at_whole_batches(model: Any) -> Iterator[None]:
    """While it is traced inside this, BatchNormalization looks at the shares of all devices.

    Only meanwhile: a model that is saved is to be one for every backend of Keras.
    """
    layers = [layer for layer in _flat(model) if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in layers:
        layer.synchronized = True
    try:
        yield
    finally:
        for layer in layers:
            layer.synchronized = False


def _flat(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
