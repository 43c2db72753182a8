"""What a standby does ahead changes nothing of the run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.jobs.launch import environment, python
from cnn_tui.training.data.sources import SAMPLE

WARM = """
import sys
from cnn_tui.training import standby, train
standby.warm_up(lambda: False)
sys.exit(train.train(int(sys.argv[1])))
"""


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A little of Fashion-MNIST, as the file that is found first."""
    path = tmp_path / "data" / "fashion_mnist.npz"
    path.parent.mkdir()
    write(path, 200)
    monkeypatch.setenv("CNN_TUI_DATA", str(path.parent))
    return path


def write(path: Path, count: int) -> None:
    with np.load(SAMPLE) as sample:
        np.savez(path, **{name: sample[name][:count] for name in sample})


@pytest.mark.long
@pytest.mark.usefixtures("own_data")
def test_a_run_that_was_waited_for_learns_what_any_other_does(tmp_path: Path) -> None:
    experiment = msgspec.structs.replace(load_preset("lab1-baseline"), dataset="fashion_mnist")
    experiment = experiment.with_training(epochs=2, seed=5)
    with History() as history:
        for command in (python("cnn_tui.training.train"), [sys.executable, "-P", "-c", WARM]):
            run_id = history.add(experiment)
            done = subprocess.run(
                [*command, str(run_id)], cwd=tmp_path, env=environment(), capture_output=True, timeout=300, check=False
            )
            assert done.returncode == 0, done.stderr
        cold, warm = history.run(1), history.run(2)
    assert cold is not None
    assert warm is not None
    assert (cold.train_images, len(cold.epochs)) == (200, 2)
    assert [epoch.metrics for epoch in warm.epochs] == [epoch.metrics for epoch in cold.epochs]
    assert warm.test_loss == cold.test_loss


def test_what_was_read_ahead_is_not_read_again(own_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import standby
    from cnn_tui.training.data import datasets

    read: list[str] = []

    def noted(name: str, **how: Any) -> Any:
        read.append(name)
        return load(name, **how)

    load = datasets.load
    monkeypatch.setattr(datasets, "load", noted)
    monkeypatch.setattr(standby, "_train_tiny", lambda: None)

    standby.warm_up(lambda: False)
    assert len(standby.load("fashion_mnist", print).x_train) == 200
    assert read == ["fashion_mnist"]

    standby.warm_up(lambda: False)
    write(own_data, 300)
    assert len(standby.load("fashion_mnist", print).x_train) == 300  # the file is another one now

    standby.warm_up(lambda: False)
    own_data.unlink()
    standby.load("fashion_mnist_sample", print)
    assert read == ["fashion_mnist", *["fashion_mnist"] * 3, "fashion_mnist_sample"]


def test_nothing_is_done_ahead_of_a_run_that_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import standby

    done: list[str] = []
    monkeypatch.setattr(standby, "_read_ahead", lambda: done.append("read"))
    monkeypatch.setattr(standby, "_train_tiny", lambda: done.append("trained"))
    standby.warm_up(lambda: True)
    assert done == []
    standby.warm_up(lambda: bool(done))
    assert done == ["read"]
