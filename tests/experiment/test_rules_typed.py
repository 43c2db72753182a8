"""Stop rules as they are typed in the form of the settings."""

from __future__ import annotations

import re

import pytest

from cnn_tui.experiment.form.rules_typed import parse_rule, rule_text
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule

EXPERIMENT = load_preset("lab1-baseline")  # five epochs, watched on the test set


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("loss below 0.3", StopRule("loss", below=0.3)),
        ("loss < 0.3", StopRule("loss", below=0.3)),
        ("loss <0.3", StopRule("loss", below=0.3)),
        ("  val_accuracy  above  .95 ", StopRule("val_accuracy", above=0.95)),
        ("accuracy > 9e-1", StopRule("accuracy", above=0.9)),
        ("loss above 10", StopRule("loss", above=10.0)),
        ("val_loss patience 3", StopRule("val_loss", patience=3)),
        ("val_loss patience 3 best", StopRule("val_loss", patience=3, restore_best_weights=True)),
        ("val_loss patience 3 by 0.001", StopRule("val_loss", patience=3, min_delta=0.001)),
        ("loss patience 2 by 1e-05 best", StopRule("loss", patience=2, min_delta=1e-05, restore_best_weights=True)),
        ("val_loss patience 9 best", StopRule("val_loss", patience=9, restore_best_weights=True)),
        ("loss nan", StopRule("loss", nan=True)),
    ],
)
def test_what_is_typed_is_the_rule(typed: str, rule: StopRule) -> None:
    assert parse_rule(EXPERIMENT, typed) == rule
    assert parse_rule(EXPERIMENT, rule_text(rule)) == rule


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("loss", "a stop rule is a metric with below or above and a number, with patience and a number of epochs"),
        ("loss nan 3", "as: loss below 0.3, val_loss patience 3 best, loss nan (metrics: loss, accuracy, val_loss"),
        ("acc > 0.9", "this experiment reports loss, accuracy, val_loss, val_accuracy, not acc"),
        ("loss below nan", "nan is no number that loss can pass"),
        ("loss below one", "one is no number that loss can pass"),
        ("loss patience 3 by -1", "min_delta is how much better is better: a number from 0 on, beside patience"),
        ("loss patience 1.5", "patience is a whole number of epochs, not 1.5"),
        ("loss patience 0", "patience must be a whole number from 1 to"),
        ("val_loss patience 5", "patience 5 cannot run out within the 5 epochs of this experiment: the rule would"),
        ("loss below 0", "loss is never below 0: the rule would never stop anything"),
        ("accuracy above 90", "90 is out of range: accuracy runs from 0 to 1: 0.9"),
        ("val_accuracy below 85.5", "85.5 is out of range: val_accuracy runs from 0 to 1: 0.855"),
        ("accuracy < -1", "-1 is out of range: accuracy runs from 0 to 1"),
        ("accuracy > 1e9", "accuracy runs from 0 to 1"),
        ("val_accuracy > 1", "val_accuracy is a share of the images, never above 1: the rule would never stop"),
    ],
)
def test_what_cannot_work_is_said(typed: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        parse_rule(EXPERIMENT, typed)


def test_without_validation_there_is_no_validation_metric() -> None:
    words = 'this experiment reports loss, accuracy, not val_loss: turn validation on: set validation to "test"'
    with pytest.raises(ValueError, match=words):
        parse_rule(EXPERIMENT.with_training(validation="none"), "val_loss patience 2")
    with pytest.raises(ValueError, match="reports loss, not val_accuracy: add accuracy to the metrics, and turn vali"):
        parse_rule(EXPERIMENT.with_training(validation="none", metrics=()), "val_accuracy patience 2")
