"""What is said of runs that the exercises are about to queue: how many, on what, how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cnn_tui.analysis.chance.looks import FEWEST_OF_A_SET
from cnn_tui.analysis.pace import in_words
from cnn_tui.exercises.runs import LeftOutExercise, TrainingOrder
from cnn_tui.text import counted
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert


def judged() -> str:
    """When repeats are judged, and how fewer of them will do."""
    plan = f"{key_of('exercises.plan')} plans a number beforehand, which is judged once: fewer will do."
    return f"From {FEWEST_OF_A_SET} each on they are judged, however often you look. {plan}"


def count_of_runs(count: int) -> str:
    return counted(count, "run")


def takes(counts: Sequence[tuple[TrainingOrder, int]], seconds: dict[str, float | None]) -> str:
    """How many runs, and how long they take where that is known."""
    total = sum(count for _, count in counts)
    each = [(seconds[order.key], count) for order, count in counts]
    known = [one * count for one, count in each if one is not None]
    if len(known) < len(each) or not each:
        return f"{count_of_runs(total)}{'; how long they take is known once one has trained' if total else ''}."
    return f"{count_of_runs(total)}, about {in_words(sum(known))}."


def on_what(counts: Sequence[tuple[TrainingOrder, int]]) -> str:
    """The data and the epochs, where they are those of the editor and not those that an exercise asks for."""
    for (place, exercise, experiment), _ in counts:
        given = place.experiment(exercise)
        if given is not None and (given.dataset, given.epochs) != (experiment.dataset, experiment.epochs):
            data = inert(Path(experiment.dataset).name)
            return f", on {data} for {counted(experiment.epochs, 'epoch')} as in the editor"
    return ""


def left_out_in_words(left_out: Sequence[LeftOutExercise]) -> str:
    names = [one.key.partition("/")[2] for one in left_out]
    return f"\nLeft out, as their pages say why: {', '.join(names)}." if names else ""
