"""The learning rate grows from step to step, and the test ends where the loss has gone."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.layers import Dense, Flatten

EXPERIMENT = Experiment(layers=(Flatten(), Dense(units=10, activation="softmax"))).with_training(optimizer="sgd")


def test_each_step_has_a_larger_rate_and_the_test_ends_where_the_loss_has_gone() -> None:
    import keras

    from cnn_tui.training.model.build import build
    from cnn_tui.training.pipeline import Batches
    from cnn_tui.training.rate_test import GONE, readings

    draw = np.random.default_rng(1)
    labels = draw.integers(0, 10, 64)
    images = (draw.integers(0, 60, (64, 28, 28, 1)) + labels[:, None, None, None] * 15).astype(np.uint8)
    keras.utils.set_random_seed(1)
    model = build(EXPERIMENT)
    untrained = [weights.copy() for weights in model.get_weights()]
    batches = Batches(images, labels, batch_size=8, seed=1)
    found = list(readings(model, batches, 1e-6, 1e4, 60))
    rates = [one.rate for one in found]
    assert rates[0] == pytest.approx(1e-6) and rates == sorted(rates)
    growth = [after / before for before, after in itertools.pairwise(rates)]
    assert growth == pytest.approx([1e10 ** (1 / 59)] * len(growth))
    assert len(found) < 60, "more steps than an epoch has, and fewer than were asked for"
    lowest = min(one.loss for one in found)
    assert not math.isfinite(found[-1].loss) or found[-1].loss > GONE * lowest
    assert all(one.loss < GONE * lowest for one in found[20:-1])

    # The loss of a step is that of its own batch before it has learned.
    again = build(EXPERIMENT)
    again.set_weights(untrained)
    first = batches.order(0)[:8]
    scores = again.evaluate(images[first].astype(np.float32) / 255, labels[first], verbose=0, return_dict=True)
    assert found[0].loss == pytest.approx(scores["loss"], rel=1e-4)
