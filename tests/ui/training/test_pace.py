"""How fast a run goes, in words."""

from __future__ import annotations

import pytest

from cnn_tui.ui.panes.training.going_status import rate


@pytest.mark.parametrize(
    ("images", "shown"), [(7_493.2, "7,490"), (123_456, "123,000"), (86.25, "86.2"), (0.0, "0"), (999.9, "1,000")]
)
def test_rate_has_three_digits(images: float, shown: str) -> None:
    assert rate(images) == f"{shown} images/s"
