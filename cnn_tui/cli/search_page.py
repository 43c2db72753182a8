"""How a search is told on a terminal: its trials with the best first, the candidates that were judged again, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnn_tui.analysis.search_result import Candidate, SearchResult
from cnn_tui.analysis.search_trials import SearchTrial, is_maximized
from cnn_tui.cli.printing import table
from cnn_tui.cli.progress import bar
from cnn_tui.experiment.search_space import Dimension
from cnn_tui.history.run import status_in_words
from cnn_tui.history.searches import AS_IT_WAS
from cnn_tui.history.spread import spread_of
from cnn_tui.jobs.grid import labels_of, shown_value
from cnn_tui.text import quiet


def to_text(result: SearchResult, importance: Mapping[str, float]) -> list[str]:
    """The lines of a search: what was tried, what was judged again, and what it says."""
    lines = _trials(result)
    if result.candidates:
        lines += ["", *_candidates(result)]
    if importance:
        lines += ["", *_importance(result.space, importance)]
    if sentences := result.sentences():
        lines += ["", *(f"{quiet(one, 1_000)}." for one in sentences)]
    return lines


def values_in_words(space: Sequence[Dimension], values: Sequence[Any]) -> str:
    """What a trial tries: `filters 32, learning_rate 0.0012`."""
    labels = labels_of([one.key for one in space])
    return ", ".join(f"{label} {shown_value(value)}" for label, value in zip(labels, values, strict=True))


def came_to(trial: SearchTrial, metric: str) -> str:
    """What a trial came to: `val_accuracy 0.8912`, else why it has no figure."""
    if trial.run is None:
        return f"cannot be trained: {quiet(trial.obstacle, 400)}"
    if trial.figure is not None:
        return f"{metric} {trial.figure:.4f}"
    words = status_in_words(trial.run.status, trial.run.ending)
    last = f" after {len(trial.figures)} epochs, {metric} {trial.figures[-1]:.4f}" if trial.figures else ""
    return f"{words}{last}"


def _trials(result: SearchResult) -> list[str]:
    sign = -1 if is_maximized(result.plan.metric) else 1
    ended = sorted((one for one in result.trials if one.figure is not None), key=lambda one: sign * (one.figure or 0.0))
    others = [one for one in result.trials if one.figure is None]
    labels = labels_of([one.key for one in result.space])
    rows = [["trial", "run", *labels, "epochs", result.plan.metric, ""]]
    for one in [*ended, *others]:
        figure = f"{one.figure:.4f}" if one.figure is not None else ""
        run = str(one.run.id) if one.run is not None else ""
        why = came_to(one, result.plan.metric) if one.figure is None else ""
        values = [quiet(shown_value(value), 40) for value in one.values]
        rows.append([str(one.number), run, *values, str(len(one.figures) or ""), figure, why])
    return table(rows, range(len(rows[0]) - 1), titled=True)


def _candidates(result: SearchResult) -> list[str]:
    metric = result.plan.metric
    tested = {one.run.id: one.run for one in result.repeats if one.run is not None}
    rows = [["judged again", "run", f"first {metric}", "on fresh seeds", "test accuracy", ""]]
    for one in result.candidates:
        first = f"{one.first:.4f}" if one.first is not None else ""
        accuracies = [tested[run].test_accuracy for run in one.repeats if run in tested]
        test = spread_of(value for value in accuracies if value is not None).shown()
        best = "the best" if one is result.winner else ""
        rows.append([_name(one), str(one.run or ""), first, spread_of(one.figures).shown(), test, best])
    return table(rows, (1, 2), titled=True)


def _name(candidate: Candidate) -> str:
    return "as it was" if candidate.trial == AS_IT_WAS else f"trial {candidate.trial}"


def _importance(space: Sequence[Dimension], importance: Mapping[str, float]) -> list[str]:
    labels = dict(zip((one.key for one in space), labels_of([one.key for one in space]), strict=True))
    rows = [["what made the difference", "", ""]]
    rows += [[labels.get(key, key), bar(share), f"{share * 100:.0f} %"] for key, share in importance.items()]
    return table(rows, (2,), titled=True)
