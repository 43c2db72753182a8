"""Tables that a script of the lab's loads come back as the datasets that they were."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.dataset import DataOptions
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.keras_io.imported.model import import_model
from cnn_tui.keras_io.script.notebook import keras_notebook
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import Dense, Flatten

LAYERS = (Flatten(), Dense(units=3, activation="softmax"))


def comes_back(folder: Path, dataset: Path, options: DataOptions, validation: Any) -> None:
    """Whether an experiment with the dataset is read from its script, and from its notebook, as it was."""
    training = Training(epochs=2, validation=validation)
    experiment = Experiment(name="mine", dataset=str(dataset), layers=LAYERS, training=training, **options.of_file)
    for name, text in (("mine.py", keras_script(experiment)), ("mine.ipynb", keras_notebook(experiment))):
        (folder / name).write_text(text)
        imported = import_model(folder / name)
        assert (imported.experiment, imported.notes) == (experiment, ())


def table(path: Path, seed: int = 0) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 24))
    rows = ["label," + ",".join(f"pixel{at}" for at in range(24))]
    path.write_text("\n".join([*rows, *(",".join(map(str, [at % 3, *row])) for at, row in enumerate(pixels))]))
    return path


@pytest.mark.parametrize(
    ("options", "validation"),
    [
        (DataOptions((4, 6)), "test"),
        (DataOptions((6, 4)), 0.25),
        (DataOptions((4, 6), test=0.3), "none"),
        (DataOptions((4, 6), test="more.csv"), "test"),
        (DataOptions((4, 6), test="more.csv"), "third.csv"),
        (DataOptions((4, 6), test=0.3), "third.csv"),
        (DataOptions((4, 6)), "third.csv"),
        (DataOptions((4, 6), test="train"), 0.2),
        (DataOptions((4, 6), test="train"), "test"),
    ],
)
def test_a_table_of_pixels_comes_back(tmp_path: Path, options: DataOptions, validation: Any) -> None:
    path, more, third = (table(tmp_path / f"{name}.csv", at) for at, name in enumerate(("signs", "more", "third")))
    if options.test == "more.csv":
        options = DataOptions(options.image_size, test=str(more))
    comes_back(tmp_path, path, options, str(third) if validation == "third.csv" else validation)


def test_a_script_that_does_otherwise_is_not_taken_for_the_labs(tmp_path: Path) -> None:
    experiment = Experiment(dataset=str(table(tmp_path / "signs.csv")), layers=LAYERS, image_size=(4, 6), test=0.3)
    script = keras_script(experiment)
    (tmp_path / "mine.py").write_text(script.replace("np.delete(table, 0, axis=1)", "np.delete(table, 0, axis=1) ** 2"))
    imported = import_model(tmp_path / "mine.py")
    assert imported.experiment.test != 0.3
    assert any("not known" in note for note in imported.differences)


@pytest.mark.parametrize(
    ("in_pictures", "options", "validation"),
    [
        (False, DataOptions((4, 6), test=0.3), "test"),
        (False, DataOptions((4, 6), test=0.3), "third.parquet"),
        (True, DataOptions(), "test"),
        (True, DataOptions(test="train"), "test"),
        (True, DataOptions((5, 6), "grayscale", "crop", 0.4), "third.parquet"),
    ],
)
def test_a_parquet_file_comes_back(tmp_path: Path, in_pictures: bool, options: DataOptions, validation: str) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    labels = [at % 3 for at in range(30)]
    pixels = np.random.default_rng(1).integers(0, 256, (30, 24), dtype=np.uint8)
    columns: dict[str, Any] = {"label": labels, **{f"pixel{at}": pixels[:, at] for at in range(24)}}
    if in_pictures:
        contents = []
        for at in labels:
            Image.new("RGB", (8, 7), (at, 0, 0)).save(kept := io.BytesIO(), "PNG")
            contents.append({"bytes": kept.getvalue(), "path": None})
        columns = {"image": contents, "label": labels}
    for name in ("train", "third"):
        parquet.write_table(pyarrow.table(columns), tmp_path / f"{name}.parquet")
    comes_back(tmp_path, tmp_path / "train.parquet", options, validation.replace("third", str(tmp_path / "third")))
