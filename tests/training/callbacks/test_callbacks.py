"""What a run writes, heeds and stops for, on a real but tiny `fit`."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.elsewhere.ledger_reader import take_in
from cnn_tui.history.elsewhere.run_elsewhere import RunElsewhere, give_out, tell
from cnn_tui.history.ending import Status
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History
from cnn_tui.history.run import Progress, Wish
from tests.training.fits import EXPERIMENT, IMAGES, STEPS, Fit, after_batch, in_validation, run_of, spoil, texts


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.db") as history:
        assert history.add(EXPERIMENT) == 1
        assert history.claim(1, 1, 1)
        yield history


@pytest.fixture(autouse=True)
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.callbacks import recorder

    monkeypatch.setattr(recorder, "PERIOD", 0.0)


@pytest.mark.parametrize("execution", [1, pytest.param(3, marks=pytest.mark.long)])
def test_epochs_and_points_are_recorded_under_keras_names(history: History, execution: int) -> None:
    logs = Fit(history, execution=execution).run()
    run = run_of(history)
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
    assert now.memory > 100_000_000, "TensorFlow alone takes more"


def test_the_start_of_training_is_told_apart_in_its_first_epoch_only(history: History) -> None:
    Fit(history, fresh=True).run()
    first, *later = run_of(history).epochs
    assert first.startup is not None and 0 < first.startup < first.seconds
    assert [epoch.startup for epoch in later] == [0.0, 0.0]
    line = history.line(1)
    paces = [epoch.pace for epoch in run_of(history).epochs]
    assert line is not None and line.pace == pytest.approx(sum(paces) / 3)


def test_writes_keep_their_distance(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.callbacks import recorder

    monkeypatch.setattr(recorder, "PERIOD", 3600.0)
    Fit(history).run()
    assert len(history.points(1)) == 2, "the first steps and the second ones are told at once"
    run = run_of(history)
    assert len(run.epochs) == 3


def test_a_stop_rule_ends_training_and_says_why(history: History) -> None:
    fit = Fit(history, StopRule("accuracy", below=0.0), StopRule("loss", below=100.0))
    logs = fit.run()
    assert len(logs["loss"]) == 1
    assert fit.rule.cause == f"stop rule: loss below 100 ({logs['loss'][0]:.4f} after epoch 1)"
    run = run_of(history)
    assert len(run.epochs) == 1


def test_a_rule_that_fires_after_the_last_epoch_stops_nothing(history: History) -> None:
    from cnn_tui.training.callbacks.control import StopRuleCallback

    rule = StopRuleCallback((StopRule("loss", below=100.0),), print)
    rule.set_params({"epochs": 3})
    rule.set_model(Fit(history).model)
    rule.model.stop_training = False
    rule.on_epoch_end(2, {"loss": 1.0})
    assert (rule.cause, rule.model.stop_training) == ("", False)


def test_a_stop_cuts_the_epoch_and_leaves_no_row_of_it(history: History) -> None:
    fit = Fit(history, StopRule("loss", below=0.0))
    fit.run(after_batch(STEPS + 5, lambda: history.ask(1, "stop")))
    assert fit.control.cause == "stopped by you in epoch 2 of 3, after 5 of 8 batches"
    run = run_of(history)
    assert [epoch.epoch for epoch in run.epochs] == [1]
    assert run.live  # how it ended is recorded by the run, not by a callback


def test_a_stop_after_the_last_batch_of_an_epoch_keeps_it(history: History) -> None:
    fit = Fit(history)
    fit.run(after_batch(STEPS, lambda: history.ask(1, "stop")))
    assert fit.control.cause == "stopped by you after epoch 1 of 3"
    run = run_of(history)
    assert "val_loss" in run.epochs[0].metrics


def test_what_a_search_prunes_is_stopped_and_says_so(history: History) -> None:
    fit = Fit(history)
    fit.run(after_batch(STEPS + 5, lambda: history.ask(1, "prune")))
    assert fit.control.cause == "pruned by a search in epoch 2 of 3, after 5 of 8 batches"
    assert fit.control.ending == "pruned" and not fit.control.now
    assert [epoch.epoch for epoch in run_of(history).epochs] == [1]


def test_a_stop_when_all_is_done_is_none(history: History) -> None:
    fit = Fit(history)
    fit.run(after_batch(3 * STEPS, lambda: history.ask(1, "stop")))
    assert fit.control.cause == ""


def test_a_stop_is_one_of_the_events(history: History) -> None:
    fit = Fit(history)
    fit.run(after_batch(3, lambda: history.ask(1, "stop")))
    assert texts(history) == [fit.control.cause] == ["stopped by you in epoch 1 of 3, after 3 of 8 batches"]


def test_a_stop_now_ends_without_validating(history: History) -> None:
    fit = Fit(history)
    validated: list[int] = []
    fit.run(
        after_batch(STEPS + 5, lambda: history.ask(1, "now")),
        in_validation(2, lambda: validated.append(1)),
    )
    assert fit.control.cause == "stopped now by you in epoch 2 of 3, after 5 of 8 batches"
    assert fit.control.now
    assert len(validated) <= 1
    assert [epoch.epoch for epoch in run_of(history).epochs] == [1]


def test_a_stop_now_during_validation_leaves_no_row_of_the_epoch(history: History) -> None:
    fit = Fit(history)
    fit.run(in_validation(2, lambda: history.ask(1, "now")))
    assert fit.control.cause == "stopped now by you in epoch 2 of 3, after 8 of 8 batches, while it was validated"
    assert [epoch.epoch for epoch in run_of(history).epochs] == [1]
    assert fit.recorder.whole_epochs == 1


def test_a_stop_during_validation_keeps_the_epoch(history: History) -> None:
    fit = Fit(history)
    fit.run(in_validation(2, lambda: history.ask(1, "stop")))
    assert fit.control.cause == "stopped by you after epoch 2 of 3"
    assert [epoch.epoch for epoch in run_of(history).epochs] == [1, 2]


def test_a_stop_now_after_training_is_heard_before_each_thing_that_follows(history: History) -> None:
    fit = Fit(history)
    fit.run()
    assert not fit.control.ends_before("saved")
    history.ask(1, "stop")  # too late to stop anything
    assert not fit.control.ends_before("saved")
    history.ask(1, "now")
    assert fit.control.ends_before("evaluated")
    assert fit.control.cause == "stopped now by you after epoch 3 of 3, before it was evaluated"


def test_what_is_asked_is_never_weakened(history: History) -> None:
    wishes: tuple[tuple[Wish, Wish], ...] = (
        ("stop", "stop"),
        ("pause", "stop"),
        ("", "stop"),
        ("now", "now"),
        ("stop", "now"),
        ("pause", "now"),
    )
    for asked, wish in wishes:
        history.ask(1, asked)
        assert history.wish(1) == wish


def test_a_signal_stops_like_a_request(history: History) -> None:
    fit = Fit(history, execution=3)
    fit.run(after_batch(2, lambda: setattr(fit.control, "signal", "SIGTERM")))
    assert fit.control.cause == "stopped by a signal (SIGTERM) in epoch 1 of 3, after 6 of 8 batches"


class Pausing(History):
    """A history in which somebody lets a run that has paused go on after a second."""

    statuses: tuple[str, ...] = ()

    def record_status(self, run_id: int, status: Status) -> None:
        super().record_status(run_id, status)
        if status == "paused":
            self.statuses += (run_of(self).status,)
            time.sleep(1.0)
            self.ask(run_id, "")


def test_a_pause_waits_and_its_time_does_not_count(tmp_path: Path) -> None:
    history = Pausing(tmp_path / "history.db")
    with history:
        history.add(EXPERIMENT)
        history.claim(1, 1, 1)
        Fit(history).run(after_batch(STEPS + 3, lambda: history.ask(1, "pause")))
        run = run_of(history)
        assert (history.statuses, run.status, len(run.epochs)) == (("paused",), "running", 3)
        assert run.epochs[1].seconds < 0.9
        assert texts(history) == ["paused in epoch 2 of 3, after 3 of 8 batches", "gone on after 1 s"]


class Failing(History):
    """A history on a disk that is full for the first writes: an epoch of progress, and the row of the epoch."""

    failures = STEPS + 3

    def _fail(self) -> None:
        self.failures -= 1
        if self.failures >= 0:
            raise sqlite3.OperationalError("database or disk is full")

    def record_progress(
        self, run_id: int, progress: Progress, point: Point | None = None, at: float | None = None
    ) -> None:
        self._fail()
        super().record_progress(run_id, progress, point, at)

    def record_epoch(self, run_id: int, epoch: Epoch, seconds: float, at: float | None = None) -> None:
        self._fail()
        super().record_epoch(run_id, epoch, seconds, at)

    def wish(self, run_id: int) -> Wish:
        raise sqlite3.OperationalError("database is locked")


def test_a_history_that_cannot_be_written_loses_no_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.callbacks import recorder

    monkeypatch.setattr(recorder, "RETRY", 0.0)
    with Failing(tmp_path / "history.db") as history:
        history.add(EXPERIMENT)
        history.claim(1, 1, 1)
        fit = Fit(history)
        fit.run()
        run = run_of(history)
        assert [epoch.epoch for epoch in run.epochs] == [1, 2, 3]
        assert "cannot be written (database or disk is full)" in fit.said[0]


def test_a_rule_for_a_loss_that_is_no_number_does_not_wait_for_the_epoch(history: History) -> None:
    fit = Fit(history, StopRule("val_loss", patience=2), StopRule("loss", nan=True))
    fit.run(spoil(STEPS + 3))
    assert fit.rule.cause == "stop rule: loss is not a number in epoch 2, after step 3"
    assert texts(history)[0] == fit.rule.cause
    assert [epoch.epoch for epoch in run_of(history).epochs] == [1]


def test_a_rule_knows_the_epochs_of_a_run_that_goes_on(history: History) -> None:
    from cnn_tui.training.callbacks.control import StopRuleCallback

    rule = StopRuleCallback((StopRule("val_loss", patience=2),), print)
    rule.go_on_after([Epoch(1, {"val_loss": 0.5}, 1.0, 1.0), Epoch(2, {"val_loss": 0.6}, 1.0, 1.0)])
    rule.set_params({"epochs": 9})
    rule.set_model(Fit(history).model)
    rule.model.stop_training = False
    rule.on_epoch_end(2, {"val_loss": 0.7})
    assert rule.cause.startswith("stop rule: val_loss without improvement for 2 epochs (0.7000 after epoch 3; the best")


def test_a_rule_that_cannot_fire_any_more_is_said_once(history: History) -> None:
    fit = Fit(history, StopRule("loss", below=0.001), StopRule("accuracy", above=1.0))
    fit.run(spoil(STEPS + 3))
    said = [words for words in texts(history) if "cannot fire" in words]
    assert said == [
        "loss is not a number after epoch 2, so the stop rule 'loss below 0.001' cannot fire; "
        "the rule 'loss nan' would have ended the run"
    ]


def test_a_loss_that_is_no_number_is_recorded_as_none(history: History) -> None:
    Fit(history).run(spoil(1))
    run = run_of(history)
    assert math.isnan(run.epochs[0].metrics["loss"])
    assert history.progress(1).loss is None
    assert history.points(1) == []
    assert history.lines()[0].loss is None


def test_a_fit_that_records_in_a_ledger_heeds_wishes_and_has_the_same_rows(history: History) -> None:
    give_out(run_of(history), 0)
    with RunElsewhere(1) as record:
        Fit(record).run(after_batch(STEPS + 2, lambda: tell(1, "stop")))
    assert run_of(history).epochs == ()
    take_in(history, 1)
    assert [epoch.epoch for epoch in run_of(history).epochs] == [1]
    assert texts(history) == ["stopped by you in epoch 2 of 3, after 2 of 8 batches"]
    assert len(history.points(1)) == STEPS + 2
