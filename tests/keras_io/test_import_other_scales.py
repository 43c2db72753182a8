"""Images that go in as other numbers when a script tests on them are said to, of tables and generators too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import FIT, READ, SMALL, read

TABLES = """
import csv
import numpy as np
import pandas as pd
def by_hand(name):
    rows = [row[1:] for row in csv.reader(open(name))]
    return other(np.array([np.array_split(row, 28) for row in rows]).astype("float"))
LOADED
generator, plain = ImageDataGenerator(rescale=1 / 255), ImageDataGenerator()
"""
PANDAS = (
    "learned, tested = pd.read_csv('a.csv'), pd.read_csv('b.csv')\n"
    "x, y = learned.drop(columns='label').values.reshape(-1, 28, 28, 1), learned.label\n"
    "z, w = tested.drop(columns='label').values.reshape(-1, 28, 28, 1), tested.label"
)
BY_HAND = "x, z = by_hand('a.csv'), by_hand('b.csv')\ny, w = other(), other()"
BYTES = "images to test on go in as 0 to 255 there, and those that it learns from as 0 to 1: here all as the latter"
TIMES = "images to test on go in 255 times as large there as those that it learns from: here all as the latter"


@pytest.mark.parametrize(
    ("loaded", "train", "test", "words"),
    [
        (PANDAS, "x / 255, y", "z, w", BYTES),
        (PANDAS, "generator.flow(x, y)", "plain.flow(z, w)", BYTES),
        (PANDAS, "x / 255, y", "z / 255.0, w", ""),
        (PANDAS, "x, y", "z, w", ""),
        (BY_HAND, "generator.flow(x, y)", "z, w", TIMES),
        (BY_HAND, "generator.flow(x, y)", "generator.flow(z, w)", ""),
        (BY_HAND, "x / 255, y", "plain.flow(z, w)", TIMES),
    ],
)
def test_rows_of_a_table_that_go_in_otherwise_when_they_are_tested_on(
    tmp_path: Path, loaded: str, train: str, test: str, words: str
) -> None:
    fit = FIT.replace("x_train, y_train", train) + f"model.evaluate({test})\n"
    code = READ + TABLES.replace("LOADED", loaded) + SMALL + fit
    told = [note for note in read(tmp_path, code).differences if note.startswith("images to test on")]
    assert told == [words] * bool(words)


@pytest.mark.parametrize(
    ("behind", "does"),
    [("np.argmax(model.predict(z), 1)", "predict"), ("from sklearn import metrics\nmodel.predict(z)", "test on")],
)
def test_a_table_that_is_only_predicted_is_named_where_it_goes_in_otherwise(
    tmp_path: Path, behind: str, does: str
) -> None:
    code = READ + TABLES.replace("LOADED", PANDAS) + SMALL + FIT.replace("x_train, y_train", "x / 255, y") + behind
    place = f"line {len(code.splitlines())}"
    told = [note for note in read(tmp_path, code).differences if note.startswith("images to")]
    assert told == [BYTES.replace("test on", f"{does}, of b.csv ({place}),")]


@pytest.mark.parametrize(
    ("learns", "tests", "words"),
    [
        ("samplewise_center=True", "", "are not brought to mean 0 each by itself there, as those that it learns from"),
        ("", "samplewise_std_normalization=True", "are brought to spread 1 each by itself there, and those that it"),
        ("samplewise_center=True", "samplewise_center=True", ""),
    ],
)
def test_pictures_that_only_some_are_evened_out_by_themselves(
    tmp_path: Path, learns: str, tests: str, words: str
) -> None:
    code = f"""{READ}
learned = ImageDataGenerator({learns}).flow_from_directory("pets/a", (28, 28), color_mode="grayscale")
tested = ImageDataGenerator({tests}).flow_from_directory("pets/b", (28, 28), color_mode="grayscale")
{SMALL}
model.compile("adam", "categorical_crossentropy")
model.fit(learned, epochs=2)
model.evaluate(tested)
"""
    told = [note for note in read(tmp_path, code).differences if note.startswith("images to test on")]
    assert [words in note and note.endswith("here none are") for note in told] == [True] * bool(words)
