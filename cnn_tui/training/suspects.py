"""Looks for wrong labels: `python -m cnn_tui.training.suspects`, asked on its input, answers on its output.

The training images of a run are divided into parts, evenly in each class. For each part the run's experiment is trained
anew on the others, and says what the images of the part are, from which it has not learned (cross-validation). Whose
labels are then in doubt is kept beside the run; the history is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnn_tui.analysis.confident_learning import doubts
from cnn_tui.artifacts import suspects as kept_suspects
from cnn_tui.artifacts.suspects import SuspectsHeader, suspects_path
from cnn_tui.data import raw_file
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_parts import on_stand_in
from cnn_tui.experiment.training.compiled import answers_of
from cnn_tui.experiment.training.phases import phases_of
from cnn_tui.experiment.training.schedule import ReduceLROnPlateau
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import run_folder
from cnn_tui.jobs.suspects import SuspectsLine, SuspectsRequest, SuspectsWork
from cnn_tui.jobs.work import WorkError
from cnn_tui.training import pipeline
from cnn_tui.training.callbacks.control import StopRuleCallback
from cnn_tui.training.callbacks.learning_rate import rate_callbacks
from cnn_tui.training.data.datasets import Images, load
from cnn_tui.training.data.image_store import digest_of, keep_images
from cnn_tui.training.data.split import not_left_out
from cnn_tui.training.explain.keep_files import ask_all, named
from cnn_tui.training.log import say
from cnn_tui.training.loop import finish, fit
from cnn_tui.training.model.adapt import adapt
from cnn_tui.training.model.build import build
from cnn_tui.training.model.phases import batches_in, begin_phase, forget_steps
from cnn_tui.training.model.probabilities import class_probabilities
from cnn_tui.training.model.start_weights import start_from_weights
from cnn_tui.training.pipeline import Batches
from cnn_tui.training.replicas import settled
from cnn_tui.training.runtime import spread_work
from cnn_tui.training.step import varied_test_step
from cnn_tui.training.work import answer

Positions = NDArray[np.int64]
Tell = Callable[[SuspectsLine], None]


class NoSuspectsError(WorkError):
    """The images of a run cannot be divided, or there is no such run; the message is a sentence."""


def _look(request: SuspectsRequest, tell: Tell) -> None:
    with History() as history:
        run = history.run(request.run)
    if run is None:
        raise NoSuspectsError(f"there is no run {request.run}")
    if run.experiment.epochs == 0:
        raise NoSuspectsError(f"run {run.id} has learned nothing, and so cannot tell which labels are wrong")
    with settled(request.device):
        _look_there(request, run, tell)


def _look_there(request: SuspectsRequest, run: Run, tell: Tell) -> None:
    experiment = run.experiment
    spread_work()
    images = load(run.dataset, experiment.data_options, download=False, say=say)
    positions = not_left_out(images, on_stand_in(experiment, images.dataset.name).leave_out)
    parts = divided(images.y_train[positions], request.folds, run.seed or 0)
    said = held_out_probabilities(experiment, images, [positions[part] for part in parts], run.seed or 0, tell)
    keep(run.id, images, positions, said[positions], request.folds)


def divided(labels: NDArray[np.int64], folds: int, seed: int) -> list[Positions]:
    """The rows of labels in so many parts, each with as many of every class, as near as can be; ascending.

    The same seed always divides them alike. Raises NoSuspectsError where there are too few.
    """
    if len(labels) < 2 * folds:
        raise NoSuspectsError(f"{len(labels):,} training images are too few to be divided into {folds} parts")
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    return [np.sort(by_class[at::folds]) for at in range(folds)]


def held_out_probabilities(
    experiment: Experiment, images: Images, parts: list[Positions], seed: int, tell: Tell
) -> NDArray[np.float32]:
    """What a network says of each part that has learned from the others: (training images, classes); else NaN."""
    said: NDArray[np.float32] | None = None
    for at, part in enumerate(parts):
        keras.utils.set_random_seed((seed + at) % 2**31)
        others = np.sort(np.concatenate(parts[:at] + parts[at + 1 :]))
        model = _trained(experiment, images, others, part, seed, _FoldProgress(tell, at, len(parts), experiment.epochs))
        found = class_probabilities(ask_all(model, images.x_train[part], lambda: False), experiment.training)
        if said is None:
            said = np.full((len(images.x_train), found.shape[1]), np.nan, np.float32)
        said[part] = found
        say(f"Part {at + 1} of {len(parts)}: {(found.argmax(axis=1) == images.y_train[part]).mean():.4f} right.")
        del model
        keras.utils.clear_session()
    assert said is not None, "there are parts"
    return said


def _trained(
    experiment: Experiment, images: Images, others: Positions, part: Positions, seed: int, progress: _FoldProgress
) -> Any:
    """The experiment's network, trained on the others. What it watches while it trains is the part itself."""
    training, answers = experiment.training, answers_of(experiment)
    x, y = images.x_train[others], images.y_train[others]
    data = pipeline.training_batches(
        x,
        y,
        batch_size=training.batch_size,
        seed=seed,
        answers=answers,
        weights=pipeline.weights_of(training.class_weight, y, images.dataset.class_names),
        steps=training.steps_per_epoch,
        shuffle=training.shuffle,
    )
    watched: Batches | None = None
    if any(name.startswith("val_") for name in _watched_metrics(experiment)):
        x_val, y_val = images.x_train[part], images.y_train[part]
        if training.validation_steps is not None:
            x_val, y_val = pipeline.some_of(x_val, y_val, training.validation_steps * training.batch_size, seed)
        watched = pipeline.evaluation_batches(x_val, y_val, batch_size=training.batch_size, answers=answers)
    model = build(experiment, pretrained=experiment.weights is None)
    adapt(model, x)
    start_from_weights(model, experiment)
    first = 0
    for at, phase in enumerate(phases_of(experiment)):
        if at:
            begin_phase(model, phase)
            data = batches_in(data, phase.training, first)
            forget_steps(watched)
        rules = StopRuleCallback(phase.stop, lambda words, *_: say(words))
        callbacks = [*rate_callbacks(phase.training, (), first), rules, progress]
        end = first + phase.training.epochs
        step = varied_test_step if training.vary_validation else None
        figures = fit(
            model,
            data,
            epochs=end,
            initial_epoch=first,
            validation_data=watched,
            validation_step=step,
            callbacks=callbacks,
        )
        finish(model)
        first += len(figures["loss"])
    return model


def _watched_metrics(experiment: Experiment) -> Iterator[str]:
    """The metrics that training depends on."""
    for phase in phases_of(experiment):
        schedule = phase.training.schedule
        if isinstance(schedule, ReduceLROnPlateau):
            yield schedule.monitor
        for rule in phase.stop:
            yield rule.metric


class _FoldProgress(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells how far the training of one part's network is."""

    def __init__(self, tell: Tell, fold: int, folds: int, epochs: int) -> None:
        super().__init__()
        self._tell, self._fold, self._folds, self._epoch, self._epochs = tell, fold, folds, 0, epochs

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        whole = (self._epoch + (batch + 1) / self.params["steps"]) / self._epochs
        self._tell(SuspectsLine(self._fold + 1, self._epoch + 1, (self._fold + whole) / self._folds))


def keep(run_id: int, images: Images, positions: Positions, said: NDArray[np.float32], folds: int) -> None:
    """Keep whose labels are in doubt. `said` is (positions, classes). Raises OSError, and NoSuspectsError."""
    labels = images.y_train[positions]
    if int(labels.max()) >= said.shape[1]:
        raise NoSuspectsError(f"the network knows {said.shape[1]:,} classes, and the labels are of more")
    found = doubts(said, labels)
    rows = np.array([one.row for one in found], np.int64)
    places = positions[rows]
    # A class that no label says is never named.
    names = named(images.dataset.class_names, said.shape[1])
    header = SuspectsHeader(
        kept_suspects.FORMAT,
        len(found),
        len(labels),
        int((said.argmax(axis=1) == labels).sum()),
        len(images.x_train),
        folds,
        names,
        digest_of(images.x_train, images.y_train),
        keep_images(images.x_train[places], labels[rows], names) if found else "",
    )
    parts = [
        places.astype("<i4"),
        labels[rows].astype("<i4"),
        np.array([one.suspected for one in found], "<i4"),
        np.array([one.confidence for one in found], "<f4"),
        np.array([one.instead for one in found], "<f4"),
        said[rows].astype("<f4"),
    ]
    run_folder(run_id).mkdir(parents=True, exist_ok=True)
    raw_file.write(suspects_path(run_id), header, [part.tobytes() for part in parts])


if __name__ == "__main__":
    answer(SuspectsWork, SuspectsRequest, _look)
