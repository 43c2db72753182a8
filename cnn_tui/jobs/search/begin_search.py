"""Begins a search, or goes on with one: what the command line and the lab check of it, and how it is recorded."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.history.history import History
from cnn_tui.history.searches import Search, SearchPlan, add_search, change_plan, search_of, searches
from cnn_tui.jobs.search.searching import go_on
from cnn_tui.text import quiet

HELD_OUT = 0.1
"""The share of the training images that a search chooses by, where the experiment holds out none."""
USUAL_TRIALS = 20
AT_ONCE_ELSEWHERE = 4
"""So many trials at a time on a cluster."""


def with_images_to_choose_by(experiment: Experiment) -> tuple[Experiment, str]:
    """The experiment, whose test images choose nothing, and the words for what was changed for that."""
    if experiment.training.holds_out:
        return experiment, ""
    words = (
        f"a tenth of the training images is held out to choose by (validation = {HELD_OUT}), because test images that "
        "choose cannot judge"
    )
    return experiment.with_training(validation=HELD_OUT), words


def check_metric(experiment: Experiment, metric: str) -> None:
    """Raises ExperimentError for a metric that no run of the experiment reports of its validation."""
    reported = [name for name in experiment.emitted_metrics() if name.startswith("val_")]
    if metric not in reported:
        way = experiment.way_to(metric) if metric.startswith("val_") else ""
        hint = f"; {way}" if way else ""
        raise ExperimentError(f"--metric: found {quiet(metric, 60)}; allowed: {', '.join(reported)}{hint}")


def begun(history: History, plan: SearchPlan) -> tuple[Search, str]:
    """The search of that plan: a new one, or the last that is the same, which goes on where there is more to do.

    With words where it is one that was there.
    """
    same = next((one for one in reversed(searches(history)) if one.plan.same_as(plan)), None)
    words = ""
    if same is None:
        number = add_search(history, plan)
    else:
        number = same.id
        more = msgspec.structs.replace(plan, trials=max(plan.trials, same.plan.trials))
        if same.status == "finished" and more.trials == same.plan.trials:
            words = f"search {same.id} was finished before; --trials N adds trials, --seed N begins another"
        else:
            words = f"search {same.id} goes on"
            change_plan(history, same.id, more)
            if same.status != "going":
                go_on(history, same)
    found = search_of(history, number)
    assert found is not None
    return found, words


def to_vary(experiment: Experiment) -> Sequence[str]:
    """What may be worth varying in an experiment, as a place to begin at: its first filters, and the learning rate."""
    lines = []
    for at, layer in enumerate(experiment.layers):
        filters = getattr(layer, "filters", None)  # what has none is varied by hand
        if isinstance(filters, int) and layer.enabled:
            choices = sorted({max(1, filters // 2), filters, filters * 2})
            lines.append(f"layers[{at}].filters={','.join(map(str, choices))}")
            break
    rate = experiment.training.learning_rate
    return [*lines, f"learning_rate={rate / 10:g}..{rate * 10:g} log"]
