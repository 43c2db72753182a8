"""What runs are called in a list: what tells them from others first."""

from __future__ import annotations

import msgspec

from cnn_tui.experiment.names import ShortName
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.table.short_names import ShortNames
from cnn_tui.network.layers import Dropout

BASELINE = load_preset("lab1-baseline")
NAME = BASELINE.name


def told(history: History, names: ShortNames) -> dict[int, ShortName]:
    names.look()
    return names.of(history.lines())


def test_what_all_names_begin_with_goes_until_a_name_comes_that_does_not() -> None:
    with History() as history:
        names = ShortNames(history)
        history.add(BASELINE)
        history.add(load_preset("lab1-16-filters"))
        assert told(history, names) == {1: ShortName("baseline, 32 filters"), 2: ShortName("16 filters")}
        history.add(load_preset("overfitting-dropout"))
        assert told(history, names)[2] == ShortName("16 filters", ("Lab 1",))
        assert told(history, names)[3] == ShortName("Dropout", ("Overfitting",))


def test_runs_of_one_name_are_told_apart_by_what_differs_from_the_first_of_them() -> None:
    with History() as history:
        history.add(BASELINE)
        history.add(BASELINE.with_stack(BASELINE.stack.insert(5, Dropout(rate=0.5))))
        history.add(BASELINE.with_training(seed=3))
        history.add(msgspec.structs.replace(BASELINE.with_training(batch_size=64), name=f"{NAME}, seed 4"))
        history.add(BASELINE.with_training(epochs=9))
        names = ShortNames(history)
        rest = ("baseline, 32 filters",)
        assert told(history, names) == {
            1: ShortName(*rest),
            2: ShortName("Dropout 0.5", rest),
            3: ShortName(*rest),
            4: ShortName("batch 64", rest),
            5: ShortName(*rest),
        }


def test_a_run_that_was_renamed_has_its_new_name_and_is_no_first_one_any_more() -> None:
    with History() as history:
        history.add(BASELINE)
        history.add(BASELINE.with_training(batch_size=64))
        names = ShortNames(history)
        assert told(history, names)[2].apart == "batch 64"
        notebook.rename(history, 1, "mine")
        names.forget()
        assert told(history, names) == {1: ShortName("mine"), 2: ShortName("baseline, 32 filters", ("Lab 1",))}


def test_an_experiment_that_cannot_be_read_has_its_name() -> None:
    with History() as history:
        history.add(BASELINE)
        history.add(BASELINE.with_training(batch_size=64))
        history.store.execute("UPDATE runs SET experiment = '{\"layers\": 3}' WHERE id = 2")
        assert told(history, ShortNames(history))[2] == ShortName("baseline, 32 filters")
