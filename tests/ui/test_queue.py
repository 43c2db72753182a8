"""Repeats over seeds, and the queue's screen, with a trainer that the test plays."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.elsewhere import cluster_jobs
from cnn_tui.history.history import History
from cnn_tui.jobs.clusters import slurm_options
from cnn_tui.ui.app import LabApp
from tests.terminal import Terminal
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, sees, text, until

BASELINE = load_preset("lab1-baseline")


def rows(app: LabApp) -> list[tuple[str, str]]:
    """Place and run of each row that the queue's screen shows, from the top."""
    return re.findall(r"│\s+(now|\d+)\s+(\d+)  Lab", text(app))


def trained(history: History, experiment: Experiment = BASELINE) -> int:
    """A finished run of five epochs, 8 s each."""
    return fake.train(history, experiment)


def three_waiting(history: History) -> None:
    """Run 2 trains, 3 to 5 wait."""
    trained(history)
    fake.begin(history, history.add(BASELINE))
    fake.play(history, 2, 2.5)
    for _ in range(3):
        history.add(BASELINE)


async def opened(pilot: Pilot[None]) -> None:
    await pilot.press("Q")
    await sees(pilot, "The queue")


async def test_a_repeat_asks_how_many_and_queues_other_seeds(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("R")
        await sees(pilot, "Over how many seeds?")
        await pilot.press("enter")
        await sees(pilot, "3 runs are queued, seeds 1, 2, 3.")
        await sees(pilot, "How long")
        assert [line.seed for line in history.queue()] == [1, 2, 3]
        assert history.queue()[2].name == "Lab 1: baseline, 32 filters: seed 3"
        await until(pilot, lambda: app.lab.launcher.keeper.woken >= 2, "the trainer was woken")  # type: ignore[attr-defined]
        # The same again goes on with the seeds after these; any number of them.
        trained(history)
        await pilot.press("R")
        await sees(pilot, "A run takes about 45 s.")
        await pilot.press(*"12", "enter")
        await sees(pilot, "12 runs are queued, seeds 4, 5, 6, 8 to 16.")
        await sees(pilot, "done")
        assert history.count() == 16


async def test_a_run_goes_where_runs_are_trained_from_now_on(
    make_lab: MakeLab, history: History, sealed_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sealed_machine / "settings.toml").write_text('[slurm]\npartition = "gpu"\n')
    monkeypatch.setattr(slurm_options, "obstacle", lambda: "")
    app = make_lab()
    app.lab.history.device = "cpu"
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("full_stop")
        await sees(pilot, "partition gpu, 240 min a job")
        await sees(pilot, "ray: ")
        await pilot.press(*"slurm", "enter")
        await until(pilot, lambda: app.lab.history.place == "slurm", "the cluster")
        await sees(pilot, "runs on SLURM")
        await pilot.press("r")
        await until(pilot, lambda: history.count() == 1, "a run for the cluster")
        await pilot.press("full_stop", *"here", "enter")
        await until(pilot, lambda: app.lab.history.place == "here", "this machine")
        assert "runs on" not in text(app).splitlines()[0]
        await pilot.press("r")
        await until(pilot, lambda: history.count() == 2, "a run for this machine")
    runs = [history.run(number) for number in (1, 2)]
    assert [(run.executor, run.device) for run in runs if run] == [("slurm", ""), ("here", "cpu")]


async def test_an_explicit_seed_is_the_first_of_the_sequence(make_lab: MakeLab, history: History) -> None:
    app = make_lab(BASELINE.with_training(seed=40))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("R", "2", "enter")
        await sees(pilot, "2 runs are queued, seeds 40, 41.")


async def test_what_is_no_number_of_seeds_is_refused_on_the_spot(make_lab: MakeLab, history: History) -> None:
    app = make_lab(BASELINE.with_training(seed=2**31 - 2))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("R")
        for typed, words in (
            *(("1", "from 2 to 100, not"), ("101", "from 2 to 100, not"), ("many", 'not "many"')),
            ("3", "3 seeds from 2147483646 on pass the largest one"),
        ):
            await pilot.press("ctrl+u", *typed, "enter")
            await sees(pilot, words)
        await pilot.press("escape")
        await until(pilot, lambda: "Over how many" not in text(app), "the box is gone")
        assert history.count() == 0


async def test_a_stack_with_a_problem_is_not_repeated(make_lab: MakeLab, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("g", "l", "enter", *"40", "enter")
        await sees(pilot, "does not fit")
        await pilot.press("R")
        await sees(pilot, "Not started")
        assert history.count() == 0


async def test_the_queue_is_shown_in_order_and_follows_what_happens(make_lab: MakeLab, history: History) -> None:
    three_waiting(history)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await sees(pilot, "3 waiting. All done in about 3 min.")
        assert rows(app) == [("now", "2"), ("1", "3"), ("2", "4"), ("3", "5")]
        assert "2/5" in text(app)
        fake.play(history, 2, 5.0)
        fake.finish(history, 2)
        fake.begin(history, 3)
        await until(pilot, lambda: rows(app) == [("now", "3"), ("1", "4"), ("2", "5")], "the next run")
        history.add(BASELINE)
        await until(pilot, lambda: rows(app)[-1] == ("3", "6"), "one more")
        await pilot.press("escape")
        await until(pilot, lambda: "The queue" not in text(app), "the lab again")


async def test_a_waiting_run_is_moved_and_the_cursor_goes_with_it(make_lab: MakeLab, history: History) -> None:
    three_waiting(history)
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("j", "J", "J")
        await until(pilot, lambda: rows(app) == [("now", "2"), ("1", "4"), ("2", "5"), ("3", "3")], "3 is last")
        assert [line.id for line in history.queue()] == [4, 5, 3]
        await pilot.press("J", "K")
        await until(pilot, lambda: rows(app) == [("now", "2"), ("1", "4"), ("2", "3"), ("3", "5")], "one earlier")
        await pilot.press("g", "J")
        await sees(pilot, "Run 2 is being trained")
        assert [line.id for line in history.queue()] == [4, 3, 5]


async def test_a_run_is_taken_out_and_its_page_is_opened(make_lab: MakeLab, history: History) -> None:
    three_waiting(history)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("j", "j", "d")
        await sees(pilot, "Run 4 left the queue.")
        await until(pilot, lambda: rows(app) == [("now", "2"), ("1", "3"), ("2", "5")], "two waiting")
        gone = history.run(4)
        assert gone is not None and gone.status == "stopped"
        await pilot.press("enter")
        await sees(pilot, "Run 5")
        await sees(pilot, "fingerprint")
        await pilot.press("escape")
        await until(pilot, lambda: "fingerprint" not in text(app), "the queue again")
        await pilot.press("g", "d")
        await sees(pilot, "Run 2 is being trained")
        going = history.run(2)
        assert going is not None and going.wish == ""
        await pilot.press("q")
        await until(pilot, lambda: "The queue" not in text(app), "the lab again")
        await sees(pilot, "left queue")  # in the history pane


async def test_an_empty_queue_says_what_fills_it(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        await sees(pilot, "r queues the experiment, R over several seeds")
        await pilot.press("j", "J", "d", "enter", "G", "escape")
        await until(pilot, lambda: "The queue" not in text(app), "the lab again")


async def test_a_long_queue_scrolls(make_lab: MakeLab, history: History) -> None:
    with history.transaction():
        for _ in range(200):
            history.add(BASELINE)
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        await sees(pilot, "of 200")
        await pilot.press("G")
        await until(pilot, lambda: rows(app) and rows(app)[-1] == ("200", "200"), "the last one")
        await pilot.press("ctrl+u", "g")
        await until(pilot, lambda: rows(app) and rows(app)[0] == ("1", "1"), "the first one")


async def test_a_scaled_time_is_marked_and_a_hostile_name_is_inert(make_lab: MakeLab, history: History) -> None:
    trained(history)
    history.add(msgspec.structs.replace(load_preset("lab1-64-filters"), name="[bold]Lab[/] \x1b[31m"))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await opened(pilot)
        await sees(pilot, "[bold]Lab[/]")
        await sees(pilot, "~ is scaled from another run's time")
        assert re.search(r" ~\d:\d\d ", text(app))
        assert "\x1b" not in text(app)


@pytest.mark.usefixtures("no_worker")
def test_an_open_queue_sends_nothing_while_nothing_changes(history: History) -> None:
    three_waiting(history)
    fake.finish(history, 2)
    with Terminal([sys.executable, "-m", "cnn_tui", "lab1-baseline"], 80, 24) as terminal:
        terminal.wait_for("1 Stack")
        terminal.press("Q")
        terminal.wait_for("3 waiting. All done in about")
        terminal.settle(0.5)
        assert terminal.read(1.5) == 0
        history.ask(3, "stop")
        terminal.wait_for("2 waiting.")


async def test_a_run_that_waits_for_a_job_is_not_said_to_train_and_says_why_it_waits(
    make_lab: MakeLab, history: History
) -> None:
    history.place = "slurm"
    run_id = history.add(BASELINE)
    cluster_jobs.record_job(history, run_id, "12_0")
    cluster_jobs.record_wait(history, run_id, "gpu", "Resources")
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await opened(pilot)
        await sees(pilot, "1 waiting.")
        await sees(pilot, "Run 1: SLURM job 12_0, partition gpu, waits for Resources")
        assert re.search(r"│\s+job\s+1  Lab", text(app))
        await pilot.press("J")
        await sees(pilot, "the cluster decides when that begins")
        await pilot.press("d")
        await sees(pilot, "Run 1 left the queue.")
