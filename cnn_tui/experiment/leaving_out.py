"""Which training images an experiment does not learn from: `leave_out`, their numbers in the dataset, counted from 0.

They are those whose labels are wrong, say. The other images keep their numbers. All that is learned from, held out for
validation or looked for wrong labels comes from the rest; the test images stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec

from cnn_tui.text import counted, quiet

ImageNumbers: TypeAlias = tuple[Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)], ...]
ALLOWED = "the numbers of training images, as 3, 17, or none"
_FEW = 3


def check(leave_out: ImageNumbers) -> None:
    """Raise ValueError, with a sentence, for an image that is named twice."""
    if len(set(leave_out)) < len(leave_out):
        twice = next(one for at, one in enumerate(leave_out) if one in leave_out[:at])
        raise ValueError(f"leave_out must name each image once, and {twice} is there twice")


def parse(text: str) -> ImageNumbers:
    """What was typed, in order. Raises ValueError with a sentence."""
    parts = [part for part in re.split(r"[,\s]+", text) if part]
    if parts == ["none"]:
        return ()
    for part in parts:
        if not re.fullmatch(r"[0-9]{1,9}", part):
            raise ValueError(f"leave_out is {ALLOWED}, not {quiet(part, 30)}")
    return tuple(sorted(set(map(int, parts))))


def typed(leave_out: ImageNumbers) -> str:
    """As it is typed."""
    return ", ".join(map(str, leave_out)) or "none"


def in_words(leave_out: Sequence[int]) -> str:
    """As `17 images (3, 8, 21 …)`."""
    few = ", ".join(map(str, sorted(leave_out)[:_FEW]))
    return f"{counted(len(leave_out), 'image')} ({few}{' …' if len(leave_out) > _FEW else ''})"


def problem_of(leave_out: ImageNumbers, images: int) -> str:
    """Why a dataset of so many training images cannot be trained on so; "" where it can. A sentence without its end."""
    if not leave_out:
        return ""
    if max(leave_out) >= images:
        return f"leave_out names training image {max(leave_out)}, and they are numbered 0 to {images - 1}"
    if len(leave_out) == images:
        return f"leave_out names all {images:,} training images: nothing is left to learn from"
    return ""
