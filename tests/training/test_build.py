"""The network that Keras gets is the one that the live summary shows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Literal, get_args

import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset, preset_names
from cnn_tui.experiment.training.training import Optimizer, Precision
from cnn_tui.network.layers import (
    AnyLayer,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    RandomCrop,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
    Resizing,
    UnitNormalization,
    UpSampling2D,
)
from cnn_tui.network.summary import summarize
from cnn_tui.network.values import L1L2

pytestmark = pytest.mark.usefixtures("default_precision")

SMALL = Experiment(layers=(Flatten(), Dense(units=10, activation="softmax")))


def build(experiment: Experiment) -> Any:
    """What Keras gets. TensorFlow is loaded here, and not by each process that only looks for its tests."""
    from cnn_tui.training.model import build

    return build.build(experiment)


@pytest.mark.parametrize("name", preset_names())
def test_names_shapes_and_parameters_are_those_of_the_summary(name: str) -> None:
    experiment = load_preset(name)
    model = build(experiment)
    rows = [row for row in summarize(experiment.stack).rows if row.enabled]
    assert [(layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers] == [
        (row.name, row.output_shape, row.params) for row in rows
    ]
    assert model.count_params() == summarize(experiment.stack).total_params


def test_a_layer_that_is_off_is_not_built() -> None:
    layers = (Flatten(), Dense(units=5, enabled=False), Dropout(rate=0.5), SMALL.layers[1])
    model = build(SMALL.with_stack(SMALL.stack._with(layers)))
    assert [layer.name for layer in model.layers] == ["flatten", "dropout", "dense"]


def test_arguments_reach_keras_unchanged() -> None:
    experiment = load_preset("lab1-baseline")
    stack = experiment.stack.change(0, padding="same", strides=(2, 1), use_bias=False, activation="silu")
    convolution = build(experiment.with_stack(stack)).layers[0]
    config = convolution.get_config()
    assert (config["padding"], config["strides"], config["use_bias"]) == ("same", (2, 1), False)
    assert (config["activation"], config["filters"], config["kernel_size"]) == ("silu", 32, (3, 3))


@pytest.mark.parametrize("name", get_args(Optimizer))
def test_every_optimizer_is_keras_own(name: str) -> None:
    model = build(SMALL.with_training(optimizer=name, learning_rate=0.5))
    assert type(model.optimizer).__name__.lower() == name
    assert float(model.optimizer.learning_rate) == 0.5


@pytest.mark.parametrize("precision", get_args(Precision))
def test_the_answer_is_float32_in_every_precision(precision: str) -> None:
    experiment = load_preset("lab1-baseline").with_training(precision=precision)
    layers = build(experiment).layers
    assert layers[0].dtype_policy.name == precision
    assert layers[-1].compute_dtype == "float32"


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_the_metric_is_called_accuracy_and_the_network_is_traced_once(loss: str) -> None:
    import keras
    import tensorflow as tf

    model = build(SMALL.with_training(loss=loss))
    traced: list[Any] = []
    train_step = model.train_step

    def trace(data: Any) -> Any:
        traced.append(data)
        return train_step(data)

    model.train_step = trace
    labels = np.arange(8)
    answers = labels if loss.startswith("sparse") else keras.utils.to_categorical(labels, 10)
    data = tf.data.Dataset.from_tensor_slices((np.zeros((8, 28, 28, 1), np.float32), answers)).batch(2)
    history = model.fit(data, epochs=2, verbose=0, shuffle=False).history
    assert set(history) == {"accuracy", "loss"}
    assert len(traced) == 1


def test_what_cannot_be_trained_is_refused_in_the_words_of_the_lab() -> None:
    from cnn_tui.training.model.build import BuildError

    experiment = load_preset("lab1-baseline")
    with pytest.raises(BuildError, match=r"^layer 3: Conv2D's 20x20 kernel does not fit the 13x13 map it gets$"):
        build(experiment.with_stack(experiment.stack.change(2, kernel_size=(20, 20))))
    with pytest.raises(BuildError, match="no layers"):
        build(Experiment())


HALF = [
    RandomRotation(factor=0.1),
    RandomZoom(height_factor=0.1),
    RandomTranslation(height_factor=0.1, width_factor=0.1),
    UpSampling2D(size=(1, 2), interpolation="lanczos3"),
    UpSampling2D(size=(1, 2), interpolation="bicubic"),
]


@pytest.mark.filterwarnings("error:Gradients do not exist")
@pytest.mark.parametrize("layer", HALF, ids=[layer.type for layer in HALF])
def test_a_layer_without_a_way_back_in_half_precision_has_one_in_float32(layer: AnyLayer) -> None:
    import tensorflow as tf

    first = Conv2D(filters=1, kernel_size=(9, 9), strides=(4, 4))
    experiment = Experiment(layers=(first, layer, *SMALL.layers)).with_training(precision="mixed_bfloat16")
    model = build(experiment)
    assert [made.compute_dtype for made in model.layers] == ["bfloat16", "float32", "bfloat16", "float32"]
    logs = model.train_step((tf.ones((2, 28, 28, 1)), tf.range(2)))
    assert np.isfinite(float(logs["loss"]))


@pytest.mark.parametrize(("interpolation", "compiles"), [("nearest", True), ("bilinear", True), ("bicubic", False)])
def test_what_xla_cannot_compile_is_not_compiled(
    monkeypatch: pytest.MonkeyPatch, interpolation: Literal["nearest", "bilinear", "bicubic"], compiles: bool
) -> None:
    import tensorflow as tf

    gpu = SimpleNamespace(device_type="GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda *_: [gpu])
    layers = (UpSampling2D(interpolation=interpolation), *SMALL.layers)
    assert build(Experiment(layers=layers)).jit_compile is compiles


def test_a_penalty_is_part_of_the_loss() -> None:
    layers = (Flatten(), Dense(units=10, activation="softmax", kernel_regularizer=L1L2(l1=0.1, l2=0.2)))
    model = build(Experiment(layers=layers))
    kernel = model.layers[-1].kernel.numpy()
    assert float(model.losses[0]) == pytest.approx(0.1 * np.abs(kernel).sum() + 0.2 * (kernel**2).sum(), rel=1e-4)


@pytest.mark.parametrize(("axis", "of_script"), [("column", 1), ("row", 2), ("channel", -1)])
def test_a_unit_normalization_does_what_keras_normalize_does_to_arrays(axis: Any, of_script: int) -> None:
    import keras

    images = np.random.default_rng(1).integers(0, 256, (8, 28, 28, 1)).astype(np.float32)
    images[:, :, :5] = 0  # nothing is drawn at a border, whose length is 0
    layer = build(Experiment(layers=(UnitNormalization(axis=axis), *SMALL.layers))).layers[0]
    np.testing.assert_allclose(layer(images / 255), keras.utils.normalize(images, axis=of_script), rtol=1e-5)


def test_a_random_crop_leaves_tested_images_as_they_are_unless_a_resizing_follows() -> None:
    crop, sized = RandomCrop(height=20, width=20), Resizing(height=20, width=20, crop_to_aspect_ratio=True)
    images = np.random.default_rng(1).random((3, 28, 28, 1), dtype=np.float32)
    with_both = build(Experiment(layers=(crop, sized, *SMALL.layers)))
    assert with_both.layers[0](images, training=False).shape == (3, 28, 28, 1)  # else the problem is none
    varied = with_both.layers[0](images, training=True)
    np.testing.assert_array_equal(with_both.layers[1](varied, training=True), varied)
    assert with_both.predict(images, verbose=0).shape == (3, 10)
