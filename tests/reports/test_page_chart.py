"""Charts of pages and of the command line."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.reports.blocks import Curves
from cnn_tui.reports.chart.canvas import Kind
from cnn_tui.reports.chart.page_chart import PageChart, charts
from cnn_tui.reports.markdown import markdown_lines
from tests.reports.recorded import recorded

values = st.lists(st.floats(0, 3) | st.sampled_from([math.nan, math.inf]), max_size=12)


def text_of(chart: PageChart) -> list[str]:
    return ["".join(words for words, _ in line) for line in chart.lines]


def test_one_run_has_its_loss_and_accuracy_with_what_the_signs_mean() -> None:
    run = recorded(losses=[0.5, 0.4, 0.3], validation=[0.6, 0.45, 0.5]).run
    loss, accuracy = charts(Curves([run]), 70, "ascii")
    assert (loss.name, accuracy.name) == ("Loss", "Accuracy")
    assert text_of(loss)[-1] == "- train   * validation   @ best val_loss 0.4500 after epoch 2"
    assert any(("0.45" in line and "|" in line) or "+" in line for line in text_of(loss))


def test_a_rule_that_ended_a_run_is_named_and_its_sign_hides_no_other() -> None:
    ended: dict[str, Any] = {"status": "stopped", "ending": "rule", "fired_rule": 1, "fired_epoch": 1}
    run = recorded(losses=[0.41], validation=[0.33], stop=[StopRule("loss", below=0.5)], **ended).run
    for shown in (text_of(next(charts(Curves([run]), 70, "braille"))), markdown_lines([Curves([run])])):
        text = "\n".join(shown)
        loss = text[: text.index("Accuracy:")] if "Accuracy:" in text else text
        assert loss.count("★") == loss.count("■") == 2, "each in the chart and in its legend"
        assert "■ a stop rule fired after epoch 1" in loss


def test_several_runs_are_named_by_what_differs() -> None:
    runs = [recorded(at, losses=[0.5, 0.4], validation=[0.6, 0.5 - at / 100]).run for at in (1, 2)]
    (chart,) = charts(Curves(runs), 70, "ascii")
    assert chart.name == "Accuracy on the validation images"
    assert text_of(chart)[-1] == "***** run 1   ooooo run 2", "nothing but their numbers tells these apart"


def test_a_run_without_epochs_has_no_chart() -> None:
    assert list(charts(Curves([recorded().run]), 70, "ascii")) == []
    assert list(charts(Curves([recorded(1).run, recorded(2).run]), 70, "ascii")) == []


@pytest.mark.parametrize("kind", ["ascii", "braille", "blocks"])
@given(losses=values, validation=values, width=st.integers(20, 120))
def test_whatever_was_recorded_is_drawn_in_its_room(
    kind: Kind, losses: list[float], validation: list[float], width: int
) -> None:
    for chart in charts(Curves([recorded(losses=losses, validation=validation).run]), width, kind):
        lines = text_of(chart)
        assert max(map(len, lines[:14])) <= width
        assert kind != "ascii" or "".join(lines).isascii()


def test_a_report_has_the_curves_of_a_run_with_their_axes_and_says_what_is_what() -> None:
    run = recorded(losses=[0.5, 0.4, 0.3], validation=[0.6, 0.45, 0.5]).run
    text = "\n".join(markdown_lines([Curves([run])]))
    chart = text[text.index("Loss:") :].split("```")[1]
    assert set("⠀⠁⠉⠒⠤⣀⠑⠊") & set(chart), "lines of braille"
    assert chart.count("●") >= 1
    assert "└" in chart and "┤" in chart
    assert "━ train" in chart and "● validation" in chart
    assert "\x1b" not in text
