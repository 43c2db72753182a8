"""A trainer that a test plays by hand: it writes to a real history what a training process would write."""

from __future__ import annotations

import os

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Line, Progress

IMAGES = 60_000
STEPS = 1_875


class FakeTrainer:
    """Stands where `cnn_tui.jobs.launch` stands in the app."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        """Count the calls; nothing is trained until the test plays it."""
        self.woken += 1

    def recover(self, history: History) -> list[int]:
        """No process, so none is gone."""
        return []

    def is_gone(self, line: Line) -> bool:
        """No process, so none is gone."""
        return False


def begin(history: History, run_id: int, dataset: str = "fashion_mnist") -> None:
    """Take a queued run, as a training process does."""
    assert history.claim(run_id, os.getpid(), 7)
    history.record_start(
        run_id,
        dataset=dataset,
        train_images=IMAGES,
        test_images=10_000,
        environment={"device": "CPU, 2 cores", "keras": "3.15.1"},
    )


def play(history: History, run_id: int, at: float, since: int = 0) -> None:
    """Let the run, which has ended `since` epochs, be `at` epochs far, with readings and finished epochs on the way."""
    epochs = int(at)
    for epoch in range(since + 1, epochs + 1):
        loss = 0.6 / epoch
        for part, mean in ((0.25, 1.3), (0.5, 1.2), (0.75, 1.1)):
            history.record_progress(run_id, Progress("training"), Point(epoch - 1 + part, loss * mean, 0.8))
        metrics = {
            "loss": loss,
            "accuracy": 0.8 + 0.02 * epoch,
            "val_loss": loss * 1.1,
            "val_accuracy": 0.79 + 0.02 * epoch,
        }
        history.record_epoch(run_id, Epoch(epoch, metrics, 8.0, IMAGES / 8), 8.0 * epoch)
    step = round((at - epochs) * STEPS)
    history.record_progress(
        run_id,
        Progress("training", epochs + 1, step, STEPS, step * 32, IMAGES, 0.21, 0.9212, 7_500.0, step * 32 / 7_500),
    )


def finish(history: History, run_id: int) -> None:
    """Let the run end well."""
    history.record_end(run_id, Result("finished", "", 0.2583, 0.9083, 40.0))


def train(history: History, experiment: Experiment, epochs: float = 5.0) -> int:
    """Train an experiment from the queue to a good end; gives the run's number."""
    run_id = history.add(experiment)
    begin(history, run_id)
    play(history, run_id, epochs)
    finish(history, run_id)
    return run_id
