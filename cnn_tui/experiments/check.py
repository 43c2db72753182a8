"""What is wrong with an experiment before it is run."""

from __future__ import annotations

from cnn_tui.experiments.dataset import describe
from cnn_tui.experiments.experiment import Experiment
from cnn_tui.network.problems import Goal, Problem, find_problems
from cnn_tui.network.summary import Summary

# Keras counts a metric's hits in labels of one form only; "accuracy" takes either.
_LABELS = {
    "sparse_categorical_crossentropy": "class numbers",
    "sparse_top_k_categorical_accuracy": "class numbers",
    "categorical_crossentropy": "one-hot labels",
    "top_k_categorical_accuracy": "one-hot labels",
}


def problems_of(experiment: Experiment, summary: Summary | None = None) -> tuple[Problem, ...]:
    """The problems of the experiment's stack for its dataset and loss, and of its metrics. Raises DatasetError.

    `summary` is the stack's, where the caller has it already.
    """
    goal = Goal(experiment.training.loss, describe(experiment.dataset).classes)
    return (*find_problems(experiment.stack, goal, summary), *_metric_problems(experiment))


def _metric_problems(experiment: Experiment) -> list[Problem]:
    loss = experiment.training.loss
    return [
        Problem(
            0,
            f"the metric {metric} counts {_LABELS[metric]}, but {loss} makes the labels {_LABELS[loss]}: "
            "change one of them in the training settings",
        )
        for metric in experiment.training.metrics
        if metric in _LABELS and _LABELS[metric] != _LABELS[loss]
    ]
