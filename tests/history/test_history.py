"""The history in a real file: what is written is read, by others at once."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history import notebook
from cnn_tui.history.ending import LIVE, Status
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Progress, Wish
from cnn_tui.network.layers import Dense, Flatten
from tests.history.made_runs import BASELINE, add_finished, epoch
from tests.history.test_run import EPOCH_KEYS, RUN_KEYS
from tests.runs import run_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    """An open history."""
    with History(path) as opened:
        yield opened


# A run from the queue to its end


def test_a_new_run_waits_in_the_queue(history: History) -> None:
    run_id = history.add(BASELINE.with_training(seed=11))
    run = run_of(history, run_id)
    assert (run.status, run.name, run.seed) == ("queued", "Lab 1: baseline, 32 filters", 11)
    assert run.experiment == BASELINE.with_training(seed=11)
    assert (run.params, run.fingerprint) == (113_386, BASELINE.stack.fingerprint())
    assert (run.epochs, run.test_loss, run.note, run.wish, run.pid) == ((), None, "", "", None)
    assert history.next_queued() == run_id
    assert [one.id for one in history.live_runs()] == [run_id]


def test_a_run_is_kept_from_start_to_end(history: History, path: Path) -> None:
    run_id = add_finished(history)
    with History(path) as another:
        run = run_of(another, run_id)
        assert another.progress(run_id) == Progress("training", 2, 5, 10)
        assert another.points(run_id) == [Point(0.5, 0.6, 0.7), Point(1.5, 0.6, 0.7)]
        assert another.points(run_id, after=0.5) == [Point(1.5, 0.6, 0.7)]
    assert (run.status, run.stop_cause, run.seconds) == ("finished", "", 18.0)
    assert (run.dataset, run.train_images, run.test_images) == ("fashion_mnist_sample", 6_000, 1_000)
    assert (run.test_loss, run.test_accuracy, run.seed) == (0.44, 0.86, 7)
    assert run.environment == {"python": "3.11"}
    assert run.epochs == (epoch(1, 1.0), epoch(2, 0.5))
    assert run.pid is None
    assert not run.live
    assert history.live_runs() == []
    assert history.next_queued() is None


def test_the_json_form_has_exactly_the_promised_keys(history: History) -> None:
    for run_id in (history.add(BASELINE), add_finished(history)):
        plain = run_of(history, run_id).to_json()
        assert sorted(plain) == sorted(RUN_KEYS.split(", "))
        assert all(sorted(one) == sorted(EPOCH_KEYS.split(", ")) for one in plain["epochs"])
    assert [one["epoch"] for one in plain["epochs"]] == [1, 2]


def test_runs_are_told_oldest_first_and_lines_newest_first(history: History) -> None:
    ids = [add_finished(history), history.add(load_preset("lab1-16-filters")), add_finished(history)]
    assert ids == sorted(ids)
    assert [run.id for run in history.runs()] == ids
    assert [len(run.epochs) for run in history.runs()] == [2, 0, 2]
    assert [line.id for line in history.lines()] == ids[::-1]
    assert [line.id for line in history.lines(limit=1, offset=1)] == [ids[1]]
    assert history.count() == 3
    line = history.lines()[0]
    assert (line.status, line.epochs, line.epochs_done, line.params) == ("finished", 5, 2, 113_386)
    assert (line.loss, line.accuracy, line.test_accuracy, line.seconds) == (0.5, 0.8, 0.86, 18.0)
    assert line.pace == 8.5
    assert history.lines()[1].pace is None


def test_the_queue_is_first_in_first_out(history: History) -> None:
    first, second = history.add(BASELINE), history.add(BASELINE)
    assert history.next_queued() == first
    assert history.claim(first, 1, 0)
    assert history.next_queued() == second


def test_a_run_is_taken_once(history: History) -> None:
    run_id = history.add(BASELINE)
    assert history.claim(run_id, 100, 5)
    assert not history.claim(run_id, 200, 6)
    run = run_of(history, run_id)
    assert (run.status, run.pid, run.seed) == ("running", 100, 5)
    assert not history.claim(run_id + 1, 100, 5)


def test_a_run_keeps_its_first_ending(history: History) -> None:
    run_id = history.add(BASELINE)
    history.claim(run_id, 1, 0)
    history.record_epoch(run_id, epoch(1), 8.5)
    history.record_end(run_id, Result("stopped", "loss below 0.3"))
    history.record_end(run_id, Result("interrupted", "the training process is gone"))
    history.ask(run_id, "pause")
    run = run_of(history, run_id)
    assert (run.status, run.stop_cause, run.wish) == ("stopped", "loss below 0.3", "")
    assert run.seconds == 8.5, "without a time of its own the ending keeps that of the epochs"


def test_wishes_reach_a_live_run_and_take_a_waiting_one_out(history: History) -> None:
    live, waiting = history.add(BASELINE), history.add(BASELINE)
    history.claim(live, 1, 0)
    wishes: tuple[Wish, ...] = ("pause", "", "stop")
    for wish in wishes:
        history.ask(live, wish)
        assert history.wish(live) == wish
    assert run_of(history, live).status == "running"
    history.record_status(live, "paused")
    assert run_of(history, live).live
    history.ask(waiting, "stop")
    assert run_of(history, waiting).status == "stopped"
    assert run_of(history, waiting).stop_cause == "taken out of the queue"
    assert not history.claim(waiting, 1, 0)
    assert history.wish(12_345) == "stop", "a run that is gone stops"


def test_an_epoch_done_again_replaces_the_first(history: History) -> None:
    run_id = history.add(BASELINE)
    for loss in (0.9, 0.4):
        history.record_epoch(run_id, epoch(1, loss), 8.5)
        history.record_progress(run_id, Progress(), Point(0.5, loss, None))
    assert run_of(history, run_id).epochs == (epoch(1, 0.4),)
    assert history.points(run_id) == [Point(0.5, 0.4, None)]


def test_a_note_is_kept_as_it_was_typed(history: History) -> None:
    run_id = history.add(BASELINE)
    for note in ("faster, but Привет 😀 'quoted'; DROP TABLE runs", ""):
        notebook.note(history, run_id, note)
        assert run_of(history, run_id).note == note


def test_what_is_not_there_is_nothing(history: History) -> None:
    assert history.run(1) is None
    assert history.runs() == history.live_runs() == []
    assert history.lines() == []
    assert history.points(1) == []
    assert history.progress(1) == Progress()
    assert history.count() == 0


def test_metrics_that_are_no_numbers_survive(history: History) -> None:
    run_id = history.add(BASELINE)
    history.claim(run_id, 1, 0)
    metrics = {"loss": math.nan, "accuracy": 0.1, "val_loss": math.inf, "val_accuracy": 0.1}
    history.record_epoch(run_id, Epoch(1, metrics, 8.5, 1.0), 8.5)
    history.record_progress(run_id, Progress(loss=math.nan))
    history.record_end(run_id, Result("finished", "", math.nan, 0.1))
    run = run_of(history, run_id)
    assert math.isnan(run.epochs[0].metrics["loss"])
    assert not math.isfinite(run.epochs[0].metrics["val_loss"])
    assert run.epochs[0].metrics["accuracy"] == 0.1
    assert run.test_loss is None
    assert history.lines()[0].loss is None
    assert msgspec.json.decode(msgspec.json.encode(run.to_json()))["epochs"][0]["loss"] is None


def test_every_status_and_any_experiment_can_be_kept(history: History) -> None:
    odd = Experiment(
        name="\x1b[31m\0 Привет 'x'\n",
        dataset="mnist",
        training=BASELINE.training,
        stop=(StopRule("val_loss", above=1e300),),
        layers=(Flatten(enabled=False),),
    )
    for status in get_args(Status):
        run_id = history.add(odd)
        if status in LIVE:
            history.record_status(run_id, status)
        else:
            history.record_end(run_id, Result(status))
        assert (run_of(history, run_id).status, run_of(history, run_id).experiment) == (status, odd)
        assert run_of(history, run_id).name == odd.name


def test_a_network_too_large_to_count_can_be_queued(history: History) -> None:
    layer = Dense(units=2**31 - 1)
    run_id = history.add(BASELINE.with_stack(BASELINE.stack.replace(5, layer).insert(5, layer).insert(5, layer)))
    assert run_of(history, run_id).params > 2**62


def test_a_write_that_is_refused_is_undone_and_holds_nobody_up(history: History, path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        history.record_epoch(999, epoch(1), 8.5)  # a run that is gone
    run_id = history.add(BASELINE)
    history.record_epoch(run_id, epoch(1), 8.5)
    with History(path) as another:
        another.record_epoch(run_id, epoch(2), 17.0)
    assert [one.epoch for one in run_of(history, run_id).epochs] == [1, 2]


def test_an_unknown_dataset_is_not_queued(history: History) -> None:
    with pytest.raises(DatasetError):
        history.add(msgspec.structs.replace(BASELINE, dataset="gone.npz"))
    assert history.count() == 0


def test_the_history_is_made_in_the_home_of_the_app(sealed_machine: Path) -> None:
    with History() as history:
        history.add(BASELINE)
    assert (sealed_machine / "history.db").is_file()


# Others, at the same time


def test_two_connections_see_each_other(path: Path) -> None:
    with History(path) as one, History(path) as other:
        before = other.data_version()
        assert other.data_version() == before, "nothing was written"
        other.runs()
        assert other.data_version() == before, "reading is no change"
        run_id = one.add(BASELINE)
        assert other.data_version() != before
        assert run_of(other, run_id).status == "queued"
        mine = one.data_version()
        notebook.note(one, run_id, "mine")
        assert one.data_version() == mine, "one's own writing is no news"
        other.ask(run_id, "stop")
        assert one.data_version() != mine
        assert run_of(one, run_id).status == "stopped"


WRITER = """
import sys
from pathlib import Path
from cnn_tui.history.history import History, Result
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.ending import LIVE
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.run import Progress

experiment = load_preset("lab1-baseline")
print("ready", flush=True)
sys.stdin.readline()
with History(Path(sys.argv[1])) as history:
    for _ in range(12):
        run = history.add(experiment)
        assert history.claim(run, 1, 0)
        for number in (1, 2):
            history.record_progress(run, Progress("training", number), Point(number - 0.5, 0.5, 0.5))
            history.record_epoch(run, Epoch(number, {"loss": 1 / number}, 1.0, 1.0), float(number))
        history.record_end(run, Result("finished", "", 0.5, 0.8))
    print("written", flush=True)
    sys.stdin.readline()
    print(sum(history.claim(run.id, 1, 0) for run in history.live_runs()), flush=True)
"""


def test_four_writers_at_once_lose_nothing(path: Path) -> None:
    """They make the file at the same moment, write at the same time, and want the same runs."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]

    def go(heard: str) -> None:
        for writer in writers:
            assert writer.stdout is not None
            line = writer.stdout.readline()
            assert line == heard, line or (writer.stderr and writer.stderr.read())
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("\n")
            writer.stdin.flush()

    try:
        go("ready\n")
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "written\n", writer.stderr and writer.stderr.read()
        with History(path) as history:
            runs = history.runs()
            assert len({run.id for run in runs}) == 48
            assert {(run.status, len(run.epochs), run.test_accuracy) for run in runs} == {("finished", 2, 0.8)}
            assert all(len(history.points(run.id)) == 2 for run in runs)
            for _ in range(10):
                history.add(BASELINE)
        claimed = []
        for writer in writers:
            out, err = writer.communicate("\n", timeout=60)
            assert (writer.returncode, err) == (0, "")
            claimed.append(int(out))
        assert sum(claimed) == 10, "each run is taken by one"
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
