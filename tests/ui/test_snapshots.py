"""A few pictures of the lab, compared with those kept beside this file."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, Compare, keys

pytestmark = pytest.mark.usefixtures("in_colour")


@pytest.fixture
def one_and_a_half_runs(history: History) -> None:
    """A finished run, and one in its third epoch."""
    fake.train(history, load_preset("lab1-16-filters"))
    second = history.add(load_preset("lab1-baseline"))
    fake.begin(history, second)
    fake.play(history, second, 2.5)


@pytest.mark.usefixtures("one_and_a_half_runs")
def test_lab_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=LARGE, run_before=keys(then="epoch 3/5"))


@pytest.mark.usefixtures("one_and_a_half_runs")
def test_light_lab_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(theme="cnn-light"), terminal_size=LARGE, run_before=keys(then="epoch 3/5"))


def test_stack_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=SMALL, run_before=keys("j"))


@pytest.mark.usefixtures("one_and_a_half_runs")
def test_training_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=SMALL, run_before=keys("3", then="epoch 3/5"))


@pytest.mark.usefixtures("one_and_a_half_runs")
def test_history_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=SMALL, run_before=keys("4", then="2 runs"))


def test_help_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=SMALL, run_before=keys("question_mark", then="next larger value"))
