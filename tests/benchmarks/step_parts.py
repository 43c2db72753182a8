"""What each part of `training/step.py` earns: `python -m tests.benchmarks.step_parts [PRESET] [EPOCHS]`

One process trains as many copies of the network as there are parts: all of step.py, all without one part, and none of
it (Keras's own step). They take turns of 25 steps in a new order every round, over the same batches of the full data.
Each turn is compared with that of the whole step in the same round, by the clock and by the processor's time.
"""

from __future__ import annotations

import functools
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cnn_tui.experiment.presets import load_preset
from tests.benchmarks.measure import dataset, hushed, table

STEPS = 25
Calls = Iterator[Callable[[Any], Any]]


def keras_step(model: Any, x: Any, y: Any, parts: int) -> None:
    """As Keras has it, with nothing of ours."""
    model.train_step((x, y))


def undivided(step: Any, model: Any, x: Any, y: Any, parts: int) -> None:
    """Our step with the batch as a whole."""
    step(model, x, y, 1)


def relu_first(step: Any, layers: Any) -> Calls:
    """The convolutions of step.py, with ReLU where Keras has it."""
    import keras

    for layer in layers:
        if type(layer) is keras.layers.Conv2D:
            yield functools.partial(step._convolve, layer)
            yield layer.activation
        else:
            yield functools.partial(layer, training=True)


def main(preset: str = "lab1-baseline", epochs: int = 1) -> None:
    """Print what leaving each part out costs, as medians of the pairs."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with hushed():
        import tensorflow as tf

        from cnn_tui.training import loop, pipeline, step
        from cnn_tui.training.build import build
        from cnn_tui.training.data import datasets
        from cnn_tui.training.threads import spread_work

        spread_work()
    whole, ours = dict(vars(step)), step.train_step
    without: dict[str, tuple[Any, dict[str, Any]]] = {
        "all of it": (ours, {}),
        "without Adam": (ours, {"_apply": lambda optimizer, gradients, weights: optimizer.apply(gradients, weights)}),
        "without the bias": (ours, {"_add_bias": tf.nn.bias_add}),
        "without the order": (ours, {"_calls": functools.partial(relu_first, step)}),
        "without these three": (ours, {}),
        "without division": (functools.partial(undivided, ours), {}),
        "none of it": (keras_step, {}),
    }
    for _, others in [*without.values()][1:4]:
        without["without these three"][1].update(others)
    name = dataset()
    experiment = msgspec.structs.replace(load_preset(preset), dataset=name)
    images = datasets.load(name)
    copies: dict[str, tuple[loop.Execution, Any]] = {}
    for part, (taken, others) in without.items():
        batches = pipeline.training_batches(images.x_train, images.y_train, batch_size=32, seed=1)
        copy = loop.Execution(build(experiment), batches.supply, taken, loop.Pace())
        vars(step).update(whole | others)
        positions = tf.constant(batches.order(0))
        copy.run(pipeline.Piece(positions, 0, 3, 3))  # traced with what is left of the step
        copies[part] = copy, positions
    pairs: dict[str, list[tuple[float, float]]] = {part: [] for part in copies}
    for _ in range(epochs):
        for first in range(0, 1875, STEPS):
            for part in random.sample(list(copies), len(copies)):
                copy, positions = copies[part]
                wall, used = time.perf_counter(), time.process_time()
                copy.run(pipeline.Piece(positions, first, first + STEPS, first + STEPS))
                pairs[part].append((time.perf_counter() - wall, time.process_time() - used))
    rows = [["", "s/epoch", "clock", "quartiles", "won", "processor"]]
    for part, taken in pairs.items():
        clock, processor = (
            sorted(mine[at] / all_of_it[at] for mine, all_of_it in zip(taken, pairs["all of it"], strict=True))
            for at in (0, 1)
        )
        low, middle, high = statistics.quantiles(clock)
        seconds = statistics.median(wall for wall, _ in taken) * 1875 / STEPS
        won = f"{sum(one > 1 for one in clock)}/{len(clock)}"
        rows.append(
            [
                part,
                f"{seconds:.2f}",
                f"{middle:.3f}",
                f"{low:.3f}-{high:.3f}",
                won,
                f"{statistics.median(processor):.3f}",
            ]
        )
    table(f"{preset} on {name}: times of all of step.py, {len(pairs['all of it'])} pairs", rows)


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
