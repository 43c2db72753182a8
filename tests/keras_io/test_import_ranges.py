"""Scripts that learn from a part of a dataset's images, or validate on a part of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.keras_io.scripts import HEAD, SMALL, read
from tests.keras_io.test_import_arrays import COMPILE, LOADED, TABLE

SETS = "data = tf.data.Dataset.from_tensor_slices((x_train, y_train))\n"
SPLIT = "from sklearn.model_selection import train_test_split\n"


@pytest.mark.parametrize(
    ("code", "left_out", "validation"),
    [
        ("model.fit(x_train[:10000], y_train[:10000])", ("10000-59999",), "none"),
        ("x_train, y_train = x_train[5000:], y_train[5000:]\nmodel.fit(x_train, y_train)", ("0-4999",), "none"),
        (
            "model.fit(x_train[5000:], y_train[5000:], validation_data=(x_train[:5000], y_train[:5000]))",
            (),
            "0-4999",
        ),
        (
            "model.fit(x_train[:-50], y_train[:-50], validation_data=(x_train[-50:], y_train[-50:]))",
            (),
            "59950-59999",
        ),
        (
            "x, y = x_train[9000:], y_train[9000:]\nmodel.fit(x[:600], y[:600], validation_data=(x[-60:], y[-60:]))",
            ("0-8999", "9600-59939"),
            "59940-59999",
        ),
        (
            f"{SETS}model.fit(data.take(2000).shuffle(99).batch(8), validation_data=data.skip(50000).batch(8))",
            ("2000-49999",),
            "50000-59999",
        ),
        (f"{SETS}model.fit(data.batch(32).take(10))", ("320-59999",), "none"),
        (
            f"{SPLIT}x, v, y, w = train_test_split(x_train, y_train, test_size=0.1, shuffle=False)\n"
            "model.fit(x, y, validation_data=(v, w))",
            (),
            "54000-59999",
        ),
        (
            "import numpy as np\nx, y = np.delete(x_train, [3, 4], axis=0), np.delete(y_train, [3, 4])\n"
            "model.fit(x[:10000], y[:10000])",
            (3, 4, "10002-59999"),
            "none",
        ),
        ("model.fit(x_train[:60000], y_train[:60000])", (), "none"),
    ],
)
def test_images_that_are_taken_by_their_numbers_are_the_same_here(
    tmp_path: Path, code: str, left_out: Any, validation: str
) -> None:
    imported = read(tmp_path, f"{HEAD}{SMALL}{COMPILE}{code}\n")
    assert (imported.experiment.leave_out, imported.experiment.training.validation) == (left_out, validation)
    assert imported.notes == ()


DRAWN = "training images, which are drawn at random there: here they are the first"
OTHERS = "training images, which are others there than here, where they are the first"


@pytest.mark.parametrize(
    ("code", "left_out", "validation", "words"),
    [
        (f"{SETS}model.fit(data.shuffle(60000).take(2000).batch(8))", ("2000-59999",), "none", f"60,000 {DRAWN} 2,000"),
        (
            "import numpy as np\nnp.random.shuffle(x_train)\nmodel.fit(x_train[:5000], y_train[:5000])",
            ("5000-59999",),
            "none",
            f"it learns from 5,000 of the 60,000 {DRAWN} 5,000",
        ),
        (
            "from sklearn.utils import shuffle\nx, y = shuffle(x_train, y_train, random_state=1)\n"
            "model.fit(x[:5000], y[:5000], validation_data=(x[5000:6000], y[5000:6000]))",
            ("6000-59999",),
            0.1667,
            f"it learns from and validates on 6,000 of the 60,000 {DRAWN} 6,000",
        ),
        (
            f"{SPLIT}x, v, y, w = train_test_split(x_train[:9000], y_train[:9000], test_size=0.1)\n"
            "model.fit(x, y, validation_data=(v, w))",
            ("9000-59999",),
            0.1,
            "",
        ),
        (
            "order = list(range(1000))\nimport random\nrandom.shuffle(order)\n"
            "model.fit(x_train[order[:500]], y_train[order[:500]])",
            ("500-59999",),
            "none",
            f"{DRAWN} 500",
        ),
        ("model.fit(x_train[::10], y_train[::10])", ("6000-59999",), "none", f"{OTHERS} 6,000"),
        (f"{SETS}model.fit(data.shard(4, 1).batch(8))", ("15000-59999",), "none", f"{OTHERS} 15,000"),
        (
            "model.fit(x_train, y_train, validation_data=(x_train[:500], y_train[:500]))",
            (),
            "0-499",
            "among those that it learns from there",
        ),
        (
            "model.fit(x_train[:10000], y_train[:10000], validation_split=0.2)",
            ("10000-59999",),
            0.2,
            'holds out the last 2,000 images there, and as many drawn at random here: validation = "8000-9999" holds',
        ),
        (
            "from tensorflow.keras.preprocessing.image import ImageDataGenerator\n"
            "made = ImageDataGenerator(validation_split=0.1)\n"
            "model.fit(made.flow(x_train, y_train, subset='training'), "
            "validation_data=made.flow(x_train, y_train, subset='validation'))",
            (),
            0.1,
            'the first 6,000 images there, and as many drawn at random here: validation = "0-5999" holds out the same',
        ),
    ],
)
def test_images_that_are_others_here_are_said(
    tmp_path: Path, code: str, left_out: Any, validation: Any, words: str
) -> None:
    imported = read(tmp_path, f"{HEAD}{SMALL}{COMPILE}{code}\n")
    assert (imported.experiment.leave_out, imported.experiment.training.validation) == (left_out, validation)
    told = [note for note in imported.notes if "size" not in note]
    assert (len(told) == 1 and words in told[0]) if words else told == []


@pytest.mark.parametrize(
    ("split", "left_out", "validation", "words"),
    [
        ('learned = tfds.load("mnist", split="train[:10%]", as_supervised=True)', ("6000-59999",), "none", OTHERS),
        (
            'learned, watched = tfds.load("mnist", split=["train[:80%]", "train[80%:]"], as_supervised=True)',
            (),
            0.2,
            "the 12,000 images to validate on are others there: here they are drawn at random",
        ),
        (
            'thirds = tfds.even_splits("train", n=3)\n'
            'learned = tfds.load("mnist", split=thirds[0], as_supervised=True)',
            ("20000-59999",),
            "none",
            f"it learns from 20,000 of the 60,000 {OTHERS} 20,000",
        ),
    ],
)
def test_a_part_of_a_dataset_of_tensorflows_is_as_large_here(
    tmp_path: Path, split: str, left_out: Any, validation: Any, words: str
) -> None:
    watched = ", validation_data=watched.batch(8)" if "watched" in split else ""
    imported = read(tmp_path, f"{LOADED}{split}\n{SMALL}{COMPILE}model.fit(learned.batch(8){watched})\n")
    assert imported.experiment.dataset == "mnist"
    assert (imported.experiment.leave_out, imported.experiment.training.validation) == (left_out, validation)
    assert any(words in note for note in imported.notes)


def test_how_many_images_only_running_tells_is_said(tmp_path: Path) -> None:
    code = f"{HEAD}{SMALL}{COMPILE}import sys\nmany = int(sys.argv[1])\nmodel.fit(x_train[:many], y_train[:many])\n"
    imported = read(tmp_path, code)
    assert imported.experiment.leave_out == ()
    assert imported.differences == (
        "the model is trained on a part of the training images there, and on all of them here",
    )


ROWS = "images = rows.values.reshape(-1, 28, 28, 1) / 255"


def _takes_rows(line: str) -> bool:
    return any(words in line for words in ("60]", "(60", "60)", "60'", "frac"))


@pytest.mark.parametrize(
    ("way", "is_part"),
    [
        (f"{ROWS}\nimages, labels = images[:60], labels[:60]", True),
        (f"rows = rows.iloc[:60]\n{ROWS}", True),
        (f"rows = rows.head(60)\n{ROWS}", True),
        (f"rows = rows.sample(60)\n{ROWS}", True),
        (f"rows = rows.nlargest(60, 'p0')\n{ROWS}", True),
        (f"rows = rows[rows.label.isin([1, 7]) & (rows.p0 < 60)]\n{ROWS}", True),
        (f"rows = rows.query('p3 > 60')\n{ROWS}", True),
        (f"rows = rows.sample(frac=1)\n{ROWS}", False),
        ("images = rows.iloc[:, :784].values.reshape(-1, 28, 28, 1) / 255", False),
        (f"{ROWS}\nimages = images[:]", False),
    ],
)
def test_some_rows_of_a_table_are_no_silent_whole(tmp_path: Path, way: str, is_part: bool) -> None:
    code = f"{TABLE}{way}\n{SMALL}{COMPILE}model.fit(images, labels, epochs=2)\n"
    taken = [at for at, text in enumerate(code.splitlines(), 1) if _takes_rows(text)]
    there = f"only some rows of the table are learned from there (line {taken[0] if taken else 0})"
    told = [note for note in read(tmp_path, code).differences if "some rows" in note]
    assert told == ([f"{there}, and here all but those to test on"] if is_part else [])
