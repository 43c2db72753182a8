"""A class that was never there: histories as its members would have them, and what they would hand in."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.packs import gather_submission, to_file
from cnn_tui.exercises.runs import assign
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result


class Truth(NamedTuple):
    """What an exercise does to accuracy and to the time of an epoch, on any machine."""

    accuracy: float
    time: float = 1.0


def member(path: Path, place: SetPlace, truths: dict[str, Truth], *, seed: int, seeds: tuple[int, ...]) -> History:
    """The history of a member: every exercise with these seeds, answers to all of them; close it."""
    rng = random.Random(seed)
    history = History(path)
    machine = rng.uniform(4, 20)
    with history.transaction():
        for name, truth in truths.items():
            exercise = place.exercise(name)
            for number in seeds:
                _run(history, place, exercise, truth, number, machine, rng)
            if name != place.set.baseline:
                expected = rng.choices(("up", "down", "same"), (2, 6, 1))[0]
                answers.predict(history, place.name, name, {"accuracy": expected, "time": "down"})
                answers.conclude(history, place.name, name, f"what member {seed} saw")
    return history


def _run(
    history: History, place: SetPlace, exercise: Exercise, truth: Truth, seed: int, machine: float, rng: random.Random
) -> None:
    experiment = place.experiment(exercise)
    assert experiment is not None
    if exercise.change:  # as every member would change it
        experiment = experiment.with_stack(experiment.stack.change(2, filters=16))
    run = history.add(experiment.with_training(seed=seed))
    assign(history, run, place, exercise)
    history.claim(run, 1, seed)
    history.record_start(
        run,
        dataset="fashion_mnist",
        train_images=60_000,
        test_images=10_000,
        environment={"device": f"CPU of {machine:.3f}"},
    )
    accuracy = truth.accuracy + rng.gauss(0, 0.006)
    for number in range(1, experiment.training.epochs + 1):
        metrics = {"loss": 0.5 / number, "accuracy": accuracy + 0.02, "val_loss": 0.4, "val_accuracy": accuracy}
        seconds = machine * truth.time * rng.uniform(0.95, 1.05)
        history.record_epoch(run, Epoch(number, metrics, seconds, 6e4 / seconds, 0.0, 0.02, 0.0), seconds * number)
    history.record_end(run, Result("finished", "", 0.4 - accuracy / 10, accuracy, rng.uniform(20, 90)))


def submit(history: History, place: SetPlace, path: Path, name: str) -> Path:
    """Write what a member hands in."""
    path.write_text(to_file(gather_submission(history, place, name)), encoding="utf-8")
    return path
