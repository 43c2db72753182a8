"""Rows and images that a script leaves out, and steps that come to nothing: said once, with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.training.schedule import LearningRateScheduler
from tests.keras_io.scripts import FIT, HEAD, NETWORK, READ, SMALL, read

TABLE = READ + 'import numpy as np, pandas as pd\nt = pd.read_csv("signs.csv")\n'
ROWS = 'x, y = t.drop("label", axis=1).values.reshape(-1, 8, 8, 3) / 255, t["label"].values\n'
LISTED = """
g = ImageDataGenerator(1 / 255).flow_from_dataframe(t, "all", x_col="name", y_col="label", target_size=(8, 8))
"""
FILE = READ + 'import pickle\nx, y = pickle.load(open("all.pkl", "rb"))\n'


@pytest.mark.parametrize(
    ("way", "by"),
    [
        ("t = t.dropna()", "dropna"),
        ("t.dropna(inplace=True)", "dropna"),
        ("t = t.dropna().reset_index(drop=True)", "dropna"),
        ("t = t.drop_duplicates(subset='label')", "drop_duplicates"),
        ("t = t.drop([3, 5])", "drop"),
        ("t.drop(t[t['label'] == 'none'].index, inplace=True)", "drop"),
        ("t = t.drop(columns=['id', 'sex'])", ""),
        ("t = t.drop('id', axis=1)", ""),
        ("t.drop(['id'], axis=1, inplace=True)", ""),
        ("t.dropna(axis='columns', inplace=True)", ""),
        ("t.dropna()", ""),
    ],
)
def test_rows_that_a_table_lacks_there_are_said(tmp_path: Path, way: str, by: str) -> None:
    notes = read(tmp_path, f"{TABLE}{way}\n{ROWS}{NETWORK}model.fit(x, y, epochs=2)\n").differences
    said = f"rows that are left out there ({by}, line 9) are learned from here"
    assert [note for note in notes if "left out" in note] == ([said] if by else [])
    listed = read(tmp_path, f"{TABLE}{way}\n{LISTED}{NETWORK}model.fit(g, epochs=2)\n").differences
    said = f"the table is changed there ({by}, line 9), which is not followed: here its rows are as in the file"
    assert [note for note in listed if "not followed" in note] == ([said] if by else [])


@pytest.mark.parametrize(
    ("images", "is_said"),
    [
        ("x, y = x[:8000], y[:8000]", True),
        ("x, y = x[50:].reshape(-1, 8, 8, 3) / 255, y[50:]", True),
        ("x = x[:, :, :]", False),
        ("x = x[..., :3]", False),
    ],
)
def test_images_of_a_file_of_which_only_some_are_taken_are_said(tmp_path: Path, images: str, is_said: bool) -> None:
    imported = read(tmp_path, f"{FILE}{images}\n{NETWORK}model.fit(x, y, epochs=2)\n")
    said = "only some of the images are learned from there (line 9), and here all but those to test on"
    assert [note for note in imported.differences if "only some" in note] == ([said] if is_said else [])
    assert imported.experiment.test == (None if is_said else "train")


@pytest.mark.parametrize(
    ("handler", "is_said"), [("pass", False), ("model.fit(x_train, y_train, epochs=3)", True)], ids=["else", "both"]
)
def test_what_a_try_does_where_all_goes_well_is_done(tmp_path: Path, handler: str, is_said: bool) -> None:
    code = f"try:\n    print(1)\nexcept Exception:\n    {handler}\nelse:\n    model.fit(x_train, y_train, epochs=7)\n"
    imported = read(tmp_path, HEAD + SMALL + FIT.partition("model.fit")[0] + code)
    assert imported.experiment.training.epochs == 7
    assert (
        any("which only running tells, trains the model: here it is done" in one for one in imported.notes) is is_said
    )


def test_a_rate_that_a_loop_works_out_is_asked_for(tmp_path: Path) -> None:
    loop = "    while epoch > 1:\n        made, epoch = made / 2, epoch - 2\n"
    function = f"def rate(epoch):\n    made = 0.5\n{loop}    return made\n"
    fit = FIT.replace("epochs=3", "epochs=5, callbacks=[keras.callbacks.LearningRateScheduler(rate)]")
    schedule = read(tmp_path, HEAD + SMALL + function + fit).experiment.training.schedule
    assert schedule == LearningRateScheduler(rates=(0.5, 0.5, 0.25, 0.25, 0.125))
    endless = read(tmp_path, HEAD + SMALL + function.replace("epoch - 2", "epoch") + fit)
    assert any("its function is not known" in note for note in endless.differences)


def test_steps_that_come_to_nothing_are_said(tmp_path: Path) -> None:
    flow = 'g = ImageDataGenerator(1 / 255).flow_from_directory("pets", (8, 8), class_mode="sparse", batch_size=100)\n'
    fit = "model.fit(g, epochs=2, steps_per_epoch=16 // 100, validation_data=g, validation_steps=4 // 100)\n"
    imported = read(tmp_path, READ + flow + NETWORK + fit)
    training = imported.experiment.training
    assert (training.steps_per_epoch, training.validation_steps) == (None, None)
    assert "steps_per_epoch is 0 there (line 11): here an epoch shows every image once" in imported.differences
    assert (
        "validation_steps (line 11, 0) is left out: all images to validate on are measured here" in imported.differences
    )
