"""Event files for TensorBoard: written by a process of its own, read back by TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from tests.cli.command import Inside, assert_one_sentence


@pytest.fixture
def run_id() -> Iterator[int]:
    """A finished run of three epochs, one of which has no number to show."""
    with History() as history:
        made = history.add(load_preset("lab1-baseline"))
        history.claim(made, 1, 7)
        for number in (1, 2, 3):
            loss = math.nan if number == 2 else 0.5 / number
            metrics = {"loss": loss, "accuracy": 0.8, "val_loss": 0.6 / number, "val_accuracy": 0.75}
            history.record_epoch(made, Epoch(number, metrics, 8.0, 7_500.0), 8.0 * number)
        history.record_end(made, Result("finished", "", 0.4, 0.86))
        history.add(load_preset("lab1-baseline"))
        yield made


def read(folder: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Step, value and seconds since the first event, by tag, as TensorFlow reads them."""
    import tensorflow as tf

    (file,) = folder.iterdir()
    assert "tfevents" in file.name
    found: dict[str, list[tuple[int, float, float]]] = {}
    began = None
    for record in tf.data.TFRecordDataset(str(file)):
        event: Any = tf.compat.v1.Event.FromString(record.numpy())
        began = event.wall_time if began is None else began
        for value in event.summary.value:
            if value.metadata.plugin_data.plugin_name == "scalars":
                number = float(tf.make_ndarray(value.tensor))
                found.setdefault(value.tag, []).append(
                    (event.step, round(number, 4), round(event.wall_time - began, 3))
                )
            else:
                found[value.tag] = []
                assert b"filters = 32" in tf.make_ndarray(value.tensor)[0]
    return found


@pytest.mark.long
def test_a_run_is_written_as_keras_would_have_written_it(run_id: int, tmp_path: Path, inside: Inside) -> None:
    answer = inside("export", str(run_id), "--tensorboard", str(tmp_path / "logs"))
    assert (answer.status, answer.out) == (0, ""), answer.err
    assert answer.err == f"1 run written to {tmp_path}/logs; tensorboard --logdir shows them\n"
    home = tmp_path / "logs" / f"run-{run_id}"
    assert read(home / "train") == {
        "experiment": [],
        "epoch_loss": [(0, 0.5, 8.0), (2, 0.1667, 24.0)],
        "epoch_accuracy": [(0, 0.8, 8.0), (1, 0.8, 16.0), (2, 0.8, 24.0)],
        "epoch_seconds": [(0, 8.0, 8.0), (1, 8.0, 16.0), (2, 8.0, 24.0)],
    }
    assert read(home / "validation") == {
        "epoch_loss": [(0, 0.6, 8.0), (1, 0.3, 16.0), (2, 0.2, 24.0)],
        "epoch_accuracy": [(0, 0.75, 8.0), (1, 0.75, 16.0), (2, 0.75, 24.0)],
    }
    assert read(home / "test") == {"evaluation_loss": [(2, 0.4, 24.0)], "evaluation_accuracy": [(2, 0.86, 24.0)]}
    from cnn_tui.training import tensorboard  # which `read` has loaded TensorFlow for

    assert tensorboard.main([str(tmp_path / "logs"), str(run_id)]) == 0
    assert len(list((home / "train").iterdir())) == 1, "written again it replaces itself"


@pytest.mark.long
def test_a_folder_that_cannot_be_written_is_a_sentence(run_id: int, tmp_path: Path, inside: Inside) -> None:
    (tmp_path / "file").write_text("")
    answer = inside("export", str(run_id), "--tensorboard", str(tmp_path / "file"))
    assert_one_sentence(answer, 1, "the event files could not be written: ")


def test_only_a_run_with_epochs_can_be_written(run_id: int, inside: Inside, tmp_path: Path) -> None:
    folder = ("--tensorboard", str(tmp_path))
    assert_one_sentence(inside("export", "lab1-baseline", *folder), 2, 'not "lab1-baseline"')
    assert_one_sentence(inside("export", str(run_id + 1), *folder), 2, "has no whole epoch")
    assert_one_sentence(inside("export", "99", *folder), 2, "there is no run 99")
    assert_one_sentence(inside("export", "1", *folder, "-o", "x"), 2, "--output is for the script")


def test_a_run_that_is_left_alone_cannot_be_written_yet(inside: Inside, tmp_path: Path) -> None:
    answer = inside("run", "lab1-baseline", "--detach", "--tensorboard", str(tmp_path))
    assert_one_sentence(answer, 2, "--detach leaves before there is anything to write", "cnn-tui export RUN")
