"""What the training images that are nearest to an image tell, in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cnn_tui.text import counted, enumerated, quiet

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def likeness_in_words(classes: Sequence[str]) -> str:
    """Of which classes the nearest images are: `The three nearest that it learned from are Shirt.`"""
    if not classes:
        return "There is no training image to compare it with."
    if len(classes) == 1:
        return f"The nearest that it learned from is {_shown(classes[0])}."
    found = Counter(classes).most_common()
    if len(found) == 1:
        return f"The {_number(len(classes))} nearest that it learned from are {_shown(found[0][0])}."
    parts = (f"{_number(count)} {'is' if count == 1 else 'are'} {_shown(name)}" for name, count in found)
    return f"Of the {_number(len(classes))} nearest that it learned from, {enumerated(parts, 'and')}."


def features_in_words(layer: str, goes_in: bool, size: int) -> str:
    """What images are compared by: `the 128 numbers that go into dense_1`."""
    numbers = f"the {counted(size, 'number')}"
    return f"{numbers} that {f'go into {_shown(layer)}' if goes_in else f'{_shown(layer)} gives'}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def _shown(name: str) -> str:
    return quiet(name, 40)
