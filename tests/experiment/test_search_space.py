"""`--vary`: what a search may try, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.search_space import (
    Choice,
    Range,
    combinations,
    every_combination,
    parse_space,
    values_in,
    with_values,
)

BASELINE = load_preset("lab1-baseline")


@pytest.mark.parametrize(
    ("setting", "dimension", "shown", "own"),
    [
        ("layers[0].filters=16,32,64", Choice("layers[0].filters", (16, 32, 64)), "one of 3", 32),
        ("optimizer=adam, sgd", Choice("optimizer", ("adam", "sgd")), "one of 2", "adam"),
        ("layers[0].kernel_size=[3,3],[5,5]", Choice("layers[0].kernel_size", ([3, 3], [5, 5])), "one of 2", None),
        (
            *("learning_rate=1e-4..1e-2 log", Range("learning_rate", 0.0001, 0.01, log=True)),
            *("0.0001 to 0.01 on a logarithmic scale", 0.001),
        ),
        ("layers[5].units=32 .. 256", Range("layers[5].units", 32, 256, step=1, whole=True), "32 to 256", 128),
        ("epochs=1..4", Range("epochs", 1, 4, step=1, whole=True), "1 to 4", None),
        (
            *("layers[5].units=32..250 step 32", Range("layers[5].units", 32, 250, step=32, whole=True)),
            *("32 to 250, 32 apart", 128),
        ),
        ("momentum=0..0.9 step 0.3", Range("momentum", 0.0, 0.9, step=0.3), "0 to 0.9, 0.3 apart", 0.0),
        ("momentum=0..0.9", Range("momentum", 0.0, 0.9), "0 to 0.9", 0.0),
        ("learning_rate=1..2", Range("learning_rate", 1.0, 2.0), "1 to 2", None),
    ],
)
def test_a_choice_or_a_range(setting: str, dimension: object, shown: str, own: Any) -> None:
    (found,) = parse_space([setting], BASELINE)
    assert found == dimension
    assert str(found) == f"{found.key} ({shown})"
    assert values_in(BASELINE, [found]) == (None if own is None else (own,))


def test_the_epochs_of_the_baseline_are_none_of_the_range() -> None:
    assert BASELINE.training.epochs == 5


def test_a_range_ends_where_its_last_step_does() -> None:
    space = parse_space(["layers[5].units=32..250 step 32", "momentum=0..0.9 step 0.3"], BASELINE)
    assert space[0].every_value() == (32, 64, 96, 128, 160, 192, 224)
    assert space[1].every_value() == (0.0, 0.3, 0.6, 0.9)
    assert combinations(space) == 28 == len(set(every_combination(space)))
    assert combinations(parse_space(["learning_rate=0.1..0.2"], BASELINE)) is None


def test_a_number_is_tried_in_few_digits_and_within_its_range() -> None:
    (rate,) = parse_space(["learning_rate=0.00012345..0.01 log"], BASELINE)
    assert isinstance(rate, Range)
    assert rate.value(0.00277777) == 0.00278
    assert rate.value(0.00012346) == 0.00012345


def test_values_are_put_where_their_keys_are() -> None:
    space = parse_space(["layers[0].filters=16,64", "learning_rate=1e-4..1e-2 log"], BASELINE)
    changed = with_values(BASELINE, space, [64, 0.002])
    assert isinstance(changed, Experiment)
    assert (getattr(changed.layers[0], "filters", 0), changed.training.learning_rate) == (64, 0.002)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("layers[0].filters", "--vary takes KEY=VALUE,VALUE or KEY=LOW..HIGH, as "),
        ("filterz=1,2", "filterz is an unknown key"),
        ("layers[0].filtrs=1,2", r"layers\[0\].filtrs \(layer 1, Conv2D\) is an unknown key; .*Did you mean"),
        ("layers[9].filters=1,2", r"there is no \[9\]; the experiment has 7"),
        ("layers[0].filters=-3..5", "filters must be a whole number from 1 to 65536, not -3"),
        ("optimizer=adam,foo", 'found "foo"; allowed: one of adam'),
        ("learning_rate=0.1", 'found "0.1" alone; a search takes several values'),
        ("learning_rate=0.1,0.1", "learning_rate is to be 0.1 twice"),
        ("learning_rate=1..0", "1..0 has no numbers between: the lower one stands first"),
        ("learning_rate=0..1 log", "a logarithmic scale begins above 0"),
        ("learning_rate=0.1..1 lag", 'found "lag" behind the range; allowed: log, or step and a number'),
        ("learning_rate=0.1..1 step 0", 'found "step 0" behind the range'),
        ("learning_rate=0.1..1 step 2", "a step of 2 does not fit into 0.1..1"),
        ("layers[0].filters=8..16 step 0.5", "a step of 0.5 does not fit into 8..16"),
        ("learning_rate=0.1..1e999", "goes beyond the numbers that are searched"),
        ("layers[0].filters=1.5..3", "found 1.5; allowed: a whole number"),
        ("seed=1,2", "seed cannot be searched: the best seed is luck"),
        ("training.validation=0.1,0.2", "cannot be searched: figures on other images cannot be compared"),
        ("dataset=mnist,cifar10", "cannot be searched: figures on other images"),
        ("name=a,b", "name cannot be searched"),
    ],
)
def test_what_is_wrong_and_where(setting: str, sentence: str) -> None:
    with pytest.raises(ExperimentError, match=sentence):
        parse_space([setting], BASELINE)


def test_a_key_is_varied_once_whatever_it_is_called() -> None:
    with pytest.raises(ExperimentError, match=r"training.epochs is varied twice"):
        parse_space(["epochs=1,2", "training.epochs=3,4"], BASELINE)
