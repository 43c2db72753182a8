"""One step: what Keras's `train_step` and `test_step` do with a batch, laid out for the machine it runs on.

On a CPU the layers that treat each image by itself are given the batch in parts, one for each core: TensorFlow then
works on all parts at once, where it otherwise goes through the layers one after another. Layers that look at the whole
batch (BatchNormalization) or that draw random numbers get it whole, so what is computed stays what Keras computes; only
the sums of the gradients round differently.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from cnn_tui.training import threads

_CONVOLUTIONS = {"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose"}
_IMAGE_BY_IMAGE = _CONVOLUTIONS | {
    "MaxPooling2D",
    "AveragePooling2D",
    "Activation",
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "LayerNormalization",
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
    """How many parts of a batch this machine works on at once: one on a GPU."""
    return 1 if tf.config.list_logical_devices("GPU") else threads.parts()


def train_step(model: keras.Sequential, x: tf.Tensor, y: tf.Tensor, parts: int) -> None:
    """Learn from a batch and count it in the metrics: images (batch, height, width, channels), labels for the loss.

    There must be an image for every part.
    """
    with tf.GradientTape() as tape:
        predicted = _forward(model, x, parts)
        loss = model.compute_loss(x, y, predicted, training=True)
        _count_loss(model, loss, x)
        scaled = model.optimizer.scale_loss(loss)
    variables = model.trainable_variables
    if variables:
        _apply(model.optimizer, tape.gradient(scaled, variables), variables)
    model.compute_metrics(x, y, predicted)


def test_step(model: keras.Sequential, x: tf.Tensor, y: tf.Tensor, parts: int) -> None:
    """Count a batch in the metrics, without learning from it."""
    # Outside training no layer looks at the whole batch, and there is no way back on which more parts cost more. The
    # last layer gets it whole: Keras takes the loss of a softmax or sigmoid from what goes into it, if it is the last.
    *before, last = model.layers
    divided = _divide(x, parts)
    for layer in before:
        divided = [layer(part, training=False) for part in divided]
    predicted = last(tf.concat(divided, axis=0) if parts > 1 else divided[0], training=False)
    _count_loss(model, model.compute_loss(x, y, predicted, training=False), x)
    model.compute_metrics(x, y, predicted)


def _forward(model: keras.Sequential, x: tf.Tensor, parts: int) -> tf.Tensor:
    if parts == 1:
        return model(x, training=True)
    for stretch in stretches(model, parts):
        divided = _divide(x, stretch.parts)
        for call in _calls(stretch.layers):
            divided = [call(part) for part in divided]
        x = tf.concat(divided, axis=0) if stretch.parts > 1 else divided[0]
    return x


def _calls(layers: Sequence[Any]) -> Iterator[Callable[[tf.Tensor], tf.Tensor]]:
    """What to call, one after another, for what the layers compute in training.

    ReLU and max pooling may change places: the largest of some values is the same before and after, and so is the way
    back. After the pooling there are four times fewer values for ReLU in the notes' network.
    """
    waiting = None
    for layer, after in itertools.zip_longest(layers, layers[1:]):
        if type(layer) is keras.layers.Conv2D:
            yield functools.partial(_convolve, layer)
            if layer.activation is keras.activations.relu and type(after) is keras.layers.MaxPooling2D:
                waiting = layer.activation
            else:
                yield layer.activation
        else:
            yield functools.partial(layer, training=True)
            if waiting is not None:
                yield waiting
                waiting = None


def _convolve(layer: keras.layers.Conv2D, x: tf.Tensor) -> tf.Tensor:
    """What the layer computes before its activation."""
    kind = layer.compute_dtype
    x = layer.convolution_op(tf.cast(x, kind), tf.cast(layer.kernel.value, kind))
    if not layer.use_bias:
        return x
    bias = tf.cast(layer.bias.value, kind)
    return _add_bias(x, bias) if kind == "float32" else tf.nn.bias_add(x, bias)


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _add_bias(x: tf.Tensor, bias: tf.Tensor) -> Any:
    """`tf.nn.bias_add` with another way back.

    TensorFlow makes the gradients of a convolution's bias and kernel one operation of oneDNN's, which takes up to
    twice as long as the two of them, most of all on images of one channel. A plain sum it leaves alone.
    """
    return tf.nn.bias_add(x, bias), lambda gradient: (gradient, tf.reduce_sum(gradient, axis=(0, 1, 2)))


def _divide(x: tf.Tensor, parts: int) -> list[tf.Tensor]:
    if parts == 1:
        return [x]
    count = tf.shape(x)[0]
    ends = [count * (at + 1) // parts for at in range(parts)]
    sizes = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    divided: list[tf.Tensor] = tf.split(x, tf.stack(sizes), num=parts)
    return divided


def _count_loss(model: keras.Sequential, loss: tf.Tensor, x: tf.Tensor) -> None:
    tracker = next(metric for metric in model.metrics if metric.name == "loss")
    tracker.update_state(loss, sample_weight=tf.shape(x)[0])


def _apply(optimizer: Any, gradients: list[tf.Tensor], variables: list[Any]) -> None:
    """`optimizer.apply`; a plain Adam's by the same arithmetic in fewer operations."""
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
