"""How much of a table, or of images that are not known, a script learns from and validates on, by its own hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import read

HEAD = """
import numpy as np
import pandas as pd
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator
rows = pd.read_csv("birds.csv")
SPLIT
"""
NAMES = """
one = ImageDataGenerator(rescale=1 / 255)
learn = one.flow_from_dataframe(learning, "birds", x_col="file", y_col="kind", target_size=(8, 8))
watch = one.flow_from_dataframe(watching, "birds", x_col="file", y_col="kind", target_size=(8, 8))
model = models.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(4, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(learn, epochs=2, validation_data=watch)
"""
PIXELS = """
x, u = learning.drop("kind", axis=1).values.reshape(-1, 8, 8, 1) / 255, learning["kind"]
z, v = watching.drop("kind", axis=1).values.reshape(-1, 8, 8, 1) / 255, watching["kind"]
model = models.Sequential([layers.Flatten(input_shape=(8, 8, 1)), layers.Dense(4, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, u, epochs=2, validation_data=(z, v))
"""
DRAWN = "learning = rows.sample(frac=0.7, random_state=3)\nwatching = rows.drop(learning.index)"
SPLITS = [
    (DRAWN, 0.3, "test"),
    ("learning = rows.sample(frac=0.7)\nwatching = rows[~rows.index.isin(learning.index)]", 0.3, "test"),
    ("learning = rows.sample(frac=0.7)\nwatching = rows.loc[rows.index.difference(learning.index)]", 0.3, "test"),
    (
        "learning = rows.groupby('kind').apply(lambda of: of.sample(frac=0.7))\n"
        "watching = pd.concat([rows, learning]).drop_duplicates(keep=False)",
        0.3,
        "test",
    ),
    ("chosen = np.random.rand(len(rows)) < 0.7\nlearning, watching = rows[chosen], rows[~chosen]", 0.3, "test"),
    ("end = int(0.7 * len(rows))\nlearning, watching = rows.iloc[:end], rows.iloc[end:]", 0.3, "test"),
    ("learning, watching = rows[:len(rows) * 7 // 10], rows[-int(len(rows) * 0.3):]", 0.3, "test"),
    (
        "learning, watching, last = np.split(rows.sample(frac=1), [int(.5 * len(rows)), int(.75 * len(rows))])",
        0.25,
        1 / 3,
    ),
    (
        "some = rows.sample(frac=0.8)\nlast = rows.drop(some.index)\n"
        "learning = some.sample(frac=0.75)\nwatching = some.drop(learning.index)",
        0.2,
        0.25,
    ),
]


@pytest.mark.parametrize("data", [NAMES, PIXELS], ids=["names", "pixels"])
@pytest.mark.parametrize(("split", "test", "validation"), SPLITS)
def test_a_table_is_parted_as_there(
    tmp_path: Path, data: str, split: str, test: float, validation: float | str
) -> None:
    """As much as there is neither learned from nor validated on is tested on, and else what is validated on."""
    imported = read(tmp_path, HEAD.replace("SPLIT", split) + data)
    assert imported.experiment.test == pytest.approx(test, abs=1e-4)
    assert imported.experiment.training.validation == pytest.approx(validation, abs=1e-4)
    gone = [note for note in imported.differences if "birds.csv (line" in note]
    assert list(imported.differences) == gone
    assert len(gone) == 1


@pytest.mark.parametrize("taken", ["rows[rows.kind != 'crow']", "rows.head(300)", "rows.sample(200)", "rows.iloc[50:]"])
def test_rows_that_a_script_leaves_are_said(tmp_path: Path, taken: str) -> None:
    """Of how many rows there are nothing is known, so that no share of them is."""
    of_names = read(tmp_path, HEAD.replace("SPLIT", f"rows = {taken}\n{DRAWN}") + NAMES)
    assert any("only some rows of the table are taken there (line 7)" in one for one in of_names.differences)
    of_pixels = PIXELS.replace(", validation_data=(z, v)", "")
    only = read(tmp_path, HEAD.replace("SPLIT", f"learning = watching = {taken}") + of_pixels)
    assert any("only some rows of the table are learned from there (line 7)" in one for one in only.differences)


@pytest.mark.parametrize(
    ("column", "is_said"),
    [
        ("rows['file'] = rows['number'].apply(lambda one: f'{one:05d}.png')", False),
        ("rows['file'] = 'birds/' + rows['file'].astype(str).str.zfill(4)", False),
        ("rows['image'] = rows['file'] + '.jpg'\nrows['width'] = 8", False),
        ("rows['kind'] = np.where(rows['kind'] == 'crow', 'crow', 'other')", True),
    ],
)
def test_names_that_a_script_puts_together_change_no_rows(tmp_path: Path, column: str, is_said: bool) -> None:
    x_col = "image" if "image" in column else "file"
    code = HEAD.replace("SPLIT", f"{column}\n{DRAWN}") + NAMES.replace('"file"', f'"{x_col}"')
    imported = read(tmp_path, code)
    assert any("the table is changed there" in note for note in imported.differences) is is_said
    assert imported.experiment.test == 0.3


def test_a_table_whose_pictures_are_not_found_is_said_to_be_so(tmp_path: Path) -> None:
    """Of a table that has ids alone, nothing but the pictures tells that it names some."""
    (tmp_path / "birds.csv").write_text("id,kind\n1,crow\n2,owl\n3,crow\n4,owl\n5,jay\n")
    code = HEAD.replace("SPLIT", DRAWN) + NAMES.replace('"file"', '"id"')
    words = "names are not found beside it, nor in a folder there"
    assert any(words in note for note in read(tmp_path, code).differences)


ARRAYS = """
import pickle
import numpy as np
from tensorflow.keras import layers, models
X, y = pickle.load(open("birds.pkl", "rb"))
SPLIT
model = models.Sequential([layers.Flatten(input_shape=(50, 50, 3)), layers.Dense(4, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(a, u, epochs=2, validation_data=(b, v))
"""


@pytest.mark.parametrize(
    "split",
    [
        "end = int(len(X) * 0.8)\na, b, u, v = X[:end], X[end:], y[:end], y[end:]",
        "order = np.random.permutation(len(X))\nend = int(0.8 * len(X))\n"
        "a, b, u, v = X[order[:end]], X[order[end:]], y[order[:end]], y[order[end:]]",
        "order = np.arange(X.shape[0])\nnp.random.shuffle(order)\n"
        "low, high = order[X.shape[0] // 5:], order[:X.shape[0] // 5]\n"
        "a, b, u, v = X[low], X[high], y[low], y[high]",
        "first = X.shape[0] // 5\na, b, u, v = X[first:], X[:first], y[first:], y[:first]",
        "a, b, u, v = X[:-int(0.2 * len(X))], X[-int(0.2 * len(X)):], y[:-int(0.2 * len(X))], y[-int(0.2 * len(X)):]",
    ],
)
def test_images_that_are_not_known_are_cut_as_there(tmp_path: Path, split: str) -> None:
    imported = read(tmp_path, ARRAYS.replace("SPLIT", split))
    assert (imported.experiment.test, imported.experiment.training.validation) == (0.2, "test")
    assert not any("stand in" in note for note in imported.notes)
    order = "it validates on images that it cuts off in the order of all; here on as many, but others"
    assert (order in imported.to_know) is ("order" not in split)


def test_images_that_are_not_known_are_asked_for_whole_where_a_part_is_held_out_here(tmp_path: Path) -> None:
    """Else the share that a script cuts off would be taken of what it leaves."""
    cut = "from birds import X, y\nX = X.reshape(-1, 50, 50, 3)\nn = int(len(X) * 0.75)\n"
    imported = read(tmp_path, ARRAYS.replace("SPLIT", f"{cut}a, b, u, v = X[:n], X[n:], y[:n], y[n:]"))
    assert (imported.experiment.test, imported.experiment.training.validation) == (0.25, "test")
    told = [note for note in imported.differences if "are not known" in note]
    assert [note.partition(", are not known: ")[2] for note in told] == ["set the dataset to all of those"]
    assert told[0].startswith("the images that it trains on, 0.75 of X.reshape(-1, 50, 50, 3) (line 7), are")
    whole = read(tmp_path, ARRAYS.replace("SPLIT", f"{cut}a, u, b, v = X, y, z, w"))
    assert any("are not known: set the dataset to them" in note for note in whole.differences)
