"""Packs from others: read when they are good, refused in a sentence when they are not; and what is handed in."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.locks import LockError, changed_locked_fields, check_paths
from cnn_tui.exercises.model import ExerciseError
from cnn_tui.exercises.packs import gather_submission, open_pack, pack_name, read_submission, to_file
from cnn_tui.exercises.runs import TrainingOrder, assign, make_orders, queue
from cnn_tui.exercises.submissions import CheckedExercise, SubmissionCheck, check_submission
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History
from tests.cli.command import write_dataset
from tests.history.made_runs import end_queued

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-pack"
BASELINE = load_preset("lab1-baseline")
PACK = """
title = "Week 3"
baseline = "start"
locked = ["dataset", "training.epochs"]
[[exercises]]
name = "start"
question = "Where do you start from?"
experiment = "start.toml"
[[exercises]]
name = "lighter"
question = "And with fewer weights?"
experiment = "start.toml"
change = true
locked = ["dataset", "layers[0]"]
[[exercises]]
name = "why"
question = "Why?"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A small good pack."""
    folder = tmp_path / "Week 3!"
    folder.mkdir()
    (folder / "pack.toml").write_text(PACK)
    (folder / "start.toml").write_text(to_toml(BASELINE))
    return folder


# Reading


def test_a_pack_is_read(pack: Path) -> None:
    place = open_pack(pack)
    assert (place.name, place.set.title) == ("week-3", "Week 3")
    assert [one.name for one in place.set.exercises] == ["start", "lighter", "why"]
    start, lighter, why = place.set.exercises
    assert place.experiment(start) == BASELINE
    assert place.experiment(why) is None and why.is_question
    assert place.locked(start) == ("dataset", "training.epochs")
    assert place.locked(lighter) == ("dataset", "layers[0]")


def test_the_example_in_the_documentation_is_a_good_pack() -> None:
    place = open_pack(EXAMPLE)
    wanted, left_out = make_orders((place, one) for one in place.set.exercises)
    assert [one.exercise.name for one in wanted] == ["start"]
    assert {key: why.split(",")[0] for key, why in left_out} == {
        "example-pack/where": "it is a question",
        "example-pack/lighter": "it asks you to change its experiment first: open it in the lab",
        "example-pack/three-seeds": "it is a question",
    }


@pytest.mark.parametrize(
    ("name", "known"), [("week3", "week3"), ("Übung 3 (neu)", "ubung-3-neu"), ("…", "pack"), ("lab1", "lab1-pack")]
)
def test_a_pack_is_known_by_its_folder(tmp_path: Path, name: str, known: str) -> None:
    assert pack_name(tmp_path / name) == known


def outside(folder: Path) -> None:
    (folder.parent / "start.toml").write_text(to_toml(BASELINE))
    (folder / "pack.toml").write_text(PACK.replace('"start.toml"', '"../start.toml"'))


def absolute(folder: Path) -> None:
    (folder / "pack.toml").write_text(PACK.replace('"start.toml"', '"/etc/passwd"'))


def linked(folder: Path) -> None:
    (folder.parent / "other.toml").write_text(to_toml(BASELINE))
    (folder / "start.toml").unlink()
    (folder / "start.toml").symlink_to(folder.parent / "other.toml")


def piped(folder: Path) -> None:
    (folder / "start.toml").unlink()
    os.mkfifo(folder / "start.toml")


def looping(folder: Path) -> None:
    (folder / "start.toml").unlink()
    (folder / "start.toml").symlink_to(folder / "start.toml")


def foreign_data(folder: Path) -> None:
    (folder / "start.toml").write_text(to_toml(msgspec.structs.replace(BASELINE, dataset="/etc/passwd.npz")))


def foreign_validation(folder: Path) -> None:
    of_pictures = msgspec.structs.replace(BASELINE, dataset=".").with_training(validation="/etc")
    (folder / "start.toml").write_text(to_toml(of_pictures))


def writing(text: str) -> Callable[[Path], object]:
    """What replaces the pack's file."""
    return lambda folder: (folder / "pack.toml").write_text(text)


def changing(old: str, new: str) -> Callable[[Path], object]:
    """What changes the pack's file."""
    return writing(PACK.replace(old, new))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "pack.toml").unlink(), "does not exist: a pack is a folder with a pack.toml"),
        (outside, '"../start.toml" leads out of the pack'),
        (absolute, '"/etc/passwd" leads out of the pack'),
        (linked, "is a link that leads out of the pack"),
        (piped, '"start.toml" is no file'),
        (looping, '"start.toml" is not in the pack'),
        (lambda folder: (folder / "start.toml").unlink(), '"start.toml" is not in the pack'),
        (lambda folder: (folder / "start.toml").write_text("layers = 3"), "layers: found 3"),
        (lambda folder: (folder / "start.toml").write_bytes(b"#" * 2_000_000), "larger than 1,000,000 bytes"),
        (foreign_data, "lies outside of the pack"),
        (foreign_validation, 'the validation "/etc" lies outside of the pack'),
        (lambda folder: (folder / "pack.toml").write_bytes(b"#" * 2_000_000), "larger than 1,000,000 bytes"),
        (lambda folder: (folder / "pack.toml").write_bytes(bytes(range(256))), "is not a text file in UTF-8"),
        (writing("title = ["), "is not valid TOML"),
        (writing("title = " + "[" * 20_000), "nested too deeply"),
        (writing("a." * 500 + "b = 1"), "more than 100 dots"),
        (writing('title = "x"'), "needs exercises"),
        (writing('title = "x"\nexercises = []'), "has 0 exercises"),
        (writing('title = 3\nexercises = ["x"]'), "found"),
        (changing('title = "Week 3"', "title = 3"), "title: found 3; allowed: text"),
        (changing("baseline =", "basline ="), "basline is an unknown key"),
        (changing('baseline = "start"', 'baseline = "begin"'), 'baseline: found "begin"; allowed: start, lighter'),
        (changing('name = "why"', 'name = "Why?"'), 'exercises[2].name: found "Why?"'),
        (changing('name = "why"', 'name = "start"'), "there is another exercise start"),
        (changing('question = "Why?"', 'question = "Why?"\npreset = "lab9"'), 'there is no preset "lab9"'),
        (changing('question = "Why?"', 'question = "Why?"\npreset = "lab1-baseline"\nexperiment = "x"'), "one of them"),
        (changing('question = "Why?"', 'question = "Why?"\nlocked = ["dataset"]'), "nothing to lock"),
        (changing('question = "Why?"', 'question = "Why?"\npredict = ["loss"]'), "exercises[2].predict"),
        (changing('"layers[0]"', '"layers[7]"'), '"layers[7]" is no field of Lab 1'),
        (changing('"layers[0]"', '"layer[0]"'), "Did you mean layers[0]?"),
        (changing('"layers[0]"', '"__class__"'), "is no field"),
        (changing('"Why?"', '"' + "y" * 10_001 + '"'), "a text of more than 10,000 characters"),
        (changing('"Week 3"', '"\\u001b[2J"\nx = "\\u001b[2J"'), "unknown key"),
    ],
)
def test_a_bad_pack_is_refused_in_a_sentence(pack: Path, spoil: Callable[[Path], object], words: str) -> None:
    spoil(pack)
    with pytest.raises(ExerciseError) as caught:
        open_pack(pack)
    sentence = str(caught.value)
    assert words in sentence
    assert sentence.isprintable()
    assert len(sentence) < 1_000


def test_what_is_no_folder_is_no_pack(tmp_path: Path) -> None:
    for path in (tmp_path / "none", Path("/dev/null")):
        with pytest.raises(ExerciseError, match="is no folder"):
            open_pack(path)


# Locked fields


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("dataset", lambda one: msgspec.structs.replace(one, dataset="mnist")),
        ("training", lambda one: one.with_training(batch_size=64)),
        ("training.epochs", lambda one: one.with_training(epochs=9)),
        ("stop", lambda one: msgspec.structs.replace(one, stop=(StopRule("loss", below=0.3),))),
        ("layers", lambda one: one.with_stack(one.stack.delete(3))),
        ("layers[0]", lambda one: one.with_stack(one.stack.change(0, padding="same"))),
        ("layers[0]", lambda one: one.with_stack(one.stack.toggle(0))),
        ("layers[0].filters", lambda one: one.with_stack(one.stack.change(0, filters=64))),
        ("layers[6].units", lambda one: one.with_stack(one.stack.delete(6))),
        ("layers[1].type", lambda one: one.with_stack(one.stack.move(0, 1))),
    ],
)
def test_a_change_of_a_locked_field_is_seen(path: str, change: Callable[[Experiment], Experiment]) -> None:
    check_paths(BASELINE, [path])
    assert changed_locked_fields(BASELINE, change(BASELINE), [path]) == (path,)
    assert changed_locked_fields(BASELINE, BASELINE, [path]) == ()


def test_what_is_not_locked_may_change() -> None:
    free = BASELINE.with_training(seed=7).with_stack(BASELINE.stack.change(2, filters=64).insert(3, BASELINE.layers[3]))
    free = msgspec.structs.replace(free, name="mine")
    assert changed_locked_fields(BASELINE, free, ["dataset", "training", "stop", "layers[0]", "layers[1]"]) == ()
    assert changed_locked_fields(BASELINE, free, ["training.seed"]) == ("training.seed",)


@pytest.mark.parametrize(
    "path", ["", "name", "training.epoch", "layers[7]", "layers[0].units", "layers[-1]", "stop[0]", "a.b.c", "layers.0"]
)
def test_a_field_that_is_not_there_cannot_be_locked(path: str) -> None:
    with pytest.raises(LockError, match="is no field of"):
        check_paths(BASELINE, [path])


def test_a_run_that_changes_a_locked_field_is_not_queued(history: History, pack: Path) -> None:
    place = open_pack(pack)
    longer = TrainingOrder(place, place.exercise("start"), BASELINE.with_training(epochs=9))
    with pytest.raises(ExerciseError, match=r"^week-3/start: training\.epochs is locked$"):
        queue(history, [longer])
    assert history.count() == 0


# Handing in


def hand_in(
    history: History, place: SetPlace, tmp_path: Path, change: Callable[[dict[str, Any]], None] | None = None
) -> Path:
    """The file of a submission, changed afterwards if so wished."""
    path = tmp_path / "handed-in.json"
    text = to_file(gather_submission(history, place, "Ada"))
    if change is not None:
        plain = json.loads(text)
        change(plain)
        text = json.dumps(plain)
    path.write_text(text)
    return path


def answered(history: History, place: SetPlace) -> None:
    """Everything done as the pack asks for it."""
    for run_id in queue(history, [TrainingOrder(place, place.exercise("start"), BASELINE)], 2):
        end_queued(history, run_id, 0.9)
    lighter = BASELINE.with_stack(BASELINE.stack.change(2, filters=16))
    (run_id,) = queue(history, [TrainingOrder(place, place.exercise("lighter"), lighter)])
    end_queued(history, run_id, 0.89)
    answers.predict(history, place.name, "lighter", {"accuracy": "down", "time": "same"})
    for name in ("start", "lighter", "why"):
        answers.conclude(history, place.name, name, f"because of {name}")


def report_of(path: Path, place: SetPlace | None = None) -> SubmissionCheck:
    """What a check of a file says."""
    return check_submission(*read_submission(path), place)


def one_of(report: SubmissionCheck, name: str) -> CheckedExercise:
    """An exercise of a report."""
    return next(one for one in report.exercises if one.name == name)


def test_what_was_done_is_handed_in_whole(history: History, pack: Path, tmp_path: Path) -> None:
    place = open_pack(pack)
    answered(history, place)
    path = hand_in(history, place, tmp_path)
    for report in (report_of(path), report_of(path, place)):
        assert report.flawless
        assert (report.student, report.pack, report.title) == ("Ada", "week-3", "Week 3")
        made_with = "fashion_mnist, 60,000 + 10,000 images, 2 epochs, last weights"
        assert one_of(report, "start").figures == f"0.9000 ± 0.0000 (2 runs) on {made_with}"
        assert one_of(report, "start").runs == (1, 2)
        assert one_of(report, "lighter").expected == "accuracy down, time same"
        assert one_of(report, "lighter").changes == ("~ Conv2D  filters 32 → 16",)
        assert one_of(report, "why").answer == "because of why"


def test_a_teacher_sees_what_was_changed_of_an_experiment_on_pictures_of_the_pack(
    history: History, pack: Path, tmp_path: Path
) -> None:
    """Trained on the pack where the student unpacked it, read where that is not."""
    write_dataset(pack / "ours.npz", size=28)
    begin = msgspec.structs.replace(BASELINE, dataset="ours.npz")
    (pack / "start.toml").write_text(to_toml(begin))
    theirs = Path(shutil.copytree(pack, tmp_path / "home" / pack.name))
    place = open_pack(theirs)
    there = place.experiment(place.exercise("lighter"))
    assert there is not None
    lighter = there.with_stack(there.stack.change(2, filters=16))
    for run_id in queue(history, [TrainingOrder(place, place.exercise("lighter"), lighter)], 2):
        end_queued(history, run_id, 0.9, dataset=lighter.dataset)
    path = hand_in(history, place, tmp_path)
    shutil.rmtree(theirs)
    for teachers in (None, open_pack(pack)):
        found = one_of(report_of(path, teachers), "lighter")
        assert found.changes == ("~ Conv2D  filters 32 → 16",)
        assert not any("fingerprint" in problem for problem in found.problems)
        assert " on ours.npz, 60,000" in found.figures, "not the folders of the student's machine"
    history.store.execute("UPDATE runs SET fingerprint = 'abc' WHERE id = 2")
    shutil.copytree(pack, theirs)
    path = hand_in(history, place, tmp_path)
    shutil.rmtree(theirs)
    problems = one_of(report_of(path, open_pack(pack)), "lighter").problems
    assert "run 2: its layers are not those that its fingerprint was made of" in problems


def test_the_checksum_is_over_canonical_json(history: History, pack: Path, tmp_path: Path) -> None:
    """As the documentation says it, worked out here anew."""
    answered(history, open_pack(pack))
    plain = json.loads(hand_in(history, open_pack(pack), tmp_path).read_text())
    told = plain.pop("checksum")
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert hashlib.sha256(text.encode()).hexdigest() == told
    assert plain["runs"][0]["exercise"] == "start"
    assert {"id", "status", "epochs", "test_accuracy"} <= set(plain["runs"][0])


def test_a_file_that_was_edited_is_found_out(history: History, pack: Path, tmp_path: Path) -> None:
    place = open_pack(pack)
    answered(history, place)

    def better(plain: dict[str, Any]) -> None:
        plain["runs"][0]["test_accuracy"] = 0.99

    report = report_of(hand_in(history, place, tmp_path, better), place)
    assert report.problems == ("it was changed after cnn-tui wrote it: the checksum does not hold",)
    assert not report.flawless


def test_laying_it_out_anew_is_no_change(history: History, pack: Path, tmp_path: Path) -> None:
    answered(history, open_pack(pack))
    assert report_of(hand_in(history, open_pack(pack), tmp_path, lambda plain: None)).flawless


def test_what_is_missing_is_named(history: History, pack: Path, tmp_path: Path) -> None:
    report = report_of(hand_in(history, open_pack(pack), tmp_path))
    assert one_of(report, "start").problems == ("no run of it has come to its end", "no conclusion")
    assert "nothing was expected of accuracy and time" in one_of(report, "lighter").problems
    assert one_of(report, "why").problems == ("no answer",)


def test_a_locked_field_that_was_changed_all_the_same_is_named(history: History, pack: Path, tmp_path: Path) -> None:
    place = open_pack(pack)
    answered(history, place)
    by_hand = history.add(BASELINE.with_training(epochs=9, seed=3))
    assign(history, by_hand, place, place.exercise("start"))
    end_queued(history, by_hand, 0.95)
    start = one_of(report_of(hand_in(history, place, tmp_path), place), "start")
    assert start.problems == ("run 4: the locked field training.epochs was changed",)
    assert start.changes == ("~ epochs  5 → 9",)


def test_runs_on_other_images_and_other_layers_are_named(history: History, pack: Path, tmp_path: Path) -> None:
    place = open_pack(pack)
    answered(history, place)
    history.store.execute("UPDATE runs SET dataset = 'fashion_mnist_sample' WHERE id = 1")
    history.store.execute("UPDATE runs SET fingerprint = 'abc' WHERE id = 2")
    problems = one_of(report_of(hand_in(history, place, tmp_path), place), "start").problems
    assert problems == (
        "run 1: it was trained on fashion_mnist_sample",
        "run 2: its layers are not those that its fingerprint was made of",
    )


def test_another_version_of_the_pack_is_noticed(history: History, pack: Path, tmp_path: Path) -> None:
    answered(history, open_pack(pack))
    path = hand_in(history, open_pack(pack), tmp_path)
    (pack / "pack.toml").write_text(PACK.replace("Why?", "Why not?"))
    assert report_of(path, open_pack(pack)).problems == (
        "it was made for another pack, or another version of it (Week 3)",
    )


def test_a_run_that_goes_on_is_waited_for(history: History, pack: Path) -> None:
    place = open_pack(pack)
    queue(history, [TrainingOrder(place, place.exercise("start"), BASELINE)])
    with pytest.raises(ExerciseError, match=r"run 1 \(week-3/start\) is queued: hand in when it has ended"):
        gather_submission(history, place)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no submission"),
        (b"[]", "is no submission"),
        (b"{}", "missing required field"),
        (b"\xff\xfe", "is no submission"),
        (b"[" * 100_000, "is no submission"),
        (b'{"format": NaN}', "NaN is no JSON"),
        (b'{"format": "1"}', "is no submission"),
    ],
)
def test_what_is_no_submission_is_said_to_be_none(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ExerciseError) as caught:
        read_submission(path)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()
    with pytest.raises(ExerciseError, match="cannot be read"):
        read_submission(tmp_path / "gone.json")


def test_a_hostile_submission_is_read_as_data(history: History, pack: Path, tmp_path: Path) -> None:
    place = open_pack(pack)
    answered(history, place)

    def worse(plain: dict[str, Any]) -> None:
        plain["student"] = "\x1b[2J" + "x" * 10_000
        plain["runs"] += [{}, {"id": "x", "exercise": 7, "experiment": {"layers": [{"type": "Lambda"}]}}]
        plain["runs"].append({"exercise": "start", "status": "finished", "test_accuracy": 1e9, "experiment": []})
        plain["exercises"][0] |= {"answer": "x", "locked": [3, "\x1b"], "heading": ["\x1b"], "predict": "ab"}
        plain["exercises"].append({})

    for known in (None, place):
        report = report_of(hand_in(history, place, tmp_path, worse), known)
        assert not report.flawless
        texts = [report.student, *report.problems]
        for one in report.exercises:
            texts += [one.name, one.heading, one.question, one.figures, one.expected, one.answer]
            texts += [*one.changes, *one.problems]
        assert all(text.isprintable() for text in texts)
        assert all(len(text) <= 10_000 for text in texts)
