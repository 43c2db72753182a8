"""With which weights an interrupted run was tested: it is said, and the gap is of the same epoch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Line, Progress, Run
from cnn_tui.history.table.listing import Listing, Query

ACCURACIES = (0.70, 0.80, 0.88, 0.95)


@pytest.fixture
def history() -> Iterator[History]:
    """A history whose run 1 was interrupted after four epochs."""
    with History() as history:
        run_id = history.add(load_preset("lab1-baseline"))
        history.claim(run_id, 1, 7)
        for number, accuracy in enumerate(ACCURACIES, 1):
            metrics = {"loss": 1 / number, "accuracy": accuracy}
            history.record_epoch(run_id, Epoch(number, metrics, 1.0, 1.0), float(number))
        history.record_end(run_id, Result("interrupted", "the training process is gone; 4 of 40 epochs are kept"))
        yield history


def both(history: History) -> tuple[Run, Line]:
    """The run and its line in the table."""
    run = history.run(1)
    assert run is not None
    return run, history.lines()[0]


def test_the_gap_is_that_of_the_epoch_that_was_tested(history: History) -> None:
    assert history.record_test(1, 0.9, 0.69, 1)
    run, line = both(history)
    assert run.stop_cause == "the training process is gone; 4 of 40 epochs are kept; tested with the weights of epoch 1"
    assert [event.text for event in history.events(1)] == ["evaluated from the checkpoint of epoch 1"]
    assert (run.tested_epoch, line.tested_epoch) == (1, 1)
    assert line.gap == run.gap == pytest.approx(0.01)
    assert line.accuracy == 0.95, "the accuracy that is shown is that of the last epoch, as ever"
    assert Listing(history, Query("gap<0.02")).count() == 1
    assert Listing(history, Query("gap>0.1")).count() == 0


def test_a_run_that_was_tested_on_what_it_learned_from_has_no_gap(history: History) -> None:
    history.record_test(1, 0.9, 0.69, 1)
    history.record_start(1, dataset="pets", train_images=10, test_images=0, environment={})
    run, line = both(history)
    assert (run.test_accuracy, run.gap, line.gap) == (0.69, None, None)


def test_a_run_that_was_resumed_after_it_has_the_gap_of_its_end(history: History) -> None:
    history.record_test(1, 0.9, 0.69, 1)
    assert history.resume(1)
    assert history.claim(1, 1, 7)
    history.record_end(1, Result("finished", "", 0.3, 0.9))
    run, line = both(history)
    assert (run.tested_epoch, run.stop_cause) == (None, "")
    assert line.gap == run.gap == pytest.approx(0.05)


def test_a_run_whose_rule_went_back_has_the_gap_of_the_epoch_that_it_went_back_to(history: History) -> None:
    assert history.resume(1)
    assert history.claim(1, 1, 7)
    history.record_end(1, Result("stopped", "a rule", 0.9, 0.79, ending="rule", restored=2))
    run, line = both(history)
    assert (run.tested_epoch, line.tested_epoch) == (2, 2)
    assert line.gap == run.gap == pytest.approx(0.01)
    train = run.figure_at_test("accuracy")
    assert (train, run.figure_at_test("val_accuracy")) == (0.80, None), "pages tell the figures that the gap is of"
    assert run.conditions.in_words().endswith("weights of epoch 2")


def test_a_run_that_was_stopped_within_an_epoch_has_no_gap(history: History) -> None:
    history.resume(1)
    history.claim(1, 1, 7)
    history.record_progress(1, Progress("evaluating", 5, 580, 1_875, 18_560, 60_000, 0.33, 0.8788))
    history.record_end(1, Result("stopped", "stopped by request in epoch 5", 0.3, 0.9))
    run, line = both(history)
    assert line.gap is None and run.gap is None
    assert history.resume(1) and history.claim(1, 1, 7)
    history.record_progress(1, Progress("evaluating", 4, 1_875, 1_875, 60_000, 60_000, 0.33, 0.95))
    history.record_end(1, Result("stopped", "stopped by request after epoch 4", 0.3, 0.9))
    run, line = both(history)
    assert line.gap == run.gap == pytest.approx(0.05), "stopped after a whole epoch"


def test_an_epoch_without_its_figures_leaves_the_gap_out(history: History) -> None:
    history.record_test(1, 0.9, 0.69, 1)
    history.store.execute("UPDATE epochs SET metrics = '{}' WHERE epoch = 1")
    run, line = both(history)
    assert line.gap is None and run.gap is None


def test_a_run_that_goes_on_meanwhile_is_not_tested(history: History) -> None:
    history.resume(1)
    assert not history.record_test(1, 0.9, 0.69, 1)
    assert [event.text for event in history.events(1) if event.kind == "evaluated"] == []
