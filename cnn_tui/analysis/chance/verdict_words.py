"""Pieces of the sentence that tells a verdict: how large a difference is, over which runs, what it takes to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnn_tui.analysis.chance.looks import HORIZON
from cnn_tui.analysis.chance.two_groups import LEVEL, Strictness, TTest
from cnn_tui.history.groups import Group
from cnn_tui.text import counted, quiet


def several_in_words(names: Iterable[str]) -> str:
    """As `a`, `a; b`, `a; b; c and 4 more`: the names may have commas in them."""
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - 3} more" if len(once) > 3 else ""
    return f"{'; '.join(once[:3])}{more}"


def few_in_words(group: Group, seeds: int) -> str:
    """`one run (run 4)` or `3 runs`; runs of one seed repeat themselves, and are one."""
    what = "run" if len(group.trials) == seeds else "seed"
    return f"one {what} ({runs_in_words(group)})" if seeds == 1 else counted(seeds, what)


def runs_in_words(group: Group) -> str:
    """Which runs those are: the two sides may well be called the same."""
    first, *more = group.runs
    if not more:
        return f"run {first}"
    return f"runs {', '.join(map(str, group.runs[:5]))}{' …' if len(more) > 4 else ''}"


def luck_in_words(share: float | None) -> str:
    if share is None:
        return "so few may be luck"
    if share < 0.005:
        return "luck alone hardly ever moves such runs so far apart, but so few are not judged"
    return f"luck alone moves such runs as far apart in {max(1, round(share * 100))} of 100 cases"


def counts_in_words(test: TTest, ours: Sequence[float], theirs: Sequence[float], strict: Strictness) -> str:
    if strict.planned:
        counts = f"{len(ours)} runs each" if len(ours) == len(theirs) else f"{len(ours)} and {len(theirs)} runs"
        return f"{counts}, as planned"
    return f"{'' if len(ours) == len(theirs) == test.runs else 'the first '}{test.runs} runs each"


def missing_in_words(test: TTest, strict: Strictness, *sides: tuple[Group, int]) -> str:
    """What it takes to tell; of each side, with how many runs it has."""
    if strict.planned:
        return "no difference was found, and no more runs are looked at"
    if test.enough is None:
        most = max(HORIZON, test.runs)
        return f"cannot tell; {most} runs each would hardly show a difference of this size, if there is one"
    missing = [(group, test.enough - count) for group, count in sides if count < test.enough]
    if len({count for _, count in sides}) == 1:
        return f"cannot tell yet: about {counted(missing[0][1], 'more run')} each"
    words = " and ".join(f"{count} more of {quiet(group.name, 60)}" for group, count in missing)
    return f"cannot tell yet: about {words}"


def p_in_words(p: float) -> str:
    if p < 0.001:
        return "p < 0.001"
    shown = f"{p:.{3 if p < 0.00995 else 2}f}"
    # Rounding puts no p on the other side of the level.
    return f"p = {p:.4f}" if (float(shown) < LEVEL) != (p < LEVEL) else f"p = {shown}"


def points_in_words(difference: float, margin: float | None, mean: float) -> str:
    digits = 1 if margin is None or margin * 100 >= 0.095 else 2
    around = "" if margin is None else f" ± {margin * 100:.{digits}f}"
    return f"{difference * 100:+.{digits}f}{around} points"


def seconds_in_words(difference: float, margin: float | None, mean: float) -> str:
    digits = 1 if margin is None or margin >= 0.095 else 2
    around = "" if margin is None else f" ± {margin:.{digits}f}"
    share = f" ({difference / mean * 100:+.0f} %)" if mean else ""
    return f"{difference:+.{digits}f}{around} s an epoch{share}"
