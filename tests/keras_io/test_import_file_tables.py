"""Tables that a script makes of the files in the folders of classes: those folders are the dataset."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import READ, read, write_pictures

SCRIPT = """
import glob, os
from pathlib import Path
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow.keras import layers, models
from tensorflow.keras.preprocessing.image import ImageDataGenerator
TABLE
few, rest = train_test_split(table, test_size=0.4, random_state=1)
watching, last = train_test_split(rest, test_size=0.5)
one, how = ImageDataGenerator(rescale=1 / 255), dict(x_col="file", y_col="kind", target_size=(8, 8), batch_size=4)
model = models.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(one.flow_from_dataframe(few, **how), epochs=2, validation_data=one.flow_from_dataframe(watching, **how))
model.evaluate(one.flow_from_dataframe(last, **how))
"""
TABLES = {
    "glob": "files = glob.glob('birds/*/*.png')\n"
    "table = pd.DataFrame({'file': files, 'kind': [one.split('/')[-2] for one in files]})",
    "any depth": "files = list(Path('birds').rglob('*.png'))\nkinds = [one.parent.name for one in files]\n"
    "table = pd.DataFrame(list(zip(map(str, files), kinds)), columns=['file', 'kind'])",
    "series": "files = list(Path('birds').glob('**/*.png'))\n"
    "kinds = list(map(lambda one: os.path.split(os.path.split(one)[0])[1], files))\n"
    "table = pd.concat([pd.Series(files, name='file').astype(str), pd.Series(kinds, name='kind')], axis=1)",
    "loops": "files, kinds = [], []\nfor kind in sorted(os.listdir('birds')):\n"
    "    for name in os.listdir(f'birds/{kind}'):\n"
    "        files.append(os.path.join('birds', kind, name))\n        kinds.append(kind)\n"
    "table = pd.DataFrame({'file': files, 'kind': kinds}).sample(frac=1).reset_index(drop=True)",
    "rows": "rows = []\nfor kind in os.listdir('birds'):\n    for name in os.listdir(os.path.join('birds', kind)):\n"
    "        rows.append((os.path.join('birds', kind, name), kind))\n"
    "table = pd.DataFrame(rows, columns=['file', 'kind'])",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_of_the_files_of_a_folder_is_that_folder(tmp_path: Path, table: str) -> None:
    """A fifth of the pictures is tested on, and a quarter of the others validated on."""
    write_pictures(tmp_path / "birds", "crow", "jay", "owl")
    imported = read(tmp_path, SCRIPT.replace("TABLE", table))
    assert (imported.experiment.dataset, imported.experiment.test) == (str(tmp_path / "birds"), 0.2)
    assert (imported.experiment.training.validation, imported.experiment.training.batch_size) == (0.25, 4)
    assert not imported.differences


def test_rows_that_are_left_out_of_such_a_table_are_said(tmp_path: Path) -> None:
    write_pictures(tmp_path / "birds", "crow", "jay", "owl")
    table = f"{TABLES['glob']}\ntable = table[table.kind != 'jay']"
    (note,) = read(tmp_path, SCRIPT.replace("TABLE", table)).differences
    assert note == "the table of the files is changed there (line 10), which is not followed: here all of them are read"


def test_a_part_of_such_a_table_that_a_generator_parts_once_more(tmp_path: Path) -> None:
    write_pictures(tmp_path / "birds", "crow", "jay", "owl")
    code = SCRIPT.replace("TABLE", TABLES["glob"]).replace("rescale=1 / 255", "rescale=1 / 255, validation_split=0.25")
    code = code.replace("(few, **how)", "(few, subset='training', **how)")
    code = code.replace("(watching, **how)", "(few, subset='validation', **how)")
    imported = read(tmp_path, code)
    assert (imported.experiment.test, imported.experiment.training.validation) == (0.4, 0.25)
    assert not imported.differences


def test_a_table_of_names_that_tell_the_classes_is_said_to_be_made(tmp_path: Path) -> None:
    table = (
        "files = os.listdir('birds')\n"
        "table = pd.DataFrame({'file': files, 'kind': ['crow' if 'crow' in one else 'owl' for one in files]})"
    )
    (note,) = read(tmp_path, SCRIPT.replace("TABLE", table)).differences
    assert "have their classes from a table that it makes: set the dataset to a folder" in note


def test_two_tables_of_names_that_are_put_together_by_hand_are_two_kinds_of_pictures(tmp_path: Path) -> None:
    code = f"""{READ}
import pandas as pd
crows = [os.path.join("birds/crow", name) for name in os.listdir("birds/crow")]
owls = [os.path.join("birds/owl", name) for name in os.listdir("birds/owl")]
few, some = int(len(crows) * 0.75), int(len(owls) * 0.75)
learned = pd.DataFrame({{"file": crows[:few] + owls[:some], "kind": ["0"] * few + ["1"] * some}})
left = pd.DataFrame({{"file": crows[few:] + owls[some:], "kind": ["0"] * few + ["1"] * some}})
read, how = ImageDataGenerator(rescale=1 / 255), {{"x_col": "file", "y_col": "kind", "target_size": (8, 8)}}
learning = read.flow_from_dataframe(learned, **how)
watching = read.flow_from_dataframe(left, **how)
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(learning, epochs=2, validation_data=watching)
"""
    line = next(at for at, text in enumerate(code.splitlines(), 1) if text.startswith("watching"))
    others = f"other pictures that have their classes from a table that it makes (line {line})"
    assert f"it validates on {others}: the images to test on stand in" in read(tmp_path, code).notes
