"""Where a network looked: each method held to the same thing written here with plain TensorFlow, on small networks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.experiment.training.training import Training
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.jobs.explain.where_protocol import METHODS, LookWhere, Method, Where, added_up, following
from tests.training.trained_run import home_at

Ask = Callable[..., Where]
IMAGE = 7


@pytest.fixture(scope="module")
def explainer(trained_home: Path) -> Iterator[Any]:
    """The explain process's own code in this process, which asks about the trained runs."""
    from cnn_tui.training.explain.handler import Explainer

    with home_at(trained_home):
        yield Explainer()


@pytest.fixture
def ask(explainer: Any, trained_home: Path) -> Iterator[Ask]:
    """Ask to the end: all parts of an answer as one."""

    def to_the_end(run: int, method: Method, **more: Any) -> Where:
        question = LookWhere(run, IMAGE, method=method, **more)
        parts: list[Where] = []
        while not parts or not parts[-1].is_whole:
            parts.append(explainer.answer(question))
            question = following(question, parts[-1])
        return added_up(parts)

    with home_at(trained_home):
        yield to_the_end


def through(model: Any, x: Any, name: str = "") -> tuple[Any, Any]:
    """What the layer of that name makes of images, and the scores: layer by layer, without the last activation."""
    import tensorflow as tf

    middle, h = None, x
    for layer in model.layers[:-1]:
        h = layer(h, training=False)
        middle = h if layer.name == name else middle
    last = model.layers[-1]
    if type(last).__name__ == "Dense":
        h = tf.cast(h, tf.float32) @ tf.cast(last.kernel, tf.float32) + tf.cast(last.bias, tf.float32)
    return middle, tf.cast(h, tf.float32)


def maps_and_gradients(model: Any, x: Any, name: str, unit: int) -> tuple[Any, Any]:
    """Those of one image by plain TensorFlow."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(x)
        maps, scores = through(model, x, name)
        score = scores[0, unit]
    return tf.cast(maps, tf.float32)[0].numpy(), tf.cast(tape.gradient(score, maps), tf.float32)[0].numpy()


def of(where: Where) -> Any:
    """The map as an array."""
    return np.array(where.map)


def test_grad_cam_is_the_papers_formula_for_each_convolution_and_class(ask: Ask, explainer: Any) -> None:
    trained = explainer.models.with_weights(1)
    x = scaled_image(ask(1, "grad-cam"))
    convolutions = [layer.name for layer in trained.model.layers if "conv" in layer.name]
    assert len(convolutions) == 2
    strongest = 0.0
    for name, label in zip((*convolutions, convolutions[-1]), range(3), strict=True):
        maps, gradients = maps_and_gradients(trained.model, x, name, label)
        expected = np.zeros(maps.shape[:2])
        for number in range(maps.shape[2]):
            expected += gradients[..., number].mean() * maps[..., number]
        found = ask(1, "grad-cam", layer=name, label=label)
        np.testing.assert_allclose(of(found), np.maximum(expected, 0), atol=1e-5)
        np.testing.assert_allclose(of(ask(1, "grad-cam++", layer=name, label=label)), plus_plus(maps, gradients), 1e-3)
        strongest = max(strongest, of(found).max())
    assert ask(1, "grad-cam").layer == convolutions[-1]
    assert strongest > 0


def plus_plus(maps: Any, gradients: Any) -> Any:
    """Grad-CAM++ number by number, as its paper has it for the exponential of a score."""
    rows, columns, filters = maps.shape
    found = np.zeros((rows, columns))
    for number in range(filters):
        weight = 0.0
        for y, x in itertools.product(range(rows), range(columns)):
            slope = float(gradients[y, x, number])
            below = 2 * slope**2 + maps[..., number].sum() * slope**3
            weight += (slope**2 / below if below else 0.0) * max(0.0, slope)
        found += weight * maps[..., number]
    return np.maximum(found, 0)


def scaled_image(where: Where) -> Any:
    """The image of an answer as the network gets it."""
    import tensorflow as tf

    return tf.constant(np.frombuffer(where.pixels, np.uint8).reshape(1, *where.shape) / 255.0, tf.float32)


def test_integrated_gradients_add_up_to_what_the_score_gains(ask: Ask, explainer: Any) -> None:
    model = explainer.models.with_weights(1).model
    for label in range(3):
        found = ask(1, "integrated-gradients", label=label)
        x = scaled_image(found)
        scores, blank = through(model, x)[1].numpy()[0], through(model, x * 0)[1].numpy()[0]
        assert found.score == pytest.approx(scores[label], abs=1e-4)
        assert found.blank_score == pytest.approx(blank[label], abs=1e-4)
        gained = scores[label] - blank[label]
        assert of(found).sum() == pytest.approx(gained, abs=0.02 * abs(scores).max())
        assert np.all(of(found)[x.numpy()[0, :, :, 0] == 0] == 0), "what is black in both adds nothing"


def test_occlusion_covers_one_place_after_another(ask: Ask, explainer: Any) -> None:
    found = ask(1, "occlusion", label=2)
    assert found.side == 2
    image = scaled_image(found).numpy()[0]
    model = explainer.models.with_weights(1).model
    whole = model(image[np.newaxis]).numpy()[0, 2]
    cost: list[list[list[float]]] = [[[] for _ in range(12)] for _ in range(12)]
    places = list(itertools.product(range(11), range(11)))
    covered = np.stack([image] * len(places))
    for one, (top, left) in zip(covered, places, strict=True):
        one[top : top + 2, left : left + 2] = image.mean()
    for (top, left), said in zip(places, model(covered).numpy()[:, 2], strict=True):
        for y, x in itertools.product((top, top + 1), (left, left + 1)):
            cost[y][x].append(whole - said)
    np.testing.assert_allclose(of(found), [[np.mean(one) for one in row] for row in cost], atol=1e-5)


def test_a_long_answer_in_parts_is_the_same_as_in_one(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.explain import where

    whole: dict[Method, Where] = {method: ask(1, method) for method in METHODS}
    monkeypatch.setattr(where, "_PART_SECONDS", 0.0)
    monkeypatch.setattr(where, "_PIXELS_AT_ONCE", 50 * 144)
    for method in METHODS:
        in_parts = ask(1, method)
        np.testing.assert_allclose(of(in_parts), of(whole[method]), atol=1e-5)
        assert in_parts.done == in_parts.total == whole[method].total


def test_other_weights_give_another_map(tmp_path: Path, ask: Ask, explainer: Any) -> None:
    """The sanity check of Adebayo et al. 2018: a map that stays when the weights are random shows the image alone."""
    import keras

    from cnn_tui.home import model_path
    from cnn_tui.training.explain.model import TrainedModel
    from cnn_tui.training.explain.where import look

    model = keras.models.load_model(model_path(1), compile=False)
    rng = np.random.default_rng(4)
    model.set_weights([rng.normal(0, 0.3, weight.shape) for weight in model.get_weights()])
    model.save(tmp_path / "random.keras")
    random = TrainedModel(tmp_path / "random.keras")
    shown = ask(1, "occlusion")
    image = np.frombuffer(shown.pixels, np.uint8).reshape(1, *shown.shape)
    for method in METHODS:
        trained = np.stack([of(ask(1, method, label=label)) for label in range(3)])
        other = np.stack(
            [of(look(random, image, LookWhere(1, method=method, label=label), Training())) for label in range(3)]
        )
        assert abs(trained / abs(trained).max() - other / abs(other).max()).max() > 0.3, method


def test_one_unit_speaks_for_the_second_class_and_against_the_first(ask: Ask, explainer: Any) -> None:
    """A logit without a convolution: Grad-CAM says that there is none, the others need none."""
    first, second = (ask(6, "integrated-gradients", label=label) for label in (0, 1))
    np.testing.assert_allclose(of(first), -of(second), atol=1e-6)
    (logit,) = explainer.models.with_weights(6).model(scaled_image(first)).numpy()[0]
    assert first.score == pytest.approx(-logit)
    assert second.score == pytest.approx(logit)
    assert of(second).sum() == pytest.approx(logit - (second.blank_score or 0), abs=1e-3)
    said = ask(6, "occlusion")
    assert said.label == said.predicted == int(logit > 0)
    assert abs(of(said)).max() > 0
    with pytest.raises(
        ExplainError, match="no convolution, which Grad-CAM looks at: occlusion and integrated"
    ) as caught:
        ask(6, "grad-cam")
    assert caught.value.wrong


def test_what_is_not_there_is_refused_in_words(ask: Ask) -> None:
    for more, words in (
        ({"label": 3}, "there is no class 3: they are counted from 0 to 2"),
        ({"layer": "max_pooling2d"}, "there is no convolution 'max_pooling2d': conv2d"),
    ):
        with pytest.raises(ExplainError, match=words):
            ask(1, "grad-cam", **more)


def stack_of(kind: str) -> tuple[Any, Training]:
    """A small network of that kind for colour images of 12x12, and how it is trained."""
    import keras
    from keras import layers

    precision = kind if kind.startswith("mixed") else "float32"
    more: dict[str, Any] = {"dtype": precision}
    front = [layers.Conv2D(6, 3, activation="relu", **more), layers.MaxPooling2D(2, **more)]
    end = [layers.Dense(3, activation="softmax", dtype="float32")]
    training = Training()
    if kind == "sigmoids":
        end, training = [layers.Dense(3, activation="sigmoid")], Training(loss="binary_crossentropy")
    elif kind == "logits":
        end, training = [layers.Dense(3)], Training(from_logits=True)
    elif kind == "softmax of its own":
        end = [layers.Dense(3), layers.Softmax()]
    elif kind == "frozen base":
        inside = keras.Input((12, 12, 3))
        h = layers.BatchNormalization()(layers.Conv2D(6, 3, activation="relu")(inside))
        base = keras.Model(inside, layers.Conv2D(5, 3, activation="relu")(h), name="base")
        base.trainable = False
        front = [layers.RandomFlip(), layers.RandomRotation(0.2), base]
    stack = [keras.Input((12, 12, 3)), *front, layers.Flatten(**more), layers.Dropout(0.5, **more), *end]
    return keras.Sequential(stack), training


KINDS = ("sigmoids", "logits", "softmax of its own", "frozen base", "mixed_bfloat16", "mixed_float16")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_network_can_be_asked(kind: str, tmp_path: Path) -> None:
    import keras

    from cnn_tui.training.explain.model import TrainedModel
    from cnn_tui.training.explain.where import look

    keras.utils.set_random_seed(2)
    made, training = stack_of(kind)
    made.save(tmp_path / "model.keras")
    model = TrainedModel(tmp_path / "model.keras")
    image = np.random.default_rng(3).integers(0, 256, (1, 12, 12, 3), dtype=np.uint8)
    found = {method: look(model, image, LookWhere(1, method=method, label=1), training) for method in METHODS}
    room = 0.1 if kind.startswith("mixed") else 1e-4
    x = scaled_image(found["grad-cam"])
    maps, gradients = maps_and_gradients(model.model, x, found["grad-cam"].layer, 1)
    expected = np.maximum(maps @ gradients.mean(axis=(0, 1)), 0)
    np.testing.assert_allclose(of(found["grad-cam"]), expected, atol=room * max(1e-3, expected.max()))
    assert of(found["grad-cam++"]).max() > 0
    score = through(model.model, x)[1].numpy()[0, 1]
    whole = found["integrated-gradients"]
    assert whole.score == pytest.approx(score, abs=max(room, 1e-4))
    assert of(whole).sum() == pytest.approx(score - (whole.blank_score or 0), abs=max(room, 0.02))
    assert abs(of(found["occlusion"])).max() > 0
