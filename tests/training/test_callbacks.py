"""What a run writes, heeds and stops for, on a real but tiny `fit`."""

from __future__ import annotations

import itertools
import math
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.history import History
from cnn_tui.experiments.run import Epoch, Point, Progress, Wish
from cnn_tui.experiments.stop_rules import StopRule
from cnn_tui.network.layers import Dense, Flatten

EXPERIMENT = Experiment(layers=(Flatten(), Dense(units=10, activation="softmax"))).with_training(
    epochs=3, batch_size=8, learning_rate=0.01
)
IMAGES, STEPS = 60, 8  # the last batch holds four


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.db") as history:
        assert history.add(EXPERIMENT) == 1
        assert history.claim(1, 1, 1)
        yield history


@pytest.fixture(autouse=True)
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import callbacks

    monkeypatch.setattr(callbacks, "PERIOD", 0.0)


class Fit:
    """A fit of the tiny network with the callbacks of a run."""

    def __init__(self, history: History, *rules: StopRule, execution: int = 1) -> None:
        from cnn_tui.training.build import build
        from cnn_tui.training.callbacks import ControlPoll, Recorder, StopRuleCallback, Stopwatch

        self.said: list[str] = []
        stopwatch = Stopwatch()
        self.recorder = Recorder(history, 1, EXPERIMENT, stopwatch, self.said.append)
        self.recorder.train_images = IMAGES
        self.rule = StopRuleCallback(rules)
        self.control = ControlPoll(history, 1, stopwatch)
        self.model = build(EXPERIMENT, steps_per_execution=execution)

    def run(self, *others: Any) -> dict[str, list[float]]:
        from cnn_tui.training.pipeline import evaluation_batches, training_batches

        shown = np.random.default_rng(1).integers(0, 256, (IMAGES, 28, 28, 1), dtype=np.uint8)
        labels = np.arange(IMAGES) % 10
        history = self.model.fit(
            training_batches(shown, labels, batch_size=8, seed=1),
            validation_data=evaluation_batches(shown, labels, batch_size=8),
            epochs=3,
            callbacks=[*others, self.recorder, self.rule, self.control],
            shuffle=False,
            verbose=0,
        )
        logs: dict[str, list[float]] = history.history
        return logs


def after_batch(number: int, do: Any) -> Any:
    """A callback that does something once, after the batch of that number, counted over all epochs from 1."""
    import keras

    counted = itertools.count(1)

    def look(batch: int, logs: Any) -> None:
        if next(counted) == number:
            do()

    return keras.callbacks.LambdaCallback(on_train_batch_end=look)


@pytest.mark.parametrize("execution", [1, 3])
def test_epochs_and_points_are_recorded_under_keras_names(history: History, execution: int) -> None:
    logs = Fit(history, execution=execution).run()
    run = history.run(1)
    assert run is not None
    assert [list(epoch.metrics) for epoch in run.epochs] == [["loss", "accuracy", "val_loss", "val_accuracy"]] * 3
    assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
    for name, values in logs.items():
        assert [epoch.metrics[name] for epoch in run.epochs] == values
    assert run.seconds == pytest.approx(sum(epoch.seconds for epoch in run.epochs))
    for epoch in run.epochs:
        assert epoch.images_per_second == pytest.approx(IMAGES / epoch.seconds)

    ends = [min(step, STEPS) for step in range(execution, STEPS + execution, execution)]
    expected = [epoch + step / STEPS for epoch in range(3) for step in ends]
    assert [point.at for point in history.points(1)] == pytest.approx(expected)
    assert history.points(1)[-1].loss == pytest.approx(logs["loss"][-1])
    now = history.progress(1)
    assert (now.epoch, now.step, now.steps, now.images, now.images_an_epoch) == (3, STEPS, STEPS, IMAGES, IMAGES)


def test_writes_keep_their_distance(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import callbacks

    monkeypatch.setattr(callbacks, "PERIOD", 3600.0)
    Fit(history).run()
    assert len(history.points(1)) == 1
    run = history.run(1)
    assert run is not None
    assert len(run.epochs) == 3


def test_a_stop_rule_ends_training_and_says_why(history: History) -> None:
    fit = Fit(history, StopRule("accuracy", below=0.0), StopRule("loss", below=100.0))
    logs = fit.run()
    assert len(logs["loss"]) == 1
    assert fit.rule.cause == f"stop rule: loss below 100 ({logs['loss'][0]:.4f} after epoch 1)"
    run = history.run(1)
    assert run is not None
    assert len(run.epochs) == 1


def test_a_rule_that_fires_after_the_last_epoch_stops_nothing(history: History) -> None:
    from cnn_tui.training.callbacks import StopRuleCallback

    rule = StopRuleCallback((StopRule("loss", below=100.0),))
    rule.set_params({"epochs": 3})
    rule.set_model(Fit(history).model)
    rule.model.stop_training = False
    rule.on_epoch_end(2, {"loss": 1.0})
    assert (rule.cause, rule.model.stop_training) == ("", False)


def test_a_stop_cuts_the_epoch_and_leaves_no_row_of_it(history: History) -> None:
    fit = Fit(history, StopRule("loss", below=0.0))
    fit.run(after_batch(STEPS + 5, lambda: history.ask(1, "stop")))
    assert fit.control.cause == "stopped by request in epoch 2 of 3, after 5 of 8 steps"
    run = history.run(1)
    assert run is not None
    assert [epoch.epoch for epoch in run.epochs] == [1]
    assert run.live  # how it ended is recorded by the run, not by a callback


def test_a_stop_after_the_last_batch_of_an_epoch_keeps_it(history: History) -> None:
    fit = Fit(history)
    fit.run(after_batch(STEPS, lambda: history.ask(1, "stop")))
    assert fit.control.cause == "stopped by request after epoch 1 of 3"
    run = history.run(1)
    assert run is not None
    assert "val_loss" in run.epochs[0].metrics


def test_a_stop_when_all_is_done_is_none(history: History) -> None:
    fit = Fit(history)
    fit.run(after_batch(3 * STEPS, lambda: history.ask(1, "stop")))
    assert fit.control.cause == ""


def test_a_signal_stops_like_a_request(history: History) -> None:
    fit = Fit(history, execution=3)
    fit.run(after_batch(2, lambda: setattr(fit.control, "signal", "SIGTERM")))
    assert fit.control.cause == "stopped by a signal (SIGTERM) in epoch 1 of 3, after 6 of 8 steps"


class Pausing(History):
    """A history in which somebody pauses the run for a second, in its second epoch."""

    looks = 0
    statuses: tuple[str, ...] = ()

    def wish(self, run_id: int) -> Wish:
        self.looks += 1
        if self.looks not in (STEPS + 3, STEPS + 4):
            return ""
        if self.looks == STEPS + 4:
            run = self.run(run_id)
            assert run is not None
            self.statuses += (run.status,)
            time.sleep(1.0)
        return "pause"


def test_a_pause_waits_and_its_time_does_not_count(tmp_path: Path) -> None:
    history = Pausing(tmp_path / "history.db")
    with history:
        history.add(EXPERIMENT)
        history.claim(1, 1, 1)
        Fit(history).run()
        run = history.run(1)
        assert run is not None
        assert (history.statuses, run.status, len(run.epochs)) == (("paused",), "running", 3)
        assert run.epochs[1].seconds < 0.9


class Failing(History):
    """A history on a disk that is full for the first writes: an epoch of progress, and the row of the epoch."""

    failures = STEPS + 3

    def _fail(self) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise sqlite3.OperationalError("database or disk is full")

    def record_progress(self, run_id: int, progress: Progress, point: Point | None = None) -> None:
        self._fail()
        super().record_progress(run_id, progress, point)

    def record_epoch(self, run_id: int, epoch: Epoch, seconds: float) -> None:
        self._fail()
        super().record_epoch(run_id, epoch, seconds)

    def wish(self, run_id: int) -> Wish:
        raise sqlite3.OperationalError("database is locked")


def test_a_history_that_cannot_be_written_loses_no_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import callbacks

    monkeypatch.setattr(callbacks, "RETRY", 0.0)
    with Failing(tmp_path / "history.db") as history:
        history.add(EXPERIMENT)
        history.claim(1, 1, 1)
        fit = Fit(history)
        fit.run()
        run = history.run(1)
        assert run is not None
        assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
        assert "cannot be written (database or disk is full)" in fit.said[0]


def test_a_loss_that_is_no_number_is_recorded_as_none(history: History) -> None:
    import keras

    class Spoil(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            self.model.set_weights([np.full_like(weight, np.nan) for weight in self.model.get_weights()])

    Fit(history).run(Spoil())
    run = history.run(1)
    assert run is not None
    assert math.isnan(run.epochs[0].metrics["loss"])
    assert history.progress(1).loss is None
    assert history.points(1) == []
    assert history.lines()[0].loss is None
