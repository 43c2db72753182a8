"""Two numbers behind the filters of a convolution: the sides of its window to Keras of old, side and strides later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import read, total

TWO_NUMBERS = """
from LIBRARY.layers import Conv2D, Convolution2D, Dense, Flatten
from LIBRARY.models import Sequential
model = Sequential([LAYER, Flatten(), Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["METRIC"])
SIGN
"""
PLAIN = 'Conv2D(8, 3, 2, input_shape=(28, 28, 1), activation="relu")'
OF_ITS_TIME = {
    "a generator": ("model.fit_generator(images, epochs=2)", "fit_generator (line 6)"),
    "a name of Keras 1": ("model.fit(images, labels, nb_epoch=2)", ""),
    "a history": ("history = model.fit(x, y)\nprint(history.history['val_acc'])", "history['val_acc'] (line 7)"),
    "an import": ("from keras.utils import np_utils\nmodel.fit(x, y)", "import of np_utils (line 6)"),
}


@pytest.mark.parametrize("sign", OF_ITS_TIME)
def test_two_numbers_behind_the_filters_are_sides_in_a_script_of_old(tmp_path: Path, sign: str) -> None:
    lines, named = OF_ITS_TIME[sign]
    code = TWO_NUMBERS.replace("LIBRARY", "keras").replace("LAYER", PLAIN).replace("METRIC", "accuracy")
    imported = read(tmp_path, code.replace("SIGN", lines))
    assert total(imported) == 8 * (3 * 2 + 1) + 26 * 27 * 8 * 2 + 2
    words = (
        f"Conv2D(8, 3, 2) (line 4) is read as a window of 3x2, as Keras did up to 2.3: {named} is of that time; "
        "a later Keras reads strides of 2"
    )
    assert (words in imported.to_know) == bool(named)
    assert named or not any("is read as a window" in note for note in imported.notes)


@pytest.mark.parametrize(
    ("library", "layer", "sign", "words"),
    [
        ("keras", PLAIN, "model.fit(x, y)", "(line 4) is read as a window of 3x3 with strides of 2, as Keras does"),
        ("keras", PLAIN, "print(model.fit(x, y).history['acc'])", "with strides of 2, as Keras does"),
        ("keras", PLAIN.replace("28, 1)", "28, 1), padding='valid'"), "model.fit_generator(x)", ""),
        ("keras", PLAIN.replace("3, 2", "3, strides=2"), "model.fit_generator(x)", ""),
        ("tensorflow.keras", PLAIN, "model.fit_generator(x)", ""),
        ("tensorflow.keras", PLAIN.replace("Conv", "Convolution"), "model.fit(x, y)", ""),
    ],
)
def test_two_numbers_behind_the_filters_are_a_side_and_strides_else(
    tmp_path: Path, library: str, layer: str, sign: str, words: str
) -> None:
    code = TWO_NUMBERS.replace("LIBRARY", library).replace("LAYER", layer).replace("METRIC", "acc")
    imported = read(tmp_path, code.replace("SIGN", sign))
    assert total(imported) == 8 * (3 * 3 + 1) + 13 * 13 * 8 * 2 + 2
    said = [note for note in imported.notes if "is read as a window" in note]
    assert [words in note for note in said] == [True] * bool(words)


def test_a_window_by_its_old_name_has_two_sides(tmp_path: Path) -> None:
    code = TWO_NUMBERS.replace("LIBRARY", "keras").replace("LAYER", PLAIN.replace("Conv", "Convolution"))
    imported = read(tmp_path, code.replace("METRIC", "acc").replace("SIGN", "model.fit(x, y)"))
    assert total(imported) == 8 * (3 * 2 + 1) + 26 * 27 * 8 * 2 + 2
    assert any("Convolution2D(8, 3, 2) (line 4) is read as a window of 3x2" in note for note in imported.to_know)
