"""How fast a run goes and how long it took, in words."""

from __future__ import annotations

import math

from cnn_tui.history.pace import clock


def rate(images_per_second: float) -> str:
    """`7,490 images/s`: three digits are as many as stay the same from look to look."""
    if images_per_second <= 0:
        return "0 images/s"
    digits = 2 - math.floor(math.log10(images_per_second))
    return f"{round(images_per_second, digits):,.{max(0, digits)}f} images/s"


def duration(seconds: float) -> str:
    """`8.0 s`, from two minutes on `2:05`."""
    return f"{seconds:.1f} s" if seconds < 120 else clock(seconds)
