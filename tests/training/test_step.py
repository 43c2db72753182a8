"""A batch that goes through a network in parts teaches it what Keras's own step would."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.layers import (
    ELU,
    Activation,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    CenterCrop,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    PReLU,
    RandomFlip,
    ReLU,
    Rescaling,
    Resizing,
    SeparableConv2D,
    SpatialDropout2D,
    UpSampling2D,
    ZeroPadding2D,
)
from cnn_tui.network.values import L1L2

pytestmark = pytest.mark.usefixtures("default_precision")

END: tuple[AnyLayer, ...] = (Flatten(), Dense(units=10, activation="softmax"))


def conv(filters: int = 4) -> Conv2D:
    return Conv2D(filters=filters, kernel_size=(3, 3), activation="relu", kernel_regularizer=L1L2(l2=0.01))


PLAIN = Experiment(layers=(conv(), MaxPooling2D(pool_size=(2, 2)), conv(), *END))
POOLS = Experiment(
    layers=(
        conv(),
        MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same"),
        Conv2D(filters=4, kernel_size=(3, 3), activation="tanh", use_bias=False),
        MaxPooling2D(pool_size=(2, 2)),
        conv(),
        AveragePooling2D(pool_size=(2, 2)),
        *END,
    )
)
WHOLE_BATCH = Experiment(
    layers=(
        RandomFlip(mode="horizontal"),
        conv(),
        BatchNormalization(),
        ReLU(),
        SpatialDropout2D(rate=0.2),
        conv(),
        GaussianNoise(stddev=0.1),
        Flatten(),
        Dropout(rate=0.3),
        *END[1:],
    )
)
FROZEN = Experiment(
    layers=(
        msgspec.structs.replace(conv(), trainable=False),
        BatchNormalization(trainable=False),
        conv(),
        BatchNormalization(),
        *END,
    )
)
EVERY_PART = Experiment(
    layers=(
        Rescaling(scale=0.5),
        ZeroPadding2D(padding=(1, 1)),
        conv(),
        LeakyReLU(),
        DepthwiseConv2D(kernel_size=(3, 3)),
        PReLU(),
        SeparableConv2D(filters=3, kernel_size=(3, 3)),
        Activation(activation="tanh"),
        LayerNormalization(),
        AveragePooling2D(pool_size=(2, 2)),
        Conv2DTranspose(filters=3, kernel_size=(2, 2), strides=(2, 2)),
        Cropping2D(cropping=(2, 2)),
        UpSampling2D(size=(2, 2)),
        MaxPooling2D(pool_size=(2, 2)),
        ELU(),
        Resizing(height=9, width=9),
        CenterCrop(height=7, width=7),
        *END,
    )
)


def learned(experiment: Experiment, parts: int, sizes: tuple[int, ...] = (32, 32, 5)) -> tuple[list[Any], list[float]]:
    """The weights, and then loss and accuracy, after batches of these sizes; 0 parts are Keras's own step."""
    import keras
    import tensorflow as tf

    from cnn_tui.training.model.build import build
    from cnn_tui.training.step import train_step

    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    model = build(experiment)

    def take(x: Any, y: Any) -> None:
        if parts:
            train_step(model, x, y, parts)
        else:
            model.train_step((x, y))

    sparse = experiment.training.loss.startswith("sparse")
    answer = tf.TensorSpec((None,), tf.int64) if sparse else tf.TensorSpec((None, 10), tf.float32)
    # As in the loop of training, one graph is for batches of any size.
    step = tf.function(take, input_signature=[tf.TensorSpec((None, 28, 28, 1), tf.float32), answer])
    draw = np.random.default_rng(1)
    for size in sizes:
        labels = draw.integers(0, 10, size)
        answers = labels if sparse else np.eye(10, dtype=np.float32)[labels]
        step(tf.constant(draw.random((size, 28, 28, 1)), tf.float32), tf.constant(answers))
    return model.get_weights(), [float(metric) for metric in model.get_metrics_result().values()]


def assert_alike(ours: tuple[list[Any], list[float]], kerass: tuple[list[Any], list[float]], within: float) -> None:
    for one, other in zip(ours[0], kerass[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=within)
    assert ours[1] == pytest.approx(kerass[1], abs=within)


@pytest.mark.parametrize(
    ("experiment", "parts"),
    [
        (EVERY_PART, 4),
        *(
            pytest.param(*one, marks=pytest.mark.long)
            for one in ((PLAIN, 2), (PLAIN, 4), (POOLS, 2), (FROZEN, 2), (WHOLE_BATCH, 2))
        ),
    ],
)
def test_parts_learn_what_the_whole_batch_does(experiment: Experiment, parts: int) -> None:
    sgd = experiment.with_training(optimizer="sgd", learning_rate=0.05, momentum=0.9)
    assert_alike(learned(sgd, parts), learned(sgd, 0), within=2e-6)


@pytest.mark.parametrize(
    ("precision", "loss"),
    [
        ("float32", "sparse_categorical_crossentropy"),
        pytest.param("mixed_bfloat16", "sparse_categorical_crossentropy", marks=pytest.mark.long),
        ("mixed_float16", "categorical_crossentropy"),
    ],
)
def test_one_part_is_keras_step_to_the_last_digit(precision: str, loss: str) -> None:
    experiment = PLAIN.with_training(precision=precision, loss=loss)
    assert_alike(learned(experiment, 1), learned(experiment, 0), within=0.0)


def test_what_is_frozen_stays_as_it_was() -> None:
    before, after = learned(FROZEN, 2, sizes=())[0], learned(FROZEN, 2)[0]
    stays = [np.array_equal(one, other) for one, other in zip(before, after, strict=True)]
    # kernel and bias; gamma, beta, mean and variance; then the same of layers that learn, and a Dense layer
    assert stays == [True] * 6 + [False] * 8


def test_another_adam_steps_as_keras_has_it() -> None:
    experiment = PLAIN.with_training(optimizer="adamw")
    assert_alike(learned(experiment, 1), learned(experiment, 0), within=0.0)


def test_only_what_takes_each_image_by_itself_is_divided() -> None:
    from cnn_tui.training.model.build import build
    from cnn_tui.training.step import stretches

    def divided(experiment: Experiment) -> list[str]:
        return [layer.name for one in stretches(build(experiment), 2) if one.parts == 2 for layer in one.layers]

    assert divided(PLAIN) == ["conv2d", "max_pooling2d", "conv2d_1"]
    assert divided(WHOLE_BATCH) == ["conv2d", "conv2d_1"]
    assert divided(Experiment(layers=(MaxPooling2D(pool_size=(2, 2)), *END))) == []


@pytest.mark.parametrize(
    ("end", "loss"),
    [
        ((Dense(units=10, activation="softmax"),), "sparse_categorical_crossentropy"),
        ((Dense(units=10, activation="softmax"),), "categorical_crossentropy"),
        ((Dense(units=10), Activation(activation="softmax")), "sparse_categorical_crossentropy"),
    ],
)
@pytest.mark.parametrize("parts", [1, 2])
def test_what_a_network_that_is_sure_gets_wrong_costs_what_keras_says(
    end: tuple[AnyLayer, ...], loss: str, parts: int
) -> None:
    """Its probabilities are too small for a float; Keras takes the loss from what goes into the softmax."""
    import keras
    import tensorflow as tf

    from cnn_tui.training.model.build import build
    from cnn_tui.training.step import test_step as count

    experiment = Experiment(layers=(conv(), MaxPooling2D(pool_size=(2, 2)), Flatten(), *end)).with_training(loss=loss)
    keras.utils.set_random_seed(7)
    model = build(experiment)
    draw = np.random.default_rng(1)
    model.set_weights([40 * draw.standard_normal(one.shape) for one in model.get_weights()])
    images = tf.constant(draw.random((33, 28, 28, 1)), tf.float32)
    labels = draw.integers(0, 10, 33)
    answers = tf.constant(labels if loss.startswith("sparse") else np.eye(10, dtype=np.float32)[labels])
    model.reset_metrics()
    tf.function(count)(model, images, answers, parts)
    ours = {name: float(value) for name, value in model.get_metrics_result().items()}
    theirs = model.evaluate(images, answers, batch_size=33, verbose=0, return_dict=True)
    assert ours["loss"] > 20, "a loss that a clipped probability cannot have"
    assert ours == pytest.approx(theirs, rel=1e-5)
