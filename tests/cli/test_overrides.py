"""`--set`, `--repeat`: what an experiment becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.commands.overrides import override, parse
from cnn_tui.commands.run import repeated
from cnn_tui.commands.streams import UserError
from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.presets import load_preset
from cnn_tui.experiments.stop_rules import StopRule
from cnn_tui.network.layers import Conv2D, Dense
from tests.cli.command import write_dataset


def changed(*settings: str) -> Experiment:
    return override(load_preset("lab1-baseline"), [parse(setting) for setting in settings])


def test_keys_by_path_and_by_their_bare_name() -> None:
    experiment = changed("training.epochs=3", "learning_rate = 1e-2", "optimizer=sgd", 'name="a = b"', "validation=0.1")
    training = experiment.training
    assert (training.epochs, training.learning_rate, training.optimizer) == (3, 0.01, "sgd")
    assert (experiment.name, training.validation) == ("a = b", 0.1)


def test_values_of_layers() -> None:
    first = changed("layers[0].filters=16", "layers[0].kernel_size=5x3", "layers[0].padding=same").layers[0]
    assert first == Conv2D(filters=16, kernel_size=(5, 3), activation="relu", padding="same")
    assert changed("layers[0].kernel_size=[5, 3]", "layers[0].strides=2").layers[0] == Conv2D(
        filters=32, kernel_size=(5, 3), strides=(2, 2), activation="relu"
    )
    assert changed("layers[5].enabled=false").layers[5] == Dense(units=128, activation="relu", enabled=False)


def test_lists_and_words() -> None:
    experiment = changed('stop=[{metric="loss", below=0.3}]', "name=with a # in it", "metrics=[]")
    assert experiment.stop == (StopRule("loss", below=0.3),)
    assert experiment.name == "with a # in it"
    assert experiment.training.metrics == ()


def test_a_dataset_file_becomes_a_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(tmp_path / "tiny.npz")
    monkeypatch.chdir(tmp_path)
    assert changed("dataset=tiny.npz").dataset == str(tmp_path / "tiny.npz")
    assert changed("dataset=mnist").dataset == "mnist"


def test_repeated_seeds() -> None:
    def seeds(experiment: Experiment, repeat: int) -> list[int | None]:
        return [one.training.seed for one in repeated(experiment, repeat)]

    assert seeds(changed("seed=5"), 3) == [5, 6, 7]
    assert seeds(changed("seed=5"), 1) == [5]
    assert seeds(changed(), 1) == [None]
    assert len(set(seeds(changed(), 50))) == 50
    with pytest.raises(UserError, match="passes the largest seed"):
        repeated(changed(f"seed={2**31 - 1}"), 2)
