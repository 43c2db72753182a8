"""Schedules of the learning rate and arguments of optimizers: in files, in the settings, and where they differ."""

from __future__ import annotations

import msgspec
import pytest

from cnn_tui.experiment.experiment import ExperimentError
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.form.settings import change, step
from cnn_tui.experiment.form.settings import settings_of as rows_of
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.same import identity_of, settings_of
from cnn_tui.experiment.training.schedule import SCHEDULES, ExponentialDecay, PiecewiseConstantDecay

BASELINE = load_preset("lab1-baseline")


@pytest.mark.parametrize("kind", SCHEDULES)
def test_a_file_holds_the_schedule_that_the_settings_add(kind: str) -> None:
    made = change(BASELINE, "schedule", kind)
    assert made.training.schedule is not None
    assert made.training.schedule.type == kind
    assert "[training.schedule]" in to_toml(made)
    assert parse(to_toml(made)) == made
    rows = {row.name: row.value for row in rows_of(made)}
    for name, value in rows.items():
        if name.startswith("schedule"):
            assert change(made, name, value) == made
    assert change(made, "schedule", "none") == BASELINE
    assert msgspec.json.decode(msgspec.json.encode(made), type=type(made)) == made


def test_a_new_schedule_ends_with_the_training() -> None:
    made = change(BASELINE, "schedule", "ExponentialDecay").training.schedule
    assert made == ExponentialDecay(decay_steps=5 * 1875, decay_rate=0.9)


def test_keys_step_through_the_arguments() -> None:
    made = change(BASELINE, "schedule", "ExponentialDecay")
    assert step(made, "schedule.staircase", 1).training.schedule == ExponentialDecay(
        decay_steps=9375, decay_rate=0.9, staircase=True
    )
    assert step(made, "schedule", -1) == BASELINE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schedule = 3", "training.schedule: found 3; allowed: a table"),
        ("[training.schedule]\ndecay_steps = 3", "training.schedule needs a type, one of ExponentialDecay, "),
        ('[training.schedule]\ntype = "ExpDecay"', 'Did you mean "ExponentialDecay"?'),
        ('[training.schedule]\ntype = "ExponentialDecay"\ndecay_stepz = 3', "allowed: type, decay_steps, decay_rate"),
        (
            '[training.schedule]\ntype = "PiecewiseConstantDecay"\nboundaries = [3]\nvalues = [1.0]',
            "1 boundaries need 2 values, not 1",
        ),
        (
            'validation = "none"\n[training.schedule]\ntype = "ReduceLROnPlateau"',
            'monitor: found "val_loss"; this experiment reports loss, accuracy; turn validation on',
        ),
        ("clipnorm = -1", "clipnorm must be a number from 1e-09 to 1000000, or none (any length), not -1"),
    ],
)
def test_what_is_wrong_in_a_file_is_a_sentence(text: str, words: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        parse(f"[training]\n{text}", "lab.toml")
    assert words in str(caught.value)


def test_a_metric_that_a_schedule_watches_stays() -> None:
    watching = change(BASELINE, "schedule", "ReduceLROnPlateau")
    with pytest.raises(ValueError, match="the schedule watches val_loss"):
        change(watching, "validation", "none")
    unwatched = change(change(BASELINE, "validation", "none"), "schedule", "ReduceLROnPlateau")
    assert {row.name: row.value for row in rows_of(unwatched)}["schedule.monitor"] == "loss"


def test_what_has_no_effect_makes_no_other_experiment() -> None:
    sgd = BASELINE.with_training(optimizer="sgd")
    steps = BASELINE.with_training(schedule=PiecewiseConstantDecay(boundaries=(3,), values=(0.1, 0.2)))
    for one, other in (
        (BASELINE, BASELINE.with_training(nesterov=True, ema_momentum=0.5)),
        (sgd, sgd.with_training(nesterov=True)),
        (sgd, sgd.with_training(beta_1=0.5, epsilon=0.1, rho=0.5, amsgrad=True)),
        (steps, steps.with_training(learning_rate=0.5)),
    ):
        assert identity_of(one) == identity_of(other)
    for other in (
        BASELINE.with_training(use_ema=True),
        BASELINE.with_training(clipnorm=1.0),
        BASELINE.with_training(beta_2=0.9),
        steps,
    ):
        assert identity_of(BASELINE) != identity_of(other)


def test_an_older_experiment_is_the_same_without_the_new_settings() -> None:
    plain = msgspec.json.decode(msgspec.json.encode(BASELINE))
    fine = ("beta_1", "beta_2", "rho", "epsilon", "amsgrad")
    for name in (*fine, "nesterov", "weight_decay", "clipnorm", "use_ema", "ema_momentum", "schedule"):
        del plain["training"][name]
    assert settings_of(msgspec.json.encode(plain)) == identity_of(BASELINE).settings
    assert to_toml(BASELINE).count("\n") == to_toml(parse(to_toml(BASELINE))).count("\n")
    assert "ema" not in to_toml(BASELINE)


def test_a_form_has_what_hardly_anybody_changes_where_it_is_set() -> None:
    assert "beta_1" not in {row.name for row in rows_of(BASELINE)}
    changed = BASELINE.with_training(beta_1=0.5, rho=0.5)
    assert {row.name: row.value for row in rows_of(changed)}["beta_1"] == "0.5"
    assert "rho" not in {row.name for row in rows_of(changed)}, "which adam has not"
    assert change(changed, "beta_1", "auto") == BASELINE.with_training(rho=0.5)
