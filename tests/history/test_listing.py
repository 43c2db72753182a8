"""The window on the history's runs: filtered, sorted, read a screenful at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.run import Line
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.history.table.filter import FilterError
from cnn_tui.history.table.listing import Listing, Query, SortError
from tests.benchmarks.fill_history import fill

BASELINE = load_preset("lab1-baseline")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Three hundred made-up runs of few epochs, and three that wait."""
    with History(tmp_path_factory.mktemp("long") / "history.db") as opened:
        fill(opened, 300, epochs=2)
        for name in ("b", "", "Ä"):
            opened.store.execute("UPDATE runs SET name = ? WHERE id = ?", (name, opened.add(BASELINE)))
        yield opened


def test_without_a_wish_all_runs_are_there_newest_first(history: History) -> None:
    listing = Listing(history, Query(archived=True))
    assert listing.count() == listing.total() == 303
    assert list(listing.ids()) == list(range(303, 0, -1))
    assert [line.id for line in listing.lines(3)] == [303, 302, 301]
    assert [line.id for line in listing.lines(3, 301)] == [2, 1]
    assert listing.lines(3, 303) == []
    assert listing.lines() == history.lines()


def test_archived_runs_are_left_out_until_they_are_asked_for(history: History) -> None:
    put_away = {line.id for line in history.lines() if line.archived}
    assert 0 < len(put_away) < 20
    listing = Listing(history)
    assert set(listing.ids()) == set(range(1, 304)) - put_away
    assert listing.total() == 303 - len(put_away)
    listing.show(Query(archived=True))
    assert listing.count() == 303


def value(line: Line, key: str) -> object:
    """What a column sorts by."""
    return getattr(line, key)


@pytest.mark.parametrize("key", COLUMNS)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_column_sorts_both_ways_with_empty_ones_last(history: History, key: str, reverse: bool) -> None:
    lines = Listing(history, Query(sort=key, reverse=reverse, archived=True)).lines()
    assert len(lines) == 303
    values = [value(line, key) for line in lines]
    filled = [one for one in values if one not in (None, "", ())]
    assert values[: len(filled)] == filled, "what has no value comes last"
    if key in ("tags", "name"):  # sorted as they are stored, and with no regard to case
        return
    if isinstance(filled[0], str) if filled else False:
        assert filled == sorted(filled, reverse=reverse)  # type: ignore[type-var]
    else:
        assert filled == sorted(filled, reverse=not reverse)  # type: ignore[type-var]


def test_names_sort_without_regard_to_case(history: History) -> None:
    names = [line.name for line in Listing(history, Query(sort="name")).lines()]
    first = next(at for at, name in enumerate(names) if name.startswith("Lab 1"))
    assert names.index("A small VGG for CIFAR-10") < names.index("b") < first, "lower case is no letter of its own"
    assert names[-1] == ""


def test_equal_runs_are_newest_first_in_both_directions(history: History) -> None:
    for reverse in (False, True):
        lines = Listing(history, Query(sort="params", reverse=reverse)).lines()
        same = [line.id for line in lines if line.params == lines[0].params]
        assert same == sorted(same, reverse=True)


def test_a_filter_and_a_sort_go_together(history: History) -> None:
    listing = Listing(history, Query("finished acc>0.85 tag:lab1", "pace", archived=True))
    lines = listing.lines()
    wanted = {
        line.id
        for line in history.lines()
        if line.status == "finished" and (line.test_accuracy or 0) > 0.85 and "lab1" in line.tags
    }
    assert {line.id for line in lines} == wanted
    assert 0 < len(wanted) < 300
    paces = [line.pace for line in lines if line.pace is not None]
    assert paces == sorted(paces, reverse=True)
    assert listing.count() == len(wanted)
    assert listing.total() == 303


def test_the_place_of_a_run_is_known(history: History) -> None:
    listing = Listing(history, Query("!failed", "test_accuracy"))
    for at in (0, 7, listing.count() - 1):
        assert listing.position(listing.lines(1, at)[0].id) == at
    failed = Listing(history, Query("failed")).lines(1)[0].id
    assert listing.position(failed) is None
    assert listing.position(12_345) is None


def test_a_wrong_wish_leaves_the_listing_as_it_was(history: History) -> None:
    listing = Listing(history, Query("failed"))
    before = list(listing.ids())
    with pytest.raises(FilterError, match="is no number"):
        listing.show(Query("acc>"))
    with pytest.raises(SortError, match=r'"pase" is no column to sort by; .* Did you mean pace\?'):
        listing.show(Query(sort="pase"))
    with pytest.raises(SortError):
        listing.show(Query(sort="1; DROP TABLE runs"))
    assert listing.query == Query("failed")
    assert list(listing.ids()) == before


def test_it_stays_still_until_it_is_refreshed() -> None:
    with History() as history:
        first = history.add(BASELINE)
        listing = Listing(history)
        second = history.add(BASELINE)
        notebook.note(history, first, "seen at once")
        assert [line.id for line in listing.lines()] == [first]
        assert listing.lines()[0].note == "seen at once"
        assert listing.position(second) is None
        listing.refresh()
        assert [line.id for line in listing.lines()] == [second, first]
        assert listing.position(first) == 1


def test_ten_times_the_runs_cost_no_more_to_look_at(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A screenful is read by its numbers: its cost does not follow the length of the history."""

    def instructions(count: int) -> int:
        """What SQLite does for a screenful in the middle, in the instructions of its machine."""
        with History(tmp_path_factory.mktemp("many") / "history.db") as many:
            fill(many, count, epochs=1)
            listing = Listing(many)
            done = []
            many.store._db.set_progress_handler(lambda: done.append(1), 1)
            assert len(listing.lines(40, count // 2)) == 40
            return len(done)

    few, lots = instructions(300), instructions(3_000)
    assert 0 < lots < 2 * few


def test_a_history_can_be_filled_and_is_not_filled_by_mistake(sealed_machine: Path) -> None:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.benchmarks.fill_history", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert call("30").returncode == 0
    again = call("30")
    assert (again.returncode, again.stdout) == (2, "")
    assert "has 30 runs: name another CNN_TUI_HOME, or --append" in again.stderr
    assert call("10", "--append").returncode == 0
    with History() as history:
        assert history.count() == 40
        assert max(len(run.epochs) for run in history.runs()) == 20
