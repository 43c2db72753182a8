"""A training of two phases is what Keras makes of compile, fit, compile and fit; it goes on where it was broken off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import model_path
from cnn_tui.jobs.launch import ENDED, ENDED_BADLY
from cnn_tui.network.layers import Application, BatchNormalization, Dense, Flatten, GlobalAveragePooling2D
from tests.runs import run_of
from tests.training.trained_run import write_shapes

PATIENCE = StopRule("val_loss", patience=1, min_delta=50.0, restore_best_weights=True)
"""It ends the first phase after two epochs of five, with the weights of the first."""
SEED = 4


@pytest.fixture
def two_phases(tmp_path: Path) -> Experiment:
    """What is frozen at first learns later, in other batches, by another optimizer."""
    hidden = (Dense(units=8, activation="relu", trainable=False), BatchNormalization(trainable=False))
    return Experiment(
        dataset=str(write_shapes(tmp_path / "shapes.npz", images=120)),
        layers=(Flatten(), *hidden, Dense(units=3, activation="softmax")),
        stop=(PATIENCE,),
        then=(Phase(2, batch_size=12, optimizer="rmsprop", learning_rate=0.005, trainable=True, stop=()),),
    ).with_training(epochs=5, batch_size=16, learning_rate=0.01, seed=SEED)


def by_keras(run: Run) -> tuple[list[dict[str, float]], list[Any]]:
    """The figures of each epoch, and the weights at the end, of plain Keras on the same images in the same order."""
    import keras

    with np.load(run.experiment.dataset) as arrays:
        pixels, labels = arrays["x_train"][..., None] / np.float32(255), arrays["y_train"]
        tested = arrays["x_test"][..., None] / np.float32(255), arrays["y_test"]

    def images(first: int, size: int) -> Any:
        for epoch in range(first, 7):
            order = np.random.default_rng([SEED, epoch]).permutation(len(pixels))
            for start in range(0, len(order), size):
                yield pixels[order[start : start + size]], labels[order[start : start + size]]

    keras.utils.set_random_seed(SEED)
    frozen = [keras.layers.Dense(8, activation="relu"), keras.layers.BatchNormalization()]
    model = keras.Sequential(
        [keras.Input((12, 12, 1)), keras.layers.Flatten(), *frozen, keras.layers.Dense(3, activation="softmax")]
    )
    for layer in frozen:
        layer.trainable = False
    given: dict[str, Any] = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    model.compile(optimizer=keras.optimizers.Adam(0.01), **given)
    patience = keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=50.0, restore_best_weights=True)
    fit: dict[str, Any] = {"validation_data": tested, "shuffle": False, "verbose": 0}
    first = model.fit(images(0, 16), epochs=5, steps_per_epoch=8, callbacks=[patience], **fit).history
    for layer in frozen:
        layer.trainable = True
    model.compile(optimizer=keras.optimizers.RMSprop(0.005), **given)
    second = model.fit(images(2, 12), epochs=2, steps_per_epoch=10, **fit).history
    figures = {name: first[name] + second[name] for name in first}
    return [{name: values[at] for name, values in figures.items()} for at in range(4)], model.get_weights()


def test_two_phases_are_two_compiles_and_fits_of_keras(two_phases: Experiment, trains: Callable[[int], int]) -> None:
    with History() as history:
        run_id = history.add(two_phases)
        assert trains(run_id) == ENDED
        told = [event.text for event in history.events(run_id)]
        assert_is_keras_own(run_of(history, run_id))
    assert next(text for text in told if text.startswith("phase")) == (
        "phase 2 of 2 begins after epoch 2: 2 epochs with rmsprop at 0.005, batch_size 12, all layers learn, "
        "no stop rule"
    )


def assert_is_keras_own(run: Run) -> None:
    import keras

    assert (run.status, run.stop_cause, run.fired) == ("finished", "", None)
    figures, weights = by_keras(run)
    ours = [{name: value for name, value in one.metrics.items() if name != "learning_rate"} for one in run.epochs]
    assert ours == [pytest.approx(one, abs=2e-5) for one in figures]
    kept = keras.models.load_model(model_path(run.id)).get_weights()
    for one, other in zip(kept, weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-5)
    assert [one.metrics["learning_rate"] for one in run.epochs] == pytest.approx([0.01, 0.01, 0.005, 0.005])


@pytest.mark.long
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_training_goes_on_in_the_phase_in_which_it_was_broken_off(
    after: int, two_phases: Experiment, trains: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_tui.training.callbacks.epoch_weights import EpochWeights

    def fail(_: Any, epoch: int, logs: Any = None) -> None:
        if epoch + 1 == after:
            raise MemoryError("no room")

    with History() as history:
        run_id = history.add(two_phases)
        with monkeypatch.context() as patched:
            patched.setattr(EpochWeights, "on_epoch_end", fail)
            assert trains(run_id) == ENDED_BADLY
        assert len(run_of(history, run_id).epochs) == after
        history.resume(run_id)
        assert trains(run_id) == ENDED
        run = run_of(history, run_id)
    assert run.resumed_after == after
    assert_is_keras_own(run)


@pytest.mark.long
def test_a_base_is_trained_on_from_a_layer_on() -> None:
    """The flags of a network that was frozen, then trained from its fifth layer on, are those of one built so."""
    from cnn_tui.experiment.training.phases import phases_of
    from cnn_tui.training.model.build import build
    from cnn_tui.training.model.phases import begin_phase

    base = Application(architecture="MobileNetV2", weights="none", cut="block_2_add", trainable=False)
    experiment = Experiment(
        dataset="cifar10",
        layers=(base, GlobalAveragePooling2D(), Dense(units=10, activation="softmax")),
        then=(Phase(1, frozen_layers=5), Phase(1, trainable=True), Phase(1, trainable=(3,))),
    )
    first, *later = phases_of(experiment)
    model = build(first)
    counts = []
    for phase in later:
        begin_phase(model, phase)
        expected = build(phase)
        assert [one.shape for one in model.trainable_weights] == [one.shape for one in expected.trainable_weights]
        assert len(model.optimizer.variables) == len(expected.optimizer.variables)
        counts.append(len(model.trainable_weights))
    assert counts[1] > counts[0] > counts[2] == 2
