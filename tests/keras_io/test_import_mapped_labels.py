"""What a pipeline's map makes of labels is said where it makes others of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import HEAD, SMALL, read

FIT = """
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(data.batch(64), epochs=2)
"""
PAIRS = "data = tf.data.Dataset.from_tensor_slices((x_train, y_train))\n"


@pytest.mark.parametrize(
    ("made", "begins"),
    [
        ("x, y", ""),
        ("x, tf.one_hot(tf.cast(y, tf.int32), 10)", ""),
        ("x, y % 2", "map makes other labels, y % 2 (line 14): here they are as they are in the dataset"),
        ("x, tf.cast(y == 5, tf.float32)", "map makes other labels, tf.cast(y == 5, tf.float32) (line 14)"),
        ("x, (y > 4).numpy().astype('int32')", "map makes other labels, (y > 4).numpy().astype('int32') (line 14)"),
        ("x, tf.where(y > 4, 1, 0)", "map makes other labels, tf.where(y > 4, 1, 0) (line 14)"),
        ("x, x", "map gives pictures for labels (line 14): here the labels are the classes"),
    ],
)
def test_labels_that_map_makes_others_of_are_said(tmp_path: Path, made: str, begins: str) -> None:
    code = f"{HEAD}{SMALL}{PAIRS}data = data.map(lambda x, y: ({made}))\n{FIT}"
    notes = read(tmp_path, code).differences
    assert [note for note in notes if "label" in note and note.startswith(begins)] == list(notes)
    assert bool(notes) is bool(begins)


def test_images_and_labels_that_are_put_side_by_side_are_the_dataset(tmp_path: Path) -> None:
    apart = "images, labels = (tf.data.Dataset.from_tensor_slices(one) for one in (x_train, y_train))\n"
    imported = read(tmp_path, f"{HEAD}{SMALL}{apart}data = tf.data.Dataset.zip((images, labels))\n{FIT}")
    assert (imported.experiment.dataset, imported.experiment.training.batch_size) == ("fashion_mnist", 64)
    assert imported.notes == ()
