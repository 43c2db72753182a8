"""Stop rules: which one fires, after which epoch, and what it says."""

from __future__ import annotations

import math

import pytest

from cnn_tui.experiment.training.stop_rules import StopRule, StopWatch

NAN = float("nan")


def fires_after(rule: StopRule, values: list[float]) -> int | None:
    """The epoch, from 1, after which the rule fires on these values of its metric; None when it never does."""
    watch = StopWatch([rule])
    for epoch, value in enumerate(values, 1):
        if watch.after(epoch, {rule.metric: value}):
            return epoch
    return None


@pytest.mark.parametrize(
    ("rule", "values", "epoch"),
    [
        (StopRule("loss", below=0.3), [0.31, 0.3, 0.29], 3),
        (StopRule("loss", below=0.3), [NAN, 0.3], None),
        (StopRule("accuracy", above=0.0), [-0.1, 0.0, 0.1], 3),
        (StopRule("loss", nan=True), [0.5, NAN], 2),
        (StopRule("loss", nan=True), [math.inf], 1),
        (StopRule("loss", patience=1), [0.5, 0.4, 0.4], 3),
        (StopRule("loss", patience=2), [0.5, 0.6, 0.4, 0.41, 0.42, 0.1], 5),
        (StopRule("val_accuracy", patience=2), [0.5, 0.6, 0.6, 0.59], 4),
        (StopRule("val_accuracy", patience=3), [0.5, 0.6, 0.6, 0.59], None),
        (StopRule("loss", patience=2), [NAN, 0.5, NAN, NAN], 4),
        (StopRule("loss", patience=2), [NAN, NAN, NAN], 3),
        (StopRule("loss", patience=2), [NAN, NAN, 0.5, 0.6], None),
        (StopRule("loss", patience=2, min_delta=0.1), [0.5, 0.45, 0.41, 0.1], 3),
        (StopRule("accuracy", patience=2, min_delta=0.1), [0.5, 0.55, 0.61, 0.65, 0.7], 5),
    ],
)
def test_a_rule_fires_after_the_epoch_it_should(rule: StopRule, values: list[float], epoch: int | None) -> None:
    assert fires_after(rule, values) == epoch


def test_what_fired_is_said_with_its_value_and_the_best_one() -> None:
    watch = StopWatch([StopRule("accuracy", above=0.99), StopRule("val_loss", patience=2)])
    losses = [0.5, 0.3, 0.31, 0.35]
    fired = [watch.after(epoch, {"accuracy": 0.5, "val_loss": loss}) for epoch, loss in enumerate(losses, 1)]
    assert fired[:3] == [None, None, None]
    assert str(fired[3]) == (
        "val_loss without improvement for 2 epochs (0.3500 after epoch 4; the best was 0.3000 after epoch 2)"
    )


def test_a_rule_is_said_in_words() -> None:
    assert str(StopRule("loss", below=0.3)) == "loss below 0.3"
    assert str(StopRule("accuracy", above=0.0)) == "accuracy above 0"
    assert str(StopRule("loss", nan=True)) == "loss is not a number"
    assert str(StopRule("val_loss", patience=1)) == "val_loss without improvement for 1 epoch"
    best = StopRule("loss", patience=2, min_delta=0.001, restore_best_weights=True)
    assert str(best) == "loss without improvement by 0.001 for 2 epochs, then back to the best"


def test_a_rule_with_a_limit_is_blind_to_what_is_no_number() -> None:
    assert StopRule("loss", below=0.3).is_blind(NAN) and StopRule("accuracy", above=0.9).is_blind(math.inf)
    assert not StopRule("loss", below=0.3).is_blind(0.5) and not StopRule("loss", below=0.3).is_blind(None)
    assert not StopRule("loss", nan=True).is_blind(NAN) and not StopRule("loss", patience=2).is_blind(NAN)
    watch = StopWatch([StopRule("loss", patience=1)])
    fired = [watch.after(epoch, {"loss": NAN}) for epoch in (1, 2)]
    assert str(fired[1]) == "loss without improvement for 1 epoch (not a number after epoch 2)"


def test_a_metric_that_is_not_there_fires_nothing() -> None:
    assert StopWatch([StopRule("val_loss", below=1.0)]).after(1, {"loss": 0.1}) is None
