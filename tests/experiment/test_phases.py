"""The later phases of a training: in the file, what they come to, and where a training is among them."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from cnn_tui.experiment.check import problems_of, warnings_of
from cnn_tui.experiment.difference import differences, in_few_words
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import from_builtins, parse, to_toml
from cnn_tui.experiment.form.settings import change, settings_of
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.same import identity_of
from cnn_tui.experiment.training.phase import Phase, in_words
from cnn_tui.experiment.training.phases import left_after, phase_between, phase_reached, phases_in_words, phases_of
from cnn_tui.experiment.training.schedule import CosineDecay, LearningRateScheduler
from cnn_tui.network.layers import Application, BatchNormalization, Dense, Flatten, GlobalAveragePooling2D

TUNING = """
name = "Tuned"
dataset = "cifar10"

[training]
epochs = 10
optimizer = "sgd"
momentum = 0.9
clipnorm = 1.0

[[stop]]
metric = "val_loss"
patience = 3

[[then]]
epochs = 5
optimizer = "adam"
learning_rate = 1e-5
clipnorm = "none"
trainable = true
schedule = { type = "CosineDecay", decay_steps = 100 }

[[then.stop]]
metric = "loss"
below = 0.1

[[then]]
epochs = 2
schedule = "none"
frozen_layers = 100
stop = []

[[layers]]
type = "Application"
architecture = "MobileNetV2"
trainable = false

[[layers]]
type = "GlobalAveragePooling2D"

[[layers]]
type = "Dense"
units = 10
"""
LOW, HIGH = {"loss": 0.05, "val_loss": 1.0}, {"loss": 2.0, "val_loss": 1.0}


def tuned() -> Experiment:
    return parse(TUNING)


def test_a_phase_has_what_it_says_and_else_what_was_before() -> None:
    experiment = tuned()
    first, second, third = phases_of(experiment)
    assert (experiment.epochs, [one.training.epochs for one in (first, second, third)]) == (17, [10, 5, 2])
    settings = [(one.training.optimizer, one.training.learning_rate, one.training.clipnorm) for one in (second, third)]
    assert settings == [("adam", 1e-5, None)] * 2
    assert (second.training.schedule, third.training.schedule) == (CosineDecay(decay_steps=100), None)
    bases = [one.layers[0] for one in (first, second, third)]
    assert [(one.trainable, one.frozen_layers) for one in bases if isinstance(one, Application)] == [
        (False, 0),
        (True, 0),
        (True, 100),
    ]
    assert [len(one.stop) for one in (first, second, third)] == [1, 1, 0]


def test_the_file_and_json_keep_phases() -> None:
    experiment = tuned()
    assert parse(to_toml(experiment)) == experiment
    assert from_builtins(msgspec.json.decode(msgspec.json.encode(experiment))) == experiment
    changed = override(experiment, [("then[0].learning_rate", 0.01), ("then[1].epochs", 3)])
    assert (changed.then[0].learning_rate, changed.epochs) == (0.01, 18)


def test_phases_in_words() -> None:
    first, second = tuned().then
    assert in_words(first) == (
        "5 epochs with adam from 1e-05 on, clipnorm none, CosineDecay, decay_steps 100, all layers learn, "
        "stops when loss below 0.1"
    )
    assert in_words(second) == (
        "2 epochs, no schedule, the first 100 layers of the pre-trained network stay, no stop rule"
    )
    assert in_words(Phase(1, trainable=(4, 2))) == "1 epoch, layers 2 and 4 learn"
    assert in_words(Phase(1, trainable=(3,), steps_per_epoch="all")) == (
        "1 epoch, steps_per_epoch all, layer 3 alone learns"
    )


def test_a_rate_is_not_promised_where_a_schedule_goes_on() -> None:
    cosine, rates = CosineDecay(decay_steps=12, warmup_target=0.02, warmup_steps=4), LearningRateScheduler(rates=(0.1,))
    then = (Phase(2, learning_rate=1e-5), Phase(2, learning_rate=1e-6, schedule="none"), Phase(1, learning_rate=1e-7))
    experiment = tuned()
    for schedule, words in ((cosine, "from 1e-05 on by CosineDecay"), (rates, "at the rates of LearningRateScheduler")):
        scheduled = msgspec.structs.replace(experiment.with_training(schedule=schedule), then=then)
        assert phases_in_words(scheduled) == (
            f"2 epochs {words}",
            "2 epochs at 1e-06, no schedule",
            "1 epoch at 1e-07",
        )


@pytest.mark.parametrize(
    ("typed", "phase"),
    [
        ("3", Phase(3)),
        ("1 epoch at 1e-05, all layers learn", Phase(1, learning_rate=1e-5, trainable=True)),
        ("10 epochs with sgd at 0.01, layers 2 and 3 learn", Phase(10, None, None, "sgd", 0.01, trainable=(2, 3))),
        ("2 epochs, layer 3 alone learns", Phase(2, trainable=(3,))),
        ("2 epochs with adam, the first 100 layers stay", Phase(2, optimizer="adam", frozen_layers=100)),
        (
            "2 epochs, all layers learn, the first 9 layers stay",
            Phase(2, trainable=True, frozen_layers=9),
        ),
    ],
)
def test_a_phase_can_be_typed(typed: str, phase: Phase) -> None:
    experiment = msgspec.structs.replace(tuned(), then=())
    made = change(experiment, "then 1", typed)
    assert made.then == (phase,)
    rows = {row.name: row.value for row in settings_of(made)}
    assert change(experiment, "then 1", rows["then 1"]) == made, "what is shown can be typed"
    assert rows["then 2"] == "none"
    assert change(made, "then 1", "none") == experiment


def test_what_is_typed_of_a_phase_leaves_the_rest_of_it() -> None:
    experiment = tuned()
    changed = change(experiment, "then 1", "7 epochs at 0.1").then[0]
    before = experiment.then[0]
    assert (changed.epochs, changed.learning_rate, changed.optimizer, changed.trainable) == (7, 0.1, None, None)
    assert (changed.stop, changed.schedule, changed.clipnorm) == (before.stop, before.schedule, before.clipnorm)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ten epochs", "a later phase is as 10 epochs with adam at 1e-05, all layers learn; or none, which takes it"),
        ("3 epochs, some learn", "a later phase is as 10 epochs"),
        ("3 epochs at 1e-5 all layers learn", "a later phase is as 10 epochs"),
        ("3 with adm", "the optimizer is one of adam, adamw, sgd, "),
        ("3 at -.", "the learning rate is a number like 1e-05, not -."),
        ("3 at 1000", "learning_rate must be a number from 1e-09 to 100, not 1000"),
        ("3, layers 1 and 9 learn", "there is no layer 9: the network has 3"),
        ("3, layers 0 and 2 learn", "trainable must be true, where all layers learn, or numbers of layers from 1"),
    ],
)
def test_what_is_no_phase_is_refused(typed: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        change(tuned(), "then 1", typed)


def test_other_phases_are_another_experiment_which_is_told() -> None:
    base = msgspec.structs.replace(tuned(), then=())
    once = msgspec.structs.replace(base, then=(Phase(5, learning_rate=0.1),))
    twice = msgspec.structs.replace(base, then=(Phase(6, learning_rate=0.1),))
    assert len({identity_of(one) for one in (base, once, twice)}) == 3
    assert in_few_words(differences(base, once)) == "then 5 epochs at 0.1"
    assert in_few_words(differences(once, base)) == "no later phase"
    more = msgspec.structs.replace(base, then=(*once.then, Phase(1)))
    assert in_few_words(differences(once, more)) == "then 1 epoch"
    assert in_few_words(differences(more, once)) == "fewer phases"
    other = msgspec.structs.replace(base, then=(*once.then, Phase(2)))
    assert in_few_words(differences(more, other)) == "then 2 epochs"


@pytest.mark.parametrize(
    ("epochs", "begun", "is_over", "planned"),
    [
        ([], (0,), False, 17),
        ([HIGH] * 3, (0,), False, 17),
        ([HIGH] * 4, (0,), True, 17),  # three epochs were no better than the first
        ([HIGH] * 5, (0, 4), False, 11),
        ([HIGH] * 4 + [HIGH, LOW], (0, 4), True, 11),
        ([HIGH] * 4 + [HIGH, LOW, LOW], (0, 4, 6), False, 8),
        ([HIGH] * 4 + [HIGH, LOW, LOW, LOW], (0, 4, 6), True, 8),
    ],
)
def test_where_a_training_is_follows_from_its_epochs(
    epochs: list[dict[str, float]], begun: tuple[int, ...], is_over: bool, planned: int
) -> None:
    reached = phase_reached(tuned(), epochs)
    assert (reached.begun, reached.is_over, reached.planned) == (begun, is_over, planned)


def test_what_is_left_of_a_training_begins_in_its_phase() -> None:
    experiment = tuned()
    left = left_after(experiment, [HIGH] * 2)
    assert left is not None and (left.training.epochs, left.then) == (8, experiment.then)
    left = left_after(experiment, [HIGH] * 4)
    assert left is not None and (left.training.learning_rate, left.training.epochs, len(left.then)) == (1e-5, 5, 1)
    left = left_after(experiment, [HIGH] * 4 + [LOW] * 2)
    assert left is not None and (left.training.epochs, left.then) == (1, ())
    assert left_after(experiment, [HIGH] * 4 + [LOW] * 3) is None


HEAD = (GlobalAveragePooling2D(), Dense(units=10))


@pytest.mark.parametrize(
    ("before", "after", "phase"),
    [
        ({"trainable": False}, {}, Phase(3, trainable=True)),
        ({"trainable": False}, {"frozen_layers": 100}, Phase(3, frozen_layers=100)),
        ({}, {"trainable": False}, Phase(3, trainable=(3,))),
        ({"frozen_layers": 100}, {}, Phase(3, trainable=True)),
        ({}, {}, Phase(3)),
    ],
)
def test_what_is_between_two_trainings_is_a_phase(before: Any, after: Any, phase: Phase) -> None:
    first, second = (
        Experiment(dataset="cifar10", layers=(Application(architecture="MobileNetV2", **base), *HEAD))
        for base in (before, after)
    )
    assert phase_between(first, second.with_training(epochs=3)) == phase


def test_other_networks_and_settings_that_no_phase_has_are_none() -> None:
    experiment = Experiment(layers=(Flatten(), Dense(units=10)))
    assert phase_between(experiment, experiment.with_stack(experiment.stack.change(1, units=9))) is None
    other = experiment.with_training(epochs=2, optimizer="sgd", momentum=0.9, clipnorm=1.0, batch_size=8)
    phase = phase_between(experiment, other)
    assert phase == Phase(2, batch_size=8, optimizer="sgd", momentum=0.9, clipnorm=1.0)
    assert phase_between(other, experiment) == Phase(5, batch_size=32, optimizer="adam", clipnorm="none")


def test_a_phase_in_which_nothing_learns_is_a_warning() -> None:
    experiment = Experiment(
        layers=(Flatten(), Dense(units=10, activation="softmax")), then=(Phase(1), Phase(2, trainable=(1,)))
    )
    assert problems_of(experiment) == ()
    assert [one.message for one in warnings_of(experiment)] == [
        "in phase 3 of its training nothing learns: set trainable to layers that do"
    ]


def test_a_phase_goes_on_to_name_the_layers_that_it_named() -> None:
    layers = (Flatten(), Dense(units=8), BatchNormalization(), Dense(units=10))
    experiment = Experiment(layers=layers, then=(Phase(1, trainable=(2, 4)), Phase(1, trainable=True)))

    def edited(stack: Any) -> Any:
        return [phase.trainable for phase in experiment.with_stack(stack).then]

    stack = experiment.stack
    assert edited(stack.insert(0, BatchNormalization())) == [(3, 5), True]
    assert edited(stack.change(1, units=9)) == [(2, 4), True]
    assert edited(stack.move(3, 0)) == [(1, 3), True]
    assert edited(stack.delete(1)) == [(3,), True]
    assert edited(stack.toggle(0)) == [(2, 4), True]
