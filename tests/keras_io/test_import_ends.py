"""What a script's loss makes of what its network ends in, where the two do not go together as one would expect."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.check import problems_of
from tests.keras_io.scripts import HEAD, SMALL, read

FIT = "\nmodel.compile('adam', {loss}, metrics=['accuracy'])\nmodel.fit(x_train, y_train, epochs=2)\n"


def ending(activation: str, loss: str) -> str:
    return HEAD + SMALL.replace("softmax", activation) + FIT.format(loss=loss)


def test_sigmoids_with_a_loss_of_a_row_are_trained_as_keras_does(tmp_path: Path) -> None:
    imported = read(tmp_path, ending("sigmoid", "'sparse_categorical_crossentropy'"))
    assert not problems_of(imported.experiment)
    assert not imported.differences
    assert any("as if softmax stood there" in words for words in imported.to_know)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_softmax_and_logits_at_once_is_a_softmax(tmp_path: Path, activation: str) -> None:
    code = ending(activation, "keras.losses.SparseCategoricalCrossentropy(from_logits=True)")
    imported = read(tmp_path, code)
    assert imported.experiment.training.from_logits is False
    assert not imported.differences
    assert any(f"which {activation} makes probabilities of" in words for words in imported.to_know)


def test_what_cannot_be_trained_is_said_though_the_pictures_are_not_here(tmp_path: Path) -> None:
    code = """
    from keras.models import Sequential
    from keras.layers import Dense, Flatten
    from keras.preprocessing.image import ImageDataGenerator
    model = Sequential([Flatten(input_shape=(8, 8, 3)), Dense(3, activation="relu")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(ImageDataGenerator(rescale=1/255).flow_from_directory("far/away", target_size=(8, 8)), epochs=2)
    """
    said = "\n".join(read(tmp_path, code).differences)
    assert "it is not trained here as it is: categorical_crossentropy needs probabilities" in said


@pytest.mark.parametrize(
    "loss",
    [
        "keras.losses.sparse_categorical_crossentropy(labels, found, from_logits=True)",
        "tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(labels, found, True))",
        "tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=found)",
    ],
)
@pytest.mark.parametrize("way", ["def own(labels, found):\n    return {}\n", "own = lambda labels, found: {}\n"])
def test_a_function_that_only_calls_a_loss_of_keras_is_that_loss(tmp_path: Path, loss: str, way: str) -> None:
    imported = read(tmp_path, way.format(loss) + ending("linear", "loss=own"))
    training = imported.experiment.training
    assert (training.loss, training.from_logits) == ("sparse_categorical_crossentropy", True)
    assert imported.differences == ()


def test_a_loss_of_a_scripts_own_is_left_out(tmp_path: Path) -> None:
    own = "def own(labels, found):\n    return 2 * keras.losses.sparse_categorical_crossentropy(labels, found)\n"
    said = read(tmp_path, own + ending("softmax", "loss=own")).differences
    assert "the loss own is left out: sparse_categorical_crossentropy stands in" in said
