"""The file of weights that is started from: in the experiment file, in the form, with --set, and with 0 epochs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import parse, read, to_toml
from cnn_tui.experiment.form.settings import change, settings_of, step
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.presets import load_preset

BASELINE = load_preset("lab1-baseline")


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    path = tmp_path / "learned.keras"
    path.write_bytes(b"weights")
    return path


def shown(experiment: Experiment) -> str:
    return next(row.value for row in settings_of(experiment) if row.name == "weights")


def test_a_file_names_its_weights_from_its_own_folder(learned: Path) -> None:
    path = learned.with_name("lab.toml")
    path.write_text('weights = "learned.keras"\n' + to_toml(BASELINE))
    experiment = read(path)
    assert experiment.weights == str(learned)
    assert parse(to_toml(experiment)) == experiment
    assert "weights" not in to_toml(BASELINE)
    assert experiment.without_folders().weights == "learned.keras"


def test_the_form_takes_a_file_that_is_there(learned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(learned.parent)
    assert shown(BASELINE) == "none"
    with_weights = change(BASELINE, "weights", "learned.keras")
    assert shown(with_weights) == with_weights.weights == str(learned)
    assert change(with_weights, "weights", "none") == BASELINE
    assert step(BASELINE, "weights", 1) == BASELINE
    with pytest.raises(ValueError, match=r"there is no file gone\.keras: weights is none, or the path of a file"):
        change(BASELINE, "weights", "gone.keras")
    (learned.parent / "notes.txt").touch()
    with pytest.raises(ValueError, match=r"notes\.txt is no file of weights of Keras"):
        change(BASELINE, "weights", "notes.txt")


def test_an_option_takes_it_too(learned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(learned.parent)
    assert override(BASELINE, [("weights", "learned.keras"), ("epochs", 0)]).weights == str(learned)
    started = msgspec.structs.replace(BASELINE, weights=str(learned))
    assert override(started, [("weights", "none")]) == BASELINE
    with pytest.raises(ExperimentError, match="there is no file"):
        override(BASELINE, [("weights", "gone.keras")])


def test_no_epochs_are_for_weights_alone(learned: Path) -> None:
    started = msgspec.structs.replace(BASELINE, weights=str(learned))
    assert problems_of(started.with_training(epochs=0)) == ()
    with pytest.raises(ValueError, match=r"not 0: nothing would be learned\. Only weights that are started from"):
        change(BASELINE, "epochs", "0")
    with pytest.raises(ExperimentError, match="nothing would be learned"):
        parse("[training]\nepochs = 0\n")


def test_a_file_that_is_gone_is_a_problem(learned: Path) -> None:
    started = msgspec.structs.replace(BASELINE, weights=str(learned))
    learned.unlink()
    (problem,) = problems_of(started)
    assert problem.message.startswith(f"there is no file {learned}")
