"""Scripts that ask whether there is a GPU: what is read, and what is said that is otherwise without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import FIT, HEAD, SMALL, read

POLICY = "keras.mixed_precision.set_global_policy"
ASKED = "gpus = tf.config.list_physical_devices('GPU')\n"


@pytest.mark.parametrize(
    "code",
    [
        f"{POLICY}('mixed_float16')\n{ASKED}if not gpus:\n    {POLICY}('float32')\n",
        f"if tf.config.list_physical_devices('GPU'):\n    {POLICY}('mixed_float16')\n",
        f"if len(tf.config.experimental.list_physical_devices('GPU')) > 0:\n    {POLICY}('mixed_float16')\n"
        f"else:\n    {POLICY}('float32')\n",
        f"name = tf.test.gpu_device_name()\nif name != '':\n    {POLICY}('mixed_float16')\n",
        f"{POLICY}('mixed_float16' if tf.test.is_gpu_available() else 'float32')\n",
    ],
)
def test_the_precision_that_only_a_gpu_decides_is_said(tmp_path: Path, code: str) -> None:
    imported = read(tmp_path, HEAD + code + SMALL + FIT)
    assert imported.experiment.training.precision == "mixed_float16"
    (note,) = [note for note in imported.to_know if "where there is a GPU" in note]
    assert "is float32 (line" in note
    assert not imported.differences


def test_what_only_a_gpu_decides_of_the_training_is_said(tmp_path: Path) -> None:
    code = (
        f"{ASKED}def on_gpu():\n    return len(gpus) > 0\nsize, epochs = 32, 2\n"
        "if on_gpu():\n    size = 128\nelse:\n    epochs = 1\n"
        "if not gpus:\n    x_train, y_train = x_train[:15000], y_train[:15000]\n"
    )
    fit = FIT.replace("epochs=3", "epochs=epochs, batch_size=size * tf.distribute.MirroredStrategy()")
    imported = read(tmp_path, HEAD + code + SMALL + fit.replace("Strategy()", "Strategy().num_replicas_in_sync"))
    training = imported.experiment.training
    assert (training.epochs, training.batch_size, imported.experiment.leave_out) == (2, 128, ())
    said = "\n".join(imported.to_know)
    assert "without one, size is 32 (line 12), epochs is 1 (line 14) and line 16 changes x_train, y_train there" in said
    assert "how many devices train together (line 25) only running tells: it is read as one" in said


@pytest.mark.parametrize("many", ["len(gpus)", "max(1, number)"])
def test_a_batch_for_each_gpu_is_that_of_one(tmp_path: Path, many: str) -> None:
    code = f"{ASKED}number = len(gpus)\nsize = 24 * {many}\nif gpus:\n    print('GPU: ' + str(number))\n"
    imported = read(tmp_path, HEAD + code + SMALL + FIT.replace("epochs=3", "epochs=3, batch_size=size"))
    assert imported.experiment.training.batch_size == 24
    assert imported.notes == ("how many devices train together (line 9) only running tells: it is read as one",)


def test_a_script_that_only_prints_whether_there_is_a_gpu_needs_no_word(tmp_path: Path) -> None:
    grow = f"{ASKED}if gpus:\n    for gpu in gpus:\n        tf.config.experimental.set_memory_growth(gpu, True)\n"
    imported = read(tmp_path, HEAD + grow + "else:\n    print('none')\n" + SMALL + FIT)
    assert not imported.differences
    assert not imported.to_know


def test_a_precision_that_is_set_or_not_is_said(tmp_path: Path) -> None:
    code = f"import other\nif other.fast():\n    {POLICY}('mixed_float16')\n"
    imported = read(tmp_path, HEAD + code + SMALL + FIT)
    assert imported.experiment.training.precision == "float32"
    assert imported.differences == (
        "the precision that is set at line 9 is left out: whether it is, only running tells",
    )
