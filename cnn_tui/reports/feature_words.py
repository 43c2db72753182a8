"""What features tell, in words: a map of them, and of which classes the images nearest to one are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cnn_tui.jobs.explain.map_protocol import MAP_TITLES, MOST_RANKED, NEIGHBOURS, FeatureMap
from cnn_tui.text import counted, enumerated, quiet

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def map_in_words(found: FeatureMap, count: int) -> str:
    """What is shown, `count` points of it: `PCA of 6,000 training images: 31.2 % + 18.4 % of the variance.`"""
    several = f"{count:,} of the {found.learned:,}" if count < found.learned else f"{count:,}"
    words = f"{MAP_TITLES[found.method]} of {several} training images"
    if not found.variance:
        return f"{words}."
    shares = " + ".join(f"{one:.1%}".replace("%", " %") for one in found.variance)
    return f"{words}: {shares} of the variance."


def compared_in_words(found: FeatureMap) -> str:
    """What the distance means: `What lies close together is alike in the 128 numbers that go into dense_1.`"""
    return f"What lies close together is alike in {features_in_words(found.layer, found.goes_in, found.size)}."


def lists_in_words(count: int) -> str:
    """How the two lists come about, of `count` images."""
    near = f"the {MOST_RANKED:,} images nearest to another class" if count > MOST_RANKED else "all images"
    return (
        f"Mixed borders: of {near}, those with neighbours of other classes among their {NEIGHBOURS}, the most first. "
        "Far out: images whose features are farthest from the middle of their class."
    )


def neighbours_in_words(names: Sequence[str]) -> str:
    """Of which classes neighbours are: `10 nearest: 7 Coat, 3 Shirt`."""
    return f"{len(names)} nearest: {', '.join(f'{count} {name}' for name, count in Counter(names).most_common())}"


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
