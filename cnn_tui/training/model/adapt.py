"""Lets Normalization layers look at the training images before training, as Keras's `adapt` does."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.training.pipeline import Pixels, scaled

BATCH = 256


def adapt(model: keras.Sequential, images: Pixels) -> None:
    """Give each Normalization the mean and variance, apart on its axes, of what reaches it of the training images."""
    for at, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.Normalization):
            mean, variance = _mean_and_variance(model.layers[:at], images, layer.axis)
            layer.adapt_mean.assign(mean)
            layer.adapt_variance.assign(variance)
            layer.finalize_state()


def _mean_and_variance(
    before: list[Any], images: Pixels, kept: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of what layers give for images, over all axes but those that are `kept`."""
    total: Any = 0.0
    squares: Any = 0.0
    count = 0
    for start in range(0, len(images), BATCH):
        x = scaled(images[start : start + BATCH])
        for layer in before:
            x = layer(x, training=False)
        numbers = tf.cast(x, tf.float64).numpy()
        over = tuple(axis for axis in range(numbers.ndim) if axis not in kept and axis - numbers.ndim not in kept)
        total, squares = total + numbers.sum(over), squares + np.square(numbers).sum(over)
        count += math.prod(numbers.shape[axis] for axis in over)
    mean = total / count
    return mean, np.maximum(squares / count - np.square(mean), 0.0)
