"""When two experiments are the same, and that everybody who asks gets the one answer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise, ExerciseSet
from cnn_tui.exercises.runs import runs_of, same_exercises
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import to_toml
from cnn_tui.experiment.overrides import Axis
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.same import digest_of, identity_of, settings_of
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.groups import groups_of, taken_seeds
from cnn_tui.history.history import History, Result
from cnn_tui.history.same_network import Same, same_network
from cnn_tui.jobs.grid import BatchError, grid
from cnn_tui.network.layers import Dropout

BASELINE = load_preset("lab1-baseline")
WITH_ONE_OFF = BASELINE.with_stack(BASELINE.stack.insert(5, Dropout(rate=0.5, enabled=False)))


@pytest.mark.parametrize(
    "other",
    [
        WITH_ONE_OFF,
        msgspec.structs.replace(BASELINE, name="mine"),
        BASELINE.with_training(seed=7),
        BASELINE.with_training(momentum=0.9),  # Adam has none
        BASELINE.with_stack(BASELINE.stack.change(1, strides=(2, 2))),  # what a pooling of 2x2 does anyway
    ],
)
def test_what_makes_no_difference_does_not_count(other: Experiment) -> None:
    assert other != BASELINE
    assert identity_of(other) == identity_of(BASELINE)
    assert digest(other) == digest(BASELINE)


@pytest.mark.parametrize(
    "other",
    [
        BASELINE.with_stack(BASELINE.stack.toggle(1)),
        BASELINE.with_training(epochs=9),
        BASELINE.with_training(optimizer="sgd", momentum=0.9),
        msgspec.structs.replace(BASELINE, dataset="mnist"),
        msgspec.structs.replace(BASELINE, stop=(StopRule("loss", below=0.3),)),
    ],
)
def test_what_is_trained_counts(other: Experiment) -> None:
    assert identity_of(other) != identity_of(BASELINE)
    # Histories keep the dataset that was used in a column of its own.
    assert (digest(other) != digest(BASELINE)) == (other.dataset == BASELINE.dataset)


def test_what_the_weights_are_counts_and_not_where_they_lie(tmp_path: Path) -> None:
    first, copy, other = (tmp_path / f"{name}.keras" for name in ("first", "copy", "other"))
    first.write_bytes(b"learned")
    copy.write_bytes(b"learned")
    other.write_bytes(b"learned more")
    starts = [msgspec.structs.replace(BASELINE, weights=str(path)) for path in (first, copy, other)]
    assert identity_of(starts[0]) == identity_of(starts[1]) != identity_of(starts[2])
    assert identity_of(starts[0]) != identity_of(BASELINE)
    with History() as history:
        ids = [history.add(one.with_training(seed=5)) for one in (*starts, BASELINE)]
        runs = [history.run(run_id) for run_id in ids]
        assert [run and run.group for run in runs] == [1, 1, 3, 4] or [run and run.group for run in runs] == [0] * 4
        assert taken_seeds(history, starts[1]) == {5}
        assert [one.run for one in same_network(history, starts[0]) if one.training] == [1, 2]
        first.write_bytes(b"something else")
        assert taken_seeds(history, starts[0]) == set(), "the runs that are there started from what was in the file"


def digest(experiment: Experiment) -> str:
    """What a history keeps of what is tried."""
    return digest_of(experiment.stack.fingerprint(), msgspec.json.encode(experiment))


def test_the_digest_that_histories_keep_stays_as_it_is() -> None:
    assert digest(BASELINE) == "9b5e5740b734dc23", "histories have it in their rows: another one needs a migration"
    older = msgspec.json.encode({"training": {"epochs": 5, "seed": 3}})
    assert digest_of(BASELINE.stack.fingerprint(), older) == digest(BASELINE), (
        "a setting that came later has its default"
    )
    assert digest_of("f", b'{"training": null}') == digest_of("f", b"[") == ""


def test_a_momentum_counts_for_an_optimizer_that_has_one() -> None:
    sgd = BASELINE.with_training(optimizer="sgd")
    assert identity_of(sgd) != identity_of(sgd.with_training(momentum=0.9))


def test_a_row_of_an_older_version_has_the_settings_that_were_meant() -> None:
    plain = msgspec.to_builtins(BASELINE)
    for later in ("precision", "momentum"):
        del plain["training"][later]
    assert settings_of(msgspec.json.encode(plain)) == identity_of(BASELINE).settings
    assert settings_of(b'{"training": 5}') is None
    assert settings_of("no JSON") is None


def trained(history: History, experiment: Experiment, seed: int) -> int:
    """A run that has come to its end."""
    run = history.add(experiment.with_training(seed=seed))
    history.claim(run, os.getpid(), seed)
    history.record_end(run, Result("finished", test_accuracy=0.9))
    history.store.execute("UPDATE runs SET pace = 8.0 WHERE id = ?", (run,))
    return run


def exercises_of(folder: Path, *experiments: Experiment) -> SetPlace:
    """A set with an exercise for each experiment."""
    for at, experiment in enumerate(experiments):
        (folder / f"{at}.toml").write_text(to_toml(experiment))
    exercises = tuple(
        Exercise(name=f"number-{at}", question="And this one?", experiment=f"{at}.toml")
        for at in range(len(experiments))
    )
    return SetPlace("mine", folder, ExerciseSet("Mine", exercises))


def test_everybody_leaves_a_layer_that_is_switched_off_out_of_the_network(tmp_path: Path) -> None:
    def with_it(experiment: Experiment, settings: Sequence[tuple[str, Any]]) -> Experiment:
        return WITH_ONE_OFF if settings[0][1] else BASELINE

    place = exercises_of(tmp_path, BASELINE, WITH_ONE_OFF)
    with History() as history:
        first, second = trained(history, BASELINE, 1), trained(history, WITH_ONE_OFF, 2)
        assert [group.runs for group in groups_of(history, [first, second])] == [(first, second)]
        assert taken_seeds(history, BASELINE) == taken_seeds(history, WITH_ONE_OFF) == {1, 2}
        assert same_network(history, WITH_ONE_OFF)[0] == Same(first, dataset=True, training=True, seed=False)
        assert Estimator(history).of(WITH_ONE_OFF).basis == "same"
        assert runs_of(history, place, place.set.exercises[0]) == (first, second)
    assert same_exercises(place, place.set.exercises[0]) == place.set.exercises
    with pytest.raises(BatchError, match="off=no and off=yes are the same"):
        grid(BASELINE, [Axis("off", (False, True))], with_it)
