"""What differs between two experiments."""

from __future__ import annotations

import msgspec

from cnn_tui.experiments.experiment import Experiment
from cnn_tui.network.diff import DiffLine, diff_stacks


def diff_experiments(before: Experiment, after: Experiment) -> tuple[DiffLine, ...]:
    """Training settings that differ first, then all layers. Empty when nothing that is trained differs.

    Raises DatasetError.
    """
    lines = [*_settings(before, after)]
    layers = diff_stacks(before.stack, after.stack)
    changed = lines or any(line.sign != " " for line in layers)
    return (*lines, *layers) if changed else ()


def _settings(before: Experiment, after: Experiment) -> list[DiffLine]:
    old, new = _flat(before), _flat(after)
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


def _flat(experiment: Experiment) -> dict[str, str]:
    settings = {"dataset": experiment.dataset}
    for name, value in msgspec.structs.asdict(experiment.training).items():
        if value is not None:
            settings[name] = ", ".join(value) if isinstance(value, tuple) else f"{value}"
    settings |= {f"stop rule {rule}": "stops training" for rule in experiment.stop}
    return settings
