"""The signs that curves and their legends are drawn with: chosen here, and nowhere else."""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """One cell each, all different, so that no meaning hangs on colour alone."""

    curve: str
    """How plotext joins the points of a curve: the name of one of its markers."""
    line: str
    """A curve in a legend."""
    validation: str
    baseline: str
    """The baseline's validation."""
    baseline_end: str
    """The end of the baseline's training line."""
    raw: str
    """A validation value behind the smoothed ones."""
    best: str
    rule_best: str
    """The best value that a rule with patience counts from, where that is another one."""
    fired: str
    level: str
    """A limit in a legend."""
    deadline: str
    """The epoch where a rule with patience fires, in a legend."""


GLYPHS = Glyphs("braille", "━", "●", "○", "b", "·", "★", "☆", "■", "┈", "┊")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""What tells the runs of an overlay apart."""
