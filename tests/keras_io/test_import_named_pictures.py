"""A script that reads pictures by a table of their names and classes has that table as its dataset."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.keras_io.imported.model import Imported
from tests.keras_io.scripts import ALL_LEARNED, read, total
from tests.training.data.test_named_pictures import write

SCRIPT = """
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras import Sequential, layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator
rows = pd.read_csv("../input/birds/train.csv", dtype=str)
made = ImageDataGenerator(rescale=1 / 255, validation_split=SHARE)
plain = ImageDataGenerator(rescale=1 / 255)
READ
model = Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=watched, epochs=2)
model.evaluate(watched)
"""
FLOW = 'flow_from_dataframe({rows}, "../input/birds/train", x_col="id", y_col="breed", target_size=(8, 8), {more})'


def flows(train: str, watched: str = "", by: str = "plain", more: str = "", and_more: str = "") -> str:
    first, second = FLOW.format(rows=train, more=more), FLOW.format(rows=watched, more=and_more)
    return f"train = {by}.{first}\nwatched = {f'{by}.{second}' if watched else None}"


SPLITS = {
    "subsets": (flows("rows", "rows", "made", 'subset="training"', 'subset="validation"'), 0.4, "test"),
    "halves of it": ("few, rest = train_test_split(rows, train_size=0.6)\n" + flows("few", "rest"), 0.4, "test"),
    "three parts": (
        "few, rest = train_test_split(rows, test_size=0.2)\nfew, other = train_test_split(few, test_size=0.25)\n"
        + flows("few", "other"),
        0.2,
        0.25,
    ),
    "all of it": (flows("rows"), "train", "none"),
}


def imported(tmp_path: Path, reading: str) -> Imported:
    return read(tmp_path, SCRIPT.replace("SHARE", "0.4").replace("READ", reading))


@pytest.mark.parametrize("way", SPLITS)
def test_a_table_of_names_is_the_dataset_and_is_parted_as_there(tmp_path: Path, way: str) -> None:
    reading, test, validation = SPLITS[way]
    gone = imported(tmp_path, reading)
    words = "the table that names the pictures that it trains on, ../input/birds/train.csv (line "
    assert [note.startswith(words) for note in gone.differences] == [True]
    table = write(tmp_path / "train.csv", tmp_path / "train", rows=30, head="id,breed", row="{name},{kind}")
    here = imported(tmp_path, reading)
    first = "validation_split holds out the first rows of the table there; here as many, but others"
    said = {"subsets": (first,), "all of it": (ALL_LEARNED.format("train.csv"),)}
    assert here.notes == said.get(way, ())
    for experiment in (here.experiment, gone.experiment.with_dataset(str(table))):
        assert (experiment.dataset, experiment.test, experiment.training.validation) == (str(table), test, validation)
        assert (experiment.data.class_names, experiment.stack.input_shape) == (("ape", "cat", "owl"), (8, 8, 3))
    assert total(here) == 8 * 8 * 3 * 3 + 3


def test_another_table_to_validate_on_is_tested_on(tmp_path: Path) -> None:
    reading = "others = pd.read_csv('birds/val.csv')\n" + flows("rows", "others")
    table = write(tmp_path / "train.csv", tmp_path / "train", head="id,breed", row="{name},{kind}")
    alone = imported(tmp_path, reading)
    assert (alone.experiment.dataset, alone.experiment.test) == (str(table), None)
    other = write(tmp_path / "val.csv", tmp_path / "train", rows=6, head="id,breed", row="{name},{kind}")
    both = imported(tmp_path, reading)
    assert (both.experiment.test, both.experiment.training.validation, both.notes) == (str(other), "test", ())


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (
            flows("rows").replace('"breed"', '"id"'),
            "its classes are in the column id there, where",
        ),
        (
            "rows = rows.apply(other)\n" + flows("rows"),
            "the table is changed there (line 9), which",
        ),
        (flows("rows[:20]", "rows[20:]"), "which of the table's rows are validated on is not known"),
        (flows("rows").replace('birds/train"', 'birds/all"'), "the pictures are taken from all there, and from"),
        (flows("rows", more='class_mode="raw"'), "with class_mode raw, labels are numbers of the table there"),
    ],
)
def test_what_is_otherwise_with_a_table_is_a_note(tmp_path: Path, reading: str, words: str) -> None:
    write(tmp_path / "train.csv", tmp_path / "train", head="id,breed", row="{name},{kind}")
    assert any(note.startswith(words) for note in imported(tmp_path, reading).differences)


def test_a_table_that_is_there_and_cannot_be_taken_is_not_said_to_be_gone(tmp_path: Path) -> None:
    table = write(tmp_path / "train.csv", tmp_path / "train", rows=6, head="id,breed", row="{name},{kind}")
    (note,) = imported(tmp_path, SPLITS["subsets"][0]).differences
    assert "names are there, but not taken: No class in" in note
    table.write_text("id,colour,kind\n00,red,cat\n")
    (note,) = imported(tmp_path, flows("rows")).differences
    assert "in the column breed there, where the table here has none: set label_column to the column" in note


def test_other_columns_are_all_that_is_said_of_a_table(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", tmp_path / "train", head="id,breed", row="{name},{kind}")
    (note,) = imported(tmp_path, flows("rows").replace('"breed"', '"colour"')).differences
    assert note.startswith("its classes are in the column colour there, where the table here has none")


def test_a_table_of_names_that_a_pipeline_begins_with_is_the_dataset(tmp_path: Path) -> None:
    table = write(tmp_path / "train.csv", tmp_path / "train", head="id,breed", row="{name}.png,{kind}")
    code = """
import pandas as pd
import tensorflow as tf
from tensorflow.keras import Sequential, layers
rows = pd.read_csv("train.csv")
def load(name, kind):
    return tf.image.resize(tf.io.decode_jpeg(tf.io.read_file("train/" + name)), (8, 9)) / 255.0, kind
train = tf.data.Dataset.from_tensor_slices((rows["id"].values, rows["breed"].values)).map(load).batch(4)
model = Sequential([layers.Flatten(input_shape=(8, 9, 3)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, epochs=2)
"""
    experiment = read(tmp_path, code).experiment
    assert (experiment.dataset, experiment.stack.input_shape, experiment.data.classes) == (str(table), (8, 9, 3), 3)


def test_a_table_that_is_made_of_files_is_parted_as_there(tmp_path: Path) -> None:
    rows = "rows = pd.DataFrame({'id': names, 'breed': kinds})\n"
    experiment = imported(tmp_path, rows + SPLITS["halves of it"][0]).experiment
    assert (experiment.test, experiment.training.validation) == (0.4, "test")


def test_another_table_to_test_on_is_named_where_neither_is_there(tmp_path: Path) -> None:
    reading = "others = pd.read_csv('birds/later.csv')\n" + SPLITS["subsets"][0]
    reading += "\nlater = plain." + FLOW.format(rows="others", more="")
    code = SCRIPT.replace("SHARE", "0.4").replace("READ", reading).replace("evaluate(watched)", "evaluate(later)")
    gone = read(tmp_path, code)
    assert (gone.experiment.test, gone.experiment.training.validation) == (None, 0.4)
    assert any("it tests on birds/later.csv (line 12): set test to that table" in note for note in gone.to_know)


BY_HAND = """
import cv2
import numpy as np
import pandas as pd
from tensorflow.keras import Sequential, layers
rows = pd.read_csv("train.csv")
ROWS
numbers = {kind: at for at, kind in enumerate(rows["breed"].unique())}
x, y = [], []
for _, row in rows.iterrows():
    x.append(cv2.resize(cv2.imread(f"train/{row['id']}.png"), (8, 8)))
    y.append(numbers[row["breed"]])
model = Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.array(x) / 255, np.array(y), epochs=2)
"""


@pytest.mark.parametrize(
    "some",
    [
        "rows = rows.sample(9, random_state=2)",
        "rows = rows.groupby('breed').head(3)",
        "rows = rows.query('breed != \"owl\"').reset_index(drop=True)",
        "rows = rows[rows['breed'].isin(['ape', 'cat'])].copy()",
        "rows = rows[:9]",
        "rows = rows.sample(frac=1).reset_index(drop=True)[3:]  # which leaves some",
        "rows = rows.sample(frac=1)",
    ],
)
def test_rows_of_a_table_that_are_not_read_by_hand_are_said(tmp_path: Path, some: str) -> None:
    table = write(tmp_path / "train.csv", tmp_path / "train", head="id,breed", row="{name},{kind}")
    found = read(tmp_path, BY_HAND.replace("ROWS", some))
    assert found.experiment.dataset == str(table)
    is_said = "only some rows of the table are taken there (line 7): here all are" in found.differences
    assert is_said is ("frac=1)" not in some or "leaves" in some)


@pytest.mark.parametrize(
    ("column", "asked"),
    [
        ("kind", BY_HAND.replace('rows["breed"]', "rows.kind").replace('row["breed"]', 'row["kind"]')),
        ("kind", BY_HAND.replace('rows["breed"]', 'rows.loc[:, "kind"]').replace('row["breed"]', "row.get('kind')")),
        ("kind", SCRIPT.replace("SHARE", "0.4").replace("READ", flows("rows").replace('"breed"', '"kind"'))),
        ("", BY_HAND.replace('rows["breed"]', "rows.kind").replace('row["breed"]', 'row["colour"]')),
        ("", BY_HAND.replace('rows["breed"]', "rows.iloc[:, 2]").replace('row["breed"]', "row[2]")),
    ],
)
def test_of_several_columns_that_may_have_the_classes_the_one_is_told_that_a_script_names(
    tmp_path: Path, column: str, asked: str
) -> None:
    table = write(tmp_path / "train.csv", tmp_path / "train", head="id,colour,kind", row="{name},red,{kind}")
    code = asked.replace("ROWS", "")
    found = read(tmp_path, code)
    assert (found.experiment.dataset, found.experiment.label_column or "") == (str(table) if column else "", column)
    assert any("may be in the column" in note for note in found.differences) is (column == "")
    table.write_text(table.read_text().replace("kind", "label", 1))
    assert read(tmp_path, code.replace("kind", "label")).experiment.dataset == str(table)


def test_the_column_that_a_script_names_is_taken_though_another_is_likelier(tmp_path: Path) -> None:
    write(tmp_path / "train.csv", tmp_path / "train", head="id,label,kind", row="{name},x{kind},{kind}")
    code = BY_HAND.replace("ROWS", "").replace("breed", "kind")
    found = read(tmp_path, code).experiment
    assert (found.label_column, found.data.class_names) == ("kind", ("ape", "cat", "owl"))


def test_the_tables_of_skin_lesions_have_their_classes_in_dx(tmp_path: Path) -> None:
    head, row = "lesion_id,image_id,dx,dx_type,age", "HAM_{number},{name},{kind},histo,50"
    table = write(tmp_path / "train.csv", tmp_path / "train", head=head, row=row)
    code = BY_HAND.replace("ROWS", "").replace("breed", "dx").replace("['id']", "['image_id']")
    found = read(tmp_path, code)
    assert (found.experiment.dataset, found.experiment.data.class_names) == (str(table), ("ape", "cat", "owl"))
