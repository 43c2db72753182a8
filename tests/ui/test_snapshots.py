"""A few pictures of the lab, compared with those kept beside this file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, sees

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures are in colour."""
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def one_and_a_half_runs(history: History) -> None:
    """A finished run, and one in its third epoch."""
    first = history.add(load_preset("lab1-16-filters"))
    fake.begin(history, first)
    fake.play(history, first, 5.0)
    fake.finish(history, first)
    second = history.add(load_preset("lab1-baseline"))
    fake.begin(history, second)
    fake.play(history, second, 2.5)


def keys(*names: str, then: str = "") -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press keys once the lab is painted, which a box lets shine through, and wait for words."""

    async def press(pilot: Pilot[Any]) -> None:
        await sees(pilot, "? help")
        await pilot.press(*names)
        if then:
            await sees(pilot, then)

    return press


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
