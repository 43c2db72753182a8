"""A process is killed: what was learned stays, the row says what happened, and the run goes on after it."""

from __future__ import annotations

import pytest

from cnn_tui import locks
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.home import best_path, checkpoint_path, model_path
from cnn_tui.jobs import overdue
from tests.cli.command import cnn_tui
from tests.faults.lab import ENDLESS, PATIENCE, TRAIN, WORKER, Lab
from tests.waiting import processes_of


def kill_in_epoch_2(lab: Lab, run_id: int) -> int:
    """`kill -9` the training process in the middle of its second epoch; gives how many were recorded then.

    A machine that is very fast may be in the third by then, which is as good.
    """
    lab.wait(lambda: lab.history.progress(run_id).epoch >= 2, "epoch 2")
    lab.kill(lab.training_process(run_id))
    return len(lab.run(run_id).epochs)


@pytest.mark.long
def test_a_training_that_was_killed_goes_on_as_if_nothing_had_been(lab: Lab, random_one: Experiment) -> None:
    killed, following = lab.add(random_one, 3), lab.add(random_one, 3)
    lab.wake()
    done = kill_in_epoch_2(lab, killed)
    run = lab.wait_for_end(killed, "interrupted")
    assert (
        run.stop_cause == f"the training process was killed by signal 9 (out of memory?); {done} of 3 epochs are kept"
    )
    assert (len(run.epochs), run.test_accuracy) == (done, None) and done in (1, 2)
    whole = lab.wait_for_end(following)

    # Nobody waits: what it had learned is measured.
    lab.wait(lambda: lab.run(killed).test_loss is not None, "the evaluation of the checkpoint")
    lab.wait_for_event(killed, "evaluated")
    run = lab.run(killed)
    kept = int(lab.texts(killed)[-1].removeprefix("evaluated from the checkpoint of epoch "))
    assert 1 <= kept <= done, "after epochs that are short, not each is written"
    assert (run.status, run.test_accuracy) == ("interrupted", run.epochs[kept - 1].metrics["val_accuracy"])
    assert run.stop_cause.endswith(f"{done} of 3 epochs are kept; tested with the weights of epoch {kept}")

    answer = cnn_tui("resume", str(killed), "--json", timeout=PATIENCE)
    assert (answer.status, answer.objects[0]["status"], len(answer.objects[0]["epochs"])) == (0, "finished", 3)
    assert answer.err.startswith(f"run {killed} goes on after epoch {kept}, from its last checkpoint")
    resumed = lab.run(killed)
    assert [epoch.metrics for epoch in resumed.epochs] == [epoch.metrics for epoch in whole.epochs]
    assert (resumed.test_loss, resumed.test_accuracy) == (whole.test_loss, whole.test_accuracy)
    assert resumed.seconds == sum(epoch.seconds for epoch in resumed.epochs)
    points = [point.at for point in lab.history.points(killed)]
    assert points == sorted(points) and points[-1] > 2
    best = min(resumed.epochs, key=lambda epoch: epoch.metrics["val_loss"])
    device = resumed.environment["device"]
    assert lab.texts(killed) == [
        f"started on {device}",
        "evaluating the checkpoint",
        f"evaluated from the checkpoint of epoch {kept}",
        f"queued again; it was interrupted: {run.stop_cause} (test accuracy {run.test_accuracy:.4f})",
        f"resumed after epoch {kept} on {device}",
        f"best weights: epoch {best.epoch}, val_loss {best.metrics['val_loss']:.4f}",
    ]
    assert model_path(killed).exists() and best_path(killed).exists() and not checkpoint_path(killed).exists()
    lab.assert_intact(killed, following)


@pytest.mark.long
def test_a_training_outlives_its_worker_and_the_next_one_settles_it(lab: Lab, tiny: Experiment) -> None:
    orphan = lab.add(tiny, ENDLESS)
    lab.wake()
    lab.wait_for_epoch(orphan)
    [worker] = processes_of(lab.home, WORKER)
    lab.kill(worker)
    done = lab.wait_for_epoch(orphan, lab.run(orphan).epochs[-1].epoch)
    following = lab.add(tiny, 2)
    lab.wake()
    lab.wait(lambda: locks.is_held(locks.worker_lock()), "the next worker")
    lab.wait_for_epoch(orphan, done + 20)
    assert lab.run(following).status == "queued"
    lab.kill(lab.training_process(orphan))
    run = lab.wait_for_end(orphan, "interrupted")
    assert run.stop_cause == f"the training process is gone; {len(run.epochs)} of {ENDLESS} epochs are kept"
    lab.wait_for_end(following)
    lab.assert_intact(orphan, following)


@pytest.mark.long
def test_a_run_that_is_to_end_now_does_and_one_that_hangs_is_killed(lab: Lab, tiny: Experiment) -> None:
    run_id = lab.add(tiny, ENDLESS)
    lab.wake()
    lab.wait_for_checkpoint(run_id)
    assert cnn_tui("stop", str(run_id), "--now").err.startswith(f"asked run {run_id} to end now")
    ended = lab.wait_for_end(run_id, "stopped")
    assert ended.stop_cause.startswith("stopped now by you ")
    assert "did not answer" not in ended.stop_cause
    assert (ended.test_loss, ended.test_accuracy) == (None, None)
    assert checkpoint_path(run_id).exists() and not model_path(run_id).exists()

    assert lab.history.resume(run_id)
    lab.wait_for_event(run_id, "resumed after epoch")
    lab.wait_for_epoch(run_id, len(ended.epochs))
    pid = lab.training_process(run_id)
    lab.freeze(pid)  # it hears nothing any more
    lab.history.ask(run_id, "stop")
    lab.history.ask(run_id, "now")
    killed = lab.wait_for_end(run_id, "stopped")
    assert overdue.GRACE + overdue.KILL < 10
    progress = lab.history.progress(run_id)
    assert killed.stop_cause == (
        f"stopped now by you in epoch {progress.epoch} of {ENDLESS}; its process did not answer and was killed, "
        f"{len(killed.epochs)} of {ENDLESS} epochs are kept"
    )
    assert pid not in processes_of(lab.home, TRAIN)
    lab.assert_intact(run_id)

    assert lab.history.resume(run_id)
    lab.wait_for_epoch(run_id, len(killed.epochs))
    stopped = lab.stop(run_id)
    assert stopped.test_accuracy is not None and model_path(run_id).exists()
    assert [text for text in lab.texts(run_id) if text.startswith("queued")] == [
        f"queued again; it was {ended.stop_cause}",
        f"queued again; it was {killed.stop_cause}",
    ]
    lab.assert_intact(run_id)
