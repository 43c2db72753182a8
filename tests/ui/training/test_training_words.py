"""The training pane's words are true in every state and phase, and none is cut in two."""

from __future__ import annotations

import math
import os
from pathlib import Path

import msgspec
import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History, Result
from cnn_tui.history.notebook import pin
from cnn_tui.history.run import FiredAt, Progress
from cnn_tui.reports.chart.picture import GLYPHS
from cnn_tui.ui.app import LabApp
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, pane, text, until
from tests.ui.training.training_scenes import MIDDLE, ended, shows, started, words


async def test_images_and_batches_are_both_named_and_both_etas_told(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 2.0)
    history.record_progress(run_id, MIDDLE)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(
            pilot,
            "run 1 running live Lab 1: baseline, 32 filters",
            "epoch 3/5 ━",
            "batch 781 of 1,875",
            "24,992/60,000 images",
            "7,500 images/s",
            "ETA 0:05, run 0:21",
            "loss 0.2100 accuracy 0.9212 so far validation 0.8300",
        )
        assert "CPU, 2 cores" in pane(app, "training")
        await pilot.press("3", "z")
        await shows(pilot, "ETA epoch 0:05, run 0:21", "validation loss 0.3300 accuracy 0.8300 after epoch 2")


@pytest.mark.parametrize("size", [LARGE, SMALL, (60, 16), (120, 20)])
async def test_batches_never_stand_without_the_images(
    make_lab: MakeLab, history: History, size: tuple[int, int]
) -> None:
    run_id = started(history, 2.0)
    history.record_progress(run_id, msgspec.structs.replace(MIDDLE, steps=1_875_000, images_an_epoch=60_000_000))
    app = make_lab()
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        await shows(pilot, "batch 781 of 1,875,000", "/60,000,000 images", "ETA")


PHASES = {
    "starting": "starting: a training process has taken the run",
    "loading data": "loading the data: fashion_mnist",
    "building": "building the network of 113,386 parameters",
    "training": "training begins: the first batch is being prepared",
    "saving": "saving the model",
    "evaluating": "evaluating on the 10,000 test images",
    "something new": "something new",
}


async def test_each_phase_has_its_words(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 1.0)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        for phase, expected in PHASES.items():
            history.record_progress(run_id, Progress(phase))
            await shows(pilot, f"{expected} …")
            assert "images/s" not in words(app) and "ETA" not in words(app)
        history.record_progress(run_id, Progress("loading data", read=1_200, to_read=8_000))
        await shows(pilot, "reading pictures: 1,200 of 8,000 …")
        validating = msgspec.structs.replace(MIDDLE, phase="validating", step=1_875, images=60_000)
        history.record_progress(run_id, validating)
        await shows(pilot, "batch 1,875 of 1,875", "60,000/60,000 images validating", "ETA run")
        await pilot.press("3", "z")
        await shows(pilot, "validating on the test images")
        for epoch in (2, 3):
            history.record_epoch(run_id, Epoch(epoch, {"loss": 0.2, "val_loss": 0.3}, 8.0, 7_500.0), 24.0)
        await shows(pilot, "the epoch is done")
        assert "validating on" not in words(app)


async def test_pausing_and_stopping_are_told_as_they_come(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 2.5)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        history.ask(run_id, "pause")
        await shows(pilot, "run 1 running, pausing after this batch")
        history.record_status(run_id, "paused")
        await shows(pilot, "run 1 paused", "paused: P resumes it, s stops it", "batch 938 of 1,875")
        assert not any(word in words(app) for word in ("ETA", "pausing", "live"))
        history.record_status(run_id, "running")
        history.ask(run_id, "stop")
        await shows(pilot, "run 1 running, stopping after this batch", "7,500 images/s")
        assert "ETA" not in words(app), "it goes nowhere near the end"
        history.ask(run_id, "now")
        await shows(pilot, "run 1 running, stopping now")


async def test_a_queued_run_says_its_place_and_what_is_ahead(make_lab: MakeLab, history: History) -> None:
    for _ in range(3):
        history.add(load_preset("lab1-baseline"))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("3")
        await shows(pilot, "run 1 queued", "place 1 of 3", "Nothing is ahead of it")
        fake.begin(history, 1)
        history.record_progress(1, MIDDLE)
        await pilot.press("z")
        await shows(pilot, "run 1 running", "2 waiting")
        await pilot.press("right_square_bracket", "right_square_bracket")
        await shows(pilot, "run 3 queued", "place 2 of 2", "Ahead of it: run 1 (epoch 3/5, about 0:21 to go), run 2.")
        history.move(3, -1)
        await shows(pilot, "place 1 of 2")
        history.record_status(1, "paused")
        await shows(pilot, "run 1 (paused)")


ENDS = [
    (
        Result("finished", "", 0.2583, 0.9083, 40.0),
        (
            "run 1 finished",
            "3/5 epochs in 40.0 s, 8.0 s an epoch",
            "test accuracy 0.9083 test loss 0.2583 train 0.8600",
        ),
    ),
    (
        Result("stopped", "stopped by request in epoch 4 of 5, after 781 of 1,875 batches", 0.3, 0.9, 27.0),
        ("run 1 stopped", "in epoch 4 of 5, after 781 of 1,875 batches", "test accuracy 0.9000"),
    ),
    (
        Result("stopped", "stop rule: loss below 0.3 (0.2000 after epoch 3)", 0.3, 0.9, 24.0, "rule", FiredAt(1, 3)),
        ("run 1 ended by its rule", "stop rule: loss below 0.3 (0.2000 after epoch 3)", "test accuracy 0.9000", "■"),
    ),
    (
        Result("failed", "out of memory: OOM when allocating tensor", seconds=24.0),
        ("run 1 failed", "out of memory: OOM when allocating tensor", "cnn-tui resume 1"),
    ),
    (
        Result("interrupted", "the training process was killed by signal 9 (out of memory?); 3 of 5 epochs are kept"),
        ("run 1 interrupted", "3 of 5 epochs are kept", "cnn-tui resume 1"),
    ),
]


@pytest.mark.parametrize(("result", "expected"), ENDS, ids=[end[0].stop_cause[:9] or "finished" for end in ENDS])
async def test_each_end_has_its_words(
    make_lab: MakeLab, history: History, result: Result, expected: tuple[str, ...]
) -> None:
    ended(history, 3.0, result)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, *expected)
        assert "live" not in words(app)
        # What a rule asked for would only be asked for again.
        assert ("resume" in words(app)) == (result.status != "finished" and result.fired is None)


async def test_a_failure_before_the_first_epoch_offers_nothing_to_resume(make_lab: MakeLab, history: History) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    assert history.claim(run_id, os.getpid(), 7)
    history.record_end(run_id, Result("failed", "the data set x.npz has no x_train"))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "the data set x.npz has no x_train", "This run recorded no epoch.")
        assert "resume" not in words(app)


async def test_a_run_of_no_epoch_says_that_none_was_asked_for(
    make_lab: MakeLab, history: History, tmp_path: Path
) -> None:
    learned = tmp_path / "learned.h5"
    learned.touch()
    starts = msgspec.structs.replace(load_preset("lab1-baseline"), weights=str(learned))
    run_id = history.add(starts.with_training(epochs=0))
    fake.begin(history, run_id)
    history.record_end(run_id, Result("finished", "", 0.5, 0.8, 0.0))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "No epoch was asked for: what this run starts from was tested as it is.")


async def test_a_run_that_is_queued_again_before_its_first_epoch_begins_again(
    make_lab: MakeLab, history: History
) -> None:
    run_id = started(history, 0.0)
    history.record_end(run_id, Result("interrupted", "killed"))
    assert history.resume(run_id)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "run 1 queued", "It begins again: no epoch had ended.")
        assert "checkpoint" not in words(app)


async def test_a_resumed_run_says_where_it_goes_on(make_lab: MakeLab, history: History) -> None:
    run_id = ended(history, 3.5, Result("interrupted", "killed"))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "run 1 interrupted")
        assert history.resume(run_id)
        await shows(pilot, "run 1 queued", "It goes on from its last checkpoint.")
        assert history.claim(run_id, os.getpid(), 7)
        history.forget_after(run_id, 2)
        history.record_progress(run_id, Progress("building"))
        await shows(pilot, "run 1 running", "It goes on from its last checkpoint.")
        history.record_resumption(run_id, 2, "resumed after epoch 2 on CPU")
        history.record_progress(run_id, Progress("training"))
        await shows(pilot, "run 1 running, resumed after epoch 2")
        assert "checkpoint" not in words(app)
        history.record_progress(run_id, MIDDLE)
        await shows(pilot, "epoch 3/5")
        history.record_epoch(run_id, Epoch(3, {"loss": 0.2}, 8.0, 7_500.0), 24.0)
        await until(pilot, lambda: len(app.lab.live.run.epochs) == 3, "the third epoch")  # type: ignore[union-attr]
        await shows(pilot, "resumed after epoch 2")
        history.record_end(run_id, Result("finished", "", 0.25, 0.91, 40.0))
        await shows(pilot, "It was resumed after epoch 2.")


async def test_the_sample_in_place_of_the_data_is_said_loudly(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 1.5)
    history.record_start(run_id, dataset="fashion_mnist_sample", train_images=6_000, test_images=1_000, environment={})
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "on fashion_mnist_sample")


BETWEEN = [pytest.param(size, marks=pytest.mark.long) for size in ((64, 20), (71, 24), (97, 30))]


@pytest.mark.parametrize("size", [(60, 16), SMALL, LARGE, *BETWEEN])
async def test_no_word_is_cut_in_two(make_lab: MakeLab, history: History, size: tuple[int, int]) -> None:
    """Every word at this size is one that is there, whole, where room is plenty."""
    rules = (StopRule("loss", below=0.15), StopRule("val_loss", patience=2))
    name = "Lab 1: a baseline with a rather long and telling name, 32 filters"
    experiment = msgspec.structs.replace(load_preset("lab1-baseline"), name=name, stop=rules)
    cause = (
        "the training process was killed by signal 9 (out of memory?); 3 of 5 epochs are kept and can be gone on from"
    )
    first = ended(history, 3.0, Result("interrupted", cause), experiment)
    second = started(history, 2.4, experiment)
    pin(history, first)
    history.add(experiment)
    app, wide = make_lab(), make_lab()
    keys = ("3", "S", "b", "h", "escape", "left_square_bracket", "right_square_bracket", "right_square_bracket")
    vocabulary: list[set[str]] = []
    async with wide.run_test(size=(260, 60)) as pilot:
        await pilot.press("3", "z")
        for key in keys:
            await pilot.press(key)
            vocabulary.append(_vocabulary(wide))
    known = set().union(*vocabulary)
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        for key in keys:
            await pilot.press(key)
            cut = _vocabulary(app) - known
            assert not cut, f"{cut} after {key}\n{pane(app, 'training')}"
    assert second == 2


def _vocabulary(app: LabApp) -> set[str]:
    lines = [line.plain for line in app.lab.query_one("#standing").draw(*app.lab.query_one("#standing").size)]  # type: ignore[attr-defined]
    # A short form of a part has words of its own.
    short = {"best:", "stops:", "epoch", "goes", "on", "ETA", "0:05,", "mean", "of", "3", "run", "validating", "…"}
    bars = {word for line in lines for word in line.split() if "━" in word and len(word) > 1}
    return {word for line in lines for word in line.split()} - bars - short - {GLYPHS.best, GLYPHS.deadline}


async def test_a_loss_that_is_no_number_is_said(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 1.0)
    history.record_progress(run_id, msgspec.structs.replace(MIDDLE, loss=None))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "the loss is not a number", "loss is nan", "s stops the run.", GLYPHS.lost)
        assert "loss is nan, epoch 3/5" in text(app).splitlines()[0], "in the lab's header"
        await pilot.press("3", "z")
        await shows(pilot, "s stops the run. A lower learning_rate may help: 0.0001 in place of 0.001.")


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_a_run_that_lost_its_loss_says_until_when_it_was_one(
    make_lab: MakeLab, history: History, size: tuple[int, int]
) -> None:
    run_id = started(history, 1.0, "lab1-stop-at-loss")
    history.record_progress(run_id, Progress("training"), Point(1.25, 0.4, 0.8))
    history.record_epoch(run_id, Epoch(2, {"loss": math.nan, "accuracy": 0.1}, 8.0, 1.0), 16.0)
    history.record_end(run_id, Result("finished", "", None, 0.1))
    app = make_lab()
    async with app.run_test(size=size) as pilot:
        await pilot.press("3", "z")
        await shows(
            pilot,
            "finished, loss is nan",
            "The loss is not a number; it was one until 25% of epoch 2. A lower learning_rate may help: 0.0001",
            "The stop rule loss nan ends such a run at once: t has the settings.",
            GLYPHS.lost,
            "'loss below 0.3' cannot fire",
        )
        await pilot.press("4")
        await until(pilot, lambda: "loss nan" in text(app), "the list of runs")


@pytest.mark.parametrize("size", [LARGE, SMALL, (60, 16)])
async def test_a_failed_run_says_all_of_its_cause_with_what_to_do_about_it(
    make_lab: MakeLab, history: History, size: tuple[int, int]
) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    cause = (
        "CIFAR-10 could not be downloaded (URL fetch failure on https://www.cs.toronto.edu/cifar-10-python.tar.gz: "
        "no name). Get it with `cnn-tui data fetch cifar10` where there is a network, or choose another dataset."
    )
    history.record_end(run_id, Result("failed", cause, None, None, 1.0))
    app = make_lab()
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        await shows(pilot, "or choose another dataset.", "0/5 epochs", "This run recorded no epoch.")
        await shows(pilot, cause)
        await pilot.resize_terminal(*((60, 16) if size == LARGE else LARGE))
        await shows(pilot, cause)
