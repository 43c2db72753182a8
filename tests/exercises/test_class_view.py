"""A class as one experiment: runs of many files, each once, judged together."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.class_files import read_class_file
from cnn_tui.exercises.class_runs import seeds_matter
from cnn_tui.exercises.class_view import ClassExercise, ClassView, merge
from cnn_tui.exercises.packs import open_pack
from cnn_tui.history.errors import HistoryError
from cnn_tui.history.groups import Trial
from cnn_tui.history.other_history import read_other
from tests.exercises.made_class import Truth, member, submit
from tests.fixtures.make_history import HOSTILE, path_of

PACK = open_pack(Path(__file__).parents[2] / "docs" / "example-pack")
TRUTHS = {"start": Truth(0.890), "lighter": Truth(0.874, 0.5)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Eight submissions, three histories; the first member's history is there as well as what was made of it."""
    made = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNN_TUI_HOME", str(made))
        for number in range(1, 11):
            history = member(made / f"{number}.db", PACK, TRUTHS, seed=number, seeds=(1, 2, 3))
            if number <= 8:
                submit(history, PACK, made / f"{number}.json", f"Student {number}")
            history.close()
    yield made


def together(*paths: Path, places: tuple[SetPlace, ...] = (PACK,)) -> ClassView:
    """The files merged."""
    return merge([read_class_file(path) for path in paths], places)


def exercise(view: ClassView, name: str) -> ClassExercise:
    """An exercise of the one pack."""
    (pack,) = view.packs
    return next(one for one in pack.exercises if one.name == name)


def test_a_class_is_judged_over_all_its_runs_and_its_predictions_are_scored(folder: Path) -> None:
    view = together(*folder.glob("*.json"), *(folder / f"{one}.db" for one in (1, 9, 10)))
    assert (view.runs, view.copies, view.equal) == (60, 6, 0), "what is in two files counts once"
    lighter, start = exercise(view, "lighter"), exercise(view, "start")
    assert lighter.group and start.group and (len(lighter.group.trials), lighter.files) == (30, 10)
    mean = lighter.group.spread("test_accuracy")
    assert mean.n == 30 and mean.mean == pytest.approx(0.874, abs=0.005)
    accuracy = lighter.verdicts[0]
    assert accuracy.outcome == "decided" and accuracy.test is not None and accuracy.test.runs == 20
    assert lighter.machines is not None and (lighter.machines.shorter, lighter.machines.longer) == (10, 0)
    foreseen = {one.figure: one for one in lighter.foreseen}
    expected = foreseen["accuracy"].expected
    assert sum(expected.values()) == 10, "an answer that is in a submission and in its history counts once"
    assert (foreseen["accuracy"].found, foreseen["accuracy"].right) == ("down", expected["down"])
    assert (foreseen["time"].found, foreseen["time"].right) == ("down", 10)
    assert len(lighter.conclusions) == 10


def test_the_pack_inside_the_submissions_does_as_well(folder: Path) -> None:
    view = together(*folder.glob("*.json"), places=())
    assert view.packs[0].baseline == "start"
    assert exercise(view, "lighter").verdicts[0].better is False


def test_the_same_file_twice_changes_nothing(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copy(folder / "1.json", tmp_path / "renamed.json")
    once, twice = together(folder / "1.json"), together(folder / "1.json", Path(copy))
    assert twice.groups == once.groups and (twice.copies, once.copies) == (6, 0)
    assert exercise(twice, "lighter").foreseen == exercise(once, "lighter").foreseen


def test_figures_that_are_the_very_same_tell_nothing_new(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(folder / "9.db", tmp_path / "other-machine.db"))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE runs SET created = created + 86400, seconds = seconds + 7")
    view = together(folder / "9.db", path)
    assert (view.runs, view.copies, view.equal) == (12, 0, 6)
    assert {len(group.trials) for group in view.groups} == {3}


def test_runs_of_one_seed_count_by_themselves_unless_they_are_more_alike_than_others(folder: Path) -> None:
    view = together(*folder.glob("*.json"))
    trials = view.groups[0].trials
    assert all(trial.seed is None for trial in trials), "here the seed makes no difference"

    def like(seed: int, accuracy: float) -> Trial:
        return trials[0]._replace(seed=seed, test_accuracy=accuracy)

    assert seeds_matter([like(seed, 0.88 + seed / 100 + off / 10_000) for seed in (1, 2, 3) for off in range(5)])
    assert not seeds_matter([like(seed, 0.88 + off / 100) for seed in (1, 2, 3) for off in range(5)])
    assert not seeds_matter([like(seed, 0.88) for seed in (1, 2, 3)])


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_a_history_of_every_version_is_read_and_stays_as_it_is(version: int, tmp_path: Path) -> None:
    path = Path(shutil.copy(path_of(version), tmp_path / "theirs.db"))
    before = path.read_bytes()
    file = read_class_file(path)
    assert file.kind == "history" and len(file.runs) >= 2 and file.unread == 0
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path], "nothing beside it"
    if version > 1:
        names = [run.trial.name for run in file.runs]
        assert len([name for name in names if "\x1b" in name or "\n" in name]) == 0 < len(HOSTILE), "they are inert"


def test_what_a_lab_that_is_open_has_not_yet_put_into_its_file_is_read_too(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(folder / "9.db", tmp_path / "history.db"))
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("UPDATE runs SET name = 'the newest'")
    assert {run["name"] for run in read_other(path).runs} == {"the newest"}
    db.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ALTER TABLE epochs RENAME TO e; CREATE VIEW epochs AS SELECT * FROM e", "no table epochs"),
        ("DROP TABLE epochs", "no table epochs"),
        ("PRAGMA user_version = 99", "newer cnn-tui"),
    ],
)
def test_a_file_that_is_no_history_is_refused_in_a_sentence(
    folder: Path, tmp_path: Path, change: str, words: str
) -> None:
    path = Path(shutil.copy(folder / "9.db", tmp_path / "odd.db"))
    with sqlite3.connect(path) as db:
        db.executescript(change)
    with pytest.raises(HistoryError, match=words):
        read_class_file(path)


def test_a_value_that_cannot_be_costs_its_run_and_no_other(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(folder / "9.db", tmp_path / "odd.db"))
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE runs SET test_accuracy = 7.0 WHERE id = 1")
        db.execute("UPDATE runs SET experiment = '{\"layers\": [1]}' WHERE id = 2")
        db.execute("UPDATE runs SET created = 1e300 WHERE id = 3")
    file = read_class_file(path)
    assert (len(file.runs), file.unread) == (3, 3)
