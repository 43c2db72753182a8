"""What is wrong with an experiment before it is run."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.data.dataset import Dataset, too_large
from cnn_tui.data.labels import odd_numbers
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images import leaving_out
from cnn_tui.experiment.images.image_parts import held_out_problem
from cnn_tui.experiment.images.unset_dataset import images_in_words
from cnn_tui.experiment.training import class_weights, start_weights
from cnn_tui.experiment.training.layer_weights import lost_weights
from cnn_tui.experiment.training.phases import phases_of
from cnn_tui.experiment.training.training import Training
from cnn_tui.network.losses import LOSSES, AnswerKind, answers_for, to_probabilities
from cnn_tui.network.problems.fixes import Problem
from cnn_tui.network.problems.problems import Goal, find_apart_outputs, find_problems, find_spare_outputs
from cnn_tui.network.summary import Summary, summarize

# Keras counts a metric's hits in labels of one form only; "accuracy" takes any.
_LABELS: dict[str, tuple[AnswerKind, ...]] = {
    "sparse_top_k_categorical_accuracy": ("class numbers",),
    "top_k_categorical_accuracy": ("one-hot labels",),
    "binary_accuracy": ("one-hot labels", "single numbers"),
    "auc": ("one-hot labels", "single numbers"),
    "precision": ("one-hot labels", "single numbers"),
    "recall": ("one-hot labels", "single numbers"),
}
_PROBABILITIES = ("binary_accuracy", "auc", "precision", "recall")
"""Metrics that look at each number by itself, and compare it with a threshold."""


def problems_of(experiment: Experiment, summary: Summary | None = None) -> tuple[Problem, ...]:
    """What keeps the experiment from being trained: of its stack for its dataset and loss, of its settings and weights.

    `summary` is the stack's, where the caller has it already. Raises DatasetError.
    """
    why = start_weights.problem_of(experiment)
    return (*build_problems(experiment, summary), *lost_weights(experiment), *([Problem(0, why)] if why else []))


def build_problems(experiment: Experiment, summary: Summary | None = None) -> tuple[Problem, ...]:
    """Those of them that keep the network from being made at all, whatever it starts from. Raises DatasetError."""
    dataset, stack = experiment.data, experiment.stack
    summary = summary or summarize(stack)
    return (
        *find_problems(stack, _goal(experiment, dataset), summary),
        *_loss_problems(experiment, dataset),
        *_metric_problems(experiment.training, summary, dataset.classes),
        *_size_problems(experiment, dataset),
        *_image_problems(experiment, dataset.train_images),
    )


def dataset_to_set(experiment: Experiment) -> str:
    """A sentence without its end on what the dataset that is not set yet should have; "" where one is set."""
    if experiment.input_shape is None or experiment.classes is None:
        return ""
    return f"no dataset is set: this network is for {images_in_words(experiment.input_shape, experiment.classes)}"


def warnings_of(experiment: Experiment) -> tuple[Problem, ...]:
    """What is odd about an experiment that can be trained all the same. Raises DatasetError."""
    goal = _goal(experiment, experiment.data)
    odd = [find(experiment.stack, goal) for find in (find_spare_outputs, find_apart_outputs)]
    idle = [
        Problem(0, f"in phase {number} of its training nothing learns: set trainable to layers that do")
        for number, phase in enumerate(phases_of(experiment)[1:], 2)
        if not summarize(phase.stack).trainable_params
    ]
    return (*(one for one in odd if one is not None), *idle, *_nothing_varied(experiment))


def outputs_apart(experiment: Experiment) -> Problem | None:
    """The one of them that is about outputs which are each a probability by itself. Raises DatasetError."""
    return find_apart_outputs(experiment.stack, _goal(experiment, experiment.data))


def _nothing_varied(experiment: Experiment) -> Iterator[Problem]:
    """Images to validate on that are to be varied, and no layer that does it, as the first ones alone do."""
    training, enabled = experiment.training, experiment.stack.enabled()
    first = next((layer for _, layer in enabled), None)
    if training.vary_validation and training.validation != "none" and not (first and first.type.startswith("Random")):
        where = f"the first layer is {first.type}" if first else "there is no layer"
        words = "RandomFlip and its like do it where they come first"
        yield Problem(0, f"vary_validation varies nothing: {where}; {words}")


def _goal(experiment: Experiment, dataset: Dataset) -> Goal:
    training = experiment.training
    odd = odd_numbers(dataset.unused, dataset.classes, dataset.is_table)
    return Goal(training.loss, dataset.classes, odd, training.from_logits)


def _loss_problems(experiment: Experiment, dataset: Dataset) -> list[Problem]:
    """Settings that the loss does not have, and weights of classes that the data does not have."""
    training = experiment.training
    facts, words = LOSSES[training.loss], []
    if training.from_logits and not facts.has_logits:
        words.append(f"{training.loss} has no from_logits: set it to no")
    if training.label_smoothing and not facts.has_smoothing:
        having = " and ".join(name for name, one in LOSSES.items() if one.has_smoothing)
        words.append(f"{training.loss} has no label_smoothing: set it to 0; {having} have it")
    has_names = experiment.dataset or class_weights.named(training.class_weight) is None
    if has_names and (why := class_weights.unknown(training.class_weight, dataset.class_names)):
        words.append(why)
    return [Problem(0, f"{one}, in the training settings") for one in words]


def _metric_problems(training: Training, summary: Summary, classes: int) -> list[Problem]:
    shape = summary.output_shape
    answers = answers_for(training.loss, shape[0] if shape is not None and len(shape) == 1 else classes).kind
    found = []
    for metric in training.metrics:
        wanted = _LABELS.get(metric, (answers,))
        if answers not in wanted:
            found.append(f"counts {' or '.join(wanted)}, but {training.loss} makes the labels {answers}")
        elif metric in _PROBABILITIES and to_probabilities(training.loss, training.from_logits) == "softmax":
            found.append("counts probabilities, but with from_logits the network gives logits")
        else:
            continue
        found[-1] = f"the metric {metric} {found[-1]}: change one of them in the training settings"
    return [Problem(0, one) for one in found]


def _size_problems(experiment: Experiment, dataset: Dataset) -> list[Problem]:
    """Pictures that nobody has brought to a size, and that are too large as they are."""
    why = too_large(experiment.dataset, dataset.input_shape, experiment.data_options)
    return [Problem(0, f"the dataset's {why}, in the training settings")] if why else []


def _image_problems(experiment: Experiment, images: int) -> list[Problem]:
    """Images to be left out that are not there, and parts that hold no image."""
    if images and (why := leaving_out.problem_of(experiment.leave_out, images)):
        return [Problem(0, f"{why}: change it in the training settings")]
    why = held_out_problem(experiment, images) if images else ""
    return [Problem(0, f"{why} in the training settings")] if why else []
