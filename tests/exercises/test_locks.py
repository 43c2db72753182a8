"""What a pack locks cannot be edited: the document refuses with a sentence, and keeps to it over undo and restarts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cnn_tui.exercises.locks import LockedError, LockedFields
from cnn_tui.experiment.document import Document, resume
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.journal import Journal
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.network.layers import new_layer

BASELINE = load_preset("lab1-baseline")
STACK = BASELINE.stack
KEY = "week-3/lighter"


def locked(*paths: str) -> Document:
    """The baseline as an exercise with those fields locked."""
    document = Document(load_preset("lab1-16-filters"))
    document.locks = {KEY: LockedFields(BASELINE, paths, "the pack 'Week 3'")}
    document.open(BASELINE, None, KEY)
    return document


def then(phase: Phase) -> Experiment:
    """The baseline with a later phase."""
    return msgspec.structs.replace(BASELINE, then=(phase,))


@pytest.mark.parametrize(
    ("path", "after", "words"),
    [
        ("layers[0].filters", BASELINE.with_stack(STACK.change(0, filters=16)), "filters"),
        ("layers[0]", BASELINE.with_stack(STACK.change(0, filters=16)), "layer 1, Conv2D"),
        ("layers[2].filters", BASELINE.with_stack(STACK.delete(1)), "the place of layer 3, Conv2D"),
        ("layers[6].units", BASELINE.with_stack(STACK.delete(6)), "the place of layer 7, Dense"),
        ("layers", BASELINE.with_stack(STACK.insert(1, new_layer("Dropout"))), "the stack"),
        ("training.epochs", BASELINE.with_training(epochs=9), "epochs"),
        ("training", BASELINE.with_training(epochs=9), "all of the training settings"),
        ("training.epochs", then(Phase(3)), "epochs"),
        ("training", then(Phase(3)), "all of the training settings"),
        ("training.optimizer", then(Phase(3, optimizer="sgd")), "optimizer"),
        ("layers[0]", then(Phase(3, trainable=(7,))), "layer 1, Conv2D"),
        ("stop", then(Phase(3, stop=(StopRule("loss", below=0.3),))), "the stop rule"),
        ("then", then(Phase(3)), "the later phases"),
        ("stop", msgspec.structs.replace(BASELINE, stop=(StopRule("loss", below=0.3),)), ""),
    ],
)
def test_an_edit_of_a_locked_field_is_refused(path: str, after: Experiment, words: str) -> None:
    document = locked(path)
    with pytest.raises(LockedError, match=f"^the pack 'Week 3' locks {words or 'the stop rule'}$"):
        document.edit("an edit", after)
    assert document.experiment == BASELINE


def test_other_fields_and_other_seeds_are_free() -> None:
    document = locked("layers[0].filters", "training", "dataset")
    document.edit("seed", document.experiment.with_training(seed=5))
    document.edit_stack("kernel", document.view.stack.change(0, kernel_size=(5, 5)))
    document.edit_stack("layer", document.view.stack.insert(6, new_layer("Dropout")))
    assert len(document.experiment.layers) == 8
    document = locked("training.optimizer", "layers[0].filters")
    document.edit("a phase", then(Phase(3, learning_rate=0.1)))
    assert document.experiment.epochs == 8


def test_another_experiment_has_no_locks_and_undo_brings_them_back() -> None:
    document = locked("training.epochs")
    document.open(load_preset("lab1-64-filters"), None)
    document.edit("epochs", document.experiment.with_training(epochs=9))
    assert (document.undo(), document.undo()) == ("epochs", "open Lab 1: 64 filters")
    assert document.exercise == KEY
    with pytest.raises(LockedError):
        document.edit("epochs", document.experiment.with_training(epochs=9))
    document.undo()
    assert document.exercise == ""
    document.redo()
    assert document.exercise == KEY


def test_the_journal_keeps_the_exercise(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "edits.jsonl")
    document = resume(BASELINE, None, journal, chosen=False)
    document.open(BASELINE, None, KEY)
    document.edit("epochs", document.experiment.with_training(epochs=9))
    journal.close()
    for _ in range(2):  # once from the events, once from the snapshot
        journal = Journal(tmp_path / "edits.jsonl")
        document = resume(BASELINE, None, journal, chosen=False)
        assert (document.exercise, document.experiment.training.epochs) == (KEY, 9)
        journal.close()
    document.undo()
    document.undo()
    assert document.exercise == ""
