"""How a search is told on a terminal: its trials with the best first, the candidates that were judged again, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.analysis.search.result import Candidate, SearchResult
from cnn_tui.cli.printing import table
from cnn_tui.cli.progress import bar
from cnn_tui.experiment.search_space import Dimension
from cnn_tui.history.searches import AS_IT_WAS
from cnn_tui.history.spread import spread_of
from cnn_tui.jobs.grid import labels_of, shown_value
from cnn_tui.reports.search_words import best_first, came_to
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


def _trials(result: SearchResult) -> list[str]:
    labels = labels_of([one.key for one in result.space])
    rows = [["trial", "run", *labels, "epochs", result.plan.metric, ""]]
    for one in best_first(result.trials, result.plan.metric):
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
