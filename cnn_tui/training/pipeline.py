"""The input pipeline: uint8 images in, batches of float32 from 0 to 1 out, each image once an epoch.

The images lie as bytes where the network is computed (47 MB for Fashion-MNIST, where the notes'
`training_images / 255.0` makes 376). Of each epoch only an order of numbers is made; a batch is gathered and scaled
inside the step that learns from it. Images that would take too much of the device's memory are sent there a little
ahead of the steps instead.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import psutil
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.training.class_weights import ClassWeight, by_number
from cnn_tui.jobs.devices import visible
from cnn_tui.jobs.gpu_client import read_gpus
from cnn_tui.network.losses import CLASS_NUMBERS, Answers
from cnn_tui.training import replicas

Pixels = NDArray[np.uint8]
Labels = NDArray[Any]
Weights = NDArray[np.float32]

SHARE = 0.5
"""How much of the device's free memory the images of a set may take; the network needs the rest."""
UNKNOWN = 2_000_000_000
"""Bytes that they may take on a GPU that does not tell how much it has."""
CHUNK_BYTES = 64_000_000
"""At most so much is sent at once of images that do not stay on the device."""


class Batches:
    """Images and labels in batches; the last one of an epoch holds what is left over.

    `images` are uint8 of (n, height, width, channels), `labels` class numbers of (n,). `answers` is the form in which
    the loss takes them. `weights` say how much the images of each class count in the loss, for the classes from 0 on;
    without them, all count 1. With a `seed` every epoch has an order of its own, which follows from the seed and the
    number of the epoch alone; without one the order is that of the images. With `steps` an epoch has so many batches:
    it goes on where the last one ended, and behind the last image with the next order. `room` is how many bytes of
    images may stay on the device; by default `room()`.
    """

    def __init__(
        self,
        images: Pixels,
        labels: Labels,
        *,
        batch_size: int,
        answers: Answers = CLASS_NUMBERS,
        weights: Weights | None = None,
        seed: int | None = None,
        steps: int | None = None,
        room: int | None = None,
    ) -> None:
        self.images, self.labels = images, labels
        self.batch_size, self.answers, self.weights, self.seed = batch_size, answers, weights, seed
        self.room = room
        self.once = math.ceil(len(images) / batch_size)
        """How many batches show every image once."""
        self.steps = steps or self.once
        self.begun = 0
        """The epoch, from 0, with which a phase of the training begins, and with it an order from its first image."""

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return self.steps

    @property
    def images_an_epoch(self) -> int:
        """How many images an epoch shows."""
        return round(len(self.images) * self.steps / self.once)

    def __iter__(self) -> Iterator[tuple[tf.Tensor, tf.Tensor]]:
        """The batches of the first epoch, as the network gets them."""
        order = self.order(0)
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            yield scaled(self.images[rows]), self.right_answers(tf.constant(self.labels[rows], tf.int64))

    def order(self, time: int) -> NDArray[np.int64]:
        """The positions of all images, in the order in which they are shown for the first time, 0, and so on."""
        if self.seed is None:
            return np.arange(len(self.images))
        return np.random.default_rng([self.seed, time]).permutation(len(self.images))

    def parts(self, epoch: int) -> Iterator[tuple[NDArray[np.int64], bool]]:
        """The positions of the images of an epoch, from 0, in parts; whether each goes to the last of all images.

        Batches begin anew with each part. Where an epoch shows every image once, there is one.
        """
        at = math.ceil(self.begun * self.steps / self.once) * self.once + (epoch - self.begun) * self.steps
        end = at + self.steps
        while at < end:
            time, first = divmod(at, self.once)
            last = min(first + end - at, self.once)
            yield self.order(time)[first * self.batch_size : last * self.batch_size], last == self.once
            at += last - first

    def right_answers(self, labels: tf.Tensor) -> tf.Tensor:
        return right_answers(labels, self.answers)

    def sample_weights(self, labels: tf.Tensor) -> tf.Tensor | None:
        """How much each image of (batch,) counts in the loss; None where all count the same."""
        return None if self.weights is None else tf.gather(tf.constant(self.weights), labels)

    @functools.cached_property
    def supply(self) -> Supply:
        """The images on the device, brought there when they are first asked for."""
        return Supply(self)


def training_batches(
    images: Pixels,
    labels: Labels,
    *,
    batch_size: int,
    seed: int,
    answers: Answers = CLASS_NUMBERS,
    weights: Weights | None = None,
    steps: int | None = None,
    shuffle: bool = True,
) -> Batches:
    """Batches in a new order every epoch, unless they are not to be shuffled. The same seed gives the same orders."""
    order = seed if shuffle else None
    return Batches(images, labels, batch_size=batch_size, answers=answers, weights=weights, seed=order, steps=steps)


def evaluation_batches(images: Pixels, labels: Labels, *, batch_size: int, answers: Answers = CLASS_NUMBERS) -> Batches:
    """Batches in the images' own order, for validation and test."""
    return Batches(images, labels, batch_size=batch_size, answers=answers)


def some_of(images: Pixels, labels: Labels, count: int, seed: int) -> tuple[Pixels, Labels]:
    """So many images, drawn as the seed decides; all of them, as they are, where there are no more.

    A folder has its images class after class: the first of them would tell of one class alone.
    """
    if count >= len(images):
        return images, labels
    drawn = np.random.default_rng([seed, 0]).permutation(len(images))[:count]
    return images[drawn], labels[drawn]


def right_answers(labels: tf.Tensor, answers: Answers) -> tf.Tensor:
    """Class numbers of (batch,) as a loss wants them: so, or float32 of (batch, units)."""
    if answers.kind == "class numbers":
        return labels
    if answers.kind == "single numbers":
        return tf.cast(labels[:, tf.newaxis], tf.float32)
    return tf.one_hot(labels, answers.units)


def scaled(images: Any) -> tf.Tensor:
    """Bytes as a network takes them, in training and ever after: float32 from 0 to 1."""
    # TensorFlow makes a division by a constant a multiplication, which in float32 rounds some values otherwise than
    # the notes' `training_images / 255.0`.
    return tf.cast(tf.cast(images, tf.float64) / 255.0, tf.float32)


def weights_of(asked: ClassWeight, labels: Labels, names: Sequence[str] = ()) -> Weights | None:
    """The weights of the classes from 0 on, for training on these labels; None where all count the same.

    `names` are those of the classes. Raises DatasetError for a weight of another. Balanced are those of scikit-learn:
    every class counts the same, however many images it has.
    """
    try:
        wanted = by_number(asked, names)
    except ValueError as error:
        raise DatasetError(f"{error}: change the experiment") from None
    if wanted is None:
        return None
    counts = np.bincount(labels)
    weights = np.ones(max(len(counts), 0 if wanted == "balanced" else len(wanted)), np.float32)
    if wanted == "balanced":
        weights[counts > 0] = len(labels) / (np.count_nonzero(counts) * counts[counts > 0])
    else:
        weights[: len(wanted)] = wanted
    return weights


def room() -> int:
    """How many bytes of images may stay where the network is computed."""
    if not tf.config.list_logical_devices("GPU"):
        return int(psutil.virtual_memory().available * SHARE)
    free = [gpu.memory_free for gpu in visible(read_gpus())][: replicas.count()]  # each of them holds all images
    return int(min(free, default=0) * SHARE) or UNKNOWN


class Piece(NamedTuple):
    """What one execution goes through: which batches of which positions in the images on the device.

    `done` is how many batches of the epoch are then behind it, `is_last` whether its last batch is the one that holds
    what is left over of all images.
    """

    positions: tf.Tensor
    first: int
    end: int
    done: int
    is_last: bool


class Supply:
    """The images and labels of some batches on the device, as variables that compiled steps read."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches
        images, labels = batches.images, batches.labels.astype(np.int64)
        self.stays = images.nbytes <= (room() if batches.room is None else batches.room)
        count = len(images) if self.stays else 0
        # Variables, because GPUs have no kernel that gathers bytes from anything else.
        self.images = tf.Variable(images[:count], trainable=False, shape=(None, *images.shape[1:]))
        self.labels = tf.Variable(labels[:count], trainable=False, shape=(None,))
        self.compiled: dict[Any, Any] = {}
        """What reads them, kept with them so that it is compiled once."""

    def batch(self, positions: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor | None]:
        """The images at these positions, the right answers, and how much each counts, as a step takes them."""
        labels = tf.gather(self.labels, positions)
        images = scaled(tf.gather(self.images, positions))
        return images, self.batches.right_answers(labels), self.batches.sample_weights(labels)

    def pieces(self, epoch: int, steps: Callable[[], int]) -> Iterator[Piece]:
        """All batches of an epoch; `steps` is asked how many to take next."""
        behind = 0
        for order, is_last in self.batches.parts(epoch):
            count = math.ceil(len(order) / self.batches.batch_size)
            for piece in (self._staying if self.stays else self._sent)(order, count, steps):
                yield piece._replace(done=behind + piece.done, is_last=is_last and piece.done == count)
            behind += count

    def _staying(self, order: NDArray[np.int64], count: int, steps: Callable[[], int]) -> Iterator[Piece]:
        positions = tf.constant(order)
        done = 0
        while done < count:
            first, done = done, min(done + steps(), count)
            yield Piece(positions, first, done, done, False)

    def _sent(self, order: NDArray[np.int64], count: int, steps: Callable[[], int]) -> Iterator[Piece]:
        images, labels, size = self.batches.images, self.batches.labels.astype(np.int64), self.batches.batch_size
        most = max(1, CHUNK_BYTES // max(1, images[:size].nbytes))

        def gather(first: int, end: int) -> tuple[Pixels, Labels]:
            rows = order[first * size : end * size]
            return images[rows], labels[rows]

        with ThreadPoolExecutor(1) as ahead:
            first, end = 0, min(steps(), most, count)
            gathered = ahead.submit(gather, first, end)
            while first < count:
                chunk, chunk_labels = gathered.result()
                after = min(end + min(steps(), most), count)
                gathered = ahead.submit(gather, end, after)  # while the network works on this one
                self.images.assign(chunk)
                self.labels.assign(chunk_labels)
                yield Piece(tf.range(len(chunk), dtype=tf.int64), 0, end - first, end, False)
                first, end = end, after
