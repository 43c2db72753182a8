"""Tables and arrays of which an ImageDataGenerator's `flow` gives a part, by `subset`, or those to test on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import READ, read

CODE = """
import numpy as np
def rows(name):
    whole = np.loadtxt(name, delimiter=",")
    return whole[:, 1:].reshape(-1, 4, 4, 1), whole[:, 0]
(x, y), (v, w) = rows("learn.csv"), rows("other.csv")
one, plain = ImageDataGenerator(rescale=1 / 255, validation_split=0.25), ImageDataGenerator(rescale=1 / 255)
model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(one.flow(x, y, subset="training"), validation_data=one.flow(x, y, subset="validation"), epochs=2)
"""


def write_tables(folder: Path) -> None:
    """Two tables of thirty images."""
    for name in ("learn", "other"):
        rows = [",".join(map(str, [at % 3, *range(16)])) for at in range(30)]
        (folder / f"{name}.csv").write_text("\n".join(rows))


@pytest.mark.parametrize(
    ("measured", "is_tested"),
    [("", False), ("model.evaluate(plain.flow(v, w))", True), ("model.evaluate(v / 255, w)", True)],
)
def test_rows_that_flow_holds_out_are_the_first(tmp_path: Path, measured: str, is_tested: bool) -> None:
    write_tables(tmp_path)
    imported = read(tmp_path, READ + CODE + measured)
    experiment = imported.experiment
    tested = (str(tmp_path / "other.csv"), 0.25) if is_tested else (0.25, "test")
    assert experiment.dataset == str(tmp_path / "learn.csv")
    assert (experiment.test, experiment.training.validation) == tested
    assert imported.notes == ("validation_split holds out the first rows of the table there; here as many, but others",)


def test_a_table_that_flow_gives_to_test_on_is_to_be_set_where_it_is_not_here(tmp_path: Path) -> None:
    imported = read(tmp_path, READ + CODE + "model.evaluate(plain.flow(v, w))")
    assert any("it tests on other.csv" in note for note in imported.to_know)
    assert imported.experiment.training.validation == 0.25


def test_pictures_read_by_hand_that_flow_holds_out_are_the_first_of_all(pets: Path) -> None:
    code = f"""{READ}
import cv2
import numpy as np
x, y = [], []
for kind in os.listdir("pets"):
    for name in os.listdir("pets/" + kind):
        x.append(cv2.resize(cv2.imread("pets/" + kind + "/" + name), (4, 4)))
        y.append(kind)
x = np.array(x) / 255
{CODE[CODE.index("one, plain") :].replace("(4, 4, 1)", "(4, 4, 3)")}"""
    imported = read(pets.parent, code)
    words = "validation_split holds out the first images there; here as many, but others"
    assert words in imported.to_know
    assert (imported.experiment.test, imported.experiment.training.validation) == (0.25, "test")
