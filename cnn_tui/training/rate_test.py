"""A test of learning rates: `python -m cnn_tui.training.rate_test`, asked on its input, answers on its output.

The network is trained step by step, as in any run (`loop.py`), with a rate that grows from each step to the next.
Nothing is recorded, and no weights are kept.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import keras

from cnn_tui.analysis.rate_test import RateReading
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_parts import on_stand_in
from cnn_tui.experiment.training.compiled import answers_of
from cnn_tui.history.run import finite
from cnn_tui.jobs.rate_test import RateTest, RateTestLine, RateTestRequest
from cnn_tui.training import pipeline
from cnn_tui.training.data.datasets import Images, load
from cnn_tui.training.data.split import split
from cnn_tui.training.log import say
from cnn_tui.training.loop import Execution, Pace
from cnn_tui.training.model.adapt import adapt
from cnn_tui.training.model.build import build
from cnn_tui.training.model.start_weights import start_from_weights
from cnn_tui.training.pipeline import Batches
from cnn_tui.training.replicas import settled
from cnn_tui.training.runtime import spread_work
from cnn_tui.training.step import train_step
from cnn_tui.training.work import answer

GONE = 4.0
"""The loss has gone, and the test ends, when a batch has so many times the lowest one."""
_EARLY = 20
"""Steps before that is looked at."""


def _test(request: RateTestRequest, tell: Callable[[RateTestLine], None]) -> None:
    with settled(request.device):
        _test_there(request, tell)


def _test_there(request: RateTestRequest, tell: Callable[[RateTestLine], None]) -> None:
    spread_work()
    keras.utils.set_random_seed(request.seed)
    experiment = request.experiment.with_training(schedule=None)  # its rate is not the test's
    images = load(experiment.dataset, experiment.data_options, say=say)
    tell(RateTestLine(dataset=images.dataset.name))
    data = _batches(images, experiment, request.seed)
    model = build(experiment, pretrained=experiment.weights is None)
    adapt(model, data.images)
    start_from_weights(model, experiment)
    for rate, loss in readings(model, data, request.lowest, request.highest, request.steps):
        tell(RateTestLine(rate, finite(loss)))


def readings(
    model: keras.Sequential, data: Batches, lowest: float, highest: float, steps: int
) -> Iterator[RateReading]:
    """Train a compiled model for so many steps; gives the rate of each and the loss of its batch before it learned."""
    execution = Execution(model, data.supply, train_step, Pace(period=0.0))  # one step at a time
    pieces = (piece for epoch in itertools.count() for piece in execution.pieces(epoch))
    best = math.inf
    for step, piece in enumerate(itertools.islice(pieces, steps)):
        rate = lowest * (highest / lowest) ** (step / max(1, steps - 1))
        model.optimizer.learning_rate = rate
        model.reset_metrics()  # the loss is a mean since then
        loss = execution.run(piece)["loss"]
        yield RateReading(rate, loss)
        best = min(best, loss)
        if not math.isfinite(loss) or (step >= _EARLY and loss > GONE * best):
            return


def _batches(images: Images, experiment: Experiment, seed: int) -> Batches:
    """The batches that a run of the experiment learns from first."""
    experiment = on_stand_in(experiment, images.dataset.name)
    training = experiment.training
    x, y, _, _ = split(images, training.validation, seed, experiment.leave_out)
    return pipeline.training_batches(
        x,
        y,
        batch_size=training.batch_size,
        seed=seed,
        answers=answers_of(experiment),
        weights=pipeline.weights_of(training.class_weight, y, images.dataset.class_names),
        steps=training.steps_per_epoch,
        shuffle=training.shuffle,
    )


if __name__ == "__main__":
    answer(RateTest, RateTestRequest, _test)
