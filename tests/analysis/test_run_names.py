"""What overlaid runs are called."""

from __future__ import annotations

from cnn_tui.analysis.run_names import names_of_runs
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.network.layers import Dropout
from cnn_tui.network.values import L1L2
from tests.reports.recorded import make_run

BASE = load_preset("lab1-baseline")
STACK = BASE.stack


def named(*experiments: Experiment) -> list[str]:
    return names_of_runs([make_run(at, one, ()) for at, one in enumerate(experiments, 1)])


def test_runs_are_named_by_what_differs() -> None:
    dropout = BASE.with_stack(STACK.insert(5, Dropout(rate=0.5)))
    penalty = BASE.with_stack(STACK.change(5, kernel_regularizer=L1L2(l2=0.001)))
    assert named(dropout, BASE, penalty, load_preset("lab1-16-filters")) == [
        "Dropout 0.5",
        "unchanged",
        "l2 0.001",
        "filters 16",
    ]


def test_of_a_sweep_each_has_its_own_value() -> None:
    assert named(*(BASE.with_training(learning_rate=rate) for rate in (0.01, 0.001, 0.1))) == [
        "learning_rate 0.01",
        "learning_rate 0.001",
        "learning_rate 0.1",
    ]


def test_the_layer_is_named_where_it_makes_the_difference() -> None:
    first, second = (BASE.with_stack(STACK.change(at, filters=16)) for at in (0, 2))
    assert named(BASE, first, second) == ["filters 32", "layer 1 filters 16", "layer 3 filters 16"]


def test_epochs_and_seeds_are_named_where_nothing_else_differs() -> None:
    wide = load_preset("lab1-64-filters")
    assert named(BASE.with_training(seed=1), wide.with_training(seed=2, epochs=9)) == ["filters 32", "filters 64"]
    assert named(*(BASE.with_training(epochs=count) for count in (5, 10))) == ["epochs 5", "epochs 10"]


def test_a_repeat_has_the_name_of_its_experiment_and_its_seed() -> None:
    eight = BASE.with_stack(STACK.change(0, filters=8)).with_training(seed=1)
    sixteen = BASE.with_stack(STACK.change(0, filters=16)).with_training(seed=1)
    assert named(eight, eight.with_training(seed=2), sixteen) == ["filters 8", "filters 8, seed 2", "filters 16"]


def test_runs_of_one_experiment_are_told_by_their_numbers() -> None:
    assert named(BASE, BASE) == ["run 1", "run 2"]
    assert named(BASE, BASE, load_preset("lab1-16-filters")) == ["filters 32, run 1", "filters 32, run 2", "filters 16"]
    assert named(BASE) == ["run 1"]
    assert named() == []


def test_experiments_that_have_little_in_common_are_called_by_their_names() -> None:
    vgg = load_preset("vgg-small-cifar10")
    assert named(BASE, vgg) == [BASE.name, "A small VGG for CIFAR-10"]
    assert named(BASE, BASE, vgg) == [f"{BASE.name}, run 1", f"{BASE.name}, run 2", "A small VGG for CIFAR-10"]
