"""How long a run still takes."""

from __future__ import annotations

import math

import msgspec
import pytest

from cnn_tui.analysis.remaining import left, seconds_of_steps
from cnn_tui.history.run import Progress
from tests.ui.recorded import recorded
from tests.ui.training_scenes import MIDDLE


def test_the_eta_counts_validation_once_it_is_known() -> None:
    one = recorded(losses=[0.5, 0.4]).run  # 8 and 9 seconds
    now = msgspec.structs.replace(MIDDLE, images=30_000)
    assert left(one, now) == pytest.approx((4.0, 4.0 + 2 * 8.5))
    validated = msgspec.structs.replace(now, validation_seconds=2.0)
    assert left(one, validated) == pytest.approx((6.0, 6.0 + 2 * 10.5))
    first = recorded().run
    assert left(first, msgspec.structs.replace(now, epoch=1)) == pytest.approx((4.0, 4.0 + 4 * 8.0))
    assert left(first, Progress("training")) is None


def test_the_first_step_which_builds_the_graph_tells_no_pace() -> None:
    first = Progress("training", 1, 32, 1_875, 1_024, 60_000, 2.3, 0.1, 204.8, 5.0)
    assert left(recorded().run, first) is None
    second = Progress("training", 1, 64, 1_875, 2_048, 60_000, 2.2, 0.2, 7_500.0, 5.14)
    assert left(recorded().run, second) is not None
    later = Progress("training", 2, 32, 1_875, 1_024, 60_000, 0.5, 0.8, 7_500.0, 1_024 / 7_500)
    assert left(recorded(losses=[0.5]).run, later) is not None


def test_the_steps_of_an_epoch_take_as_long_as_their_images() -> None:
    assert seconds_of_steps(Progress("training", 1, 64, 1_875, 2_000, 60_000, images_per_second=5_800.0)) == 10
    assert seconds_of_steps(Progress("loading data")) == math.inf
