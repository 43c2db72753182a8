"""The overfitting read-out: on curves with a known answer, and silent where there is none."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.analysis.overfitting import CurveReading, next_experiment, read_curves, read_run, weigh
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch
from cnn_tui.network.diff import diff_stacks
from cnn_tui.network.layers import AnyLayer, Conv2D, Dense, Dropout, Flatten, RandomBrightness, RandomFlip
from cnn_tui.network.stack import Stack
from tests.history.made_runs import run

BASELINE = load_preset("lab1-baseline")


def epochs(vals: Sequence[float], losses: Sequence[float] | None = None, gap: float = 0.05) -> list[Epoch]:
    """Epochs with these validation losses; the training loss falls unless it is given."""
    falling = losses if losses is not None else [0.5 / at for at in range(1, len(vals) + 1)]
    return [
        Epoch(at, {"loss": loss, "accuracy": 0.95, "val_loss": val, "val_accuracy": 0.95 - gap}, 8.0, 1.0)
        for at, (loss, val) in enumerate(zip(falling, vals, strict=True), 1)
    ]


def reading(vals: Sequence[float], losses: Sequence[float] | None = None) -> CurveReading:
    """What the curves say, where they say something."""
    found = read_curves(epochs(vals, losses))
    assert found is not None
    return found


def test_the_onset_is_where_the_validation_turns() -> None:
    found = reading([0.40, 0.33, 0.30, 0.32, 0.35, 0.39])
    assert (found.onset, found.lowest, found.still_falling) == (3, 3, False)
    assert found.ahead is not None and round(found.ahead, 6) == 5.0
    assert found.reason == (
        "overfits after epoch 3: training is 5.0 points ahead of validation, and the validation loss has risen by "
        "17 %, from 0.3000 around epoch 3 to 0.3500 in the last epochs"
    )


def test_a_curve_that_still_falls_has_no_onset() -> None:
    found = reading([0.40, 0.33, 0.31, 0.30, 0.29])
    assert (found.onset, found.lowest, found.still_falling) == (None, 5, True)
    assert found.reason == (
        "no overfitting in 5 epochs: training is 5.0 points ahead of validation, and the validation loss was still "
        "falling (0.2900, a rise of 0 %)"
    )


@pytest.mark.parametrize(
    "vals",
    [
        [0.40, 0.33, 0.300, 0.306, 0.305, 0.307],  # a rise of 2 % in few epochs
        [0.40, 0.33, *[0.3] * 5, 0.302, 0.301, 0.302],  # less than 1 % in many
        [0.40, 0.33, 0.300, 0.305],  # one epoch, 2 %
        [0.30, 0.34, 0.29, 0.33, 0.30, 0.34, 0.29, 0.33, 0.30],  # a curve that jumps about
    ],
)
def test_a_rise_that_may_be_chance_is_no_onset(vals: list[float]) -> None:
    found = reading(vals)
    assert found.onset is None
    assert "too little to be told from chance" in found.reason
    assert "5.0 points ahead" in found.reason and "has risen by " in found.reason, "both numbers are told"


def test_a_single_epoch_past_the_lowest_needs_a_clear_rise() -> None:
    assert reading([0.40, 0.33, 0.30, 0.32]).onset == 3
    assert reading([0.30, 0.36]).onset == 1


def test_where_training_does_not_get_better_either_it_is_no_overfitting() -> None:
    assert reading([0.30, 0.35, 0.40], losses=[0.3, 0.4, 0.5]).onset is None


def test_a_training_behind_its_validation_is_told_so() -> None:
    found = read_curves(epochs([0.4, 0.3], gap=-0.02))
    assert found is not None and "training is 2.0 points behind validation, and" in found.reason


@pytest.mark.parametrize(
    "some",
    [
        [],
        epochs([0.3]),
        [Epoch(at, {"loss": 0.5, "accuracy": 0.8}, 8.0, 1.0) for at in (1, 2, 3)],
        [Epoch(at, {"loss": 0.5, "val_loss": math.nan}, 8.0, 1.0) for at in (1, 2, 3)],
    ],
    ids=["no epoch", "one epoch", "no validation", "no number"],
)
def test_it_is_silent_where_there_is_nothing_to_say(some: list[Epoch]) -> None:
    assert read_curves(some) is None
    assert read_run(run(epochs=tuple(some))) is None


def test_without_accuracies_there_is_no_gap() -> None:
    found = read_curves([Epoch(at, {"loss": 1 / at, "val_loss": 1 / at}, 8.0, 1.0) for at in (1, 2)])
    assert found is not None and found.ahead is None
    assert "points" not in found.reason


def test_gap_and_rise_are_weighed_together() -> None:
    """A large gap with a clear rise overfits; a small rise with a small gap does not."""
    far = [0.60, 0.45, 0.40, 0.385, 0.373, 0.392, 0.380, 0.398, 0.391, 0.402, 0.389, 0.408, 0.399, 0.412, 0.419]
    found = read_curves(epochs(far, gap=0.102))
    assert found is not None and found.onset == 5
    assert "training is 10.2 points ahead of validation, and the validation loss has risen by" in found.reason
    near = read_curves(epochs([0.40, 0.31, 0.285, 0.275, 0.287], gap=0.03))
    assert near is not None and near.onset is None
    assert near.reason.startswith("no clear overfitting in 5 epochs: training is 3.0 points ahead of validation, and")
    assert "has risen by 4 %" in near.reason
    assert weigh(10.0, 0.0, 0.06) == 0 and weigh(None, 0.06, 0.06) == 1 and weigh(15.0, 0.01, 0.06) > 1


# Against chance

SHAPES: dict[str, Callable[[int], float]] = {
    "flat": lambda at: 0.3,
    "falls quickly": lambda at: 0.3 + 0.4 * math.exp(-at / 2),
    "falls slowly": lambda at: 0.3 + 0.4 * math.exp(-at / 6),
    "underfits": lambda at: 1.2 + 0.3 * math.exp(-at / 3),
}
TURNS: dict[str, tuple[Callable[[int], float], int]] = {
    "slow": (lambda at: 0.3 + 0.3 * math.exp(-at / 1.5) + 0.006 * max(0, at - 6), 7),
    "quick": (lambda at: 0.3 + 0.3 * math.exp(-at / 0.8) + 0.03 * max(0, at - 3), 4),
    "double": (lambda at: 0.3 + 0.012 * abs(at - 8) + (0.03 if at in (4, 5) else 0), 9),
}


@pytest.mark.parametrize("count", [5, 15, 40])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_curve_that_only_jitters_seldom_seems_to_overfit(shape: str, count: int) -> None:
    rng, wrong = random.Random(5), 0
    level = SHAPES[shape](50)
    for _ in range(300):
        noise = level * (0.01 if count < 8 else 0.04)
        found = read_curves(epochs([SHAPES[shape](at) + rng.gauss(0, noise) for at in range(count)], gap=0.03))
        wrong += found is not None and found.onset is not None
    assert wrong <= 15, f"{wrong} of 300 were said to overfit"


@pytest.mark.parametrize("turn", TURNS)
def test_a_turn_is_found_and_its_epoch_is_right_within_one(turn: str) -> None:
    rng, (shape, true) = random.Random(6), TURNS[turn]
    onsets = []
    for _ in range(200):
        found = read_curves(epochs([shape(at) + rng.gauss(0, 0.003) for at in range(16)], gap=0.06))
        onsets += [found.onset] if found is not None and found.onset is not None else []
    assert len(onsets) >= 190
    assert sum(abs(onset - true) <= 1 for onset in onsets) >= 0.95 * len(onsets)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 5), min_size=2, max_size=30))
def test_any_curve_is_read_and_the_onset_is_its_lowest(vals: list[float]) -> None:
    found = reading(vals)
    assert vals[found.lowest - 1] == min(vals)
    assert found.onset in (None, found.lowest)
    assert found.reason.isprintable()
    if found.still_falling:
        assert found.onset is None


# The next experiment

OVERFITS = reading([0.40, 0.33, 0.30, 0.34, 0.38])


def suggested(experiment: Experiment, what: CurveReading = OVERFITS) -> str:
    """The label of the next experiment, which can be trained."""
    made = next_experiment(experiment, what)
    assert made is not None
    assert problems_of(made.experiment) == ()
    assert made.experiment != experiment
    return made.label


def test_dropout_is_the_first_thing_to_try() -> None:
    found = read_run(run(epochs=tuple(epochs([0.40, 0.33, 0.30, 0.34, 0.38]))))
    assert found is not None
    made = found[1]
    assert made is not None and made.label == "Dropout 0.3 before the last Dense"
    changed = [line for line in diff_stacks(BASELINE.stack, made.experiment.stack) if line.sign != " "]
    assert [(line.sign, line.text) for line in changed] == [("+", "Dropout  0.3")]
    assert isinstance(made.experiment.layers[6], Dropout)


def test_each_means_is_tried_once_and_then_the_next() -> None:
    experiment, labels = BASELINE, []
    for _ in range(9):
        made = next_experiment(experiment, OVERFITS)
        assert made is not None
        labels.append(made.label)
        experiment = made.experiment
    assert labels == [
        "Dropout 0.3 before the last Dense",
        "Dropout 0.5 instead of 0.3",
        "RandomTranslation 0.1 before everything: images moved a little",
        "l2 0.0001 on the weights of the first Dense",
        "64 units instead of 128",
        "32 units instead of 64",
        "16 units instead of 32",
        "8 units instead of 16",
        "stop after epoch 3",
    ]
    assert next_experiment(experiment, OVERFITS) is None


def test_what_is_switched_off_is_not_there() -> None:
    off = BASELINE.with_stack(BASELINE.stack.insert(6, Dropout(rate=0.5, enabled=False)))
    assert suggested(off) == "Dropout 0.3 before the last Dense"


@pytest.mark.parametrize("layer", [RandomFlip(), RandomBrightness(factor=0.2)])
def test_images_that_are_varied_already_are_not_moved_too(layer: AnyLayer) -> None:
    varied = BASELINE.stack.insert(0, layer).insert(7, Dropout(rate=0.5))
    assert suggested(BASELINE.with_stack(varied)).startswith("l2 0.0001")


def test_a_network_of_one_dense_layer_has_something_to_try_as_well() -> None:
    small = BASELINE.with_stack(Stack((28, 28, 1), (Flatten(), Dense(units=10, activation="softmax"))))
    assert suggested(small) == "Dropout 0.3 before the last Dense"
    alone = Conv2D(filters=10, kernel_size=(28, 28), activation="softmax")
    assert suggested(BASELINE.with_stack(Stack((28, 28, 1), (alone, Flatten())))).startswith("Random")


def test_a_run_that_was_getting_better_is_trained_longer() -> None:
    better = read_curves(epochs([0.5, 0.4, 0.3], gap=0.01))
    assert better is not None
    assert suggested(BASELINE, better) == "train for 10 epochs"
    flat = read_curves(epochs([0.3, 0.299, 0.3, 0.299, 0.3], gap=0.01))
    assert flat is not None and next_experiment(BASELINE, flat) is None


def test_a_dataset_that_is_gone_is_no_error() -> None:
    gone = msgspec.structs.replace(BASELINE, dataset="/nowhere/gone.npz")
    assert next_experiment(gone, OVERFITS) is None
