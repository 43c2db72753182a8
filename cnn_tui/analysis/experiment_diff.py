"""What differs between two experiments: their settings, and their layers."""

from __future__ import annotations

from cnn_tui.experiment.difference import settings_in_words
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.diff import DiffLine, diff_stacks
from cnn_tui.network.stack import Stack

_ANY_INPUT = (1, 1, 1)


def diff_experiments(before: Experiment, after: Experiment) -> tuple[DiffLine, ...]:
    """First the training settings that differ, then all layers. Empty when settings and layers are the same.

    The layers are looked at alone: the images may lie on another machine, or be gone.
    """
    lines = [*_diff_settings(before, after)]
    layers = diff_stacks(Stack(_ANY_INPUT, before.layers), Stack(_ANY_INPUT, after.layers))
    changed = lines or any(line.sign != " " for line in layers)
    return (*lines, *layers) if changed else ()


def _diff_settings(before: Experiment, after: Experiment) -> list[DiffLine]:
    old, new = settings_told(before), settings_told(after)
    lines = []
    for name in (*old, *(name for name in new if name not in old)):
        if old.get(name) == new.get(name):
            continue
        if name not in new:
            lines.append(DiffLine("-", f"{name}  {old[name]}"))
        elif name not in old:
            lines.append(DiffLine("+", f"{name}  {new[name]}"))
        else:
            lines.append(DiffLine("~", f"{name}  {old[name]} → {new[name]}"))
    return lines


def settings_told(experiment: Experiment) -> dict[str, str]:
    """The settings of an experiment in words, by their names: those of its data, of the training, its stop rules."""
    return settings_in_words(experiment) | {f"stop rule {rule}": "stops training" for rule in experiment.stop}
