"""Training and evaluation go as Keras's own `fit` and `evaluate` do, with fewer calls in between."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.layers import Conv2D, Dense, Dropout, Flatten
from cnn_tui.network.losses import CLASS_NUMBERS, Answers

if TYPE_CHECKING:
    from cnn_tui.training.pipeline import Batches

EXPERIMENT = Experiment(
    layers=(Conv2D(filters=2, kernel_size=(5, 5), strides=(2, 2)), Flatten(), Dense(units=10, activation="softmax"))
).with_training(learning_rate=0.003)
RANDOM = msgspec.structs.replace(EXPERIMENT, layers=(Dropout(rate=0.2), *EXPERIMENT.layers))
COUNT = 65  # the last of nine batches of eight holds one image
DRAW = np.random.default_rng(1)
IMAGES = DRAW.integers(0, 256, (COUNT, 28, 28, 1), dtype=np.uint8)
LABELS = DRAW.integers(0, 10, COUNT)


def batches(seed: int | None = 3, room: int | None = None, answers: Answers = CLASS_NUMBERS) -> Batches:
    from cnn_tui.training.pipeline import Batches

    return Batches(IMAGES, LABELS, batch_size=8, seed=seed, room=room, answers=answers)


def built(experiment: Experiment = EXPERIMENT) -> Any:
    import keras

    from cnn_tui.training.model.build import build

    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    return build(experiment)


class Network:
    """A model with its images, and the graphs that TensorFlow makes of both in the first fit."""

    def __init__(self) -> None:
        from tests.training.fixed_pace import Fixed

        self.model, self.training, self.test, self.pace = built(), batches(), batches(seed=None), Fixed(1)
        self.model.optimizer.build(self.model.trainable_variables)
        self._untrained = [variable.numpy() for variable in self._variables]

    @property
    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def fit(self, epochs: int, **more: Any) -> dict[str, list[float]]:
        """Train."""
        from cnn_tui.training import loop

        return loop.fit(self.model, self.training, epochs=epochs, pace=self.pace, **more)

    def forget(self, steps: int = 1) -> Network:
        """Back to what it was before it learned anything; from now on so many steps are taken at once."""
        self.pace.steps = steps
        for variable, value in zip(self._variables, self._untrained, strict=True):
            variable.assign(value)
        return self


@functools.cache
def shared_network() -> Network:
    """The one of all tests that need none of their own."""
    return Network()


def keras_batches(data: Batches, epochs: int = 1) -> Iterator[tuple[Any, Any]]:
    """The batches of all epochs, as numbers from 0 to 1."""
    for epoch in range(epochs):
        order = data.order(epoch)
        for start in range(0, len(order), 8):
            rows = order[start : start + 8]
            yield IMAGES[rows] / 255.0, LABELS[rows]


def listener() -> Any:
    """A callback that notes every call, its numbers and the names of the logs."""
    import keras

    class Listener(keras.callbacks.Callback):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.heard: list[Any] = []

    def hear(name: str) -> Any:
        def heard(self: Any, *numbers: Any, logs: Any = None) -> None:
            found = next((one for one in numbers if isinstance(one, dict)), logs) or {}
            assert all(type(value) is float for value in found.values())
            self.heard.append((name, *(one for one in numbers if isinstance(one, int)), *sorted(found)))

        return heard

    for kind in ("train", "test"):
        for part in ("begin", "end", "batch_begin", "batch_end"):
            setattr(Listener, f"on_{kind}_{part}", hear(f"{kind} {part.replace('_', ' ')}"))
    Listener.on_epoch_begin, Listener.on_epoch_end = hear("epoch begin"), hear("epoch end")
    return Listener()


def test_losses_and_calls_are_those_of_keras() -> None:
    from cnn_tui.training.loop import evaluate

    ours, kerass = listener(), listener()
    shared, theirs = shared_network().forget(), built()
    mine = shared.model
    logs = shared.fit(2, validation_data=shared.test, callbacks=[ours])
    expected = theirs.fit(
        keras_batches(batches(), 2),
        epochs=2,
        steps_per_epoch=9,
        shuffle=False,
        validation_data=(IMAGES / 255.0, LABELS),
        validation_batch_size=8,
        callbacks=[kerass],
        verbose=0,
    ).history
    assert {name: pytest.approx(values, abs=1e-5) for name, values in logs.items()} == expected
    assert evaluate(mine, shared.test) == pytest.approx(
        theirs.evaluate(IMAGES / 255.0, LABELS, batch_size=8, return_dict=True, verbose=0), abs=1e-5
    )
    assert (mine.history.history, mine.stop_training) == (logs, False)

    def told(heard: list[Any]) -> list[Any]:  # how many calls a validation takes is a matter of pace
        return [one for one in heard if not one[0].startswith("test batch")]

    assert told(ours.heard) == told(kerass.heard)


def test_epochs_of_so_many_steps_learn_what_they_learn_in_keras() -> None:
    from cnn_tui.training.loop import fit
    from cnn_tui.training.pipeline import training_batches
    from tests.training.fixed_pace import Fixed

    data = training_batches(IMAGES, LABELS, batch_size=8, seed=3, steps=4)
    logs = fit(built(), data, epochs=4, pace=Fixed(3))  # in the third epoch is the batch of one image
    expected = built().fit(keras_batches(batches(), 2), epochs=4, steps_per_epoch=4, shuffle=False, verbose=0).history
    assert {name: pytest.approx(values, abs=1e-5) for name, values in logs.items()} == expected


def test_images_to_validate_on_are_varied_as_those_that_are_learned_from() -> None:
    import keras

    from cnn_tui.training.loop import evaluate, fit
    from cnn_tui.training.step import varied_test_step

    brighter = keras.layers.RandomBrightness((0.5, 0.5), value_range=(0, 1))  # which is no matter of chance
    model = keras.Sequential([keras.Input((28, 28, 1)), brighter, keras.layers.Flatten(), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=["accuracy"])
    logs = fit(model, batches(), epochs=1, validation_data=shared_network().test, validation_step=varied_test_step)
    theirs = model.evaluate(np.clip(IMAGES / 255.0 + 0.5, 0, 1), LABELS, batch_size=8, return_dict=True, verbose=0)
    assert {name: logs[f"val_{name}"][0] for name in theirs} == pytest.approx(theirs, abs=1e-5)
    assert evaluate(model, shared_network().test)["loss"] != pytest.approx(theirs["loss"], abs=1e-3)


@pytest.mark.parametrize("room", [None, 0])
def test_a_call_is_told_the_number_of_the_last_step(room: int | None) -> None:
    from cnn_tui.training.loop import fit
    from tests.training.fixed_pace import Fixed

    ours = listener()
    fit(built(), batches(room=room), epochs=1, callbacks=[ours], pace=Fixed(4))
    steps = [one[:2] for one in ours.heard if "batch" in one[0]]
    assert steps == [
        (f"train batch {end}", at)
        for pair in ((0, 3), (4, 7), (8, 8))
        for end, at in zip(("begin", "end"), pair, strict=True)
    ]


@pytest.mark.long
def test_images_that_are_sent_train_the_same_weights_at_any_pace() -> None:
    from cnn_tui.training.loop import Pace, fit
    from tests.training.fixed_pace import Fixed

    def weights(room: int | None, pace: Pace) -> list[Any]:
        model = built(RANDOM)
        fit(model, batches(room=room), epochs=2, pace=pace)
        found: list[Any] = model.get_weights()
        return found

    first = weights(None, Fixed(1))
    for room, pace in ((None, Pace()), (0, Fixed(2)), (0, Pace())):
        assert all(np.array_equal(one, other) for one, other in zip(first, weights(room, pace), strict=True))


def test_training_that_goes_on_later_sees_the_orders_that_are_left() -> None:
    logs = shared_network().forget().fit(3)
    parted = shared_network().forget()
    first = parted.fit(1)
    rest = parted.fit(3, initial_epoch=1)
    assert {name: first[name] + rest[name] for name in logs} == logs
    assert parted.fit(3, initial_epoch=3) == {}


def test_the_network_is_traced_once_however_the_pace_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training import loop

    traced: list[str] = []

    def noted(name: str, step: Any) -> Any:
        def take(*arguments: Any) -> None:
            traced.append(name)
            step(*arguments)

        return take

    for name in ("train_step", "test_step"):
        monkeypatch.setattr(loop, name, noted(name, getattr(loop, name)))
    monkeypatch.setattr(loop, "usual_parts", lambda: 1)
    test = batches(seed=None)
    model = built()
    loop.fit(model, batches(), epochs=2, validation_data=test)
    loop.evaluate(model, test)
    assert traced == ["train_step", "test_step"]


@pytest.mark.parametrize("parts", [1, 4, pytest.param(2, marks=pytest.mark.long)])
@pytest.mark.parametrize("one_hot", [None, pytest.param(10, marks=pytest.mark.long)])
def test_a_last_batch_of_one_image_counts(monkeypatch: pytest.MonkeyPatch, parts: int, one_hot: int | None) -> None:
    from cnn_tui.training import loop

    monkeypatch.setattr(loop, "usual_parts", lambda: parts)
    answers = Answers("one-hot labels", one_hot) if one_hot else CLASS_NUMBERS
    experiment = EXPERIMENT.with_training(loss="categorical_crossentropy") if one_hot else EXPERIMENT
    model = built(experiment.with_training(learning_rate=1e-9))
    logs = loop.fit(model, batches(answers=answers), epochs=1)
    probabilities = model.predict(IMAGES / 255.0, verbose=0)
    right = probabilities[np.arange(COUNT), LABELS]
    wanted = {"loss": -np.log(right).mean(), "accuracy": (probabilities.argmax(axis=1) == LABELS).mean()}
    assert {name: values[0] for name, values in logs.items()} == pytest.approx(wanted, abs=1e-5)
    assert loop.evaluate(model, batches(None, answers=answers)) == pytest.approx(wanted, abs=1e-5)


def test_a_callback_cuts_an_epoch_and_an_evaluation_short() -> None:
    import keras

    from cnn_tui.training.loop import evaluate

    def stop(name: str) -> Any:
        def at_batch(batch: int, logs: Any) -> None:
            setattr(model, f"stop_{name}", batch >= 3)

        return keras.callbacks.LambdaCallback(
            **{"on_train_batch_end" if name == "training" else "on_test_batch_end": at_batch}
        )

    shared, ours = shared_network().forget(steps=2), listener()
    model = shared.model
    shared.fit(3, callbacks=[ours, stop("training")])
    assert [one for one in ours.heard if one[0].endswith("batch end")][-1][:2] == ("train batch end", 3)
    assert [one[0] for one in ours.heard][-2:] == ["epoch end", "train end"]

    ours = listener()
    evaluate(model, shared.test, callbacks=[ours, stop("evaluating")])
    assert [one[1] for one in ours.heard if one[0] == "test batch end"][-1] >= 3
    assert model.stop_evaluating


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_learns(precision: str) -> None:
    import keras

    from cnn_tui.training.loop import fit

    try:
        losses = fit(built(EXPERIMENT.with_training(precision=precision)), batches(), epochs=6)["loss"]
    finally:
        keras.config.set_dtype_policy("float32")
    assert losses[-1] < losses[0] - 0.1


def test_what_is_saved_is_plain_keras(tmp_path: Path) -> None:
    import keras

    model = shared_network().forget().model
    shared_network().fit(1)
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        config = archive.read("config.json").decode()
    assert "cnn_tui" not in config
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again) is keras.Sequential
    assert [layer.name for layer in again.layers] == ["conv2d", "flatten", "dense"]
    assert int(again.optimizer.iterations) == 9
    assert np.array_equal(again.predict(IMAGES / 255.0, verbose=0), model.predict(IMAGES / 255.0, verbose=0))
