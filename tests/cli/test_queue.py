"""Grids, seeds, the queue, `stop` and `resume`: what the commands say and keep. Nothing is trained here."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import msgspec
import pytest

from cnn_tui import locks
from cnn_tui.artifacts.weights import WEIGHTS_MEMBER, KeptWeights
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.elsewhere import cluster_jobs
from cnn_tui.history.ending import Status
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Progress
from cnn_tui.home import checkpoint_path
from cnn_tui.jobs import launch
from cnn_tui.network.layers import Conv2D
from tests.artifacts.test_kept_epochs import write_epoch
from tests.cli.command import Inside, assert_one_sentence, write_dataset, write_experiment

BASELINE = "lab1-baseline"
FILTERS = "layers[0].filters=16,32,64"

pytestmark = pytest.mark.usefixtures("no_worker")  # what is queued stays so


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a worker was called; none comes."""
    calls: list[str] = []
    monkeypatch.setattr(launch, "wake", lambda: calls.append("wake"))
    return calls


def trained(history: History, run_id: int, pace: float = 8.0) -> None:
    """Let a queued run of five epochs be trained."""
    history.claim(run_id, os.getpid(), 1)
    history.record_start(run_id, dataset="fashion_mnist", train_images=60_000, test_images=10_000, environment={})
    for number in range(1, 6):
        history.record_epoch(run_id, Epoch(number, {"loss": 0.5}, pace, 60_000 / pace), pace * number)
    history.record_end(run_id, Result("finished"))


def test_a_grid_is_queued_whole_with_names_that_tell_its_cells_apart(history: History, inside: Inside) -> None:
    answer = inside(
        *("run", BASELINE, "lab1-no-final-conv", "--detach", "--repeat", "2"),
        *("--set", FILTERS, "--set", "layers[0].kernel_size=3x3,[5, 5]", "--set", "epochs=1"),
    )
    assert answer.status == 0, answer
    assert [int(line) for line in answer.out.split()] == [*range(1, 25)]
    said = answer.err.splitlines()
    assert said[0] == (
        "runs 1 to 24 queued: 24 runs, 2 experiments x 3 values of layers[0].filters x 2 values of "
        "layers[0].kernel_size x 2 seeds (seeds 1, 2)"
    )
    assert said[1] == "How long that takes is known once a run has trained."
    lines = history.queue()
    assert lines[0].name == "Lab 1: baseline, 32 filters: filters 16, kernel 3x3, seed 1"
    assert len({line.name for line in lines}) == 24
    assert [line.seed for line in lines] == [1] * 12 + [2] * 12
    run = history.run(4)
    assert run is not None
    first = run.experiment.layers[0]
    assert isinstance(first, Conv2D)
    assert (first.filters, first.kernel_size) == (32, (5, 5))
    assert run.experiment.training.epochs == 1


def test_how_long_it_takes_is_told_once_a_run_was_trained(history: History, inside: Inside) -> None:
    inside("run", BASELINE, "--detach")
    trained(history, 1)
    answer = inside("run", BASELINE, "--detach")
    assert answer.err.splitlines()[:2] == ["run 2 queued: Lab 1: baseline, 32 filters", "All done in about 45 s."]
    inside("stop", "2")
    said = inside("run", BASELINE, "--set", FILTERS, "--detach").err
    assert re.search(r"runs 3, 4, 5 queued: 3 runs, 3 values of layers\[0\].filters \(seed \d\)\n", said)
    assert re.search(r"All done in about \d min\.", said)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "layers[0].filters=16,16"), "layers[0].filters is to be 16 twice"),
        (("--set", "layers[0].kernel_size=3x3,[3, 3]"), "kernel_size=3x3 and layers[0].kernel_size=3x3 are the same"),
        (("--set", "epochs=1,2", "--epochs", "3"), "epochs is given twice"),
        (("--set", "seed=1,2", "--repeat", "2"), "--repeat and several seeds do not go together"),
        (
            ("--set", f"epochs={','.join(map(str, range(1, 102)))}", "--repeat", "10"),
            "that would be 1,010 runs; at most",
        ),
        (("--set", "layers[0].filters=16,many"), 'layers[0].filters (layer 1, Conv2D): found "many"'),
        (("--set", "epochs=1,"), "epochs: there is nothing before or after a comma"),
        ((BASELINE,), "lab1-baseline is given twice; --repeat trains an experiment several times"),
        (("--seed", str(2**31 - 1), "--repeat", "2"), "2 seeds from 2147483647 on pass the largest one"),
    ],
)
def test_what_cannot_be_queued_is_said_in_a_sentence_and_nothing_is(
    history: History, inside: Inside, arguments: tuple[str, ...], words: str
) -> None:
    assert_one_sentence(inside("run", BASELINE, *arguments), 2, words)
    assert history.count() == 0


def test_a_cell_that_cannot_be_trained_keeps_all_from_being_queued(history: History, inside: Inside) -> None:
    answer = inside("run", BASELINE, "--set", "layers[2].kernel_size=3x3,20x20", "--repeat", "5")
    assert answer.status == 1
    assert answer.err.count("\n") == 1, "said once, not for every seed"
    assert "kernel 20x20: layer 3 (conv2d_1): Conv2D's 20x20 kernel does not fit" in answer.err
    many = ",".join(f"{size}x{size}" for size in range(14, 28))
    answer = inside("run", BASELINE, "--set", f"layers[2].kernel_size={many}")
    assert answer.err.count("\n") == 9
    assert "and 6 more of this kind" in answer.err
    assert history.count() == 0


def test_the_queue_is_listed_in_its_order_with_times(history: History, inside: Inside) -> None:
    inside("run", BASELINE, "--detach")
    trained(history, 1)
    inside("run", BASELINE, "lab1-16-filters", "--repeat", "2", "--detach")
    history.claim(2, os.getpid(), 1)
    history.record_start(2, dataset="fashion_mnist", train_images=60_000, test_images=10_000, environment={})
    history.record_progress(2, Progress("training", 1, 1, 1_875, 32, 60_000, images_per_second=7_500.0))
    lock = locks.take(locks.run_lock(2))  # it lives
    assert lock is not None
    moved = inside("queue", "--move", "5", "-9")
    assert moved.err.splitlines()[0] == "run 5 is next"
    rows = [line.split("  ") for line in moved.out.splitlines()]
    assert [row.strip() for row in rows[0] if row] == ["place", "run", "name", "status", "epochs", "takes", "done in"]
    assert "running" in moved.out.splitlines()[1]
    assert [int(line.split()[0]) for line in moved.out.splitlines()[2:]] == [1, 2, 3]
    assert re.search(r" ~0:\d\d ", moved.out), "16 filters are scaled from 32"
    assert re.search(r"All done in about \d min\. A time with ~ is scaled from another run's\.", moved.err)

    answer = inside("queue", "--json")
    objects = answer.objects
    assert [(one["position"], one["id"], one["status"]) for one in objects] == [
        *((0, 2, "running"), (1, 5, "queued"), (2, 3, "queued"), (3, 4, "queued"))
    ]
    assert set(objects[0]) == {
        *("position", "id", "name", "status", "epochs", "epochs_done", "seconds", "estimated_from", "done_in"),
        *("executor", "job", "waits_for"),
    }
    assert objects[0]["seconds"] == pytest.approx(45, abs=5)
    assert [one["estimated_from"] for one in objects] == ["same", "scaled", "scaled", "same"]
    ends = [one["done_in"] for one in objects]
    assert ends == sorted(ends)
    assert ends[-1] == pytest.approx(sum(one["seconds"] for one in objects), abs=0.5)
    locks.release(lock)


def test_runs_are_moved_and_taken_out(history: History, inside: Inside) -> None:
    inside("run", BASELINE, "--repeat", "4", "--detach")
    assert inside("queue", "--move", "2", "1").err.startswith("run 2 has 2 before it\n")
    assert [line.id for line in history.queue()] == [1, 3, 2, 4]
    assert inside("queue", "--move", "1", "-1").err.startswith("run 1 is the first already\n")
    assert inside("queue", "--move", "4", "7").err.startswith("run 4 is the last already\n")
    assert_one_sentence(inside("queue", "--move", "9", "1"), 2, "there is no run 9")
    assert_one_sentence(inside("queue", "--move", "1", "1", "--clear"), 2, "only one of --move and --clear")
    inside("stop", "2")
    assert_one_sentence(
        inside("queue", "--move", "2", "1"), 2, "run 2 does not wait in the queue: it is taken out of the queue"
    )
    cleared = inside("queue", "--clear")
    assert cleared.err.startswith(
        "runs 4, 3, 1 " if False else "runs 1, 3, 4 taken out of the queue; the history keeps them\n"
    )
    assert history.queue() == []
    assert history.count() == 4
    assert inside("queue", "--clear").err.startswith("the queue is empty already\n")


def test_an_empty_queue_says_what_fills_it(inside: Inside) -> None:
    answer = inside("queue")
    assert (answer.status, answer.out) == (0, "")
    assert "cnn-tui run EXPERIMENT queues a run" in answer.err
    assert inside("queue", "--json").out == ""


def test_a_hostile_name_is_listed_inert(inside: Inside, tmp_path: Path) -> None:
    file = write_experiment(tmp_path / "a.toml", write_dataset(tmp_path / "tiny.npz"))
    file.write_text(file.read_text().replace('"tiny"', '"\\u001b[31mred\\nline"'))
    assert "\x1b" not in inside("run", str(file), "--repeat", "2", "--detach").err
    answer = inside("queue")
    assert "\x1b" not in answer.out
    assert len(answer.out.splitlines()) == 3


def ended(history: History, status: Status) -> int:
    """A run that has ended so."""
    run_id = history.add(load_preset("lab1-baseline"))
    history.claim(run_id, 1, 1)
    history.record_end(run_id, Result(status, "as it had to be"))
    return run_id


def test_runs_that_ended_early_are_put_first_in_the_order_they_are_named(
    history: History, inside: Inside, woken: list[str]
) -> None:
    waiting = history.add(load_preset("lab1-baseline"))
    statuses: tuple[Status, ...] = ("stopped", "interrupted", "failed")
    ids = [ended(history, status) for status in statuses]
    checkpoint_path(ids[1]).parent.mkdir(parents=True)
    epoch = Epoch(1, {"loss": 0.5}, 1.0, 1.0)
    for number in (1, 2, 3):
        history.record_epoch(ids[1], msgspec.structs.replace(epoch, epoch=number), 1.0)
    run = history.run(ids[1])
    assert run is not None
    with zipfile.ZipFile(checkpoint_path(ids[1]), "w") as archive:
        archive.writestr(WEIGHTS_MEMBER, msgspec.json.encode(KeptWeights(run.created, 2)))
    answer = inside("resume", *map(str, ids), str(ids[0]), "--detach")
    assert (answer.status, answer.out.split()) == (0, [str(one) for one in ids])
    assert answer.err.splitlines() == [
        f"run {ids[0]} has no checkpoint, so it begins again",
        f"run {ids[1]} goes on after epoch 2, from its last checkpoint; the epoch after it is trained again",
        f"run {ids[2]} has no checkpoint, so it begins again",
        f"runs {ids[0]}, {ids[1]}, {ids[2]} left to train; cnn-tui attach {ids[0]} follows",
    ]
    assert [line.id for line in history.queue()] == [*ids, waiting]
    assert woken == ["wake"]
    assert [run["status"] for run in inside("history", "--json", "--sort", "id").objects[:3]] == ["queued"] * 3


def test_a_kept_epoch_may_be_asked_for(history: History, inside: Inside, woken: list[str]) -> None:
    run_id = ended(history, "stopped")
    for number in (1, 2, 3):
        history.record_epoch(run_id, Epoch(number, {"loss": 0.5}, 1.0, 1.0), 1.0)
    run = history.run(run_id)
    assert run is not None
    write_epoch(run, 2)
    assert_one_sentence(inside("resume", str(run_id), "--epoch", "1"), 2, "kept the weights of epoch 2, not of epoch 1")
    answer = inside("resume", str(run_id), "--epoch", "2", "--detach")
    words = "goes on after epoch 2, from the weights that it kept, with a new optimizer; the epoch after it is trained"
    assert f"run {run_id} {words} again\n" in answer.err
    run = history.run(run_id)
    assert run is not None and (run.status, run.resumed_after) == ("queued", 2)


def test_nothing_is_resumed_unless_all_can_be(history: History, inside: Inside, woken: list[str]) -> None:
    stopped, finished = ended(history, "stopped"), ended(history, "finished")
    waiting = history.add(load_preset("lab1-baseline"))
    for refused, words in (
        (finished, f"run {finished} has reached its end: there is nothing to go on with"),
        (waiting, f"run {waiting} has not ended: it is queued"),
        (99, f"there is no run 99; the newest is run {waiting}"),
    ):
        assert_one_sentence(inside("resume", str(stopped), str(refused)), 2, words)
    assert [line.id for line in history.queue()] == [waiting]
    assert woken == []


def test_stop_and_resume_in_one_line_wait_for_the_run_to_end(
    history: History, inside: Inside, woken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    history.claim(run_id, 1, 1)
    looks: list[int] = []

    def look(opened: History) -> None:
        """Ends the run at the third look: those before are of the commands that begin."""
        looks.append(run_id)
        if len(looks) == 3:
            opened.record_end(run_id, Result("stopped", "by you"))

    monkeypatch.setattr(launch, "recover", look)
    assert inside("stop", str(run_id)).status == 0
    refused = history.add(load_preset("lab1-baseline"))
    assert_one_sentence(inside("resume", str(run_id), str(refused)), 2, f"run {refused} has not ended: it is queued")
    looks[:] = [run_id]
    answer = inside("resume", str(run_id), "--detach")
    assert answer.status == 0
    assert answer.err.splitlines()[:2] == [
        f"run {run_id} was asked to stop and is about to; it goes on once it has ended",
        f"run {run_id} has no checkpoint, so it begins again",
    ]
    assert [line.id for line in history.queue()] == [run_id, refused]


def test_a_stop_now_is_asked_and_the_worker_sees_to_it(history: History, inside: Inside, woken: list[str]) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    history.claim(run_id, 1, 1)
    lock = locks.take(locks.run_lock(run_id))
    assert lock is not None
    assert inside("stop", str(run_id)).err.endswith("is kept and evaluated; --now ends it at once\n")
    assert (history.wish(run_id), woken) == ("stop", [])
    assert inside("stop", str(run_id), "--now").err.startswith(f"asked run {run_id} to end now: ")
    assert (history.wish(run_id), woken) == ("now", ["wake"])
    locks.release(lock)
    assert inside("stop", str(run_id), "--now").err == f"run {run_id} has ended already: it is stopped by you\n"
    several = [str(history.add(load_preset("lab1-baseline"))) for _ in range(2)]
    assert inside("stop", *several, "99").status == 2 and history.wish(int(several[0])) == "", "all have to be there"
    said = inside("stop", *several, "--now").err.splitlines()
    assert said == [f"run {one} is taken out of the queue" for one in several]


def test_a_stop_without_a_run_names_those_that_go_on(history: History, inside: Inside, woken: list[str]) -> None:
    assert_one_sentence(inside("stop"), 2, "nothing is trained and nothing waits, so there is no run to stop")
    run_id = history.add(load_preset("lab1-baseline"))
    assert_one_sentence(inside("stop"), 2, f"which run? run {run_id} waits: cnn-tui stop {run_id} stops it")
    history.claim(run_id, 1, 1)
    lock = locks.take(locks.run_lock(run_id))
    assert lock is not None
    waiting = history.add(load_preset("lab1-baseline"))
    name = history.lines(limit=9)[-1].name
    words = (
        f"which run? run {run_id} ({name}) is being trained; run {waiting} waits: cnn-tui stop {run_id} --now stops it"
    )
    assert_one_sentence(inside("stop", "--now"), 2, words)
    assert not history.wish(run_id), "nothing is stopped that was not named"
    locks.release(lock)


def test_a_run_that_waits_for_a_job_says_where_and_why(history: History, inside: Inside, woken: list[str]) -> None:
    history.place = "slurm"
    run_id = history.add(load_preset(BASELINE))
    cluster_jobs.record_job(history, run_id, "12_0")
    cluster_jobs.record_wait(history, run_id, "gpu", "Resources")
    assert "SLURM job 12_0, partition gpu, waits for Resources" in inside("queue").out
    shown = msgspec.json.decode(inside("queue", "--json").out)
    assert (shown["position"], shown["executor"], shown["job"], shown["waits_for"]) == (0, "slurm", "12_0", "Resources")
