"""Histories as released versions wrote them open in this one, whole. `tests/fixtures/make_history.py` made them."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from cnn_tui.exercises import answers
from cnn_tui.history import notebook
from cnn_tui.history.history import History, Result
from cnn_tui.history.image_marks import FINE, WRONG, image_marks, mark_images, wrongly_labelled
from cnn_tui.history.same_network import same_network
from cnn_tui.history.searches import searches, trial_rows
from cnn_tui.history.table.listing import Listing, Query
from cnn_tui.history.versions.migrations import MIGRATIONS
from tests.fixtures.make_history import BASELINE, HOSTILE, path_of
from tests.runs import run_of

STALE = "the tables changed after the file was made: python -m tests.fixtures.make_history, if they are not released"


@pytest.fixture
def home(sealed_machine: Path) -> Path:
    """Where a history is opened."""
    return sealed_machine / "history.db"


def keep(version: int, home: Path) -> Path:
    """A copy of a kept history, as the app finds it."""
    shutil.copy(path_of(version), home)
    return home


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_history_of_every_version_opens_and_takes_more(version: int, home: Path) -> None:
    before = sqlite3.connect(path_of(version)).execute("SELECT count(*), max(id) FROM runs").fetchone()
    with History(keep(version, home)) as history:
        assert history.count() == before[0], STALE
        assert len(history.runs()) == len(history.lines()) == before[0]
        for run in history.runs():
            assert run.to_json()["id"] == run.id
            history.events(run.id)
            history.points(run.id)
        assert history.add(BASELINE) == before[1] + 1
        notebook.change_tags(history, [1], ["new"])
        assert "new" in run_of(history, 1).tags
    assert home.with_name(f"history.db.v{version}.copy").exists() == (version < len(MIGRATIONS))


def test_the_newest_tables_are_those_that_the_file_has(home: Path) -> None:
    with History() as history:
        fresh = {row[0] for row in history.store.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    home.unlink()
    kept = {row[0] for row in sqlite3.connect(path_of(len(MIGRATIONS))).execute("SELECT sql FROM sqlite_master")}
    assert kept - {None} == fresh, STALE


def test_what_version_1_kept_is_all_there(home: Path) -> None:
    with History(keep(1, home)) as history:
        first, second = run_of(history, 1), run_of(history, 2)
        line = history.lines()[0]
        assert (first.experiment, first.test_accuracy, first.tags) == (BASELINE, 0.89, ("Week 3",))
        assert [epoch.metrics["val_loss"] for epoch in first.epochs] == [0.4, 0.2]
        assert (first.note, second.note) == (HOSTILE[1], HOSTILE[2])
        assert (line.pace, line.val_loss, line.val_accuracy, line.archived, line.exercise) == (
            8.5,
            0.2,
            0.86,
            False,
            "",
        )
        assert second.fingerprint == first.fingerprint, "strides that are written out make no other network"
        assert [one.run for one in same_network(history, second)] == [1]


def test_what_version_2_kept_is_all_there(home: Path) -> None:
    with History(keep(2, home)) as history:
        statuses = [run.status for run in history.runs()[:7]]
        assert statuses == ["finished", "stopped", "failed", "interrupted", "queued", "running", "paused"]
        first = run_of(history, 1)
        assert (first.note, first.tags, first.test_loss, len(first.epochs)) == (
            "the first one",
            ("lab1", "keep"),
            0.31,
            2,
        )
        assert run_of(history, 2).stop_cause.startswith("stop rule: loss below 0.3")
        assert [one.run for one in same_network(history, run_of(history, 2))] == [1]
        assert history.progress(6).steps == 10 and len(history.points(6)) == 1
        assert (run_of(history, 8).archived, run_of(history, 8).exercise) == (True, "lab1/64-filters")
        assert [event.text for event in history.events(8)] == ["archived"]
        assert notebook.pinned(history) == 1
        answered = answers.answer(history, "lab1", "16-filters")
        assert (answered.prediction.accuracy, answered.prediction.time, answered.done) == ("down", "same", True)
        assert answered.conclusion == "quicker, hardly worse"
        for run_id, text in enumerate(HOSTILE, 9):
            run = run_of(history, run_id)
            assert (run.name, run.note, run.conclusion, run.tags, run.stop_cause) == (
                text,
                text,
                text,
                (text, "plain"),
                text,
            )
            assert history.events(run_id)[-1].text == text
        assert Listing(history, Query("tag:plain")).count() == len(HOSTILE)


def test_what_version_8_kept_of_a_search_is_all_there(home: Path) -> None:
    with History(keep(8, home)) as history:
        (search,) = searches(history)
        plan = search.plan
        assert (search.status, plan.vary, plan.prune) == ("stopped", ("layers[0].filters=16,32,1000",), True)
        rows = trial_rows(history, search.id)
        assert [(row.values, row.obstacle, row.repeats) for row in rows] == [
            ((32,), "", None),
            ((16,), "", None),
            ((1000,), "too many", None),
            ((32,), "", 1),
        ]
        assert run_of(history, rows[1].run or 0).ending == "pruned"


@pytest.mark.parametrize(("version", "kept"), [(8, {}), (9, {3: WRONG, 5: FINE, 17: WRONG})])
def test_images_are_marked_since_version_9(version: int, kept: dict[int, str], home: Path) -> None:
    with History(keep(version, home)) as history:
        assert image_marks(history, "a-digest") == kept
        assert image_marks(history, "of other images") == {}
        mark_images(history, "a-digest", (17, 40), FINE)
        mark_images(history, "a-digest", (2,), WRONG)
        mark_images(history, "a-digest", (5,), None)
        assert image_marks(history, "a-digest") == {2: WRONG, **({3: WRONG} if kept else {}), 17: FINE, 40: FINE}
        assert wrongly_labelled(history, "a-digest") == ((2, 3) if kept else (2,))


def test_runs_of_version_7_can_be_pruned_and_keep_their_indexes_and_numbers(home: Path) -> None:
    with History(keep(7, home)) as history:
        names = {row[0] for row in history.store.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
        assert {"runs_status", "runs_fingerprint", "runs_archived", "runs_same"} <= names
        assert history.store.execute("PRAGMA foreign_key_check").fetchall() == []
        last = history.lines(limit=1)[0].id
        assert history.add(BASELINE) == last + 1
        history.claim(last + 1, 1, 1)
        history.ask(last + 1, "prune")
        assert history.wish(last + 1) == "prune"
        history.record_end(last + 1, Result("stopped", "pruned by a search", ending="pruned"))
        assert run_of(history, last + 1).ending == "pruned"


@pytest.mark.parametrize(("version", "about"), [(5, None), (6, (1, 2))])
def test_conclusions_know_their_runs_since_version_6(version: int, about: tuple[int, ...] | None, home: Path) -> None:
    with History(keep(version, home)) as history:
        answered = answers.answer(history, "lab1", "16-filters")
        assert (answered.conclusion, answered.about) == ("quicker, hardly worse", about)
        answers.conclude(history, "lab1", "16-filters", "still", (7,))
        assert answers.answer(history, "lab1", "16-filters").about == (7,)


@pytest.mark.parametrize(("version", "images"), [(9, None), (10, 6_000)])
def test_how_many_images_a_run_validates_on_is_kept_since_version_10(
    version: int, images: int | None, home: Path
) -> None:
    with History(keep(version, home)) as history:
        run = next(run for run in history.runs() if run.status == "finished")
        assert (run.validation_images, run.to_json()["validation_images"]) == (images, images)
