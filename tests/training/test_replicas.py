"""`--device gpu:all`: several devices learn what one learns, and go on from a checkpoint; here of two logical CPUs."""

from __future__ import annotations

import subprocess

import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import model_path
from cnn_tui.jobs.launch import environment, python
from cnn_tui.network.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D
from cnn_tui.network.values import L1L2

SAMPLE = Experiment(
    dataset="fashion_mnist_sample",
    layers=(
        Conv2D(filters=4, kernel_size=(3, 3), activation="relu", kernel_regularizer=L1L2(l2=0.01)),
        BatchNormalization(),
        MaxPooling2D(pool_size=(2, 2)),
        Flatten(),
        Dense(units=10, activation="softmax"),
    ),
    # Shares of 13 and 14 images; of the 1,000 test images one is left over, fewer than there are devices.
).with_training(
    epochs=2, steps_per_epoch=8, batch_size=27, seed=3, optimizer="sgd", learning_rate=0.05, momentum=0.9, clipnorm=0.5
)


def trained(*wanted: tuple[Experiment, str]) -> list[Run]:
    """Train on a machine with two devices, in a process of its own; gives the runs as they are then."""
    with History() as history:
        ids = [history.add(experiment, device) for experiment, device in wanted]
        words = python("tests.training.on_two_devices", *map(str, ids))
        ended = subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=300, check=False)
        assert ended.returncode == 0, ended.stderr[-2_000:]
        runs = history.runs_of(ids)
        assert [run.status for run in runs] == ["finished"] * len(runs), ended.stdout[-4_000:]
        return runs


@pytest.mark.long
@pytest.mark.usefixtures("sealed_machine")
def test_two_devices_learn_what_one_learns_and_go_on_from_a_checkpoint() -> None:
    one, two = trained((SAMPLE, "cpu"), (SAMPLE, "gpu:all"))
    assert [epoch.epoch for epoch in two.epochs] == [1, 2]
    for alone, together in zip(one.epochs, two.epochs, strict=True):
        assert together.metrics == pytest.approx(alone.metrics, rel=1e-4)
    assert (two.test_loss, two.test_accuracy) == pytest.approx((one.test_loss, one.test_accuracy), rel=1e-4)
    assert two.environment["device"].startswith("2 x CPU") and one.environment["device"].startswith("CPU")
    with History() as history:
        assert "resumed after epoch 1 on 2 x CPU" in " ".join(event.text for event in history.events(two.id))
    assert b'"synchronized": true' not in model_path(two.id).read_bytes()
