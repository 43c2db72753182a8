"""Cells shaded by the number in them: grey by how bright it is, blue and orange by its sign, a matrix by its shares.

The number stays to be read in each of them, and without colours it is all there is, or has a mark beside it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Literal

from rich.style import Style

Mode = Literal["full", "16", "shades"]
"""24 bits or 256 colours; sixteen colours; none."""
Colour = tuple[int, int, int]

_NEUTRAL: Colour = (38, 38, 38)
_BELOW: Colour = (66, 135, 245)  # blue and orange differ to every eye
_ABOVE: Colour = (245, 145, 32)
_RIGHT: Colour = (110, 170, 255)
_ON_DARK: Colour = (18, 18, 18)
_ON_LIGHT: Colour = (255, 255, 255)
_LUMINANCE = (0.2126, 0.7152, 0.0722)  # what red, green and blue add to it
_READ_BOTH_WAYS = 0.18  # where black and white letters are read alike
_MARKS = ((0.2, "#"), (0.1, "+"), (0.05, ":"))


def signed_colour(share: float) -> Colour:
    """The colour of a number from -1 to 1: blue, dark, orange."""
    return _between(_NEUTRAL, _ABOVE if share > 0 else _BELOW, abs(share))


@functools.lru_cache(maxsize=1024)
def signed_style(share: float, mode: Mode) -> Style:
    """A cell with a number from -1 to 1."""
    if mode == "shades":
        return Style()
    if mode == "16":
        if share >= 0.25:
            return Style(color="#000000", bgcolor="#ffff55")  # no terminal's brown goes with both black and white
        return Style(color="#ffffff", bgcolor="#000000" if share > -0.25 else "#0000aa")
    return _on(signed_colour(share))


@functools.lru_cache(maxsize=1024)
def grey_style(share: float, mode: Mode) -> Style:
    """A cell with a brightness from 0 to 1."""
    if mode == "shades":
        return Style()
    if mode == "16":
        if share < 0.4:
            return Style(color="#ffffff", bgcolor="#000000")
        return Style(color="#000000", bgcolor="#aaaaaa" if share < 0.75 else "#ffffff")
    # What lies between is hard to write on, in black and in white.
    return _on((round(share * 200 if share < 0.5 else 255 - (1 - share) * 230),) * 3)


@functools.lru_cache(maxsize=1024)
def heat_style(share: float, mode: Mode, *, right: bool, dark: bool) -> Style:
    """A cell of a confusion matrix with a share, from 0 to 1, of its row: blue where that is `right`, else orange.

    What is wrong is mostly a small share, so it grows faster. `dark` tells that letters are lighter than the ground.
    """
    amount = share if right else min(1.0, (2 * share) ** 0.5)
    if mode == "shades" or not share:
        return Style()
    if mode == "16":
        if amount < 0.4:
            return Style()
        return Style(color="#ffffff", bgcolor="#0000aa") if right else Style(color="#000000", bgcolor="#ffff55")
    amount = amount * 0.9 if amount < 0.5 else 0.5 + amount / 2  # what lies between is hard to write on
    return _on(_between(_ON_DARK if dark else _ON_LIGHT, _RIGHT if right else _ABOVE, amount))


def mark_of(share: float) -> str:
    """A sign for a share of a row from 5, 10 and 20 % on, where there are no colours; else a blank."""
    return next((mark for least, mark in _MARKS if share >= least), " ")


def largest_of(values: Sequence[Sequence[float | None]]) -> float:
    """What is 1 among numbers that are shaded together: the largest of them, whichever sign it has."""
    return max((abs(one) for row in values for one in row if one is not None and one == one), default=0.0) or 1.0


def _between(ground: Colour, end: Colour, amount: float) -> Colour:
    red, green, blue = (round(one + (other - one) * amount) for one, other in zip(ground, end, strict=True))
    return red, green, blue


def _on(colour: Colour) -> Style:
    """Black or white letters on that colour, whichever is read better."""
    light = sum(part * (one / 255) ** 2.2 for part, one in zip(_LUMINANCE, colour, strict=True)) > _READ_BOTH_WAYS
    return Style(color="#000000" if light else "#ffffff", bgcolor="#{:02x}{:02x}{:02x}".format(*colour))
