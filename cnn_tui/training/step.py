"""One step: what Keras's `train_step` and `test_step` do with a batch, laid out for the machine it runs on.

Why not Keras's own? TensorFlow computes the layers of a network one after another: each waits for the one before it. On
a CPU only the work inside a layer can then be shared out among the cores, and layers as small as ours hold too little
of it: the cores mostly wait for one another. So a batch of 32 images is cut into as many parts as there are cores (two
of 16 images on two cores). The parts do not wait for one another, and TensorFlow sends each through the layers on a
core of its own. In the middle and at the end they are joined again:

    images (32, 28, 28, 1) ─┬─ (16, …) ─ Conv2D ─ MaxPooling2D ─┬─ Flatten ─ Dense ─ loss
                            └─ (16, …) ─ Conv2D ─ MaxPooling2D ─┘

Keras's own step takes 1.35 times as long for the notes' network on the full Fashion-MNIST (two cores, medians of 75
pairs of 25 steps, longer in every pair; tests/benchmarks/step_parts.py). What is computed stays what Keras computes. A
layer that treats each image by itself gives an image the same numbers whatever others are beside it. Layers that look
at the whole batch (BatchNormalization) or draw random numbers (Dropout) get it whole. Only the gradients of the weights
round differently: they are sums over the images, added up part by part. tests/training/test_step.py holds all this to
Keras's own step.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from cnn_tui.training import replicas, runtime
from cnn_tui.training.replicas import ReplicaShare

_CONVOLUTIONS = {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose"}
_IMAGE_BY_IMAGE = _CONVOLUTIONS | {
    "MaxPooling2D",
    "AveragePooling2D",
    "Activation",
    "ReLU",
    "LeakyReLU",
    "ELU",
    "Normalization",
    "Resizing",
    "CenterCrop",
    "PReLU",
    "LayerNormalization",
    "UnitNormalization",
    "Rescaling",
    "ZeroPadding2D",
    "Cropping2D",
    "UpSampling2D",
}


class Stretch(NamedTuple):
    """Layers that follow one another, and in how many parts they are given a batch."""

    layers: tuple[Any, ...]
    parts: int


def stretches(model: keras.Sequential, parts: int) -> list[Stretch]:
    """The layers of the model, in stretches. Only one with a convolution is worth dividing."""
    found: list[Stretch] = []
    for layer in model.layers:
        divided = parts if type(layer).__name__ in _IMAGE_BY_IMAGE else 1
        if found and found[-1].parts == divided:
            found[-1] = Stretch((*found[-1].layers, layer), divided)
        else:
            found.append(Stretch((layer,), divided))
    return [
        one if any(type(layer).__name__ in _CONVOLUTIONS for layer in one.layers) else one._replace(parts=1)
        for one in found
    ]


def usual_parts() -> int:
    """How many parts of a batch this machine works on at once: one on each GPU."""
    if (several := replicas.count()) > 1:
        return several
    return 1 if tf.config.list_logical_devices("GPU") else runtime.parts()


def train_step(
    model: keras.Sequential,
    x: tf.Tensor,
    y: tf.Tensor,
    parts: int,
    weights: tf.Tensor | None = None,
    share: ReplicaShare | None = None,
) -> None:
    """Learn from a batch and count it in the metrics: images (batch, height, width, channels), labels for the loss.

    There must be an image for every part. `weights` (batch,) say how much each image counts in the loss; as in Keras,
    the metrics count all alike. Where several GPUs have a `share` of the batch each, this is the step of one.
    """
    with tf.GradientTape() as tape:
        predicted = _forward(model, x, parts)
        loss = _loss(model, x, y, predicted, weights, share, training=True)
        scaled = model.optimizer.scale_loss(loss if share is None else loss * share.weight)
    variables = model.trainable_variables
    if variables:
        gradients = tape.gradient(scaled, variables)
        if share is None:
            _apply(model.optimizer, gradients, variables)
        else:
            model.optimizer.apply(replicas.summed(gradients), variables)
    _count(model, x, y, predicted, loss, share)


def test_step(
    model: keras.Sequential,
    x: tf.Tensor,
    y: tf.Tensor,
    parts: int,
    weights: tf.Tensor | None = None,
    share: ReplicaShare | None = None,
) -> None:
    """Count a batch in the metrics, without learning from it."""
    # Outside training no layer looks at the whole batch, and there is no way back on which more parts cost more. The
    # last layer gets it whole: Keras takes the loss of a softmax or sigmoid from what goes into it, if it is the last.
    *before, last = model.layers
    divided = _divide(x, parts)
    for layer in before:
        divided = [layer(part, training=False) for part in divided]
    predicted = last(tf.concat(divided, axis=0) if parts > 1 else divided[0], training=False)
    _count(model, x, y, predicted, _loss(model, x, y, predicted, weights, share, training=False), share)


def varied_test_step(
    model: keras.Sequential,
    x: tf.Tensor,
    y: tf.Tensor,
    parts: int,
    weights: tf.Tensor | None = None,
    share: ReplicaShare | None = None,
) -> None:
    """The same of images that the first layers, those that vary images, vary as in training."""
    for layer in itertools.takewhile(_varies, model.layers):
        x = layer(x, training=True)
    test_step(model, x, y, parts, weights, share)


def _varies(layer: Any) -> bool:
    return type(layer).__name__.startswith("Random")


def _forward(model: keras.Sequential, x: tf.Tensor, parts: int) -> tf.Tensor:
    if parts == 1:
        return model(x, training=True)
    for stretch in stretches(model, parts):
        divided = _divide(x, stretch.parts)
        for layer in stretch.layers:
            divided = [layer(part, training=True) for part in divided]
        x = tf.concat(divided, axis=0) if stretch.parts > 1 else divided[0]
    return x


def _divide(x: tf.Tensor, parts: int) -> list[tf.Tensor]:
    """The batch (batch, …) in parts whose sizes differ by one image at most."""
    if parts == 1:
        return [x]
    count = tf.shape(x)[0]
    ends = [count * (at + 1) // parts for at in range(parts)]
    sizes = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    divided: list[tf.Tensor] = tf.split(x, tf.stack(sizes), num=parts)
    return divided


def _loss(
    model: keras.Sequential,
    x: tf.Tensor,
    y: tf.Tensor,
    predicted: tf.Tensor,
    weights: tf.Tensor | None,
    share: ReplicaShare | None,
    *,
    training: bool,
) -> tf.Tensor:
    loss = model.compute_loss(x, y, predicted, sample_weight=weights, training=training)
    return loss if share is None else replicas.whole(loss)


def _count(
    model: keras.Sequential,
    x: tf.Tensor,
    y: tf.Tensor,
    predicted: tf.Tensor,
    loss: tf.Tensor,
    share: ReplicaShare | None,
) -> None:
    """Count the images, and their mean loss, in the metrics."""

    def count() -> tf.Tensor:
        tracker = next(metric for metric in model.metrics if metric.name == "loss")
        tracker.update_state(loss, sample_weight=tf.shape(x)[0])
        model.compute_metrics(x, y, predicted)
        return tf.constant(0)

    if share is None or share.counts is None:
        count()
    else:
        tf.cond(share.counts, count, lambda: tf.constant(0))


def _apply(optimizer: Any, gradients: list[tf.Tensor], variables: list[Any]) -> None:
    """`optimizer.apply`; a plain Adam's by the same arithmetic in fewer operations.

    It is for the first batch: TensorFlow makes the graph of the notes' network in 0.41 s instead of 0.57 s, a fifth of
    what passes between `r` and the first batch (two cores). A step itself takes 3 to 4 % less. It is exact because it
    is Adam's own formula, in the same order, on the optimizer's own moments.
    """
    if not _is_plain_adam(optimizer, gradients, variables):
        optimizer.apply(gradients, variables)
        return
    step = tf.cast(optimizer.iterations + 1, tf.float32)
    shrinks = [1 - tf.pow(tf.constant(beta), step) for beta in (optimizer.beta_1, optimizer.beta_2)]
    rate = tf.convert_to_tensor(optimizer.learning_rate) * tf.sqrt(shrinks[1]) / shrinks[0]
    kept = zip(optimizer._momentums, optimizer._velocities, strict=True)
    for gradient, variable, (momentum, velocity) in zip(gradients, variables, kept, strict=True):
        m, v = momentum.value, velocity.value
        m.assign_add((gradient - m) * (1 - optimizer.beta_1))
        v.assign_add((tf.square(gradient) - v) * (1 - optimizer.beta_2))
        variable.value.assign_sub((m * rate) / (tf.sqrt(v) + optimizer.epsilon))
    optimizer.iterations.assign_add(1)


def _is_plain_adam(optimizer: Any, gradients: list[tf.Tensor], variables: list[Any]) -> bool:
    """Whether nothing but Keras's Adam happens to the weights."""
    extras = ("amsgrad", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema")
    return (
        type(optimizer) is keras.optimizers.Adam
        and not any(getattr(optimizer, extra) for extra in extras)
        and optimizer.gradient_accumulation_steps is None
        and all(gradient is not None for gradient in gradients)
        and all(variable.dtype == "float32" and variable.constraint is None for variable in variables)
    )
