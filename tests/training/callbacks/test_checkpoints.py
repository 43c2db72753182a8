"""What is kept of a training: it is whole, it costs little, it fails nothing, and a model goes on from it."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.artifacts.weights import KeptWeights, read_weights
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Progress
from cnn_tui.home import best_path, checkpoint_path, run_folder
from cnn_tui.network.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    RandomContrast,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
    SpatialDropout2D,
)
from tests.training.fits import EXPERIMENT, STEPS, Fit, after_batch, run_of, spoil, texts


@pytest.fixture
def history() -> Iterator[History]:
    with History() as history:
        history.add(EXPERIMENT)
        history.claim(1, 1, 1)
        yield history


@pytest.fixture(autouse=True)
def every_batch_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.callbacks import recorder

    monkeypatch.setattr(recorder, "PERIOD", 0.0)


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every file that is written, with its epoch."""
    from cnn_tui.training.callbacks import checkpoints

    seen: list[tuple[str, int]] = []
    write = checkpoints.write

    def noted(model: Any, path: Path, kept: KeptWeights) -> str:
        seen.append((path.name, kept.epoch))
        return write(model, path, kept)

    monkeypatch.setattr(checkpoints, "write", noted)
    return seen


@pytest.fixture
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written costs nothing, so that every epoch is kept."""
    from cnn_tui.training.callbacks import checkpoints

    monkeypatch.setattr(checkpoints, "SHARE", 1e9)


@pytest.mark.usefixtures("always_due")
def test_another_model_goes_on_from_a_checkpoint_as_if_nothing_had_been(history: History) -> None:
    import keras

    from cnn_tui.training.callbacks.checkpoints import restore

    keras.utils.set_random_seed(1)
    whole = Fit(history, fresh=True).run()
    keras.utils.set_random_seed(1)
    first = Fit(history, fresh=True)
    first.run(after_batch(2 * STEPS + 3, lambda: history.ask(1, "now")))
    kept = read_weights(checkpoint_path(1), run_of(history))
    assert kept is not None and kept.epoch == 2

    history.record_end(1, Result("stopped"))
    assert history.resume(1)
    keras.utils.set_random_seed(99)
    second = Fit(history, fresh=True)
    restore(second.model, checkpoint_path(1), kept)
    assert {name: values[2] for name, values in whole.items()} == {
        name: values[0] for name, values in second.run(first_epoch=2).items()
    }


@pytest.mark.parametrize(("due", "by"), [(True, 0.0), (False, 0.06)])
def test_a_rule_goes_back_to_the_weights_that_keras_would(
    due: bool, by: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    from cnn_tui.training.callbacks import checkpoints

    monkeypatch.setattr(checkpoints, "SHARE", 1e9 if due else 1e-9)
    rule = StopRule("accuracy", patience=3, restore_best_weights=True, min_delta=by)
    kerass = keras.callbacks.EarlyStopping("accuracy", by, patience=3, mode="max", restore_best_weights=True)
    with History() as history:
        history.add(msgspec.structs.replace(EXPERIMENT, stop=(rule,)))
        history.claim(1, 1, 1)
        keras.utils.set_random_seed(1)
        fit = Fit(history, rule, fresh=True)

        def forget() -> None:
            fit.model.set_weights([np.zeros_like(weight) for weight in fit.model.get_weights()])

        accuracy = fit.run(after_batch(2 * STEPS, forget), kerass)["accuracy"]
        assert accuracy[2] < max(accuracy)
        fit.model.set_weights([np.zeros_like(weight) for weight in fit.model.get_weights()])
        fit.checkpoints.keep_last()
        assert fit.checkpoints.restore_best() == kerass.best_epoch + 1 < 3
        assert all(map(np.array_equal, fit.model.get_weights(), kerass.best_weights))


@pytest.mark.parametrize(
    ("optimizer", "precision"),
    [
        ("adam", "float32"),
        *(pytest.param(*one, marks=pytest.mark.long) for one in (("nadam", "float32"), ("sgd", "mixed_float16"))),
    ],
)
def test_whatever_is_random_and_whatever_the_optimizer_remembers_is_in_it(
    tmp_path: Path, optimizer: str, precision: str
) -> None:
    import keras

    from cnn_tui.training import loop
    from cnn_tui.training.callbacks.checkpoints import restore, seeds, write
    from cnn_tui.training.model.build import build
    from cnn_tui.training.pipeline import training_batches

    layers = (
        *(RandomFlip(), RandomRotation(factor=0.1), RandomZoom(height_factor=0.1), RandomContrast(factor=0.2)),
        *(RandomTranslation(height_factor=0.1, width_factor=0.1), Conv2D(filters=4, kernel_size=(3, 3))),
        *(SpatialDropout2D(rate=0.2), BatchNormalization(), Flatten(), GaussianNoise(stddev=0.1), Dropout(rate=0.3)),
        Dense(units=10, activation="softmax"),
    )
    momentum = 0.9 if optimizer == "sgd" else 0.0
    experiment = msgspec.structs.replace(EXPERIMENT, layers=layers)
    experiment = experiment.with_training(optimizer=optimizer, precision=precision, momentum=momentum)
    images = np.random.default_rng(1).integers(0, 256, (40, 28, 28, 1), dtype=np.uint8)

    def train(model: Any, epochs: int, done: int = 0) -> list[float]:
        batches = training_batches(images, np.arange(40) % 10, batch_size=16, seed=1)
        return loop.fit(model, batches, epochs=epochs, initial_epoch=done)["loss"]

    try:
        keras.utils.set_random_seed(1)
        whole = train(build(experiment), 4)
        keras.utils.set_random_seed(1)
        model = build(experiment)
        first = train(model, 2)
        kept = KeptWeights(run=0.0, epoch=2, seeds=seeds(model))
        assert len(kept.seeds) == 8
        assert write(model, tmp_path / "checkpoint.keras", kept) == ""
        keras.utils.set_random_seed(99)
        model = build(experiment)
        restore(model, tmp_path / "checkpoint.keras", kept)
        assert first + train(model, 4, done=2) == whole
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.usefixtures("always_due")
def test_the_best_weights_are_those_of_the_lowest_validation_loss(history: History) -> None:
    import keras

    fit = Fit(history)
    losses = fit.run(spoil(2 * STEPS + 1))["val_loss"]
    best = int(np.nanargmin(losses)) + 1
    assert fit.checkpoints.best_epoch() == f"best weights: epoch {best}, val_loss {losses[best - 1]:.4f}"
    model = keras.models.load_model(best_path(1))
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.usefixtures("always_due")
def test_weights_that_are_no_numbers_replace_no_checkpoint(history: History) -> None:

    Fit(history).run(spoil(STEPS + 1))
    kept = read_weights(checkpoint_path(1), run_of(history))
    assert kept is not None and kept.epoch == 1


def test_where_epochs_are_short_some_are_left_out_and_the_last_is_not(
    history: History, writes: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_tui.training.callbacks import checkpoints

    monkeypatch.setattr(checkpoints, "SHARE", 1e-9)
    fit = Fit(history)
    losses = fit.run(after_batch(2 * STEPS, lambda: history.ask(1, "stop")))["val_loss"]
    assert writes == [("best.keras", 1), ("checkpoint.keras", 1)]
    before = fit.model.get_weights()
    fit.checkpoints.keep_last()
    better = [("best.keras", 2)] if losses[1] < losses[0] else []
    assert writes[2:] == [*better, ("checkpoint.keras", 2)]
    assert all(np.array_equal(one, other) for one, other in zip(before, fit.model.get_weights(), strict=True))


def test_best_weights_that_were_not_written_at_once_are_written_later(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By then the model has others."""
    import keras

    from cnn_tui.training.callbacks import checkpoints

    monkeypatch.setattr(checkpoints, "SHARE", 1e-9)
    fit = Fit(history)
    after: list[Any] = []
    keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: after.append(fit.model.get_weights()))
    losses = fit.run(keep)["val_loss"]
    best = int(np.argmin(losses))
    fit.checkpoints.keep_last()
    assert fit.checkpoints.best_epoch() == f"best weights: epoch {best + 1}, val_loss {losses[best]:.4f}"
    kept = keras.models.load_model(best_path(1)).get_weights()
    assert all(np.array_equal(one, other) for one, other in zip(kept, after[best], strict=True))


def test_without_room_training_goes_on_and_it_is_said_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from cnn_tui.training.callbacks import recorder

    monkeypatch.setattr(recorder, "RETRY", 0.0)

    def full(self: Any, path: Path, *_: Any, **__: Any) -> None:
        Path(path).write_text("half a model")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", full)
    fit = Fit(history)
    assert len(fit.run()["loss"]) == 3
    said = [text for text in texts(history) if "could not be written" in text]
    assert said == ["best.keras could not be written (No space left on device); training goes on"]
    assert list(run_folder(1).iterdir()) == []
    assert fit.checkpoints.best_epoch() == ""


def test_a_checkpoint_is_written_only_once_its_epochs_are_recorded(
    history: History, writes: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a run that goes on from it would miss them."""
    fit = Fit(history)
    monkeypatch.setattr(fit.recorder, "write_waiting", lambda: False)
    fit.run()
    assert ("checkpoint.keras", 1) not in writes


@pytest.mark.usefixtures("always_due")
def test_files_of_another_run_and_damaged_ones_are_no_checkpoints(history: History) -> None:
    from cnn_tui.training.callbacks.checkpoints import CheckpointError, restore

    fit = Fit(history)
    fit.run()
    path, run = checkpoint_path(1), run_of(history)
    kept = read_weights(path, run)
    assert kept is not None
    time.sleep(0.01)
    history.add(EXPERIMENT)
    assert read_weights(path, history.runs()[1]) is None
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"", content[:200] + bytes(500) + content[700:]):
        path.write_bytes(damaged)
        if read_weights(path, run) is not None:
            with pytest.raises(CheckpointError, match=r"checkpoint\.keras (is damaged|cannot be read)"):
                restore(fit.model, path, kept)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cnn_tui.json", "{}")
    assert read_weights(path, run) is None
    path.unlink()
    assert read_weights(path, run) is None


def test_a_half_written_file_is_cleared_away() -> None:
    from cnn_tui.training.callbacks.checkpoints import clear_parts

    run_folder(3).mkdir(parents=True)
    for name in ("part-checkpoint.keras", "model.keras"):
        (run_folder(3) / name).write_text("")
    clear_parts(3)
    clear_parts(4)
    assert [path.name for path in run_folder(3).iterdir()] == ["model.keras"]


def test_forgetting_what_comes_after_an_epoch_leaves_the_row_as_it_was_then(history: History) -> None:
    Fit(history).run()
    before = run_of(history)
    history.record_progress(1, Progress("training", 3, 5, 8))
    history.forget_after(1, 2)
    run, line = run_of(history), history.lines()[0]
    assert run.epochs == before.epochs[:2]
    assert run.seconds == pytest.approx(sum(epoch.seconds for epoch in run.epochs))
    assert (line.epochs_done, line.loss, line.val_loss) == (
        2,
        run.epochs[1].metrics["loss"],
        run.epochs[1].metrics["val_loss"],
    )
    assert all(point.at <= 2 for point in history.points(1))
