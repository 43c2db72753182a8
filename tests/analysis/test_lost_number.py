"""A loss that is no number any more: since when, what may help, which rules are blind then, and where it is said."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cnn_tui.analysis.compare import compare
from cnn_tui.analysis.lost_number import blind_rules, lost_metric, lost_number, needs_nan_rule, remedy
from cnn_tui.cli.history.listing import to_csv, to_text
from cnn_tui.cli.running.follow import result_line
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.epoch import Epoch, Point
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import FiredAt, Progress, Run
from cnn_tui.reports.layout import PageLayout
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.reports.run_facts import read_facts
from cnn_tui.reports.run_page import run_page
from tests.history.made_runs import run
from tests.ui import fake

NAN = math.nan


def of(losses: list[float], status: Any = "finished", **facts: Any) -> Run:
    """A run of those losses, and of a rule on the loss."""
    epochs = tuple(Epoch(at, {"loss": loss, "accuracy": 0.1}, 8.0, 1.0) for at, loss in enumerate(losses, 1))
    experiment = load_preset("lab1-stop-at-loss").with_training(learning_rate=0.1)
    return run(experiment=experiment, status=status, epochs=epochs, **facts)


@pytest.mark.parametrize(
    ("losses", "points", "words"),
    [
        ([0.5, 0.4], [], None),
        ([0.5, NAN, 0.4], [], None),
        ([0.5, 0.4, NAN, NAN], [], "the loss is not a number from epoch 3 on"),
        ([0.5, math.inf], [], "the loss is not a number from epoch 2 on"),
        ([NAN], [], "the loss is not a number from epoch 1 on"),
        ([0.5, NAN], [0.5, 1.25], "the loss is not a number; it was one until 25% of epoch 2"),
        ([NAN], [0.08], "the loss is not a number; it was one until 8% of epoch 1"),
    ],
)
def test_since_when_it_is_no_number_is_said(losses: list[float], points: list[float], words: str | None) -> None:
    found = lost_number(of(losses), [Point(at, 0.5, None) for at in points])
    assert (None if found is None else str(found)) == words


def test_an_epoch_that_goes_on_or_was_cut_short_by_a_rule_counts_too() -> None:
    now = Progress("training", 2, 9, 100, loss=None)
    assert str(lost_number(of([0.5], "running"), [Point(1.08, 0.4, None)], now)) == (
        "the loss is not a number; it was one until 8% of epoch 2"
    )
    assert lost_number(of([0.5], "running"), (), Progress("training", 2, 0, 100)) is None, "no step is done yet"
    fired = FiredAt(1, 2, within=True)
    stopped = of([0.5], "stopped", fired_rule=fired.rule, fired_epoch=fired.epoch, fired_within=True)
    assert str(lost_number(stopped)) == "the loss is not a number from epoch 2 on"


def test_where_the_loss_is_one_the_loss_of_validation_may_be_none() -> None:
    epochs = tuple(Epoch(at, {"loss": 0.5, "val_loss": 0.5 if at < 2 else NAN}, 8.0, 1.0) for at in (1, 2, 3))
    assert str(lost_number(run(epochs=epochs))) == "the val_loss is not a number from epoch 2 on"
    assert lost_metric(run(epochs=epochs), "loss") is None


def test_what_may_help_names_a_lower_rate() -> None:
    assert remedy(of([NAN])) == "A lower learning_rate may help: 0.01 in place of 0.1."
    half = run(experiment=load_preset("lab1-baseline").with_training(precision="mixed_float16"))
    assert remedy(half).endswith("0.0001 in place of 0.001, or the precision float32.")


def test_a_rule_with_a_limit_is_blind_then() -> None:
    assert blind_rules(of([0.5, NAN])) == [StopRule("loss", below=0.3)]
    assert blind_rules(of([NAN, 0.5])) == [] == blind_rules(of([]))
    assert needs_nan_rule(of([NAN]))


@pytest.fixture
def lost_run(history: History) -> Run:
    """A run with a rule, finished, whose loss was a number until a quarter of its second epoch."""
    run_id = history.add(load_preset("lab1-stop-at-loss").with_training(epochs=2, learning_rate=0.1))
    fake.begin(history, run_id)
    history.record_epoch(run_id, Epoch(1, {"loss": 0.5, "accuracy": 0.8}, 8.0, 1.0), 8.0)
    history.record_progress(run_id, Progress("training"), Point(1.25, 0.4, 0.8))
    history.record_epoch(run_id, Epoch(2, {"loss": NAN, "accuracy": 0.1}, 8.0, 1.0), 16.0)
    history.record_end(run_id, Result("finished", "", None, 0.1))
    found = history.run(run_id)
    assert found is not None
    return found


def test_the_run_page_says_it_with_what_to_do(history: History, lost_run: Run) -> None:
    page = run_page(read_facts(history, lost_run, []))
    text = "\n".join("".join(words for words, _ in line) for line in PageLayout(1000).lines(page.blocks))
    for words in (
        "The loss is not a number; it was one until 25% of epoch 2. A lower learning_rate may help: 0.01 in place of",
        "The stop rule loss nan ends such a run at once.",
        "loss below 0.3 (cannot fire: it is not a number)",
    ):
        assert words in text
    assert "The loss is not a number from epoch 2 on." in text, "below its curve"
    assert "A lower learning\\_rate may help" in to_markdown(page)


def test_the_lists_and_the_last_line_say_it_and_exact_forms_keep_the_status(history: History, lost_run: Run) -> None:
    lines = history.lines()
    assert lines[0].lost
    assert "finished, loss nan" in to_text(lines, {})
    assert ",finished," in to_csv(lines)
    assert lost_run.to_json()["status"] == "finished"
    assert result_line(lost_run).endswith(
        "; the loss is not a number from epoch 2 on. A lower learning_rate may help: 0.01 in place of 0.1."
    )


def test_a_comparison_has_no_change_to_what_is_no_number(history: History, lost_run: Run) -> None:
    other = fake.train(history, load_preset("lab1-baseline"), 1.0)
    both = [one for one in (history.run(other), lost_run) if one is not None]
    row = next(row for row in compare(both, other).rows if row.key == "train loss")
    assert (row.shown(1), row.change_shown(1)) == ("nan", "")
