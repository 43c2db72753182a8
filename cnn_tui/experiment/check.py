"""What is wrong with an experiment before it is run."""

from __future__ import annotations

from cnn_tui.data.labels import odd_numbers
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.problems import Goal, Problem, find_problems
from cnn_tui.network.summary import Summary
from cnn_tui.text import counted

# Keras counts a metric's hits in labels of one form only; "accuracy" takes either.
_LABELS = {
    "sparse_categorical_crossentropy": "class numbers",
    "sparse_top_k_categorical_accuracy": "class numbers",
    "categorical_crossentropy": "one-hot labels",
    "top_k_categorical_accuracy": "one-hot labels",
}


def problems_of(experiment: Experiment, summary: Summary | None = None) -> tuple[Problem, ...]:
    """The problems of the experiment's stack for its dataset and loss, of its metrics and its validation.

    `summary` is the stack's, where the caller has it already. Raises DatasetError.
    """
    dataset = experiment.data
    goal = Goal(experiment.training.loss, dataset.classes, odd_numbers(dataset.unused, dataset.classes))
    return (
        *find_problems(experiment.stack, goal, summary),
        *_metric_problems(experiment),
        *_validation_problems(experiment, dataset.train_images),
    )


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


def _validation_problems(experiment: Experiment, images: int) -> list[Problem]:
    fraction = experiment.training.validation
    held = 0 if isinstance(fraction, str) else round(images * fraction)  # as the training does it
    if isinstance(fraction, str) or not images or 0 < held < images:
        return []
    left = f"{held:,} of {counted(images, 'image')} to validate on and {images - held:,} to train on"
    return [
        Problem(0, f"a validation of {fraction:g} leaves {left}: choose another fraction in the training settings"),
    ]
