"""A pre-trained network as one layer: its totals without Keras, its weights, and how it is trained, kept and shown."""

from __future__ import annotations

import math
import typing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.script.model import model_code
from cnn_tui.network.kinds.application import Architecture, facts_of
from cnn_tui.network.layers import Application, Dense, GlobalAveragePooling2D, Resizing
from cnn_tui.network.rules import flow
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize

QUICK = ("MobileNet", "VGG16")
LARGE = (
    *("ResNet101V2", "ResNet152", "ResNet152V2", "DenseNet169", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4"),
    *("EfficientNetB5", "EfficientNetB6", "EfficientNetB7", "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3"),
)
"""Larger ones of a kind that is tried, and slow to build: docs/make_applications.py wrote all in the same way."""
END = (GlobalAveragePooling2D(), Dense(units=10, activation="softmax"))
SMALL = Experiment(
    layers=(
        Resizing(height=32, width=32),
        Application(architecture="MobileNetV2", weights="none", cut="block_1_expand_relu"),
        *END,
    )
)


def counted(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


@pytest.mark.parametrize(
    "architecture",
    [
        *QUICK,
        *(
            pytest.param(name, marks=pytest.mark.long)
            for name in typing.get_args(Architecture)
            if name not in (*QUICK, *LARGE)
        ),
    ],
)
def test_the_table_is_what_keras_has(architecture: Any) -> None:
    import keras

    facts = facts_of(architecture, "none")
    names = list(facts.cuts)
    for side in (facts.least, 97, 150) if architecture in QUICK else (97,):  # each is a network that Keras builds
        shape = (side, side + 3, 3)
        base = getattr(keras.applications, architecture)(include_top=False, weights=None, input_shape=shape)
        for cut in {names[0], names[len(names) // 2], names[-2], facts.last}:
            for one in base.layers:
                one.trainable = True
            model = keras.Model(base.input, base.get_layer(cut).output)
            made = flow(Application(architecture=architecture, cut="" if cut == facts.last else cut), shape)
            assert made.output_shape == tuple(model.output.shape[1:]), (cut, shape)
            assert made.trainable == counted(model.trainable_weights), cut
            assert made.non_trainable == counted(model.non_trainable_weights), cut
            if side != 97:
                continue
            for frozen in (1, 5, len(model.layers) // 2, 10_000):
                for at, one in enumerate(base.layers):
                    one.trainable = at >= frozen
                layer = Application(
                    architecture=architecture,
                    weights="none",
                    cut="" if cut == facts.last else cut,
                    frozen_layers=frozen,
                )
                assert flow(layer, shape).trainable == counted(model.trainable_weights), (cut, frozen)
        assert [name for name, _ in facts.layers if name] == [
            one.name for one, (name, _) in zip(base.layers, facts.layers, strict=True) if name
        ]


def test_a_frozen_base_leaves_only_what_is_behind_it_to_learn() -> None:
    frozen = Application(architecture="MobileNetV2", trainable=False)
    summary = summarize(Stack((96, 96, 3), (frozen, *END)))
    assert (summary.total_params, summary.trainable_params) == (2_257_984 + 12_810, 12_810)


def test_a_base_frozen_in_part_is_frozen_in_keras() -> None:
    from cnn_tui.training.model.application import keras_application

    layer = Application(architecture="MobileNet", weights="none", cut="conv_pw_2_relu", frozen_layers=8)
    model = keras_application(layer, (32, 32, 3), "base", pretrained=True)
    assert counted(model.trainable_weights) == flow(layer, (32, 32, 3)).trainable
    learning = [one.name for one in model.layers[-1].layers if one.weights and one.trainable]
    assert learning == ["conv_pw_1_bn", "conv_dw_2", "conv_dw_2_bn", "conv_pw_2", "conv_pw_2_bn"]


@pytest.mark.long
def test_a_base_whose_weights_are_loaded_later_is_the_one_that_keras_makes_for_imagenet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is resumed or evaluated; EfficientNetB0 has a Rescaling more with ImageNet's weights than without."""
    import keras

    from cnn_tui.training.model.application import keras_application

    shape = (32, 32, 3)
    plain = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=shape)
    plain.save_weights(tmp_path / "learned.weights.h5")
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_, **__: str(tmp_path / "learned.weights.h5"))
    theirs = keras.applications.EfficientNetB0(include_top=False, input_shape=shape)
    layer = Application(architecture="EfficientNetB0", frozen_layers=208, preprocessing="none")
    shown = np.random.default_rng(1).random((2, *shape)).astype(np.float32) * 255

    def first(base: Any) -> Any:
        return keras.Model(base.input, base.get_layer("stem_conv").output)(shown)

    for pretrained in (True, False):
        made = keras_application(layer, shape, "base", pretrained=pretrained)
        made.layers[-1].set_weights(plain.get_weights())
        np.testing.assert_allclose(first(made.layers[-1]), first(theirs), atol=1e-3)
        assert [one.trainable for one in made.layers[-1].layers] == [False] * 208 + [True] * 30
        assert counted(made.trainable_weights) == flow(layer, shape).trainable
    assert not np.allclose(first(plain), first(theirs), atol=0.1)
    keras.backend.clear_session()


def test_networks_that_freeze_the_same_are_the_same() -> None:
    def fingerprint(**more: Any) -> str:
        return Stack((64, 64, 3), (Application(architecture="VGG16", **more), *END)).fingerprint()

    assert fingerprint(frozen_layers=15) != fingerprint() != fingerprint(trainable=False)
    assert fingerprint(frozen_layers=14) == fingerprint(frozen_layers=15) != fingerprint(frozen_layers=16)
    assert fingerprint(frozen_layers=1) == fingerprint()
    assert (
        fingerprint(frozen_layers=19) == fingerprint(trainable=False) == fingerprint(trainable=False, frozen_layers=3)
    )


@pytest.mark.parametrize(
    ("layer", "shape", "words", "fix"),
    [
        (Application(architecture="InceptionV3"), (28, 28, 1), "from 75x75 on, not 28x28", "Resizing to 75x75 above"),
        (Application(architecture="VGG16", cut="block5_pol"), (64, 64, 3), '"block5_pool"', "cut block5_pool"),
        (Application(architecture="VGG16", cut="nowhere"), (64, 64, 3), '"nowhere"', "VGG16 whole, without a cut"),
        (Application(architecture="VGG16"), (64, 64, 2), "3 channels, or grey ones of 1, not of 2", "switch this"),
    ],
)
def test_what_does_not_fit_says_what_would(layer: Application, shape: Any, words: str, fix: str) -> None:
    from cnn_tui.network.problems.problems import Goal, find_problems

    (problem,) = find_problems(Stack(shape, (layer, *END)), Goal("sparse_categorical_crossentropy", 10))
    assert words in problem.message
    assert problem.fixes[0].label.startswith(fix)


@pytest.mark.parametrize("architecture", [*QUICK, pytest.param("DenseNet121", marks=pytest.mark.long)])
def test_images_are_prepared_as_keras_does_it(architecture: Any) -> None:
    import keras

    from cnn_tui.training.model.application import keras_application

    own = {"MobileNet": "mobilenet", "VGG16": "vgg16", "DenseNet121": "densenet"}[architecture]
    first = next(iter(facts_of(architecture).cuts))
    layer = Application(architecture=architecture, weights="none", cut=first)
    model = keras_application(layer, (32, 32, 3), "base", pretrained=True)
    pixels = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    wanted = getattr(keras.applications, own).preprocess_input(pixels.copy())
    inner = model.layers[-1]
    np.testing.assert_allclose(model(pixels / 255), inner(wanted), rtol=1e-3, atol=1e-3)


def test_it_is_trained_kept_and_shown(tmp_path: Path) -> None:
    from cnn_tui.training import loop
    from cnn_tui.training.explain.model import TrainedModel
    from cnn_tui.training.model.build import build
    from cnn_tui.training.pipeline import evaluation_batches

    shown = np.random.default_rng(1).integers(0, 256, (12, 28, 28, 1), dtype=np.uint8)
    model = build(SMALL)
    before = model.get_weights()
    loop.fit(model, evaluation_batches(shown, np.arange(12) % 10, batch_size=6), epochs=1)
    assert any(not np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    model.save(tmp_path / "model.keras")
    trained = TrainedModel(tmp_path / "model.keras")
    np.testing.assert_allclose(trained.predict(shown), model(shown / np.float32(255), training=False), atol=1e-5)
    kinds = {facts.kind: facts.name for facts in trained.layers()}
    kind = "Application mobilenetv2_1.00_32"
    maps = trained.activations(shown[:1], (kinds[kind],))
    assert maps.layers[0].kind == kind, "what is inside is said"


def test_the_script_makes_the_same_model() -> None:
    import keras
    import tensorflow as tf

    from cnn_tui.training.model.build import build

    names: dict[str, Any] = {"tf": tf}
    exec("\n".join(model_code(SMALL)), names)
    ours, theirs = build(SMALL), names["model"]
    theirs.set_weights(ours.get_weights())
    shown = np.random.default_rng(1).random((2, 28, 28, 1)).astype(np.float32)
    np.testing.assert_allclose(theirs(shown), ours(shown), atol=1e-6)
    keras.backend.clear_session()


def test_a_base_that_rests_learns_and_keeps_what_its_normalizations_know() -> None:
    """So Keras 2 did it. In Keras 3, fit tells a whole model to train, whatever a call of a part of it says."""
    import keras
    import tensorflow as tf

    from cnn_tui.training import loop
    from cnn_tui.training.model.build import build
    from cnn_tui.training.pipeline import evaluation_batches

    shown = np.random.default_rng(1).integers(0, 256, (12, 28, 28, 1), dtype=np.uint8)
    resting = msgspec.structs.replace(SMALL.layers[1], training=False)
    experiment = msgspec.structs.replace(SMALL, layers=(SMALL.layers[0], resting, *END))
    names: dict[str, Any] = {"tf": tf}
    exec("\n".join(model_code(experiment)), names)
    for model in (build(experiment), names["model"]):
        told = model(shown / np.float32(255), training=True)
        np.testing.assert_array_equal(told, model(shown / np.float32(255), training=False))
        before = {weight.path: weight.numpy() for weight in model.weights}
        model.compile("sgd", "sparse_categorical_crossentropy")
        loop.fit(model, evaluation_batches(shown, np.arange(12) % 10, batch_size=6), epochs=1)
        moved = {weight.path for weight in model.weights if not np.array_equal(weight.numpy(), before[weight.path])}
        assert any("gamma" in path for path in moved), "it learns"
        assert not [path for path in moved if "moving" in path], "as after training"
    keras.backend.clear_session()


def test_weights_come_from_a_file_or_a_sentence_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    from cnn_tui.training.model.application import WeightsError, keras_application

    base = keras.applications.MobileNet(include_top=False, weights=None, input_shape=(32, 32, 3))
    base.save_weights(tmp_path / "mine.weights.h5")
    layer = Application(architecture="MobileNet", weights=str(tmp_path / "mine.weights.h5"))
    made = keras_application(layer, (32, 32, 3), "base", pretrained=True)
    np.testing.assert_array_equal(made.get_weights()[0], base.get_weights()[0])

    def fetch(name: str, address: str, **_: Any) -> str:
        raise Exception(f"URL fetch failure on {address}: None -- no network")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", fetch)
    for weights, words in (
        ("imagenet", r"put mobilenet_\S+_no_top.h5 from https://\S+ into \S+models, set weights to the path"),
        (str(tmp_path / "gone.h5"), "gone.h5 for MobileNet is not there"),
    ):
        with pytest.raises(WeightsError, match=words):
            keras_application(
                Application(architecture="MobileNet", weights=weights), (96, 96, 3), "base", pretrained=True
            )
