"""The features of a run's training images: what its last Dense layer weighs, and which images are nearest by them.

An image's features are the numbers that go into the last Dense layer, all that the network still knows of it when it
answers. Images are compared by the angle between their features (cosine distance, 1 minus the cosine: 0 for the same
direction, 1 for nothing in common), not by the way from one to the other: the layer weighs features by a product, so an
image of the same features twice as strong is answered alike, only more surely, and would be far away all the same.
The search looks at every image, by one product of a matrix with a vector: nothing is missed.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.artifacts import features as kept_features
from cnn_tui.artifacts.features import MOST_NUMBERS, FeaturesHeader, features_path
from cnn_tui.artifacts.predictions import model_stamp
from cnn_tui.data import raw_file
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_parts import on_stand_in
from cnn_tui.home import model_path
from cnn_tui.training.data.datasets import Images
from cnn_tui.training.data.image_store import digest_of
from cnn_tui.training.data.split import learned_and_held
from cnn_tui.training.log import say
from cnn_tui.training.pipeline import scaled

BATCH = 256
Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class FeatureReader:
    """Gives the features that a model has of images, as rows of length 1."""

    def __init__(self, model: Any) -> None:
        layer, tensor, self.goes_in = _layer_of_features(model)
        self.layer: str = layer.name
        """The layer that they go into or, without `goes_in`, that gives them."""
        inner = keras.Model(model.inputs, tensor)
        some_images = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
        self._answer = tf.function(lambda x: inner(scaled(x), training=False), input_signature=[some_images])
        self.size = int(np.prod(tensor.shape[1:]))

    def features(self, images: Pixels) -> Floats:
        """(n, size) of uint8 images; what is not finite counts as 0, and so does a row without anything in it."""
        given = tf.cast(self._answer(images), tf.float32).numpy().reshape(len(images), -1)
        rows: Floats = np.nan_to_num(given, nan=0.0, posinf=0.0, neginf=0.0)
        largest = np.maximum(np.abs(rows).max(axis=1, keepdims=True), np.float32(1e-30))
        rows /= largest  # so that no square is too large
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
        return rows


class TrainingFeatures:
    """The features of the images that a run has learned from, worked out a batch at a time and kept."""

    def __init__(
        self, run_id: int, experiment: Experiment, seed: int | None, model: Any, images: Images, epoch: int = 0
    ) -> None:
        """`seed` is the one that the run was trained with: it chose the images that were held out of training.

        The model has the weights of `epoch`, 0 for the run's end, of which alone the features are kept.
        """
        self.run_id, self.images, self._epoch = run_id, images, epoch
        self.reader = FeatureReader(model)
        experiment = on_stand_in(experiment, images.dataset.name)
        positions, _ = learned_and_held(images, experiment.training.validation, seed, experiment.leave_out)
        self.learned = len(positions)
        """How many images it has learned from; of very many features, not all of them are searched."""
        self.positions = positions[: max(1, MOST_NUMBERS // self.reader.size)]
        """The places among the training images of those that are searched."""
        self._stamp = model_stamp(model_path(run_id))
        self._digest = digest_of(images.x_train, images.y_train)
        self.rows: Floats = np.zeros((len(self.positions), self.reader.size), np.float32)
        self.done = 0
        if not epoch:
            self._read()

    @property
    def total(self) -> int:
        return len(self.positions)

    def work(self, seconds: float) -> None:
        """Work out more, a batch at least and for about so many seconds; once all are there, keep them."""
        ends, begun = time.monotonic() + seconds, self.done
        while self.done < self.total and (self.done == begun or time.monotonic() < ends):
            chosen = self.positions[self.done : self.done + BATCH]
            self.rows[self.done : self.done + len(chosen)] = self.reader.features(self.images.x_train[chosen])
            self.done += len(chosen)
            if self.done == self.total and not self._epoch:
                self._keep()

    def nearest(self, image: Pixels, most: int) -> list[tuple[int, float]]:
        """The training images nearest to an image (height, width, channels): their places, with distances from 0."""
        self.work(float("inf"))
        cosines = self.rows @ self.reader.features(image[np.newaxis])[0]
        most = min(most, len(cosines))
        first = np.argpartition(-cosines, most - 1)[:most]
        order = first[np.argsort(-cosines[first], kind="stable")]
        return [(int(self.positions[at]), max(0.0, 1.0 - float(cosines[at]))) for at in order]

    def _read(self) -> None:
        with contextlib.suppress(RawFileError):
            header, start = raw_file.read_header(features_path(self.run_id), FeaturesHeader)
            if header != self._header:
                return
            data = raw_file.read_bytes(features_path(self.run_id), start, self.rows.size * 2)
            self.rows[:] = np.frombuffer(data, "<f2").reshape(self.rows.shape)
            self.done = self.total

    def _keep(self) -> None:
        halves = np.ascontiguousarray(self.rows, "<f2")
        self.rows[:] = halves  # as they are read again, so that a distance is the same now and later
        try:
            raw_file.write(features_path(self.run_id), self._header, [halves.data.cast("B")])
        except OSError as error:  # they are worked out again next time
            say(f"The features of run {self.run_id} could not be kept: {error}")

    @property
    def _header(self) -> FeaturesHeader:
        made = self.reader
        facts = (made.size, made.layer, made.goes_in)
        return FeaturesHeader(kept_features.FORMAT, self.total, *facts, self._digest, self._stamp)


def _layer_of_features(model: Any) -> tuple[Any, Any, bool]:
    """The last Dense layer and what goes into it; without one, what the last layer gives that makes maps one row."""
    layers = list(reversed(model.layers))
    for layer in layers:
        if type(layer).__name__ == "Dense":
            return layer, layer.input, True
    for layer in layers:
        if type(layer).__name__ == "Flatten" or type(layer).__name__.startswith("Global"):
            return layer, layer.output, False
    return layers[0], model.outputs[0], False
