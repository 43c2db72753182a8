"""What a run says and keeps when something goes wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.history import History, Result


def test_an_error_becomes_one_sentence() -> None:
    import tensorflow as tf

    from cnn_tui.training.train import describe_error

    assert describe_error(MemoryError("no room\nfor it")) == "out of memory: no room"
    assert describe_error(ValueError()) == "ValueError: no message"
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.nn.in_top_k([0, 0], [[0.0, 1.0]], 1)
    assert describe_error(caught.value) == (
        "InvalidArgumentError: First dimension of predictions 1 must match length of targets 2"
    )


def test_a_model_that_cannot_be_saved_leaves_the_old_one_and_a_sentence(tmp_path: Path) -> None:
    from cnn_tui.training.train import save

    class Full:
        def save(self, path: Path) -> None:
            path.write_text("half a model")
            raise OSError(28, "No space left on device")

    model = tmp_path / "model.keras"
    model.write_text("the model before")
    assert save(Full(), model) == "the weights could not be saved (No space left on device)"
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the model before"]


def test_the_end_of_a_run_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import train
    from cnn_tui.training.callbacks import Recorder, Stopwatch

    class Locked:
        ends: tuple[Any, ...] = ()
        tries = 0

        def record_end(self, run_id: int, result: Result) -> None:
            self.tries += 1
            if self.tries < 3:
                raise sqlite3.OperationalError("database is locked")
            self.ends += (result,)

    monkeypatch.setattr("cnn_tui.training.train.time.sleep", lambda _: None)
    history: Any = Locked()
    recorder = Recorder(history, 1, Experiment(), Stopwatch(), lambda _: None)
    train.record_end(history, 1, Result("finished"), recorder)
    assert (history.tries, history.ends) == (3, (Result("finished"),))


def test_a_run_that_is_not_queued_is_not_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from cnn_tui.training import train

    monkeypatch.setenv("CNN_TUI_HOME", str(tmp_path))
    monkeypatch.setattr(train, "send_output_to", lambda path: None)
    History().close()
    assert train.main(["9"]) == 1
    assert "Run 9 is not in the queue." in capfd.readouterr().out
    assert train.main([]) == 2
