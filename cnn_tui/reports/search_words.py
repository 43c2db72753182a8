"""The words for the trials of a search: what each tried, what it came to, in which order they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnn_tui.analysis.search.trials import SearchTrial, is_maximized
from cnn_tui.experiment.search_space import Dimension
from cnn_tui.history.ending import status_in_words
from cnn_tui.jobs.grid import labels_of, shown_value
from cnn_tui.text import counted, quiet


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
    if not trial.figures:
        return words
    return f"{words} after {counted(len(trial.figures), 'epoch')}, {metric} {trial.figures[-1]:.4f}"


def best_first(trials: Sequence[SearchTrial], metric: str) -> list[SearchTrial]:
    """The trials that came to a figure, the best first, and then the others."""
    sign = -1 if is_maximized(metric) else 1
    ended = sorted((one for one in trials if one.figure is not None), key=lambda one: sign * (one.figure or 0.0))
    return [*ended, *(one for one in trials if one.figure is None)]
