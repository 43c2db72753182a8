"""What dividing a batch earns: `python -m tests.benchmarks.step_parts [PRESET] [EPOCHS]`

One process trains three copies of a network: by `training/step.py`, by the same with the batch as a whole, and by
Keras's own step. They take turns of 25 steps in a new order every round, over the same batches of the full data. Each
turn is compared with that of step.py in the same round, by the clock and by the processor's time.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from typing import Any

import msgspec

from cnn_tui.experiment.presets import load_preset
from tests.benchmarks.measure import dataset, hushed, table

STEPS = 25


def main(preset: str, epochs: int = 1) -> None:
    """Print how many times as long the others take, as medians of the pairs."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with hushed():
        import tensorflow as tf

        from cnn_tui.training import pipeline
        from cnn_tui.training.data import datasets
        from cnn_tui.training.loop import Execution, Pace
        from cnn_tui.training.model.build import build
        from cnn_tui.training.runtime import spread_work
        from cnn_tui.training.step import train_step

        spread_work()

    def undivided(model: Any, x: Any, y: Any, parts: int, weights: Any, share: Any) -> None:
        train_step(model, x, y, 1)

    def keras_step(model: Any, x: Any, y: Any, parts: int, weights: Any, share: Any) -> None:
        model.train_step((x, y))

    name = dataset()
    experiment = msgspec.structs.replace(load_preset(preset), dataset=name)
    images = datasets.load(name)
    copies: dict[str, Execution] = {}
    for step_name, step in {"step.py": train_step, "undivided": undivided, "Keras's step": keras_step}.items():
        batches = pipeline.training_batches(images.x_train, images.y_train, batch_size=32, seed=1)
        copies[step_name] = Execution(build(experiment), batches.supply, step, Pace())
    positions, count = tf.constant(batches.order(0)), len(batches)
    taken: dict[str, list[tuple[float, float]]] = {step_name: [] for step_name in copies}
    for first in [*range(0, count - STEPS + 1, STEPS)] * epochs:
        for step_name in random.sample(list(copies), len(copies)):
            wall, used = time.perf_counter(), time.process_time()
            copies[step_name].run(pipeline.Piece(positions, first, first + STEPS, first + STEPS, False))
            taken[step_name].append((time.perf_counter() - wall, time.process_time() - used))
    del taken["step.py"][0], taken["undivided"][0], taken["Keras's step"][0]  # in the first, the graphs are made
    rows = [["", "s/epoch", "clock", "quartiles", "longer", "processor"]]
    for step_name, mine in taken.items():
        pairs = list(zip(mine, taken["step.py"], strict=True))
        clock, processor = ([one[at] / ours[at] for one, ours in pairs] for at in (0, 1))
        low, middle, high = statistics.quantiles(clock)
        seconds = statistics.median(wall for wall, _ in mine) * count / STEPS
        longer = f"{sum(one > 1 for one in clock)}/{len(clock)}"
        figures = [f"{seconds:.2f}", f"{middle:.3f}", f"{low:.3f}-{high:.3f}", longer]
        rows.append([step_name, *figures, f"{statistics.median(processor):.3f}"])
    table(f"{preset} on {name}: times of step.py's", rows)


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "lab1-baseline", *map(int, sys.argv[2:3]))
