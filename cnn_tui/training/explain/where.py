"""Where in an image a network looked for a class: what of the image speaks for its score.

Four ways to ask, each from its paper:

- Grad-CAM (Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391): the maps of a convolution, each weighed by the
  mean of the score's gradient over it, added up; what is below 0 is left out.
- Grad-CAM++ (Chattopadhyay et al. 2018, https://arxiv.org/abs/1710.11063): the same with a weight for each place of a
  map, so that several places that show the class all count.
- Occlusion (Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901): a square covers one place after another; the map
  says how much of the class's probability that costs.
- Integrated gradients (Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365): the gradients of the score, added
  up on the way from a black image to this one, times how far each pixel went. Together they are the difference of the
  two scores.

The score is the number before the softmax or sigmoid: a probability near 1 hardly moves any more. Of two classes that
one unit tells apart, the first has the score with its sign turned.
"""

from __future__ import annotations

import math
import time
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.data.dataset import shown
from cnn_tui.experiment.training.training import Training
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.jobs.explain.where_protocol import OF_A_LAYER, LookWhere, Method, Where, is_convolution
from cnn_tui.training.explain.model import Pixels, TrainedModel, kind_of
from cnn_tui.training.model.probabilities import class_count, class_probabilities
from cnn_tui.training.pipeline import scaled

STEPS = 64
"""Images between black and the image itself, at which integrated gradients are taken."""
SQUARES_ACROSS = 7
"""How many of the squares that cover an image lie side by side; they move by half their side."""
_PART_SECONDS = 0.2
"""How long a part of an answer is worked on: whoever asks hears of it a few times a second."""
_PIXELS_AT_ONCE = 100_000
_BEFORE_PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid")
_HALF_SCALE = 1024.0
"""Gradients in float16 are taken of the score times this, and divided by it: small ones would become 0."""

Floats = NDArray[np.float32]


class Found(NamedTuple):
    """What a method found: the map, how far it is, and what else its answer says."""

    map: Floats
    done: int = 1
    total: int = 1
    blank_score: float | None = None
    side: int = 0


def look(model: TrainedModel, image: Pixels, question: LookWhere, training: Training) -> Where:
    """Answer the question for an image, uint8 of (1, height, width, channels).

    The names of the classes and what was done to a picture are left to whoever knows them. Raises ExplainError for a
    class or layer that there is not, and where a method needs a convolution and there is none.
    """
    layer = convolution(model, question.layer) if question.method in OF_A_LAYER else None
    scored = ScoredModel(model, training, layer)
    x = scaled(image)
    seen = scored.see(x, question.label)
    found = _ask(scored, x, seen, question.method, question.first)
    height, width, channels = model.input_shape
    return Where(
        question.method,
        layer.name if layer is not None else "",
        seen.label,
        (),
        tuple(_number(one) for one in seen.probabilities),
        _number(seen.score),
        (int(found.map.shape[0]), int(found.map.shape[1])),
        np.ascontiguousarray(found.map, "<f4").tobytes(),
        found.done,
        found.total,
        (height, width, channels),
        image.tobytes(),
        blank_score=found.blank_score,
        side=found.side,
    )


def _ask(scored: ScoredModel, x: tf.Tensor, seen: Seen, method: Method, first: int) -> Found:
    match method:
        case "grad-cam":
            return Found(grad_cam(*scored.maps_and_gradients(seen)))
        case "grad-cam++":
            return Found(grad_cam_plus_plus(*scored.maps_and_gradients(seen)))
        case "occlusion":
            return occlude(scored, x, seen, first)
        case "integrated-gradients":
            return integrate(scored, x, seen.label, first)


def convolutions(model: TrainedModel) -> list[Any]:
    """The layers that Grad-CAM can look at: convolutions, and networks of them that are a layer of the model."""
    return [layer for layer in model.map_layers if is_convolution(kind_of(layer))]


def convolution(model: TrainedModel, name: str) -> Any:
    """The convolution of that name, the last one for "". Raises ExplainError."""
    found = {layer.name: layer for layer in convolutions(model)}
    if not found:
        words = "the network has no convolution, which Grad-CAM looks at: occlusion and integrated gradients need none"
        raise ExplainError(words, wrong=True)
    if name and name not in found:
        raise ExplainError(f"there is no convolution {shown(name)}: {', '.join(found)}", wrong=True)
    return found[name or next(reversed(found))]


class Seen(NamedTuple):
    """What a model made of one image, for one of its classes: all that is asked of it went through it once."""

    label: int
    probabilities: NDArray[Any]
    """Of each class."""
    score: float
    maps: tf.Tensor
    """What the layer made of it, (1, height, width, filters)."""
    tape: tf.GradientTape
    scaled_score: tf.Tensor
    """The score as it is on the tape."""


class ScoredModel:
    """A model with the scores of its classes, and with what a layer makes of the image on the way there."""

    def __init__(self, model: TrainedModel, training: Training, layer: Any = None) -> None:
        self._training = training
        self._single = class_count(model.outputs, training) > model.outputs
        """Whether one unit gives the score of the second of two classes."""
        whole = model.model
        last = whole.layers[-1]
        before = model.nodes[last.name].input_tensors[0] if _makes_probabilities(last) else None
        self._dense = last if before is not None and hasattr(last, "kernel") else None
        middle = model.nodes[layer.name].outputs[0] if layer is not None else whole.inputs[0]
        said = whole.outputs[0]
        self._parts = model.up_to(middle, said if before is None else before, said)
        self._scale = _HALF_SCALE if whole.layers[0].compute_dtype == "float16" else 1.0

    def see(self, x: tf.Tensor, label: int | None) -> Seen:
        """Look at one image, for a class or for the likeliest one. Raises ExplainError for a class that there is not.

        The likeliest is that of the largest probability; NaN is the least of all.
        """
        with tf.GradientTape() as tape:
            tape.watch(x)  # a tape that watches nothing, as over a frozen base, keeps nothing
            maps, units, said = self._through(x)
            probabilities = class_probabilities(said.numpy(), self._training)[0]
            if label is None:
                label = int(np.argmax(np.nan_to_num(probabilities, nan=-1.0)))
            if not 0 <= label < len(probabilities):
                raise ExplainError(
                    f"there is no class {label}: they are counted from 0 to {len(probabilities) - 1}", wrong=True
                )
            score = self._of_class(units, label)[0]
            scaled_score = score * self._scale
        return Seen(label, probabilities, float(score.numpy()), maps, tape, scaled_score)

    def maps_and_gradients(self, seen: Seen) -> tuple[Floats, Floats]:
        """What the layer made of the image, and the score's gradient by that: both (height, width, filters)."""
        maps: Floats = tf.cast(seen.maps, tf.float32)[0].numpy()
        return maps, _gradient(seen.tape, seen.scaled_score, seen.maps)[0] / np.float32(self._scale)

    def probabilities(self, x: tf.Tensor, label: int) -> NDArray[Any]:
        """How sure the network is of a class, for each image."""
        return class_probabilities(self._through(x)[2].numpy(), self._training)[:, label]

    def scores(self, x: tf.Tensor, label: int) -> Floats:
        """The class's score of each image."""
        scores: Floats = self._of_class(self._through(x)[1], label).numpy()
        return scores

    def gradients(self, x: tf.Tensor, label: int) -> Floats:
        """The gradients of the scores with respect to the images: of the shape of `x`."""
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tf.reduce_sum(self._of_class(self._through(x)[1], label)) * self._scale
        return _gradient(tape, score, x) / np.float32(self._scale)

    def _through(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """What the layer makes of images, the scores that the model has units for, and what it says."""
        middle, before, said = self._parts(x, training=False)
        units = tf.cast(before, tf.float32)
        if self._dense is not None:
            units = tf.matmul(units, tf.cast(self._dense.kernel, tf.float32))
            if self._dense.use_bias:
                units += tf.cast(self._dense.bias, tf.float32)
        return middle, units, tf.cast(said, tf.float32)

    def _of_class(self, units: tf.Tensor, label: int) -> tf.Tensor:
        if self._single:
            return units[:, 0] if label else -units[:, 0]
        return units[:, label]


def _makes_probabilities(last: Any) -> bool:
    """Whether a model's last layer makes probabilities of scores; the scores of others are what they give."""
    name = type(last).__name__
    activation = getattr(getattr(last, "activation", None), "__name__", "")
    return name == "Softmax" or (name in ("Dense", "Activation") and activation in _BEFORE_PROBABILITIES)


def _gradient(tape: tf.GradientTape, score: tf.Tensor, of: tf.Tensor) -> Floats:
    gradient = tape.gradient(score, of, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    found: Floats = tf.cast(gradient, tf.float32).numpy()
    return found


def grad_cam(maps: Floats, gradients: Floats) -> Floats:
    """(height, width): each filter's map times the mean of its gradient, added up; only what is above 0."""
    return np.maximum(maps @ gradients.mean(axis=(0, 1)), 0)  # type: ignore[no-any-return]


def grad_cam_plus_plus(maps: Floats, gradients: Floats) -> Floats:
    """(height, width): as Grad-CAM, but each place of a map has a weight of its own in its filter's.

    For the exponential of the score, whose higher derivatives are powers of the gradient; the exponential itself is a
    factor of the whole map and is left out.
    """
    gradients = gradients.astype(np.float64)
    square, cube = gradients**2, gradients**3
    below = 2 * square + maps.sum(axis=(0, 1)) * cube
    share = np.divide(square, below, out=np.zeros_like(square), where=below != 0)
    weights = (share * np.maximum(gradients, 0)).sum(axis=(0, 1))
    return np.maximum(maps @ weights, 0).astype(np.float32)  # type: ignore[no-any-return]


def corners(length: int, side: int) -> list[int]:
    """Where squares of that side begin along an edge: half a side apart, the last one at the end."""
    return [*range(0, length - side, max(1, side // 2)), length - side]


def occlude(scored: ScoredModel, x: tf.Tensor, seen: Seen, first: int) -> Found:
    """The probability that a covered place costs: of each pixel, the mean over the squares that cover it.

    The squares have the mean colour of the image. `first` is the square to go on with.
    """
    image: Floats = x.numpy()[0]
    height, width, _ = image.shape
    side = max(1, round(min(height, width) / SQUARES_ACROSS))
    squares = [(top, left) for top in corners(height, side) for left in corners(width, side)]
    colour = image.mean(axis=(0, 1))
    whole = seen.probabilities[seen.label]
    times, cost = np.zeros((height, width)), np.zeros((height, width))
    for top, left in squares:
        times[top : top + side, left : left + side] += 1
    begun, at = time.monotonic(), first
    while at < len(squares) and (at == first or time.monotonic() - begun < _PART_SECONDS):
        some = squares[at : at + _at_once(image)]
        batch = np.repeat(image[np.newaxis], len(some), axis=0)
        for one, (top, left) in zip(batch, some, strict=True):
            one[top : top + side, left : left + side] = colour
        lost = whole - scored.probabilities(tf.constant(batch), seen.label)
        for (top, left), one in zip(some, lost, strict=True):
            cost[top : top + side, left : left + side] += one
        at += len(some)
    return Found((cost / times).astype(np.float32), at, len(squares), side=side)


def integrate(scored: ScoredModel, x: tf.Tensor, label: int, first: int) -> Found:
    """What each pixel adds to the score on the way from black, all channels together.

    The gradient of a step is taken in its middle. `first` is the step to go on with.
    """
    image: Floats = x.numpy()[0]
    total = np.zeros(image.shape)
    begun, at = time.monotonic(), first
    while at < STEPS and (at == first or time.monotonic() - begun < _PART_SECONDS):
        some = np.arange(at, min(STEPS, at + _at_once(image)), dtype=np.float32)
        shares = (some + 0.5)[:, np.newaxis, np.newaxis, np.newaxis] / STEPS
        total += scored.gradients(tf.constant(shares * image, tf.float32), label).sum(axis=0)
        at += len(some)
    blank = scored.scores(tf.zeros_like(x), label)[0]
    return Found((image * total / STEPS).sum(axis=2).astype(np.float32), at, STEPS, _number(blank))


def _at_once(image: Floats) -> int:
    """How many such images the network is asked about at once."""
    return max(1, _PIXELS_AT_ONCE // math.prod(image.shape[:2]))


def _number(number: Any) -> float | None:
    """None for what JSON cannot hold."""
    return float(number) if math.isfinite(number) else None
