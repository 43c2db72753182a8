"""`stop` and `resume` of runs that nobody trains: what is asked, and what is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

import msgspec
import pytest

from cnn_tui.artifacts.weights import WEIGHTS_MEMBER, KeptWeights
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Epoch, Status
from cnn_tui.home import checkpoint_path
from cnn_tui.jobs import launch, locks
from tests.cli.command import Inside, assert_one_sentence


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a worker was called; none comes."""
    calls: list[str] = []
    monkeypatch.setattr(launch, "wake", lambda: calls.append("wake"))
    return calls


@pytest.fixture
def history() -> Iterator[History]:
    with History() as history:
        yield history


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
        f"run {ids[0]} has no checkpoint: it begins again",
        f"run {ids[1]} goes on after epoch 2, from its last checkpoint; the epoch after it is trained again",
        f"run {ids[2]} has no checkpoint: it begins again",
        f"runs {ids[0]}, {ids[1]}, {ids[2]} left to train; cnn-tui attach {ids[0]} follows",
    ]
    assert [line.id for line in history.queue()] == [*ids, waiting]
    assert woken == ["wake"]
    assert [run["status"] for run in inside("history", "--json", "--sort", "id").objects[:3]] == ["queued"] * 3


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
    assert inside("stop", str(run_id), "--now").err == f"run {run_id} has ended already: it is stopped\n"
    waiting = history.add(load_preset("lab1-baseline"))
    assert inside("stop", str(waiting), "--now").err == f"run {waiting} is taken out of the queue\n"
