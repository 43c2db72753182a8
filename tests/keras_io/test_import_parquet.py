"""Scripts that read Parquet files, which are tables as those in CSV are: of labels and pixels, or with the pictures."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.keras_io.scripts import read

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed, which reads Parquet files")
parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed, which reads Parquet files")

END = """
model = tf.keras.Sequential([tf.keras.Input(x.shape[1:]), tf.keras.layers.Flatten(), tf.keras.layers.Dense(3)])
model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
"""


def write_pixels(path: Path, rows: int) -> None:
    pixels = {f"pixel{at}": np.arange(rows, dtype=np.uint8) * 3 + at for at in range(16)}
    parquet.write_table(pyarrow.table({"label": np.arange(rows) % 3, **pixels}), path)


def write_pictures(path: Path, rows: int) -> None:
    pictures = []
    for at in range(rows):
        held = io.BytesIO()
        Image.new("RGB", (4, 5), (20 * at, 9, 9)).save(held, "PNG")
        pictures.append({"bytes": held.getvalue(), "path": f"{at}.png"})
    parquet.write_table(pyarrow.table({"image": pictures, "label": np.arange(rows) % 3}), path)


@pytest.mark.parametrize(
    "reads",
    [
        'import pandas as pd\nrows = pd.read_parquet("data/train.parquet")',
        'import pyarrow.parquet as pq\nrows = pq.read_table("data/train.parquet").to_pandas()',
    ],
)
def test_a_table_of_pixels_is_the_dataset(tmp_path: Path, reads: str) -> None:
    code = f"""
import tensorflow as tf
{reads}
y = rows.pop("label").values
x = rows.values.reshape(-1, 4, 4, 1) / 255.0
{END}
model.fit(x, y, epochs=3)
"""
    gone = read(tmp_path, code)
    assert any("data/train.parquet (line 6), is not there" in one for one in gone.differences), gone.differences
    (tmp_path / "data").mkdir()
    write_pixels(tmp_path / "data" / "train.parquet", 30)
    found = read(tmp_path, code)
    assert (found.differences, found.experiment.dataset) == ((), str(tmp_path / "data" / "train.parquet"))
    write_pixels(tmp_path / "data" / "val.parquet", 6)
    watched = code.replace("epochs=3", "validation_data=(v.values.reshape(-1, 4, 4, 1) / 255.0, w)")
    watched = watched.replace("model =", 'v = pd.read_parquet("data/val.parquet")\nw = v.pop("label").values\nmodel =')
    tested = read(tmp_path, f"import pandas as pd\n{watched}")
    assert (tested.differences, tested.experiment.test) == ((), str(tmp_path / "data" / "val.parquet"))


def test_a_table_that_has_the_pictures_is_the_dataset(tmp_path: Path) -> None:
    code = f"""
import io
import numpy as np, pandas as pd, tensorflow as tf
from PIL import Image
rows = pd.read_parquet("pets.parquet")
x = np.array([np.array(Image.open(io.BytesIO(one["bytes"])).resize((8, 6))) for one in rows["image"]]) / 255.0
y = rows["label"].values
{END.replace("x.shape[1:]", "(6, 8, 3)")}
model.fit(x, y, epochs=3, validation_split=0.2)
"""
    gone = read(tmp_path, code)
    assert "the pictures of pets.parquet, which it trains on, are not there: set the dataset to it" in gone.differences
    write_pictures(tmp_path / "pets.parquet", 15)
    found = read(tmp_path, code)
    assert (found.differences, found.experiment.dataset) == ((), str(tmp_path / "pets.parquet"))
    assert (found.experiment.image_size, found.experiment.test) == ((6, 8), 0.2)
    (tmp_path / "pets.parquet").write_text("no table")
    broken = read(tmp_path, code)
    assert any("are there, but not taken: '" in one and "no Parquet file" in one for one in broken.differences)


def test_tables_that_are_put_together_are_told_how_to_be_made_one(tmp_path: Path) -> None:
    code = f"""
import pandas as pd, tensorflow as tf
rows = pd.concat([pd.read_parquet("a.parquet"), pd.read_parquet("b.parquet")])
y = rows.pop("label").values
x = rows.values.reshape(-1, 4, 4, 1) / 255.0
{END}
model.fit(x, y, epochs=3)
"""
    line = 'pd.concat([pd.read_parquet("a.parquet"), pd.read_parquet("b.parquet")]).to_csv("all.csv", index=False)'
    assert any(line in one for one in read(tmp_path, code).differences)
