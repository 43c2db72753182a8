"""What the curves of a run are made of: its values, smoothing, the best epoch, what its stop rules mark."""

from __future__ import annotations

import itertools
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_tui.experiment.training.stop_rules import StopRule, StopWatch
from cnn_tui.history.run import FiredAt
from cnn_tui.reports.chart.curves import SECONDS, best, curve, last_steps, metrics_of, scale, smoothed, training_line
from cnn_tui.reports.chart.rules import rule_deadlines, rule_levels
from tests.reports.recorded import recorded

NAN = math.nan


def test_an_epochs_value_sits_at_its_end_and_readings_lie_between() -> None:
    one = recorded(losses=[0.5, 0.4], readings=[(0.25, 0.9), (0.75, 0.6), (1.5, 0.45), (2.5, 0.38)])
    found = curve(one.run, one.points, "loss")
    assert found.epochs == [(1.0, 0.5), (2.0, 0.4)]
    assert training_line(found, 100) == [(1.0, 0.5), (2.0, 0.4), (2.5, 0.38)], "of many epochs, their ends"
    assert found.end == 2.5


def test_the_line_within_epochs_is_the_mean_of_the_last_steps() -> None:
    """Keras gives means since the epoch began: of the losses 4, 3, 2, 1 of quarters they are 4, 3.5, 3, 2.5."""
    first, second = [(0.25, 4.0), (0.5, 3.5), (0.75, 3.0)], [(1.25, 1.0), (1.5, 1.0)]
    one = recorded(losses=[2.5], readings=first + second)
    line = training_line(curve(one.run, one.points, "loss"), 5)
    assert line == pytest.approx([(0.25, 4), (0.5, 3), (0.75, 2), (1, 1), (1.25, 1), (1.5, 1)])


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 12))
def test_the_means_of_the_last_steps_make_up_the_mean_of_the_epoch(steps: list[float], span: int) -> None:
    count = len(steps)
    readings = [(at / count, sum(steps[:at]) / at) for at in range(1, count)]
    found = last_steps(readings, [(1.0, sum(steps) / count)], span)
    places = [0.0, *(at for at, _ in found)]
    total = sum(mean * (at - before) for (at, mean), before in zip(found, places, strict=False))
    assert total == pytest.approx(sum(steps) / count, abs=1e-6)
    assert all(at - before >= 1 / 48 - 1e-9 for before, at in itertools.pairwise(places))


def test_what_can_be_shown_is_what_the_compile_reports_and_the_time() -> None:
    one = recorded(losses=[0.5, 0.4])
    top = one.run.experiment.with_training(metrics=("accuracy", "sparse_top_k_categorical_accuracy"))
    assert metrics_of(one.run) == ("loss", "accuracy", SECONDS)
    assert metrics_of(msgspec.structs.replace(one.run, experiment=top)) == (
        "loss",
        "accuracy",
        "sparse_top_k_categorical_accuracy",
        SECONDS,
    )
    assert curve(one.run, one.points, SECONDS).epochs == [(1.0, 8.0), (2.0, 9.0)]
    assert curve(one.run, one.points, "sparse_top_k_categorical_accuracy").epochs == []


@pytest.mark.parametrize(
    ("values", "window", "means"),
    [
        ([1, 2, 6, 3], 1, [1, 2, 6, 3]),
        ([1, 2, 6, 3], 3, [1.5, 3, 11 / 3, 4.5]),
        ([1, 2, 6, 3], 5, [3, 3, 3, 11 / 3]),
        ([1, NAN, 3], 3, [1, NAN, 3]),
    ],
)
def test_smoothing_is_the_mean_around_each_value(values: list[float], window: int, means: list[float]) -> None:
    found = [y for _, y in smoothed(list(enumerate(values, 1)), window)]
    assert found == pytest.approx(means, nan_ok=True)


@given(st.lists(st.floats(-1e3, 1e3), max_size=30), st.sampled_from([1, 3, 5]))
def test_smoothing_stays_within_the_values(values: list[float], window: int) -> None:
    found = smoothed(list(enumerate(values)), window)
    assert [x for x, _ in found] == list(range(len(values)))
    assert all(min(values) - 1e-6 <= y <= max(values) + 1e-6 for _, y in found)


def test_smoothing_leaves_the_epoch_that_goes_on_to_itself() -> None:
    one = recorded(losses=[1.0, 2.0, 6.0], readings=[(0.5, 9.0), (3.25, 5.0), (3.5, 3.0)])
    found = training_line(curve(one.run, one.points, "loss"), 5, 3)
    assert found == pytest.approx([(1, 1.5), (2, 3), (3, 4), (3.25, 3), (3.5, 3)])


def test_the_axis_holds_what_is_settled_once_something_is() -> None:
    early = [(0.01, 2.3), (0.05, 1.4)]
    assert scale(early, 0, 5) == ([2.3, 1.4], 0)
    first = [*early, (0.5, 0.7), (1.0, 0.6), (1.02, 0.9)]
    assert scale(first, 0, 5) == ([0.7, 0.6], 1)
    assert scale([*first, (1.5, 0.55), (2.0, 0.5)], 0, 5) == ([0.6, 0.55, 0.5], 2)
    assert scale([(1.0, 0.6), (2.0, NAN), (3.0, 0.4)], 2, 3) == ([0.4], 2)


def test_a_few_epochs_that_would_take_a_third_of_the_axis_are_left_out_but_for_the_last() -> None:
    calm = [(float(x), 0.4) for x in range(3, 10)]
    assert scale([(1.0, 5.0), (2.0, 0.5), *calm], 0, 9) == ([0.5, *[0.4] * 7], 3)
    assert scale([(1.0, -5.0), (2.0, 0.5), *calm], 0, 9) == ([0.5, *[0.4] * 7], -1)
    assert scale([(1.0, 0.5), *calm, (10.0, 5.0)], 0, 10)[1] == 2, "what came last is always to be seen"
    assert scale([(1.0, 5.0), (2.0, 0.5), *calm[:3]], 0, 9)[1] == 2, "of few epochs, none goes"


def test_the_best_epoch_is_of_validation_where_there_is_some() -> None:
    watched = recorded(losses=[0.5, 0.4, 0.3], validation=[0.6, 0.45, 0.5])
    assert best(watched.run, "loss") == ("val_loss", 2, 0.45)
    accurate = best(watched.run, "accuracy")
    assert accurate is not None and accurate[:2] == ("val_accuracy", 2)
    alone = recorded(losses=[0.5, NAN, 0.3, 0.3])
    assert best(alone.run, "loss") == ("loss", 3, 0.3), "the first of equals; what is no number is no best"
    assert best(alone.run, SECONDS) is None
    assert best(recorded().run, "loss") is None


def test_a_limit_is_a_level_of_the_metric_that_it_is_on() -> None:
    rules = (StopRule("loss", below=0.3), StopRule("val_accuracy", above=0.9), StopRule("loss", nan=True))
    run = recorded(losses=[0.5], validation=[0.6], stop=rules).run
    assert rule_levels(run, ("loss", "val_loss")) == [(0.3, "stop below 0.3")]
    assert rule_levels(run, ("accuracy", "val_accuracy")) == [(0.9, "stop val_accuracy above 0.9")]
    assert rule_levels(run, ("accuracy",)) == []


@pytest.mark.parametrize(
    ("rules", "losses"),
    [
        ((StopRule("loss", below=0.35), StopRule("loss", below=0.3)), [0.5, 0.4, 0.32, 0.2]),
        ((StopRule("loss", patience=1),), [0.5, 0.6, 0.2]),
        ((StopRule("loss", nan=True),), [0.5, NAN, 0.2]),
    ],
)
def test_the_epoch_that_a_rule_fired_in_is_the_one_that_training_names(
    rules: tuple[StopRule, ...], losses: list[float]
) -> None:
    watch = StopWatch(rules)
    fired = next(found for at, loss in enumerate(losses, 1) if (found := watch.after(at, {"loss": loss})))
    at: dict[str, Any] = {"fired_rule": rules.index(fired.rule) + 1, "fired_epoch": fired.epoch}
    one = recorded(losses=losses[: fired.epoch], stop=rules, status="stopped", ending="rule", **at)
    assert one.run.fired == FiredAt(rules.index(fired.rule) + 1, fired.epoch)


def test_a_rule_may_fire_within_an_epoch_and_a_stop_by_request_is_no_rule() -> None:
    at: dict[str, Any] = {"fired_rule": 1, "fired_epoch": 2, "fired_within": True}
    found = recorded(losses=[0.5], status="stopped", ending="rule", **at).run.fired
    assert found is not None and str(found) == "in epoch 2"
    asked = recorded(losses=[0.5], status="stopped", stop_cause="stopped by request after epoch 1 of 5").run
    assert asked.fired is None


def test_a_rule_with_patience_says_where_it_fires_as_things_stand() -> None:
    rules = (StopRule("val_loss", patience=2),)
    one = recorded(losses=[0.5, 0.4, 0.3], validation=[0.6, 0.45, 0.5], epochs=9, stop=rules)
    (found,) = rule_deadlines(one.run, ("loss", "val_loss"))
    assert (found.epoch, found.best.epoch) == (4, 2)
    assert rule_deadlines(one.run, ("loss",)) == [], "its metric is not on the chart"
    late = recorded(losses=[0.5, 0.4, 0.3], validation=[0.6, 0.45, 0.5], epochs=4, stop=rules)
    assert rule_deadlines(late.run, ("val_loss",)) == [], "the run ends before"
    over = recorded(losses=[0.5, 0.4], validation=[0.6, 0.45], epochs=9, stop=rules, status="finished")
    assert rule_deadlines(over.run, ("val_loss",)) == []
