"""Keeps what a trained network says of the test images, so that predictions and evaluation open at once later."""

from __future__ import annotations

import contextlib
import functools
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.artifacts import evaluation, predictions
from cnn_tui.artifacts.evaluation import ClassFigures, Evaluation
from cnn_tui.artifacts.features import features_path
from cnn_tui.artifacts.kept_epochs import weights_path
from cnn_tui.artifacts.predictions import PredictionsHeader, model_stamp
from cnn_tui.artifacts.suspects import suspects_path
from cnn_tui.data import raw_file
from cnn_tui.data.dataset import DataOptions
from cnn_tui.data.describe import describe
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.history.run import finite
from cnn_tui.network.losses import answers_for
from cnn_tui.training.data.image_store import keep_images, shape_of
from cnn_tui.training.data.readers import Labels, Pixels
from cnn_tui.training.model.build import loss_function
from cnn_tui.training.model.probabilities import class_probabilities
from cnn_tui.training.pipeline import right_answers, scaled

BATCH = 256
MOST_BYTES = 400_000_000
"""Of probabilities; more are not kept."""


def keep(
    model: Any,
    images: Pixels,
    labels: Labels,
    run_id: int,
    experiment: Experiment,
    scores: Mapping[str, float],
    say: Callable[[str], None],
    ends: Callable[[], bool] = lambda: False,
) -> bool:
    """Keep predictions, evaluation and test images of a run; whether it could. What goes wrong is only said.

    `images` are uint8 of (n, height, width, channels), `labels` class numbers of (n,), `scores` what `model.evaluate`
    gave; without any, nothing is kept. `ends` is asked between batches whether to leave it.
    """
    if not scores:
        return False
    try:
        names = class_names_of(experiment.dataset, experiment.data_options)
        said = ask_all(model, images, ends)
        keep_said(model, said, images, labels, run_id, experiment.training, names, scores)
    except Exception as error:  # a run that is trained has ended well, whatever becomes of this
        say(traceback.format_exc())
        say(f"The predictions could not be kept: {error}")
        return False
    return True


def keep_said(
    model: Any,
    said: NDArray[np.float32],
    images: Pixels,
    labels: Labels,
    run_id: int,
    training: Training,
    class_names: tuple[str, ...],
    scores: Mapping[str, float],
    epoch: int = 0,
) -> None:
    """As `keep`, of what a model has said of all test images, (n, outputs). Raises OSError, and ValueError in words.

    The loss is worked out where `scores` has none. `epoch` is the one whose weights the model has; 0 for its own.
    """
    probabilities = class_probabilities(said, training)
    classes = probabilities.shape[1]
    names = named(class_names, max(classes, int(labels.max()) + 1))
    stamp = model_stamp(weights_path(run_id, epoch))
    digest = keep_images(images, labels, class_names)

    predicted = probabilities.argmax(axis=1)
    header = PredictionsHeader(
        predictions.FORMAT,
        len(labels),
        classes,
        names[:classes],
        shape_of(images),
        digest,
        stamp,
        said.shape[1] if probabilities is not said else 0,
    )
    parts = [
        labels.astype("<i4"),
        predicted.astype("<i4"),
        margins(probabilities).astype("<f4"),
        probabilities.astype("<f4"),
        *([said.astype("<f4")] if probabilities is not said else []),
    ]
    raw_file.write(predictions.predictions_path(run_id, epoch), header, [part.tobytes() for part in parts])
    loss = scores["loss"] if "loss" in scores else loss_of(model, said, labels, training)
    measured = measure(labels, predicted, names, finite(loss), stamp, said.shape[1])
    raw_file.write(evaluation.evaluation_path(run_id, epoch), measured, [])


def forget(run_id: int) -> None:
    """Take away what is kept of a run: its weights are about to become others."""
    for path_of in (predictions.predictions_path, evaluation.evaluation_path, features_path, suspects_path):
        with contextlib.suppress(OSError):
            path_of(run_id).unlink(missing_ok=True)


class AskedImages:
    """Images about which a network is asked, a batch at a time."""

    def __init__(self, model: Any, images: Pixels) -> None:
        """Raises ValueError when what it will say is too much to keep."""
        if len(model.output_shape) != 2:
            shape = model.output_shape[1:]
            raise ValueError(f"the network gives {shape} for an image, and not one number for each class")
        outputs = int(model.output_shape[-1])
        if len(images) * outputs * 4 > MOST_BYTES:
            raise ValueError(f"{len(images):,} times {outputs:,} probabilities are more than {MOST_BYTES:,} bytes")
        self.images = images
        self.said = np.empty((len(images), outputs), np.float32)
        """What it says of every image; of those that are `done`."""
        self.done = 0
        self._answer = _answering(model)

    @property
    def is_whole(self) -> bool:
        return self.done >= len(self.images)

    def ask_more(self) -> None:
        """Ask about the next batch."""
        some = slice(self.done, self.done + BATCH)
        self.said[some] = tf.cast(self._answer(self.images[some]), tf.float32).numpy()
        self.done = min(some.stop, len(self.images))


def ask_all(model: Any, images: Pixels, ends: Callable[[], bool]) -> NDArray[np.float32]:
    """What the network says of every image, (n, outputs). Raises ValueError when that is too much to keep."""
    asked = AskedImages(model, images)
    while not asked.is_whole:
        if ends():
            raise ValueError("the run is to end at once")
        asked.ask_more()
    return asked.said


@functools.lru_cache(maxsize=2)
def _answering(model: Any) -> Any:
    """The model as a function of bytes. Whoever asks it with one epoch's weights after another needs one graph."""
    some_images = tf.TensorSpec((None, *model.input_shape[1:]), tf.uint8)
    return tf.function(lambda x: model(scaled(x), training=False), input_signature=[some_images])


def loss_of(model: Any, said: NDArray[np.float32], labels: Labels, training: Training) -> float:
    """The loss of what a network says of images, as `model.evaluate` gives it."""
    answers = right_answers(tf.constant(labels, tf.int64), answers_for(training.loss, said.shape[1]))
    losses = loss_function(training)(answers, said)  # one for each image, or their mean
    of_weights = sum(float(one) for one in model.losses)  # what regularizers add
    return float(tf.reduce_mean(losses)) + of_weights


def measure(
    labels: Labels,
    predicted: NDArray[np.int64],
    names: tuple[str, ...],
    test_loss: float | None,
    stamp: tuple[int, int] | None,
    outputs: int,
) -> Evaluation:
    """The figures of every class and the confusion matrix.

    Precision is 0 where nothing is taken for a class. A class without images has no figures. scikit-learn gives the
    same, but Keras loads it, with scipy, wherever it is installed: a fifth of the time a process takes to start.
    """
    count = len(names)
    right = labels[labels == predicted]
    columns = (np.bincount(one, minlength=count)[:count].tolist() for one in (right, predicted, labels))
    per_class = tuple(
        ClassFigures(name, hits / taken if taken else 0.0, hits / images, 2 * hits / (taken + images), images)
        if images
        else ClassFigures(name, None, None, None, 0)
        for name, hits, taken, images in zip(names, *columns, strict=True)
    )
    cells = None
    if count <= evaluation.MOST_CLASSES:
        pairs, times = np.unique(np.stack([labels, predicted], axis=1), axis=0, return_counts=True)
        cells = tuple((true, said, number) for (true, said), number in zip(pairs.tolist(), times.tolist(), strict=True))
    accuracy = float(np.mean(labels == predicted))
    return Evaluation(evaluation.FORMAT, len(labels), test_loss, accuracy, per_class, cells, stamp, outputs)


def margins(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest probability of each row minus the second largest; 0 where the network said NaN."""
    if probabilities.shape[1] < 2:
        return np.nan_to_num(probabilities[:, 0])
    highest = np.partition(np.nan_to_num(probabilities, nan=0.0), -2, axis=1)
    gap: NDArray[np.float32] = highest[:, -1] - highest[:, -2]
    gap[np.isnan(probabilities).any(axis=1)] = 0
    return gap


def named(class_names: tuple[str, ...], count: int) -> tuple[str, ...]:
    """`count` names: a number where a class has none."""
    return (*class_names, *(str(number) for number in range(len(class_names), count)))[:count]


def class_names_of(dataset: str, options: DataOptions) -> tuple[str, ...]:
    """The names of a dataset's classes; none when it is gone, and numbers will do."""
    try:
        return describe(dataset, options).class_names
    except ValueError:
        return ()
