"""Whether one group of runs did better than another, or whether chance says as much: a t-test, in words.

The test is `two_groups.run_test`: Welch's, at looks that together are wrong in 5 % of the cases without a difference,
however often somebody repeats and looks (`looks.py`). In "+0.6 ± 0.3 points" the figure after ± is half of the interval
that holds the true difference in 95 % of cases, over all looks: when it is smaller than the difference, p is below
0.05, and only then is one group called better. An undecided comparison says about how many more runs it takes: so many
that this test would find a difference and spreads as large as those seen in four cases out of five.

With too few runs for a look, the verdict says what luck alone does to such runs, where that is known.

The first call loads scipy.special, which takes a fraction of a second: in the lab, call it from a thread.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from cnn_tui.analysis.chance.known_spread import KnownSpread, known_spread
from cnn_tui.analysis.chance.like_load import is_whole, load_in_words, with_like_load
from cnn_tui.analysis.chance.looks import FEWEST_OF_A_SET
from cnn_tui.analysis.chance.two_groups import BY_ITSELF, LEVEL, Strictness, TTest, run_test
from cnn_tui.analysis.chance.verdict_words import (
    counts_in_words,
    few_in_words,
    luck_in_words,
    missing_in_words,
    p_in_words,
    points_in_words,
    runs_in_words,
    seconds_in_words,
    several_in_words,
)
from cnn_tui.history.conditions import images_in_words
from cnn_tui.history.groups import Group, contrast, group_around, same_images
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.text import quiet

Figure: TypeAlias = Literal["accuracy", "time"]
Outcome: TypeAlias = Literal["decided", "undecided", "too few", "no spread", "not comparable", "planned"]

SHARES: Mapping[Figure, float] = {"accuracy": 0.8, "time": 0.2}
"""How accuracy and time share the error of a set's verdicts: times differ by more than accuracies, and need less."""
TOGETHER = (
    "± and p hold for all verdicts of the set together, however often you repeat and look: that any of them finds a "
    "difference that is not there has a chance of at most 5 %."
)
"""Said of the verdicts of a set of exercises; see `below`."""
ALONE = "± and p hold however often you repeat and look, for each verdict on its own."
"""Said of verdicts on other runs."""
PART = " in epochs of like load"
"""Said of a difference of seconds that is not that of all epochs, which tables have."""
BY_COMMAND = "cnn-tui run EXPERIMENT --repeat 3"
"""How runs are repeated outside the lab."""


class Verdict(NamedTuple):
    """What can be said of one figure of two groups."""

    figure: Figure
    outcome: Outcome
    sentence: str
    test: TTest | None = None
    """None where there was nothing to test."""
    remedy: str = ""
    """What to do to find out more: `repeat with`, before how runs are repeated. "" where the sentence says it."""
    difference: float | None = None
    """The difference of the means, in the unit of the figure; None where they cannot be compared."""
    luck: float | None = None
    """With too few runs: the share of cases in which luck alone moves them so far apart; None where it is not known."""
    first: int = 0
    """With too few runs: from how many of each on they are judged."""
    compared: str = ""
    """What is compared, in few words: `64 against 32 filters`."""
    why: str = ""
    """Of what cannot be compared: why, in words that are the same for all that cannot for this reason."""
    part: str = ""
    """PART where the difference is that of some of the epochs; else ""."""

    def told(self, repeat: str) -> str:
        """The sentence with what to do about it; `repeat` is how runs are repeated, such as BY_COMMAND."""
        return f"{self.sentence}; {self.remedy} {repeat}" if self.remedy else self.sentence

    def to_json(self) -> dict[str, Any]:
        """As `cnn-tui compare --json` prints it."""
        test = self.test._asdict() | {"more": self.test.more} if self.test is not None else None
        return {
            "figure": self.figure,
            "outcome": self.outcome,
            "sentence": self.told(BY_COMMAND),
            "test": test,
            "difference": self.difference,
            "luck": self.luck,
        }

    @property
    def better(self) -> bool | None:
        """Whether the first group is better (more accurate, quicker); None when that cannot be told."""
        if self.outcome != "decided" or self.test is None:
            return None
        return (self.test.difference > 0) == (self.figure == "accuracy")


class _Unit(NamedTuple):
    """A figure: its field in `Trial`, and what says a difference of it in words."""

    field: str
    told: Callable[[float, float | None, float], str]


def of_a_set(count: int, planned: bool = False) -> dict[Figure, Strictness]:
    """How strict the verdicts on accuracy and time are, for a set in which `count` comparisons are judged.

    So the chance that any verdict of the set is false stays at LEVEL (Bonferroni), and no verdict depends on another.
    """
    return {
        figure: Strictness(LEVEL * share / max(1, count), FEWEST_OF_A_SET, planned) for figure, share in SHARES.items()
    }


def judge(
    group: Group,
    base: Group,
    names: str = "",
    strict: Mapping[Figure, Strictness] | None = None,
    known: KnownSpread | None = None,
) -> tuple[Verdict, Verdict]:
    """Accuracy on the test images, and seconds an epoch, of `group` against `base`; see `verdict`."""
    accuracy, time = (strict[figure] if strict else BY_ITSELF for figure in SHARES)
    return verdict(group, base, "accuracy", names, accuracy, known), verdict(group, base, "time", names, time)


def verdict(
    group: Group,
    base: Group,
    figure: Figure,
    names: str = "",
    strict: Strictness = BY_ITSELF,
    known: KnownSpread | None = None,
) -> Verdict:
    """What can be said of one figure of `group` against `base`.

    `names` is what to call the two where no single change tells them apart; without it, the names of their runs.
    `known` is how much such runs spread, for when they are too few to tell it themselves.
    """
    unit, part = _UNITS[figure], ""
    words = quiet(contrast(group, base, names), 120)
    refused = _refusal(group, base, figure)
    if refused:
        return refuse(figure, words, refused)
    if figure == "time":
        alike = with_like_load(group, base)
        if alike is None:
            loads = f"{load_in_words(group)} against {load_in_words(base)}"
            why = f"other programs kept the machine busy ({loads}), so the times say nothing of the change"
            return refuse(figure, words, why)
        part = "" if is_whole(group, alike[0]) and is_whole(base, alike[1]) else PART
        group, base = alike
    ours, theirs = (list(one.by_seed(unit.field).values()) for one in (group, base))
    if not ours or not theirs:
        none = base if ours else group
        return refuse(figure, words, f"no run of {quiet(none.name, 60)} ({runs_in_words(none)}) has this figure")
    mean = statistics.fmean(theirs)
    difference = statistics.fmean(ours) - mean
    over = f"{words}: {unit.told(difference, None, mean)}{part} over"
    if min(len(ours), len(theirs)) < (2 if strict.planned else strict.first):
        luck = known.luck(difference, len(ours), len(theirs)) if known is not None else None
        runs = f"{few_in_words(group, len(ours))} and {few_in_words(base, len(theirs))}"
        few = f"{over} {runs}; {luck_in_words(luck)}"
        remedy = f"it is judged from {strict.first} runs each on: repeat with"
        return Verdict(figure, "too few", few, None, remedy, difference, luck, strict.first, words, part=part)
    test = run_test(ours, theirs, strict)
    if test is None:
        said = f"{over} {len(ours)} and {len(theirs)} runs, each time the same: no chance to reckon with"
        return Verdict(figure, "no spread", said, difference=difference, compared=words)
    told = unit.told(test.difference, test.margin, mean)
    sentence = f"{words}: {told}{part} over {counts_in_words(test, ours, theirs, strict)} ({p_in_words(test.p)})"
    if test.p < LEVEL:
        return Verdict(figure, "decided", sentence, test, difference=test.difference, compared=words)
    missing = missing_in_words(test, strict, (group, len(ours)), (base, len(theirs)))
    return Verdict(figure, "undecided", f"{sentence}: {missing}", test, difference=test.difference, compared=words)


def below(said: Iterable[Verdict], shared: str, *, spread: bool = True) -> str:
    """What ± means in these verdicts, with `shared`, TOGETHER or ALONE, and in the tables above them.

    "" where there is none in either; `spread` is whether there is in the tables.
    """
    table = "± in a table is the standard deviation over the seeds" if spread else ""
    if not any(one.test is not None for one in said):
        return f"{table}." if table else ""
    verdict = "half of the 95 % interval"
    return f"{f'{table}; in a verdict it is {verdict}' if table else f'± is {verdict}'}. {shared}"


def refuse(figure: Figure, compared: str, why: str) -> Verdict:
    """The verdict on what cannot be compared."""
    return Verdict(figure, "not comparable", f"{compared}: {why}", compared=compared, why=why)


def verdicts(history: History, runs: Sequence[Run], base: Run) -> tuple[Verdict, ...]:
    """What all repeats of `runs` in the history say against those of `base`: accuracy and time for each experiment.

    Each is judged on its own.
    """
    against = group_around(history, base)
    groups = [one for run in runs if (one := group_around(history, run)) is not None]
    if against is None:
        return ()
    others = dict.fromkeys(group for group in groups if group.key != against.key)
    known = known_spread(history, against.images, against.planned)
    return tuple(one for group in others for one in judge(group, against, known=known))


def sentences(said: Iterable[Verdict], repeat: str) -> list[str]:
    """The sentences of verdicts, each once; what cannot be compared for one reason is said together, at the end.

    `repeat` is as in `told`; where several have too few runs, it is said once how they are repeated.
    """
    every = list(said)
    few = [one for one in every if one.outcome == "too few"]
    told = [one.sentence if len(few) > 2 and one in few else one.told(repeat) for one in every if not one.why]
    if len(few) > 2:
        told.append(f"judged from {max(one.first for one in few)} runs each on: repeat with {repeat}")
    reasons: dict[str, list[str]] = {}
    for one in every:
        if one.why:
            reasons.setdefault(one.why, []).append(one.compared)
    return list(dict.fromkeys([*told, *(f"{several_in_words(names)}: {why}" for why, names in reasons.items())]))


def _refusal(group: Group, base: Group, figure: Figure) -> str:
    """Why the two cannot be compared; "" when they can."""
    if group.key == base.key:
        return "both are the same experiment; their runs are repeats of one another"
    if not same_images(group.images, group.experiment, base.images, base.experiment):
        ours, theirs = (_images(one) for one in (group, base))
        return f"not the same images ({ours} against {theirs}), so the figures say nothing"
    if figure == "accuracy" and base.images[1] and not base.images[2]:
        return "both were tested on what they learned from, so the accuracy says nothing of other images"
    devices = {trial.device for one in (group, base) for trial in one.trials if trial.device}
    if figure == "time" and len(devices) > 1:
        named = " and ".join(quiet(one, 40) for one in sorted(devices))
        return f"trained on {named}, so the times say nothing of the change"
    return ""


def _images(group: Group) -> str:
    dataset, *counts = group.images
    return f"{quiet(dataset, 60)}, {images_in_words(*counts) or '0 + 0 images'}"


_UNITS: dict[Figure, _Unit] = {
    "accuracy": _Unit("test_accuracy", points_in_words),
    "time": _Unit("pace", seconds_in_words),
}
