"""Which training images an experiment does not learn from: `leave_out`, their numbers in the dataset, counted from 0.

They are those whose labels are wrong, say, or all but the first thousand. The other images keep their numbers. All that
is learned from, held out for validation or looked for wrong labels comes from the rest; the test images stay.
"""

from __future__ import annotations

import re
from typing import Any

from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.images import image_ranges
from cnn_tui.experiment.images.image_ranges import ImageNumbers, ImageRange, ranges_of
from cnn_tui.text import quiet

ALLOWED = "the numbers of training images, as 3, 17, 10000-59999, or none"


def check(leave_out: ImageNumbers) -> None:
    """Raise ValueError, with a sentence, for an image that is named twice, and a range that has none."""
    try:
        ranges_of(leave_out)
    except ValueError as error:
        raise ValueError(f"leave_out {error}") from None


def parse(text: str) -> ImageNumbers:
    """What was typed, in order. Raises ValueError with a sentence."""
    parts = [part for part in re.split(r"[,\s]+", text) if part]
    if parts == ["none"]:
        return ()
    images: list[ImageRange] = []
    for part in parts:
        span = image_ranges.numbers_of(part)
        if span is None:
            raise ValueError(f"leave_out is {ALLOWED}, not {quiet(part, 30)}")
        images.append(span)
    return image_ranges.compact(images)


def of_file(value: Any) -> Any:
    """What a file has, in which the images may be one text, as they are typed. Raises ValueError with a sentence."""
    if isinstance(value, str):
        return parse(value)
    for at, one in enumerate(value if isinstance(value, list) else ()):
        if isinstance(one, bool | float) or (isinstance(one, str) and image_ranges.range_of(one) is None):
            raise ValueError(f'leave_out[{at}]: found {found(one)}; allowed: a number, or a range as "10000-59999"')
    return value


def typed(leave_out: ImageNumbers) -> str:
    """As it is typed."""
    return ", ".join(map(str, leave_out)) or "none"


def problem_of(leave_out: ImageNumbers, images: int) -> str:
    """Why a dataset of so many training images cannot be trained on so; "" where it can. A sentence without its end."""
    if not leave_out:
        return ""
    if (last := ranges_of(leave_out)[-1].last) >= images:
        return f"leave_out names training image {last}, and they are numbered 0 to {images - 1}"
    if image_ranges.count(leave_out) == images:
        return f"leave_out names all {images:,} training images: nothing is left to learn from"
    return ""
