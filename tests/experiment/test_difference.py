"""What differs between experiments, in a few words, and the names that come of it."""

from __future__ import annotations

import msgspec
import pytest

from cnn_tui.experiment.difference import differences, in_few_words, told_apart
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import MAX_NAME, Experiment
from cnn_tui.experiment.names import ShortName, lengthened, named_by_difference, shared_parts, short_name
from cnn_tui.experiment.presets import load_preset, preset_names
from cnn_tui.experiment.same import identity_of
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.network.layers import AveragePooling2D, BatchNormalization, Dropout
from cnn_tui.network.stack import Stack
from cnn_tui.network.values import L1L2

BASELINE = load_preset("lab1-baseline")
STACK = BASELINE.stack
AVERAGE = AveragePooling2D(pool_size=(2, 2))


def with_stack(stack: Stack) -> Experiment:
    return BASELINE.with_stack(stack)


def rules(*some: StopRule) -> Experiment:
    return msgspec.structs.replace(BASELINE, stop=some)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (load_preset("lab1-16-filters"), "filters 16"),
        (with_stack(STACK.change(0, filters=16)), "layer 1 filters 16"),
        (with_stack(STACK.change(0, filters=16).change(2, filters=64)), "layer 1 filters 16, layer 3 filters 64"),
        (with_stack(STACK.change(5, units=256)), "units 256"),
        (with_stack(STACK.change(0, kernel_size=(5, 5)).change(2, kernel_size=(5, 5))), "kernel 5x5"),
        (with_stack(STACK.change(5, activation="tanh")), "layer 6 tanh"),
        (with_stack(STACK.change(5, kernel_regularizer=L1L2(l2=0.001))), "layer 6 l2 0.001"),
        (with_stack(STACK.insert(5, Dropout(rate=0.5))), "Dropout 0.5"),
        (with_stack(STACK.insert(5, Dropout(rate=0.5)).insert(2, Dropout(rate=0.5))), "2x Dropout 0.5"),
        (with_stack(STACK.insert(1, BatchNormalization())), "BatchNormalization"),
        (with_stack(STACK.delete(4)), "without Flatten"),
        (with_stack(STACK.toggle(4)), "without Flatten"),
        (with_stack(STACK.replace(1, AVERAGE)), "AveragePooling2D for MaxPooling2D"),
        (with_stack(STACK.replace(1, AVERAGE).replace(3, AVERAGE)), "2x AveragePooling2D for MaxPooling2D"),
        (with_stack(STACK.move(1, 0)), "MaxPooling2D moved"),
        (BASELINE.with_training(learning_rate=0.01), "learning_rate 0.01"),
        (BASELINE.with_training(optimizer="sgd", epochs=1), "sgd, epochs 1"),
        (BASELINE.with_training(validation_steps=20), "validation_steps 20"),
        (BASELINE.with_training(validation_steps=20, validation="none"), "validation none"),
        (BASELINE.with_training(batch_size=64, validation="none"), "batch 64, validation none"),
        (BASELINE.with_training(seed=7).with_dataset("mnist"), "mnist, seed 7"),
        (rules(StopRule("loss", below=0.3)), "stop rule loss below 0.3"),
        (BASELINE.with_training(momentum=0.9), ""),
        (with_stack(STACK.insert(0, Dropout(rate=0.9, enabled=False))), ""),
        (msgspec.structs.replace(BASELINE, name="another"), ""),
    ],
)
def test_what_differs_is_said_in_a_few_words(after: Experiment, words: str) -> None:
    assert in_few_words(differences(BASELINE, after)).startswith(words)
    assert bool(words) == bool(differences(BASELINE, after))


def test_what_was_taken_away_is_said_too() -> None:
    dropped = with_stack(STACK.insert(5, Dropout(rate=0.5)))
    assert in_few_words(differences(dropped, BASELINE)) == "without Dropout 0.5"
    assert in_few_words(differences(rules(StopRule("loss", below=0.3)), BASELINE)) == "without stop rule loss below 0.3"


def test_of_many_differences_the_first_are_named() -> None:
    after = load_preset("lab1-16-filters").with_training(optimizer="sgd", learning_rate=0.1, batch_size=8, epochs=2)
    assert in_few_words(differences(BASELINE, after)) == "filters 16, batch 8, sgd and 2 more"


@pytest.mark.parametrize("name", preset_names())
def test_nothing_differs_where_experiments_are_the_same_and_only_there(name: str) -> None:
    one = load_preset(name)
    for other in map(load_preset, preset_names()):
        if one.data == other.data:
            same = identity_of(one) == identity_of(other)
            assert bool([it for it in differences(one, other) if it.name != "seed"]) != same


def test_several_are_told_apart_from_the_first_and_it_from_them() -> None:
    sweep = [with_stack(STACK.change(0, filters=count).change(2, filters=count)) for count in (32, 16, 64)]
    assert told_apart(sweep) == ["filters 32", "filters 16", "filters 64"]
    dropped = with_stack(STACK.insert(5, Dropout(rate=0.5)))
    assert told_apart([BASELINE, dropped]) == ["without Dropout 0.5", "Dropout 0.5"]
    assert told_apart([BASELINE, sweep[1], dropped]) == ["", "filters 16", "Dropout 0.5"]
    assert told_apart([BASELINE, BASELINE.with_training(seed=3)]) == ["random seed", "seed 3"]
    assert told_apart([BASELINE]) == [""] and told_apart([]) == []


def test_an_edited_experiment_is_named_by_what_was_edited_until_it_has_a_name_of_its_own() -> None:
    document = Document(BASELINE)
    assert document.named == BASELINE
    document.edit_stack("filters", STACK.change(0, filters=16).change(2, filters=16))
    assert document.named.name == "Lab 1: baseline, 32 filters: filters 16"
    document.edit("epochs", document.experiment.with_training(epochs=1, learning_rate=0.01))
    assert document.named.name == "Lab 1: baseline, 32 filters: filters 16, learning_rate 0.01"
    document.undo()
    document.undo()
    assert document.named.name == BASELINE.name, "there is no edit any more"
    document.redo()
    document.edit("name", msgspec.structs.replace(document.experiment, name="Mine"))
    document.edit_stack("dropout", document.experiment.stack.insert(5, Dropout(rate=0.5)))
    assert document.named.name == "Mine"


def test_what_was_opened_is_what_an_edited_experiment_is_named_after() -> None:
    document = Document(BASELINE)
    document.edit_stack("filters", STACK.change(0, filters=16))
    opened = msgspec.structs.replace(load_preset("lab1-64-filters"), name="Lab 1: 64 filters, seed 3")
    document.open(opened, None)
    assert document.named == opened
    document.edit_stack("dropout", opened.stack.insert(5, Dropout(rate=0.5)))
    assert document.named.name == "Lab 1: 64 filters: Dropout 0.5", "the seed was of another run"
    document.undo()
    document.undo()
    assert document.named.name == "Lab 1: baseline, 32 filters: layer 1 filters 16"


def test_a_name_is_never_too_long() -> None:
    origin = msgspec.structs.replace(BASELINE, name="n" * MAX_NAME)
    name = named_by_difference(origin.with_training(batch_size=64), origin).name
    assert len(name) == MAX_NAME and name.endswith(": batch 64")
    assert len(lengthened("n", "w" * 500)) == MAX_NAME


def test_what_names_share_goes_and_what_differs_comes_first() -> None:
    names = ["Lab 1: baseline, 32 filters", "Lab 1: 16 filters, seed 2", "Lab 1: baseline, 32 filters: filters 8"]
    shared = shared_parts(names)
    assert [short_name(one, shared) for one in names] == [
        ShortName("baseline, 32 filters"),
        ShortName("16 filters"),
        ShortName("filters 8", ("baseline, 32 filters",)),
    ]
    assert short_name(names[0], shared, "Dropout 0.5") == ShortName("Dropout 0.5", ("baseline, 32 filters",))
    mixed = shared_parts([*names, "mine"])
    assert short_name(names[1], mixed) == ShortName("16 filters", ("Lab 1",))
    assert shared_parts([names[0]] * 2) == 1 and shared_parts([]) == 0
