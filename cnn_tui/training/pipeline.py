"""The input pipeline: uint8 images in, batches of float32 from 0 to 1 out, each image once an epoch.

Only numbers are shuffled; a whole batch is gathered and scaled at once. So memory holds the images as bytes (47 MB for
Fashion-MNIST, where the notes' `training_images / 255.0` makes 376), and the network hardly ever waits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import tensorflow as tf

from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize

CALLS_PER_SECOND = 10
MACS_PER_SECOND_AND_CORE = 15e9  # measured with the notes' network: 4.5 ms a step of 32 images on two cores
MACS_PER_SECOND_ON_GPU = 5e12
STEP_SECONDS_ON_GPU = 0.0015  # what a step costs at least, however small the network
MAX_BYTES_AHEAD = 64_000_000  # of batches that wait for the network


def training_batches(
    images: np.ndarray[Any, Any],
    labels: np.ndarray[Any, Any],
    *,
    batch_size: int,
    seed: int,
    one_hot: int | None = None,
) -> tf.data.Dataset:
    """Batches of (images, labels) in a new order every epoch; the last one holds what is left over.

    `images` are uint8 of (n, height, width, channels), `labels` class numbers of (n,). `one_hot` is the number of
    classes for a loss that wants labels of (batch, classes). The same seed gives the same orders.
    """
    count = len(images)
    order = tf.data.Dataset.range(count).shuffle(count, seed=seed, reshuffle_each_iteration=True)
    return _gathered(order, images, labels, batch_size, one_hot)


def evaluation_batches(
    images: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], *, batch_size: int, one_hot: int | None = None
) -> tf.data.Dataset:
    """Batches of (images, labels) in their own order, for validation and test."""
    return _gathered(tf.data.Dataset.range(len(images)), images, labels, batch_size, one_hot)


def steps_per_execution(stack: Stack, batch_size: int, steps: int, *, cores: int, gpu: bool = False) -> int:
    """How many batches Keras should take between two calls of its callbacks, for about ten calls a second.

    Each call costs; none for a long time would leave the lab blind and a stop unheard. `steps` is how many batches an
    epoch has.
    """
    work = summarize(stack).macs * batch_size * 3  # the way back costs twice the way there
    if gpu:
        seconds = max(work / MACS_PER_SECOND_ON_GPU, STEP_SECONDS_ON_GPU)
    else:
        seconds = work / (MACS_PER_SECOND_AND_CORE * max(cores, 1))
    wanted = 1 / (CALLS_PER_SECOND * seconds) if seconds else math.inf
    return int(max(1, min(64, steps, wanted)))


def _gathered(
    order: tf.data.Dataset,
    images: np.ndarray[Any, Any],
    labels: np.ndarray[Any, Any],
    batch_size: int,
    one_hot: int | None,
) -> tf.data.Dataset:
    # tf.data runs on the host; images that lay on a GPU would be copied back for every batch.
    with tf.device("/cpu:0"):
        all_images = tf.constant(images)
        all_labels = tf.constant(labels.astype(np.int32))

    batch_bytes = batch_size * images[0].size * 4
    ahead = max(2, min(16, MAX_BYTES_AHEAD // batch_bytes))

    def batch(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = tf.gather(all_labels, index)
        scaled = tf.cast(tf.gather(all_images, index), tf.float32) / 255.0
        return scaled, chosen if one_hot is None else tf.one_hot(chosen, one_hot)

    options = tf.data.Options()
    # A dataset that tunes itself now and then takes two seconds to let go of its last iterator, and Keras makes two of
    # them an epoch. There is nothing to tune here.
    options.autotune.enabled = False
    return order.batch(batch_size).map(batch).prefetch(ahead).with_options(options)
