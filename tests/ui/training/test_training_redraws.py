"""How often the training pane is drawn, and what that costs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import msgspec
import pytest

from cnn_tui import locks
from cnn_tui.history.epoch import Point
from cnn_tui.history.history import History
from cnn_tui.history.run import Progress
from cnn_tui.ui.panes.training.pane import TrainingPane
from tests.terminal import Terminal
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, until
from tests.ui.training.training_scenes import MIDDLE, shows, started


async def test_counters_are_shown_twice_a_second_and_what_happens_at_once(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 1.5)
    app = make_lab()
    drawn: list[float] = []
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "epoch 2/5")
        training = app.lab.query_one(TrainingPane)
        shown: Callable[[], None] = training.show_now
        clock_of: list[float] = [0.0]

        def counted() -> None:
            drawn.append(clock_of[0])
            shown()

        training.show_now = counted  # type: ignore[method-assign]
        training._drawn.append(float("inf"))  # as if it had been drawn a moment ago, however long this takes
        for step in range(5):
            history.record_progress(run_id, msgspec.structs.replace(MIDDLE, epoch=2, step=step + 1))
            app.lab.live.read()
            training.refresh_view()
        assert drawn == [], "they wait"
        assert training._later is not None
        history.ask(run_id, "stop")
        app.lab.live.read()
        training.refresh_view()
        assert len(drawn) == 1
        await shows(pilot, "stopping after this batch")


async def test_it_is_drawn_four_times_a_second_at_most(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 0.0)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, f"run {run_id} running")
        training = app.lab.query_one(TrainingPane)
        now = time.monotonic()
        training._drawn.extend([now + 60] * 4)  # as if it had been drawn so often a moment ago
        history.record_progress(run_id, msgspec.structs.replace(MIDDLE, epoch=2, step=1))
        app.lab.live.read()
        training.refresh_view()
        assert training._drawn[-1] == now + 60 and training._later is not None, "it waits"
        training._drawn.extend([0.0] * 4)
        training.refresh_view()
        await shows(pilot, " batch 1 of 1,875")


async def test_the_first_batch_and_the_first_rate_are_shown_at_once(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 0.0)
    history.record_progress(run_id, Progress("training"))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "training begins")
        training = app.lab.query_one(TrainingPane)
        first = Progress("training", 1, 1, 1_875, 32, 60_000, 2.3, 0.1, 64.0, 0.5)
        for progress, words in (
            (first, " batch 1 of 1,875"),
            (msgspec.structs.replace(first, step=9, images=288, images_per_second=7_000.0, seconds=0.54), "images/s"),
        ):
            training._drawn.clear()
            training._drawn.append(float("inf"))  # what is not shown at once is never shown
            history.record_progress(run_id, progress)
            await shows(pilot, words)


async def test_what_waits_to_be_shown_is_shown(make_lab: MakeLab, history: History) -> None:
    run_id = started(history, 1.0)
    history.record_progress(run_id, msgspec.structs.replace(MIDDLE, step=100))
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, " batch 100 of 1,875")
        training = app.lab.query_one(TrainingPane)
        training._drawn.append(time.monotonic() + 1)  # it will be a while until it may be drawn again
        history.record_progress(run_id, msgspec.structs.replace(MIDDLE, step=200))
        await until(pilot, lambda: app.lab.live.progress.step == 200, "it was read")
        await shows(pilot, " batch 200 of 1,875")


@pytest.mark.usefixtures("no_worker")
def test_what_changes_by_the_batch_costs_few_bytes() -> None:
    with History() as history:
        run_id = started(history, 2.0)
        alive = locks.take(locks.run_lock(run_id))  # as its training process holds it
        with Terminal([sys.executable, "-m", "cnn_tui"], 120, 40) as terminal:
            terminal.wait_for("epoch 3/5")
            terminal.press("3")
            terminal.settle(1.0)
            before, changes = terminal.received, 6
            for at in range(1, changes + 1):
                step = 100 * at
                now = msgspec.structs.replace(MIDDLE, step=step, images=32 * step, loss=0.3 - at / 100)
                history.record_progress(run_id, now, Point(2 + step / 1_875, 0.3 - at / 100, 0.9))
                terminal.wait_for(f"batch {step:,} of 1,875")
            terminal.settle(1.0)
            assert terminal.received - before < 250 * changes
    assert alive is not None
    locks.release(alive)
