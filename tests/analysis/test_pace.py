"""How long a run still takes, and how a time span is written."""

from __future__ import annotations

import math

import msgspec
import pytest

from cnn_tui.analysis.pace import clock, in_words, seconds_of_steps, time_left
from cnn_tui.history.run import Progress
from tests.reports.recorded import recorded
from tests.ui.training.training_scenes import MIDDLE


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0:00"), (7, "0:07"), (21.4, "0:21"), (750, "12:30"), (3_723, "1:02:03"), (360_000, "100:00:00")],
)
def test_seconds_on_a_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (5_300, "88 min"), (12_000, "3 h 20 min"), (200_000, "2 days")],
)
def test_seconds_as_a_person_says_them(seconds: float, said: str) -> None:
    assert in_words(seconds) == said


def test_the_eta_counts_validation_once_it_is_known() -> None:
    one = recorded(losses=[0.5, 0.4]).run  # 8 and 9 seconds
    now = msgspec.structs.replace(MIDDLE, images=30_000)
    assert time_left(one, now) == pytest.approx((4.0, 4.0 + 2 * 8.5))
    validated = msgspec.structs.replace(now, validation_seconds=2.0)
    assert time_left(one, validated) == pytest.approx((6.0, 6.0 + 2 * 10.5))
    first = recorded().run
    assert time_left(first, msgspec.structs.replace(now, epoch=1)) == pytest.approx((4.0, 4.0 + 4 * 8.0))
    assert time_left(first, Progress("training")) is None


def test_the_first_step_which_builds_the_graph_tells_no_pace() -> None:
    first = Progress("training", 1, 32, 1_875, 1_024, 60_000, 2.3, 0.1, 204.8, 5.0)
    assert time_left(recorded().run, first) is None
    second = Progress("training", 1, 64, 1_875, 2_048, 60_000, 2.2, 0.2, 7_500.0, 5.14)
    assert time_left(recorded().run, second) is not None
    later = Progress("training", 2, 32, 1_875, 1_024, 60_000, 0.5, 0.8, 7_500.0, 1_024 / 7_500)
    assert time_left(recorded(losses=[0.5]).run, later) is not None


def test_the_steps_of_an_epoch_take_as_long_as_their_images() -> None:
    assert seconds_of_steps(Progress("training", 1, 64, 1_875, 2_000, 60_000, images_per_second=5_800.0)) == 10
    assert seconds_of_steps(Progress("loading data")) == math.inf
