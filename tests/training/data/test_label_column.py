"""`label_column`: which column of a table has the classes, in the file, the form, --set, and a script and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.data.dataset import DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.form.settings import change, settings_of
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.same import identity_of
from cnn_tui.experiment.training.training import Training
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import Dense, Flatten
from cnn_tui.training.data.datasets import load
from tests.keras_io.scripts import NETWORK, READ, read
from tests.training.data.test_named_pictures import write
from tests.training.data.test_one_way import assert_alike
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses

HEAD, ROW = "lesion_id,image_id,dx_type,dx,sex", "L{number},{name},histo,{kind},female"


@pytest.fixture
def lesions(tmp_path: Path) -> Path:
    """A table of which nothing but its name tells which column has the classes; the likeliest is dx."""
    return write(tmp_path / "lesions.csv", tmp_path / "pictures", rows=30, head=HEAD.replace("dx,", "found,"), row=ROW)


def test_the_column_that_is_named_has_the_classes_in_every_way(lesions: Path) -> None:
    with pytest.raises(DatasetError, match=r"may be in the column .*'found'.*Set label_column to its name; in the set"):
        describe(str(lesions))
    wanted = DataOptions(label_column="found")
    images = assert_alike(lesions, wanted)
    assert (images.dataset.class_names, len(images.x_train), len(images.x_test)) == (("ape", "cat", "owl"), 24, 6)
    assert images.x_test[:2, 0, 0, 0].tolist() == [3 * 14, 3 * 29]
    with pytest.raises(
        DatasetError, match=r"has no column 'kind' of classes, which label_column names\. Its columns are"
    ):
        describe(str(lesions), DataOptions(label_column="kind"))
    with pytest.raises(DatasetError, match="names the column of the classes of a table, and 'mnist' is none"):
        describe("mnist", wanted)
    with pytest.raises(DatasetError, match=r"has 1 class\. Between .*set label_column to the column of the classes"):
        describe(str(lesions), DataOptions(label_column="sex"))


def test_it_is_set_as_all_settings_are(lesions: Path) -> None:
    typed = change(Experiment(), "dataset", f"{lesions} label_column=found")
    experiment = override(Experiment(), [("dataset", str(lesions)), ("label_column", "found")])
    assert typed.data == experiment.data
    assert {row.name: row.value for row in settings_of(typed)}["label_column"] == "found"
    assert to_toml(experiment).splitlines()[1:3] == [f'dataset = "{lesions}"', 'label_column = "found"']
    assert parse(to_toml(experiment)) == experiment
    other = change(change(experiment, "test", "train"), "label_column", "lesion_id")
    assert other.data.classes == 30
    assert identity_of(other) != identity_of(experiment)
    assert change(other, "dataset", "mnist").label_column is None
    later = Experiment(dataset="", input_shape=(4, 5, 1), classes=3, label_column="found")
    assert later.with_dataset(str(lesions)).label_column == "found", "as long as the table is not here, too"
    assert later.with_dataset("mnist").label_column is None


FLOW = """
import pandas as pd
t = pd.read_csv("lesions.csv")
g = ImageDataGenerator(1 / 255).flow_from_dataframe(t, "pictures", x_col="image_id", y_col="found", target_size=(8, 8))
"""


def test_a_script_that_names_the_column_comes_in_with_it(lesions: Path, tmp_path: Path) -> None:
    code = READ + FLOW + NETWORK + "model.fit(g, epochs=2)\n"
    here = read(tmp_path, code)
    assert (here.experiment.dataset, here.experiment.label_column) == (str(lesions), "found")
    data = here.experiment.data
    assert data.class_names == ("ape", "cat", "owl")
    assert not [note for note in here.differences if "column" in note]
    lesions.rename(tmp_path / "later.csv")
    gone = read(tmp_path, code)
    assert gone.experiment.label_column == "found"
    assert gone.experiment.with_dataset(str(tmp_path / "later.csv")).data.train_images == data.train_images
    (tmp_path / "later.csv").rename(lesions)
    lesions.write_text(lesions.read_text().replace("found,", "said,"))
    notes = "\n".join(read(tmp_path, code).differences)
    assert "its classes are in the column found there, where the table here has none" in notes


def test_the_script_that_is_exported_comes_back(lesions: Path, tmp_path: Path) -> None:
    layers: Any = (Flatten(), Dense(units=3, activation="softmax"))
    experiment = Experiment("script", str(lesions), Training(validation="test"), layers=layers, label_column="found")
    imported = read(tmp_path, keras_script(experiment))
    assert (imported.experiment, imported.notes) == (experiment, ())


def test_a_table_of_pixels_has_it_too(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (30, 4))
    rows = [",".join(map(str, [*row, at % 3])) for at, row in enumerate(pixels)]
    table = tmp_path / "signs.csv"
    table.write_text("\n".join(["a,b,c,d,digit", *rows]))
    images = load(str(table), DataOptions(test="train", label_column="digit"), say=lambda _: None)
    assert images.y_train.tolist() == [at % 3 for at in range(30)]
    assert np.array_equal(images.x_train.reshape(30, 4), pixels)
    layers: Any = (Flatten(), Dense(units=3, activation="softmax"))
    experiment = Experiment("script", str(table), Training(), layers=layers, test=0.3, label_column="digit")
    imported = read(tmp_path, keras_script(experiment))
    assert (imported.experiment, imported.notes) == (experiment, ())
    with pytest.raises(DatasetError, match="has no column 'kind' of classes"):
        describe(str(table), DataOptions(label_column="kind"))


def test_a_parquet_file_has_it_too(tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns: dict[str, Any] = {f"p{at}": np.arange(30, dtype=np.uint8) for at in range(4)}
    parquet.write_table(pyarrow.table({**columns, "kind": ["ape", "cat"] * 15}), tmp_path / "all.parquet")
    with pytest.raises(DatasetError, match="has no column of labels"):
        describe(str(tmp_path / "all.parquet"))
    wanted = DataOptions(label_column="kind")
    assert describe(str(tmp_path / "all.parquet"), wanted).class_names == ("ape", "cat")
    layers: Any = (Flatten(), Dense(units=2, activation="softmax"))
    experiment = Experiment("script", str(tmp_path / "all.parquet"), Training(), layers=layers, label_column="kind")
    imported = read(tmp_path, keras_script(experiment))
    assert (imported.experiment, imported.notes) == (experiment, ())
