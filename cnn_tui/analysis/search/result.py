"""What came of a search: the best trials judged again on fresh seeds, and by how much their first figures flattered.

The best of many single runs is the one with the most luck: its figure is too high, and another trial may be better. So
the best trials, and the experiment as it was, are trained again with seeds that chose nothing. Their mean says which
is best; the test images, which chose nothing either, say by how much, in a verdict for all comparisons together.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from cnn_tui.analysis.chance.two_groups import LEVEL, Strictness
from cnn_tui.analysis.chance.verdict import Verdict, verdict
from cnn_tui.analysis.search.trials import SearchTrial, is_maximized, to_judge, trials_of
from cnn_tui.experiment.search_space import Dimension, parse_space
from cnn_tui.history.groups import Group, groups_of
from cnn_tui.history.history import History
from cnn_tui.history.searches import AS_IT_WAS, Search, SearchPlan
from cnn_tui.history.spread import spread_of
from cnn_tui.text import counted

_UNSEEN = "the test images have chosen nothing"


class Candidate(NamedTuple):
    """A trial that was judged again, or with AS_IT_WAS the experiment that the search began with."""

    trial: int
    first: float | None
    """The metric of the trial, by which it was chosen; None for AS_IT_WAS, which nothing chose."""
    run: int | None
    repeats: tuple[int, ...]
    """The runs that repeat it and ended as planned."""
    figures: tuple[float, ...]
    """The metric of each of them."""

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.figures) if self.figures else None

    @property
    def name(self) -> str:
        return f"trial {self.trial}" if self.trial != AS_IT_WAS else "the experiment as it was"

    def flattered_by(self, maximize: bool) -> float | None:
        """By how much the first figure is better than the mean of the repeats; below 0 where it is worse."""
        if self.first is None or self.mean is None:
            return None
        return self.first - self.mean if maximize else self.mean - self.first


class SearchResult(NamedTuple):
    """A search with all that came of it so far."""

    search: Search
    space: tuple[Dimension, ...]
    trials: tuple[SearchTrial, ...]
    """Without the repeats."""
    repeats: tuple[SearchTrial, ...]
    candidates: tuple[Candidate, ...]
    """Those that were judged again, in the order of their first figures; AS_IT_WAS last."""
    winner: Candidate | None
    """The best of them by the mean of the repeats."""
    verdicts: tuple[Verdict, ...]
    """What the test images say of the winner against each of the others."""

    @property
    def plan(self) -> SearchPlan:
        return self.search.plan

    def sentences(self) -> list[str]:
        """What the search found, in words; none before a candidate is judged."""
        if self.winner is None:
            return []
        chosen = self.candidates[0]
        said = [flattery(chosen, self.plan.metric, sum(one.figure is not None for one in self.trials))]
        if self.winner is not chosen:
            said.append(_other_winner(self.winner, self.plan.metric))
        said += [one.sentence for one in self.verdicts]
        if any(one.test is not None for one in self.verdicts):
            count = "both verdicts together" if len(self.verdicts) == 2 else "all verdicts together"
            said.append(f"± and p hold for {count if len(self.verdicts) > 1 else 'this one look'}; {_UNSEEN}")
        return said


def result_of(history: History, search: Search) -> SearchResult:
    """What came of a search so far. Raises ExperimentError where its keys are not known here any more."""
    plan = search.plan
    space = parse_space(plan.vary, plan.experiment)
    every = trials_of(history, search)
    trials = [one for one in every if one.repeats is None]
    judged = [_candidate(number, trials, every) for number in to_judge(trials, plan, space)]
    candidates = tuple(one for one in judged if one.figures)
    winner = best_of(candidates, is_maximized(plan.metric))
    verdicts = tuple(_verdicts(history, winner, candidates)) if winner is not None else ()
    return SearchResult(
        search,
        space,
        tuple(trials),
        tuple(one for one in every if one.repeats is not None),
        candidates,
        winner,
        verdicts,
    )


def best_of(candidates: Sequence[Candidate], maximize: bool) -> Candidate | None:
    """The candidate with the best mean; of equal ones the one that stands first."""
    sign = 1 if maximize else -1
    return max(candidates, key=lambda one: sign * (one.mean or 0.0), default=None)


def flattery(chosen: Candidate, metric: str, trials: int) -> str:
    """By how much the figure flattered by which a trial was chosen as the best of so many."""
    by = chosen.flattered_by(is_maximized(metric))
    again = _again(chosen)
    if by is None or chosen.first is None:
        return f"Judged {again} {chosen.name} comes to {metric} {_figures(chosen)}"
    shown = difference_shown(abs(by), metric)
    if by > 0 and float(shown.split()[0]) > 0:
        judged = f"the first figure flattered by {shown}"
    elif by < 0 and float(shown.split()[0]) > 0:
        judged = f"the first figure did not flatter; the repeats are better by {shown}"
    else:
        judged = "the first figure did not flatter"
    head = f"The best of {counted(trials, 'single run')}" if trials > 1 else "The only run"
    first = f"{head}, {chosen.name} (run {chosen.run}), showed {metric} {chosen.first:.4f}"
    return f"{first}; {again} it comes to {_figures(chosen)}: {judged}"


def difference_shown(difference: float, metric: str) -> str:
    """A difference of a metric: `1.3 points`, of a loss `0.0123`."""
    return f"{difference * 100:.1f} points" if is_maximized(metric) else f"{difference:.4f}"


def _other_winner(winner: Candidate, metric: str) -> str:
    run = f" (run {winner.run})" if winner.run is not None else ""
    return f"The best of the repeats is {winner.name}{run}, with {metric} {_figures(winner)}"


def _again(candidate: Candidate) -> str:
    return f"on {counted(len(candidate.figures), 'fresh seed')}"


def _figures(candidate: Candidate) -> str:
    """Its repeats in few words: `0.8991 ± 0.0040`."""
    spread = spread_of(candidate.figures)
    return f"{spread.mean:.4f}" + (f" ± {spread.deviation:.4f}" if spread.deviation is not None else "")


def _candidate(number: int, trials: Sequence[SearchTrial], every: Sequence[SearchTrial]) -> Candidate:
    trial = next((one for one in trials if one.number == number), None)
    ended = [one for one in every if one.repeats == number and one.figure is not None and one.run is not None]
    return Candidate(
        number,
        None if trial is None else trial.figure,
        trial.run.id if trial is not None and trial.run is not None else None,
        tuple(one.run.id for one in ended if one.run is not None),
        tuple(one.figure for one in ended if one.figure is not None),
    )


def _verdicts(history: History, winner: Candidate, candidates: Sequence[Candidate]) -> list[Verdict]:
    others = [one for one in candidates if one is not winner]
    group = _group(history, winner)
    if group is None:
        return []
    strict = Strictness(LEVEL / max(1, len(others)), planned=True)
    found = []
    for other in others:
        base = _group(history, other)
        if base is not None:
            found.append(verdict(group, base, "accuracy", f"{winner.name} against {other.name}", strict))
    return found


def _group(history: History, candidate: Candidate) -> Group | None:
    """The repeats alone: the run that was chosen for its luck is none of them."""
    return next(iter(groups_of(history, candidate.repeats)), None)


def to_json(result: SearchResult, importance: dict[str, float]) -> dict[str, Any]:
    """As `cnn-tui tune --json` prints it."""
    plan, maximize = result.plan, is_maximized(result.plan.metric)
    winner = result.winner
    return {
        "search": result.search.id,
        "status": result.search.status,
        "why": result.search.why,
        "name": plan.experiment.name,
        "metric": plan.metric,
        "vary": list(plan.vary),
        "seed": plan.seed,
        "trials": [
            {
                "trial": one.number,
                "run": None if one.run is None else one.run.id,
                "values": dict(zip((where.key for where in result.space), one.values, strict=True)),
                "standing": one.standing,
                "figure": one.figure,
                "epochs": len(one.figures),
                "obstacle": one.obstacle,
            }
            for one in result.trials
        ],
        "candidates": [
            {
                "trial": one.trial or None,
                "run": one.run,
                "first": one.first,
                "repeats": list(one.repeats),
                "mean": one.mean,
                "deviation": spread_of(one.figures).deviation,
                "flattered_by": one.flattered_by(maximize),
            }
            for one in result.candidates
        ],
        "winner": None if winner is None else {"trial": winner.trial or None, "run": winner.run},
        "verdicts": [one.to_json() for one in result.verdicts],
        "sentences": result.sentences(),
        "importance": importance,
    }
