"""`--set`: the values that it gives, and what an experiment becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.overrides import override, parse
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.schedule import CosineDecay
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.network.layers import Conv2D, Dense
from tests.cli.command import write_dataset


def changed(*settings: str) -> Experiment:
    pairs = []
    for axis in map(parse, settings):
        (value,) = axis.values
        pairs.append((axis.key, value))
    return override(load_preset("lab1-baseline"), pairs)


def test_keys_by_path_and_by_their_bare_name() -> None:
    experiment = changed("training.epochs=3", "learning_rate = 1e-2", "optimizer=sgd", 'name="a = b"', "validation=0.1")
    training = experiment.training
    assert (training.epochs, training.learning_rate, training.optimizer) == (3, 0.01, "sgd")
    assert (experiment.name, training.validation) == ("a = b", 0.1)


def test_values_of_layers() -> None:
    first = changed("layers[0].filters=16", "layers[0].kernel_size=5x3", "layers[0].padding=same").layers[0]
    assert first == Conv2D(filters=16, kernel_size=(5, 3), activation="relu", padding="same")
    assert changed("layers[0].kernel_size=[5, 3]", "layers[0].strides=2").layers[0] == Conv2D(
        filters=32, kernel_size=(5, 3), strides=(2, 2), activation="relu"
    )
    assert changed("layers[5].enabled=false").layers[5] == Dense(units=128, activation="relu", enabled=False)


@pytest.mark.parametrize(
    "setting", ['class_weight=bag:2 "ankle boot":0.5', 'class_weight={bag = 2, "ankle boot" = 0.5}']
)
def test_weights_of_classes_have_their_names(setting: str) -> None:
    assert changed(setting).training.class_weight == (("bag", 2.0), ("ankle boot", 0.5))


def test_a_setting_without_a_value_has_a_word_for_it() -> None:
    first = load_preset("lab1-baseline").with_training(steps_per_epoch=5, validation_steps=20, clipnorm=1.0)
    settings = [("steps_per_epoch", "all"), ("training.validation_steps", "all"), ("clipnorm", "none")]
    assert override(first, settings) == load_preset("lab1-baseline")
    assert changed("validation_steps=20").training.validation_steps == 20


@pytest.mark.parametrize(
    ("setting", "before"),
    [
        ("schedule=none", {"schedule": CosineDecay(decay_steps=10)}),
        ("class_weight=none", {"class_weight": (1.0, 2.0)}),
        ("use_ema=no", {"use_ema": True}),
        ("metrics=[accuracy]", {"metrics": ("accuracy", "sparse_top_k_categorical_accuracy")}),
    ],
)
def test_what_is_set_is_taken_back_by_the_word_of_the_form(setting: str, before: dict[str, Any]) -> None:
    first = load_preset("lab1-baseline")
    axis = parse(setting)
    assert override(first.with_training(**before), [(axis.key, axis.values[0])]) == first


def test_pictures_phases_and_rules_are_taken_back_too() -> None:
    first = load_preset("lab1-baseline")
    wanted: dict[str, Any] = {"image_size": (40, 40), "color": "rgb", "test": 0.3, "then": (Phase(2),)}
    asked = msgspec.structs.replace(first, **wanted, stop=(StopRule("loss", below=0.1),), leave_out=(3,))
    names = ("image_size", "color", "test", "then", "stop", "leave_out")
    assert override(asked, [(name, "none") for name in names]) == first
    assert override(asked, [("image_size", "as they are"), ("test", "from the dataset")]).test is None


def test_flags_are_yes_or_no_as_in_the_form() -> None:
    experiment = changed("layers[0].trainable=no", "layers[0].use_bias=no", "use_ema=yes", "amsgrad=true")
    assert experiment.layers[0] == Conv2D(
        filters=32, kernel_size=(3, 3), activation="relu", trainable=False, use_bias=False
    )
    assert (experiment.training.use_ema, experiment.training.amsgrad) == (True, True)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("use_ema=maybe", 'use_ema: found "maybe"; allowed: true or false'),
        ("image_size=150", "image_size: found 150; allowed: two whole numbers, as [150, 150]"),
        ("schedule=CosineDecay", "allowed: a table with a type, one of ExponentialDecay, CosineDecay"),
    ],
)
def test_what_is_refused_is_told_how_a_file_has_it(setting: str, words: str) -> None:
    with pytest.raises(ExperimentError) as refused:
        changed(setting)
    assert words in str(refused.value)


def test_lists_and_words() -> None:
    experiment = changed('stop=[{metric="loss", below=0.3}]', "name=with a # in it", "metrics=[]")
    assert experiment.stop == (StopRule("loss", below=0.3),)
    assert experiment.name == "with a # in it"
    assert experiment.training.metrics == ()


def test_a_dataset_file_becomes_a_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(tmp_path / "tiny.npz")
    monkeypatch.chdir(tmp_path)
    assert changed("dataset=tiny.npz").dataset == str(tmp_path / "tiny.npz")
    assert changed("dataset=mnist").dataset == "mnist"


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("epochs=5", (5,)),
        ("layers[0].filters=16,32, 64", (16, 32, 64)),
        ("layers[0].kernel_size=3x3,5x5", ("3x3", "5x5")),
        ("layers[0].kernel_size=[3, 3]", ([3, 3],)),
        ("layers[0].kernel_size=[3, 3],[5,5] , 7", ([3, 3], [5, 5], 7)),
        ("learning_rate=1e-3,0.01", (0.001, 0.01)),
        ("optimizer=adam, sgd", ("adam", "sgd")),
        ("dataset='a, b.npz',\"c\"", ("a, b.npz", "c")),
        ("layers[0].use_bias=true,false", (True, False)),
        ("metrics=['accuracy', 'x']", (["accuracy", "x"],)),
        ("metrics=[],['accuracy']", ([], ["accuracy"])),
        ("stop=[{metric='loss', below=0.3}]", ([{"metric": "loss", "below": 0.3}],)),
        ("stop=[{metric='loss', below=0.3}],[]", ([{"metric": "loss", "below": 0.3}], [])),
        ("layers[0].kernel_regularizer={l1=0.1, l2=0.1},{l2=0.1}", ({"l1": 0.1, "l2": 0.1}, {"l2": 0.1})),
        ("name=Lab 1: baseline, 32 filters", ("Lab 1: baseline, 32 filters",)),
        ("layers[0].kernel_size=[3, 3", ("[3, 3",)),  # never closed: one value, and no list
        ("optimizer=", ("",)),
    ],
)
def test_commas_separate_values_unless_inside_brackets_or_quotes(setting: str, values: tuple[object, ...]) -> None:
    assert parse(setting).values == values


@pytest.mark.parametrize("setting", ["epochs=1,", "epochs=,1", "epochs=1,,2", "epochs=,", "epochs=[1], "])
def test_a_comma_with_nothing_beside_it_is_refused(setting: str) -> None:
    with pytest.raises(ExperimentError, match="epochs: there is nothing before or after a comma of "):
        parse(setting)


@pytest.mark.parametrize("setting", ["epochs", "=5", "2x=5", "layers[a].filters=1", "a..b=1"])
def test_what_is_no_setting_is_refused(setting: str) -> None:
    with pytest.raises(ExperimentError, match=r"--set takes KEY=VALUE, as .*layers\[0\].filters=16,32, not "):
        parse(setting)


def test_an_unknown_key_and_a_key_given_twice_are_named() -> None:
    with pytest.raises(ExperimentError, match=r"epoch is an unknown key; .* Did you mean epochs"):
        changed("epoch=5")
    with pytest.raises(ExperimentError, match=r"Layers have it, as layers\[0\]\.filters of the first\.$"):
        changed("filters=16")
    with pytest.raises(ExperimentError, match=r"lr is an unknown key; .* Did you mean learning_rate"):
        changed("lr=0.1")
    with pytest.raises(
        ExperimentError, match=r"training\.epochs is given twice; several values go into one: training\.epochs=A,B"
    ):
        changed("epochs=5", "training.epochs=6")


def test_a_list_without_brackets_is_several_values_and_none_of_them_is_a_list() -> None:
    axis = parse("metrics=accuracy,sparse_top_k_categorical_accuracy")
    assert len(axis.values) == 2
    with pytest.raises(ExperimentError, match='metrics: found "accuracy"'):
        override(load_preset("lab1-baseline"), [(axis.key, axis.values[0])])
