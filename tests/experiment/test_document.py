"""The document under edit: undo, redo, what is saved, and what a journal brings back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.document import Document, resume
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.journal import Journal
from cnn_tui.experiment.presets import load_preset
from cnn_tui.network.layers import new_layer

BASELINE = load_preset("lab1-baseline")
SIXTEEN = load_preset("lab1-16-filters")
FILE, OTHER_FILE = Path("/somewhere/a.toml"), Path("/somewhere/b.toml")


def with_filters(filters: int) -> Experiment:
    """The baseline with other filters in its first layer."""
    return BASELINE.with_stack(BASELINE.stack.change(0, filters=filters))


def test_edits_are_taken_back_and_made_again_by_name() -> None:
    document = Document(BASELINE)
    document.edit_stack("filters 16", document.view.stack.change(0, filters=16))
    document.edit("epochs 9", document.experiment.with_training(epochs=9))
    edited = document.experiment
    assert document.undo() == "epochs 9"
    assert document.experiment == with_filters(16)
    assert document.undo() == "filters 16"
    assert document.experiment == BASELINE
    assert document.undo() is None
    assert document.redo() == "filters 16"
    assert document.redo() == "epochs 9"
    assert document.redo() is None
    assert document.experiment == edited


def test_an_edit_that_changes_nothing_leaves_no_step() -> None:
    document = Document(BASELINE)
    document.edit("filters 32", with_filters(32))
    assert document.undo() is None


def test_an_edit_after_an_undo_drops_what_was_undone() -> None:
    document = Document(BASELINE)
    document.edit("filters 16", with_filters(16))
    document.undo()
    document.edit("filters 64", with_filters(64))
    assert document.redo() is None
    assert document.undo() == "filters 64"
    assert document.experiment == BASELINE


def test_a_document_is_dirty_while_no_file_holds_it() -> None:
    document = Document(BASELINE, FILE)
    seen = [document.dirty]
    document.edit("filters 16", with_filters(16))
    seen.append(document.dirty)
    document.undo()
    seen.append(document.dirty)
    document.redo()
    document.mark_saved()
    seen.append(document.dirty)
    assert document.path == FILE
    document.undo()
    seen.append(document.dirty)  # the file holds what was undone
    document.mark_saved(OTHER_FILE)
    seen.append(document.dirty)
    assert seen == [False, True, False, False, True, False]
    assert document.path == OTHER_FILE


def test_the_view_follows_every_change() -> None:
    document = Document(BASELINE)
    assert document.view.summary.total_params == 113_386
    assert document.view.problems == ()
    assert document.view.dataset.title == "Fashion-MNIST"
    document.edit_stack("delete Flatten", document.view.stack.delete(4))
    problem = document.view.problem_at(6)
    assert problem is not None
    assert "a Flatten is missing" in problem.message
    assert document.view.problem_at(1) is None
    document.undo()
    assert document.view.problems == ()
    document.edit("dataset cifar10", msgspec.structs.replace(BASELINE, dataset="cifar10"))
    assert document.view.stack.input_shape == (32, 32, 3)


def test_an_edit_to_a_dataset_that_is_not_there_is_not_made() -> None:
    document = Document(BASELINE)
    view = document.view
    with pytest.raises(DatasetError):
        document.edit("dataset", msgspec.structs.replace(BASELINE, dataset="nothing.npz"))
    with pytest.raises(DatasetError):
        document.open(msgspec.structs.replace(BASELINE, dataset="nothing.npz"), FILE)
    assert (document.experiment, document.view, document.path) == (BASELINE, view, None)
    assert document.undo() is None


def test_open_is_taken_back_with_the_file_that_was_open() -> None:
    document = Document(BASELINE, FILE)
    document.edit("filters 64", with_filters(64))
    document.open(SIXTEEN, OTHER_FILE)
    assert (document.experiment, document.path, document.dirty) == (SIXTEEN, OTHER_FILE, False)
    assert document.undo() == "open Lab 1: 16 filters"
    assert (document.experiment, document.dirty) == (with_filters(64), True)
    assert document.path == FILE, "a save would write the old experiment over the file that was opened"
    document.undo()
    assert not document.dirty
    document.redo()
    assert document.redo() == "open Lab 1: 16 filters"
    assert (document.experiment, document.path, document.dirty) == (SIXTEEN, OTHER_FILE, False)


def test_opening_the_same_experiment_from_elsewhere_leaves_no_step() -> None:
    document = Document(BASELINE, FILE)
    document.open(BASELINE, OTHER_FILE)
    assert (document.path, document.dirty, document.undo()) == (OTHER_FILE, False, None)


def test_the_baseline_of_the_difference_stays_until_it_is_set() -> None:
    document = Document(BASELINE)
    document.edit("filters 16", with_filters(16))
    assert document.baseline == BASELINE
    document.set_baseline()
    document.undo()
    assert document.baseline == with_filters(16)


@settings(deadline=None)
@given(st.lists(st.integers(1, 4) | st.sampled_from(["undo", "redo"]), max_size=25))
def test_undo_and_redo_walk_one_line_of_experiments(actions: list[int | str]) -> None:
    document = Document(BASELINE)
    line, at = [BASELINE], 0
    for action in actions:
        if action == "undo":
            assert (document.undo() is not None) == (at > 0)
            at = max(at - 1, 0)
        elif action == "redo":
            assert (document.redo() is not None) == (at < len(line) - 1)
            at = min(at + 1, len(line) - 1)
        else:
            made = with_filters(int(action))
            document.edit(f"filters {action}", made)
            if made != line[at]:
                line[at + 1 :] = [made]
                at += 1
        assert document.experiment == line[at]
        assert document.view.stack == line[at].stack
        assert document.dirty == (line[at] != BASELINE)


def test_a_thousand_edits_are_taken_back() -> None:
    document = Document(BASELINE)
    for filters in range(1_000, 0, -1):
        document.edit(f"filters {filters}", with_filters(filters))
    while document.undo():
        pass
    assert document.experiment == BASELINE


def test_steps_and_files_outlive_the_lab(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "edits.jsonl")
    document = resume(BASELINE, FILE, journal, chosen=True)
    document.edit("filters 64", with_filters(64))
    document.open(SIXTEEN, OTHER_FILE)
    document.edit_stack("add Dropout", document.view.stack.insert(5, new_layer("Dropout")))
    document.undo()
    journal.close()

    for _ in range(2):  # from the events of a lab, then from the snapshot of the next
        journal = Journal(tmp_path / "edits.jsonl")
        again = resume(BASELINE, None, journal, chosen=False)
        journal.close()
    assert (again.experiment, again.path, again.dirty) == (SIXTEEN, OTHER_FILE, False)
    assert again.redo() == "add Dropout"
    assert [again.undo() for _ in range(2)] == ["add Dropout", "open Lab 1: 16 filters"]
    assert (again.experiment, again.path, again.dirty) == (with_filters(64), FILE, True)
    assert again.undo() == "filters 64"
    assert (again.experiment, again.dirty, again.undo()) == (BASELINE, False, None)


def test_what_an_import_says_for_its_file_outlives_the_lab(tmp_path: Path) -> None:
    head = "# From lesson.py\n# Differs: the seed"
    for closings in range(3):
        journal = Journal(tmp_path / "edits.jsonl")
        document = resume(BASELINE, None, journal, chosen=False)
        if not closings:
            document.open(SIXTEEN, None, head=head)
            document.edit("32 filters", with_filters(32))
        assert document.imported == (document.origin, head) == (SIXTEEN, head)
        journal.close()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\0", b"[]\n", b'{"experiment": 3}\n', b"\n\n"])
def test_a_journal_that_cannot_be_read_starts_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "edits.jsonl"
    file.write_bytes(content)
    journal = Journal(file)
    document = resume(SIXTEEN, FILE, journal, chosen=False)
    assert (document.experiment, document.path, document.undo()) == (SIXTEEN, FILE, None)
    journal.close()


def test_a_line_cut_short_by_a_crash_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "edits.jsonl")
    document = resume(BASELINE, None, journal, chosen=False)
    document.edit("filters 16", with_filters(16))
    document.edit("filters 64", with_filters(64))
    journal.close()
    file = tmp_path / "edits.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    journal = Journal(file)
    again = resume(SIXTEEN, None, journal, chosen=False)
    journal.close()
    assert (again.experiment, again.undo(), again.undo()) == (with_filters(16), "filters 16", None)
