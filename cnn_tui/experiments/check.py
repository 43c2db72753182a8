"""What is wrong with an experiment before it is run."""

from __future__ import annotations

from cnn_tui.experiments.dataset import describe
from cnn_tui.experiments.experiment import Experiment
from cnn_tui.network.problems import Goal, Problem, find_problems
from cnn_tui.network.summary import Summary


def problems_of(experiment: Experiment, summary: Summary | None = None) -> tuple[Problem, ...]:
    """The problems of the experiment's stack for its dataset and loss. Raises DatasetError.

    `summary` is the stack's, where the caller has it already.
    """
    goal = Goal(experiment.training.loss, describe(experiment.dataset).classes)
    return find_problems(experiment.stack, goal, summary)
