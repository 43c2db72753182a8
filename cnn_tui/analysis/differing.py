"""The test images of which two trained networks say different things, those first on which they are furthest apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from cnn_tui.artifacts.predictions import Predictions
from cnn_tui.text import counted

Side = Literal["all", "ours", "theirs", "neither"]
"""Which of the differing images: all, those that only the one or only the other has right, or neither."""
SIDES: tuple[Side, ...] = ("all", "ours", "theirs", "neither")


class Differing(NamedTuple):
    """A test image for which two networks name different classes."""

    image: int
    label: int
    said: tuple[int, int]
    """The class that each of them finds the likeliest."""
    shares: tuple[float, float]
    """How sure each of them is of the true class."""

    @property
    def side(self) -> Side:
        """Who has it right."""
        ours, theirs = self.said
        return "ours" if ours == self.label else "theirs" if theirs == self.label else "neither"

    @property
    def apart(self) -> float:
        """How far they are apart on the true class, 0 to 1."""
        ours, theirs = self.shares
        return abs(ours - theirs)


def differing(ours: Predictions, theirs: Predictions) -> list[Differing]:
    """The images for which two networks name different classes; both have been asked about the same images."""
    said = zip(ours.labels, ours.predicted, theirs.predicted, strict=True)
    found = [
        Differing(image, label, (one, other), (_share(ours, image, label), _share(theirs, image, label)))
        for image, (label, one, other) in enumerate(said)
        if one != other
    ]
    return sorted(found, key=lambda one: -one.apart)


def divided_in_words(found: Sequence[Differing]) -> str:
    """For how many images two networks name different classes, in a sentence."""
    if not found:
        return "They name the same class for every test image."
    neither = [one.side for one in found].count("neither")
    right = f"neither is right on {neither:,} of them" if neither else "one of them is always right"
    return f"They name different classes for {counted(len(found), 'image')}; {right}."


def _share(predictions: Predictions, image: int, label: int) -> float:
    """How sure a network is of a class; 0 for NaN and for a class that it does not know."""
    shares = predictions.probabilities(image)
    return shares[label] if label < len(shares) and not math.isnan(shares[label]) else 0.0
