"""Weights of classes by their names: in a file, as they are typed, and on a dataset that has those classes or not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from cnn_tui.experiment.check import build_problems
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.form.settings import change
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training import class_weights
from cnn_tui.keras_io.script.write import keras_script
from tests.experiment.test_experiment import WEIGHTS
from tests.properties import examples

BY_NAME = """\
dataset = "fashion_mnist"

[training.class_weight]
Sandal = 2.5
"Ankle boot" = 0.5
"""
NAMED = (("Sandal", 2.5), ("Ankle boot", 0.5))
NUMBERED = (1.0, 1.0, 1.0, 1.0, 1.0, 2.5, 1.0, 1.0, 1.0, 0.5)


def test_a_file_may_name_the_classes() -> None:
    experiment = parse(BY_NAME)
    assert experiment.training.class_weight == NAMED
    assert parse(to_toml(experiment)) == experiment
    assert "class_weight = {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 2.5," in keras_script(experiment)


def test_they_are_the_weights_of_those_classes() -> None:
    names = Experiment().data.class_names
    assert class_weights.by_number(NAMED, names) == NUMBERED
    assert class_weights.by_number((1.0, 2.0), names) == (1.0, 2.0)
    assert class_weights.by_number("balanced", names) == "balanced"
    assert class_weights.by_number((("10", 2.0), ("x", 3.0)), ("x", "10")) == (3.0, 2.0)


@given(WEIGHTS)
@settings(max_examples=examples(60))
def test_what_is_shown_of_them_can_be_typed(weights: class_weights.ClassWeight) -> None:
    typed = class_weights.parse(class_weights.shown(weights))
    assert typed == weights or class_weights.shown(typed) == class_weights.shown(weights), "numbers are shown shorter"


def test_a_class_that_the_dataset_has_not_is_a_sentence_with_those_that_it_has() -> None:
    wrong = load_preset("lab1-baseline").with_training(class_weight=(("sandal", 2.0),))
    (problem,) = build_problems(wrong)
    assert problem.message == (
        "class_weight names the class sandal (did you mean Sandal?), but the classes are T-shirt/top, Trouser, "
        "Pullover, Dress, Coat, Sandal, Shirt, Sneaker and 2 more, in the training settings"
    )
    with pytest.raises(ValueError, match=r"^class_weight names the class sandal \(did you mean Sandal"):
        change(Experiment(), "class_weight", "sandal:2")
    with pytest.raises(ValueError, match="class_weight names the class sandal"):
        keras_script(wrong)
    typed = change(Experiment(), "class_weight", 'Sandal:2.5 "Ankle boot":0.5')
    assert typed.training.class_weight == NAMED
    assert build_problems(load_preset("lab1-baseline").with_training(class_weight=NAMED)) == ()


def test_until_a_dataset_is_set_nobody_knows_their_names() -> None:
    unset = parse("input_shape = [28, 28, 1]\nclasses = 2\n[training.class_weight]\ncat = 2\n")
    assert not any("class_weight" in one.message for one in build_problems(unset))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cat", r"^class_weight is none, balanced, or weights by class, as 0:1 1:2\.5 or cat:1 dog:2\.5, not cat$"),
        ("cat:1 dog", "not cat:1 dog"),
        ("cat:x", "not cat:x"),
        ('"cat:1', "class_weight is none, balanced"),
        ("Coat:-1", "a weight is a number from 0 to 1000000, not -1"),
    ],
)
def test_what_is_no_weight_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        change(Experiment(), "class_weight", text)
