"""What a notebook kept from printing, and what of a script makes no difference to how a model is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Dense
from tests.keras_io.scripts import FIT, HEAD, SMALL, notebook, read, total

READS = """from keras.preprocessing.image import ImageDataGenerator
from keras.models import Sequential
from keras.layers import Dense, Flatten
train = ImageDataGenerator(rescale=1/255).flow_from_directory("far/away", target_size=(8, 8))
"""
MAKES = """model = Sequential([Flatten(input_shape=(8, 8, 3)), Dense(train.num_classes, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.summary()
model.fit(train, epochs=2)
"""
TOTAL = f"Total params: {193 * 7:,} (5 KB)\n"


@pytest.mark.parametrize(
    "printed",
    [
        ("Found 40 images belonging to 7 classes.\n", TOTAL),
        ("", TOTAL),
        ("Found 1,234 images belonging to 7 classes.", ""),
    ],
)
def test_the_classes_are_as_many_as_the_notebook_printed(tmp_path: Path, printed: tuple[str, str]) -> None:
    imported = read(tmp_path, notebook((READS, printed[0]), (MAKES, printed[1])), suffix=".ipynb")
    end = imported.experiment.layers[-1]
    assert isinstance(end, Dense)
    assert (end.units, imported.experiment.classes) == (7, 7)
    assert not any("summary" in words for words in imported.differences)
    assert any("the notebook printed 7" in words for words in imported.to_know)


def test_a_total_that_no_number_of_classes_gives_is_a_difference(tmp_path: Path) -> None:
    imported = read(tmp_path, notebook((READS, ""), (MAKES, "Total params: 1,000\n")), suffix=".ipynb")
    assert imported.experiment.classes == 10
    assert "the notebook's summary has 1,000 parameters, and this network 1,930" in imported.differences


def test_a_summary_from_before_the_last_layer_is_no_difference(tmp_path: Path) -> None:
    late = 'model.summary()\nmodel.add(layers.Dense(10, activation="softmax"))'
    cells = notebook((HEAD + SMALL, ""), (late, "Total params: 54,170\n"), (FIT, ""))
    assert read(tmp_path, cells, suffix=".ipynb").differences == ()


@pytest.mark.parametrize("line", ["pip install keras", "!pip install keras", "conda install -y keras", "cd data"])
def test_a_line_for_the_shell_is_passed_over(tmp_path: Path, line: str) -> None:
    cells = notebook((line, ""), (HEAD + SMALL + FIT, ""))
    imported = read(tmp_path, cells, suffix=".ipynb")
    assert not any("Python" in words for words in imported.notes)
    assert total(imported) > 0


def test_weights_that_were_just_saved_are_those_that_it_has(tmp_path: Path) -> None:
    code = HEAD + SMALL + FIT + "model.save_weights('mine.h5')\nmodel.load_weights('mine.h5')\n"
    assert read(tmp_path, code).differences == ()
    (said,) = read(tmp_path, code + "model.load_weights('other.h5')\n").differences
    assert "the weights that are loaded at line" in said


def test_weights_of_the_best_epoch_that_are_loaded_in_the_end_are_said_to_be(tmp_path: Path) -> None:
    kept = "keep = keras.callbacks.ModelCheckpoint('best.h5', monitor='loss', save_best_only=True)\n"
    fit, load = FIT.replace("epochs=3", "epochs=3, callbacks=[keep]"), "model.load_weights('best.h5')\n"
    (said,) = read(tmp_path, HEAD + SMALL + kept + fit + load).differences
    assert said.startswith("the weights that ModelCheckpoint keeps are loaded at line")
    before = (
        HEAD + SMALL + kept + "model.load_weights('best.h5')" + FIT.replace("epochs=3", "epochs=3, callbacks=[keep]")
    )
    (said,) = read(tmp_path, before).differences
    assert said.startswith("the weights that are loaded at line")
