"""What a run says and keeps when something goes wrong."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.artifacts.kept_epochs import epoch_path, kept_epochs, read_epoch
from cnn_tui.artifacts.weights import goes_on
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History, Result
from cnn_tui.home import checkpoint_path, history_path, model_path
from cnn_tui.jobs import launch
from cnn_tui.network.layers import Dense, Flatten


def test_an_error_becomes_one_sentence() -> None:
    import tensorflow as tf

    from cnn_tui.training.runtime import describe_error

    assert describe_error(MemoryError("no room\nfor it")) == "out of memory: no room"
    assert describe_error(ValueError()) == "ValueError: no message"
    assert describe_error(OSError(28, "No space left on device", "/a/b")) == "the disk is full: /a/b"
    no_room = tf.errors.ResourceExhaustedError(None, None, "/a/b; No space left on device")
    assert describe_error(no_room) == "the disk is full: /a/b; No space left on device", "not the memory"
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.nn.in_top_k([0, 0], [[0.0, 1.0]], 1)
    assert describe_error(caught.value) == (
        "InvalidArgumentError: First dimension of predictions 1 must match length of targets 2"
    )


def test_the_end_of_a_run_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import train
    from cnn_tui.training.callbacks.recorder import Recorder, Stopwatch

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
    assert train.record_end(history, 1, Result("finished"), recorder)
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


# Whole runs, in this process


@pytest.fixture
def stopping(tmp_path: Path) -> Experiment:
    """An experiment of three epochs, with a rule that stops it after each but the last."""
    labels = np.arange(64) % 2
    images = np.repeat(labels * 255, 64).astype(np.uint8).reshape(64, 8, 8, 1)
    images[:, :4] //= 2
    np.savez(tmp_path / "tiny.npz", x_train=images, y_train=labels, x_test=images[:16], y_test=labels[:16])
    return Experiment(
        dataset=str(tmp_path / "tiny.npz"),
        layers=(Flatten(), Dense(units=2, activation="softmax")),
        stop=(StopRule("loss", below=1000.0),),
    ).with_training(epochs=3, batch_size=8)


@pytest.fixture
def stopped(
    stopping: Experiment, trains: Callable[[int], int], tmp_path_factory: pytest.TempPathFactory, sealed_machine: Path
) -> int:
    """A run that its rule has ended after an epoch; the first test that asks for it trains it."""
    kept = tmp_path_factory.getbasetemp() / "stopped"
    if kept.exists():
        shutil.copytree(kept, sealed_machine, dirs_exist_ok=True)
    else:
        with History() as history:
            assert trains(history.add(stopping)) == 0
        shutil.copytree(sealed_machine, kept)
    return 1


def told(history: History, run_id: int) -> list[str]:
    """What happened to a run, without the best weights."""
    return [event.text for event in history.events(run_id) if not event.text.startswith("best weights")]


def test_a_run_that_a_rule_stopped_goes_on_to_its_end(stopped: int, trains: Callable[[int], int]) -> None:
    run_id = stopped
    with History() as history:
        for epochs in (1, 2, 3):
            assert epochs == 1 or trains(run_id) == 0
            run = history.run(run_id)
            assert run is not None and len(run.epochs) == epochs
            assert model_path(run_id).exists()
            history.resume(run_id)
        last = history.run(run_id)
        assert last is not None and (last.status, last.stop_cause) == ("finished", "")
        assert not history.resume(run_id)
        assert not checkpoint_path(run_id).exists()
        first, fired, queued, resumed, *_ = told(history, run_id)
        assert first.startswith("started on ")
        assert fired.startswith("stop rule: loss below 1000 (")
        assert queued.startswith(
            f"queued again; it was ended by its rule: {fired.removeprefix('stop rule: ')} (test accuracy "
        )
        assert resumed.startswith("resumed after epoch 1 on ")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.unlink(), "no checkpoint was kept"),
        (lambda path: path.write_bytes(path.read_bytes()[:-3_000]), "no checkpoint was kept"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"dense", b"dance")), "checkpoint.keras is damaged"),
    ],
)
def test_without_a_checkpoint_that_can_be_read_a_run_begins_again(
    stopped: int, trains: Callable[[int], int], spoil: Callable[[Path], object], why: str
) -> None:
    run_id = stopped
    with History() as history:
        spoil(checkpoint_path(run_id))
        history.resume(run_id)
        assert trains(run_id) == 0
        run = history.run(run_id)
        assert run is not None and run.status == "stopped" and len(run.epochs) == 1
        again = told(history, run_id)[3]
        assert again.startswith("begun again from the start on ") and again.endswith(f": {why}")


def test_a_run_goes_on_after_a_kept_epoch_that_is_asked_for_or_without_a_checkpoint(
    stopping: Experiment, trains: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_tui.training import loop, trainer

    began: list[bytes] = []
    fit = loop.fit

    def look(model: Any, *arguments: Any, **more: Any) -> Any:
        began.append(b"".join(weight.tobytes() for weight in model.get_weights()))
        return fit(model, *arguments, **more)

    monkeypatch.setattr(trainer, "fit", look)
    with History() as history:
        run_id = history.add(stopping.with_training(keep="all"))
        for after in (None, None, 1):
            history.resume(run_id, after)
            assert trains(run_id) == 0
        run = history.run(run_id)
        assert run is not None and [one.epoch for one in run.epochs] == [1, 2]
        assert (run.resumed_after, kept_epochs(run)) == (1, (1, 2))
        resumed = [text for text in told(history, run_id) if text.startswith("resumed after epoch 1 on ")]
        assert len(resumed) == 2 and resumed[1].endswith(", from its kept weights")
        _, parts = read_epoch(epoch_path(run_id, 1))
        assert began[2] == b"".join(parts)

        checkpoint_path(run_id).write_bytes(b"broken")
        assert goes_on(run).startswith("goes on after epoch 2, from the weights that it kept, with a new optimizer")
        history.resume(run_id)
        assert trains(run_id) == 0
        run = history.run(run_id)
        assert run is not None and (run.status, len(run.epochs), run.resumed_after) == ("finished", 3, 2)


def test_a_run_that_failed_after_its_last_epoch_is_only_evaluated(
    stopping: Experiment, trains: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_tui.training import trainer

    def fail(*_: Any, **__: Any) -> None:
        raise MemoryError("no room for the test images")

    whole = msgspec.structs.replace(stopping, stop=())
    with History() as history, monkeypatch.context() as patched:
        run_id = history.add(whole)
        patched.setattr(trainer, "evaluate", fail)
        assert trains(run_id) == launch.ENDED_BADLY
        failed = history.run(run_id)
        assert failed is not None
        assert (failed.status, failed.stop_cause) == ("failed", "out of memory: no room for the test images")
        patched.undo()
        patched.setattr(trainer, "fit", fail)
        history.resume(run_id)
        assert trains(run_id) == launch.ENDED
        run = history.run(run_id)
        assert run is not None and run.status == "finished" and run.test_accuracy is not None
        assert (run.epochs, run.seconds) == (failed.epochs, failed.seconds)


def test_a_new_run_takes_nothing_from_an_old_one_of_its_number(
    stopped: int, stopping: Experiment, trains: Callable[[int], int]
) -> None:
    run_id = stopped
    kept = checkpoint_path(run_id).read_bytes()
    history_path().unlink()
    with History() as history:
        history.store.execute("DELETE FROM sqlite_sequence")  # as if the folder had come back later
        assert history.add(stopping.with_training(seed=3)) == run_id
        trains(run_id)
        assert told(history, run_id)[0].startswith("started on ")
        assert checkpoint_path(run_id).read_bytes() != kept


@pytest.mark.long
def test_of_the_sample_that_stands_in_as_large_a_part_is_learned_from(
    tmp_path: Path, trains: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_TUI_OFFLINE", "1")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("cnn_tui.training.data.sources.SYSTEM", tmp_path)
    layers = (Flatten(), Dense(units=10, activation="softmax"))
    asked = Experiment(layers=layers, leave_out=("30000-59999",)).with_training(epochs=1, validation="0-4999")
    with History() as history:
        run_id = history.add(asked)
        assert trains(run_id) == launch.ENDED
        run = history.run(run_id)
        told = [event.text for event in history.events(run_id)]
    assert run is not None
    assert (run.status, run.dataset, run.train_images) == ("finished", "fashion_mnist_sample", 2_500)
    assert any("as large a part" in words for words in told)
