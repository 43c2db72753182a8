"""Whether one group of runs did better than another, or whether chance says as much: a t-test, in words.

With the same seeds in both groups the runs are compared in pairs (scipy's `ttest_rel`), else group against group
without assuming equal spreads (Welch's test, `ttest_ind(equal_var=False)`). In "+0.6 ± 0.3 points" the figure after ±
is half of the 95 % confidence interval of the mean difference: when it is smaller than the difference, p is below
0.05, and only then is one group called better. The "runs more" that an undecided comparison would take are what finds
a difference as large as the one seen, with a spread as large as the one seen, four times in five (80 % power, 5 %
level; the normal approximation with Guenther's correction). It is an estimate from few runs, and says "about".

The first call loads scipy, which takes the better part of a second: in the lab, call it from a thread.
"""

from __future__ import annotations

import contextlib
import math
import statistics
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from cnn_tui.history.groups import Group, contrast, group_around
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.text import counted, quiet

Figure: TypeAlias = Literal["accuracy", "time"]
Outcome: TypeAlias = Literal["decided", "undecided", "too few", "no spread", "not comparable"]

LEVEL = 0.05
_Z_LEVEL, _Z_POWER = 1.9599639845400545, 0.8416212335729143  # of 97.5 % and 80 % of the normal distribution
BY_COMMAND = "cnn-tui run EXPERIMENT --repeat 3"
"""How runs are repeated outside the lab."""
HOPELESS = 50
"""So many more runs each are not worth their time: the difference, if there is one, is small."""


class TTest(NamedTuple):
    """What a t-test gave. `difference` and `margin` (half of the 95 % interval) are in the unit of the figure."""

    difference: float
    margin: float
    p: float
    pairs: int | None
    """How many pairs; None when the groups were compared as wholes."""
    more: int
    """About how many runs more each it takes to tell; 0 when it is told."""


class Verdict(NamedTuple):
    """What can be said of one figure of two groups."""

    figure: Figure
    outcome: Outcome
    sentence: str
    test: TTest | None = None
    """None where there was nothing to test."""
    remedy: str = ""
    """What would tell more, to stand before how that is done; "" where the sentence has it, or nothing would."""

    def told(self, repeat: str) -> str:
        """The sentence with what to do about it; `repeat` is how runs are repeated, such as BY_COMMAND."""
        return f"{self.sentence}; {self.remedy} {repeat}" if self.remedy else self.sentence

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        test = self.test._asdict() if self.test is not None else None
        return {"figure": self.figure, "outcome": self.outcome, "sentence": self.told(BY_COMMAND), "test": test}

    @property
    def better(self) -> bool | None:
        """Whether the first group is better (more accurate, quicker); None when that cannot be told."""
        if self.outcome != "decided" or self.test is None:
            return None
        return (self.test.difference > 0) == (self.figure == "accuracy")


class _Unit(NamedTuple):
    """How a figure is told: its field in `Trial`, its name, and its differences in words."""

    field: str
    name: str
    told: Callable[[float, float | None, float], str]


def judge(group: Group, base: Group, names: str = "") -> tuple[Verdict, Verdict]:
    """Accuracy on the test images, and seconds an epoch, of `group` against `base`; see `verdict`."""
    return verdict(group, base, "accuracy", names), verdict(group, base, "time", names)


def verdict(group: Group, base: Group, figure: Figure, names: str = "") -> Verdict:
    """What can be said of one figure of `group` against `base`.

    `names` is what to call the two where no single change tells them apart; without it, what their runs are called.
    """
    unit = _UNITS[figure]
    words = quiet(contrast(group, base, names), 120)
    refused = _refusal(group, base, figure)
    if refused:
        return Verdict(figure, "not comparable", f"{words}: {refused}")
    ours, theirs = group.by_seed(unit.field), base.by_seed(unit.field)
    few, remedy = _too_few(group, base, len(ours), len(theirs))
    if few:
        return Verdict(figure, "too few", f"{words}: {few}", remedy=remedy)
    mean = statistics.fmean(theirs.values())
    seeds = [seed for seed in ours if seed in theirs]
    if len(seeds) >= 2 and len(seeds) == min(len(ours), len(theirs)):
        mine, others = [ours[seed] for seed in seeds], [theirs[seed] for seed in seeds]
        over = f"over {len(seeds)} pairs"
        test = _paired(mine, others)
    else:
        mine, others = list(ours.values()), list(theirs.values())
        over = f"over {len(mine)} and {len(others)} runs"
        test = _welch(mine, others)
    if test is None:
        told = unit.told(statistics.fmean(mine) - statistics.fmean(others), None, mean)
        return Verdict(figure, "no spread", f"{words}: {told} {over}, each time the same: no chance to reckon with")
    sentence = f"{words}: {unit.told(test.difference, test.margin, mean)} {over} ({_p(test.p)})"
    if test.p < LEVEL:
        return Verdict(figure, "decided", sentence, test)
    return Verdict(figure, "undecided", f"{sentence}: {_undecided(test)}", test)


def verdicts(history: History, runs: Sequence[Run], base: Run) -> tuple[Verdict, ...]:
    """What all repeats of `runs` in the history say against those of `base`: accuracy and time for each experiment."""
    against = group_around(history, base)
    groups = [one for run in runs if (one := group_around(history, run)) is not None]
    if against is None:
        return ()
    others = dict.fromkeys(group for group in groups if group.key != against.key)
    return tuple(one for group in others for one in judge(group, against))


def sentences(said: Iterable[Verdict], repeat: str) -> list[str]:
    """What verdicts say, once each: with few runs, accuracy and time have the same to say. `repeat` as in `told`."""
    return list(dict.fromkeys(one.told(repeat) for one in said))


def _refusal(group: Group, base: Group, figure: Figure) -> str:
    """Why the two cannot be compared; "" when they can."""
    if group.key == base.key:
        return "both are the same experiment; their runs are repeats of one another"
    if group.images != base.images:
        ours, theirs = (_images(one) for one in (group, base))
        return f"not the same images ({ours} against {theirs}), so the figures say nothing"
    devices = {trial.device for one in (group, base) for trial in one.trials if trial.device}
    if figure == "time" and len(devices) > 1:
        named = " and ".join(quiet(one, 40) for one in sorted(devices))
        return f"trained on {named}, so the times say nothing of the change"
    return ""


def _images(group: Group) -> str:
    dataset, train, test = group.images
    return f"{quiet(dataset, 60)}, {train:,} + {test:,} images"


def _too_few(group: Group, base: Group, ours: int, theirs: int) -> tuple[str, str]:
    """Why there is nothing to test, and the remedy; "" when there is. `ours` and `theirs` are numbers of seeds."""
    if ours >= 2 and theirs >= 2:
        return "", ""
    nothing = "says nothing about chance"
    if ours == theirs == 1:
        what = "run" if len(group.trials) == len(base.trials) == 1 else "seed"
        return f"one {what} each ({_numbers(group)} and {_numbers(base)}) {nothing}", "repeat with"
    for one, count in ((group, ours), (base, theirs)):
        if count == 0:
            return f"no run of {quiet(one.name, 60)} ({_numbers(one)}) has this figure", ""
    single = group if ours == 1 else base
    what = "run" if len(single.trials) == 1 else "seed"
    return f"one {what} of {quiet(single.name, 60)} ({_numbers(single)}) {nothing}", "repeat it with"


def _numbers(group: Group) -> str:
    """Which runs those are: the two sides may well be called the same."""
    first, *more = group.runs
    if not more:
        return f"run {first}"
    return f"runs {', '.join(map(str, group.runs[:5]))}{' …' if len(more) > 4 else ''}"


def _paired(ours: list[float], theirs: list[float]) -> TTest | None:
    differences = [mine - other for mine, other in zip(ours, theirs, strict=True)]
    if _steady(differences, ours + theirs):
        return None
    from scipy import stats

    with _undisturbed():
        found = stats.ttest_rel(ours, theirs)
    low, high = found.confidence_interval(1 - LEVEL)
    mean = statistics.fmean(differences)
    needed = _needed(mean, statistics.stdev(differences), 1)
    return _test(mean, (high - low) / 2, found.pvalue, len(ours), needed - len(ours))


def _welch(ours: list[float], theirs: list[float]) -> TTest | None:
    if _steady(ours, ours + theirs) and _steady(theirs, ours + theirs):
        return None
    from scipy import stats

    with _undisturbed():
        found = stats.ttest_ind(ours, theirs, equal_var=False)
    low, high = found.confidence_interval(1 - LEVEL)
    difference = statistics.fmean(ours) - statistics.fmean(theirs)
    pooled = math.sqrt((statistics.variance(ours) + statistics.variance(theirs)) / 2)
    needed = _needed(difference, pooled, 2)
    return _test(difference, (high - low) / 2, found.pvalue, None, needed - min(len(ours), len(theirs)))


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Figures that hardly differ are no cause for a warning on somebody's terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def _test(difference: float, margin: float, p: float, pairs: int | None, more: int) -> TTest:
    decided = p < LEVEL
    return TTest(difference, float(margin), float(p), pairs, 0 if decided else max(1, more))


def _needed(difference: float, deviation: float, samples: int) -> int:
    """Runs in each of `samples` groups that show such a difference with 80 % power (1: pairs)."""
    if not difference:
        return 10**6
    effect = (deviation / difference) ** 2
    return min(10**6, math.ceil(samples * (_Z_LEVEL + _Z_POWER) ** 2 * effect + _Z_LEVEL**2 / (2 * samples)))


def _steady(values: list[float], figures: list[float]) -> bool:
    """Whether the values are all the same, as far as arithmetic on such figures can tell."""
    return max(values) - min(values) <= 1e-12 * max(map(abs, figures))


def _undecided(test: TTest) -> str:
    if test.more > HOPELESS:
        return f"cannot tell; if there is a difference, {HOPELESS} more runs each would hardly show it"
    return f"cannot tell yet: about {counted(test.more, 'more run')} each"


def _p(p: float) -> str:
    if p < 0.001:
        return "p < 0.001"
    shown = f"{p:.{3 if p < 0.00995 else 2}f}"
    # Rounding puts no p on the other side of the level.
    return f"p = {p:.4f}" if (float(shown) < LEVEL) != (p < LEVEL) else f"p = {shown}"


def _points(difference: float, margin: float | None, mean: float) -> str:
    digits = 1 if margin is None or margin * 100 >= 0.095 else 2
    around = "" if margin is None else f" ± {margin * 100:.{digits}f}"
    return f"{difference * 100:+.{digits}f}{around} points"


def _seconds(difference: float, margin: float | None, mean: float) -> str:
    digits = 1 if margin is None or margin >= 0.095 else 2
    around = "" if margin is None else f" ± {margin:.{digits}f}"
    share = f" ({difference / mean * 100:+.0f} %)" if mean else ""
    return f"{difference:+.{digits}f}{around} s an epoch{share}"


_UNITS: dict[Figure, _Unit] = {
    "accuracy": _Unit("test_accuracy", "test accuracy", _points),
    "time": _Unit("pace", "seconds an epoch", _seconds),
}
