"""Of which epochs a run keeps the weights, to look into them later: `keep` in the table [training] of an experiment.

With "last" there are only those that it ends with. With all others the last epoch is always among them. It changes
nothing of what is learned, so experiments that differ by it alone are the same.
"""

from __future__ import annotations

import re
from typing import Final

from cnn_tui.experiment.file_errors import found
from cnn_tui.text import counted

LAST: Final = "last"
ALL: Final = "all"
BEST_AND_LAST: Final = "best and last"
CHOICES: Final = (LAST, ALL, "every 2", BEST_AND_LAST)
ALLOWED: Final = '"last", "all", "every N" with N from 1 to 99,999, or "best and last"'
MB: Final = 1_000_000
_EVERY = re.compile(r"every ([1-9][0-9]{0,4})")
_BYTES_OF_A_WEIGHT = 4


def check(keep: str) -> None:
    """Raise ValueError, with a sentence, for what is none of these."""
    if keep not in CHOICES and not _EVERY.fullmatch(keep):
        raise ValueError(f"keep must be {ALLOWED}, not {found(keep)}")


def parse(text: str) -> str:
    """What was typed, as the file has it. Raises ValueError with a sentence."""
    keep = " ".join(text.lower().split())
    check(keep)
    return keep


def is_due(keep: str, epoch: int) -> bool:
    """Whether the weights of an epoch, counted from 1, are kept wherever training may end."""
    every = _EVERY.fullmatch(keep)
    return keep == ALL or (every is not None and epoch % int(every[1]) == 0)


def how_many(keep: str, epochs: int) -> int:
    """Of how many epochs the weights are there after so many."""
    if keep == LAST:
        return 0
    if keep == BEST_AND_LAST:
        return min(2, epochs)
    return sum(is_due(keep, epoch) or epoch == epochs for epoch in range(1, epochs + 1))


def in_words(keep: str, epochs: int, weights: int, at_most: int) -> str:
    """What it takes on the disk: "10 epochs of 0.5 MB: 5 MB"; "" where nothing is kept.

    `weights` is how many numbers the network has, `at_most` the MB that may be taken.
    """
    count, each = how_many(keep, epochs), weights * _BYTES_OF_A_WEIGHT / MB
    if not count:
        return ""
    words = f"{counted(count, 'epoch')} of {mb(each)}: {mb(count * each)}"
    fit = int(at_most / each) if each else count
    return words if fit >= count else f"{words}, of which {at_most:,} MB hold {fit:,}"


def mb(amount: float) -> str:
    """MB as people read them: 0.5 MB, 12 MB, and never 0."""
    return f"{max(amount, 0.1):.1f} MB".replace(".0 MB", " MB") if amount < 10 else f"{amount:,.0f} MB"
