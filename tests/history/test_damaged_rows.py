"""A row of the history that is damaged: it takes nothing else with it, and what of it cannot be read is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cnn_tui.history.groups import groups_of
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.listing import SORTS, Listing, Query
from cnn_tui.history.records import require_experiment
from cnn_tui.history.rows import damage_in_words
from cnn_tui.home import history_path
from tests.fixtures.make_history import make_newest

DAMAGES = (
    ("tags = '['", ("tags",), ("tags",)),
    ("tags = '{\"a\": 1}'", ("tags",), ("tags",)),
    ("environment = 'nope', created = 'abc'", ("created",), ("created", "environment")),
    ("created = 1e300, seconds = -1", ("created", "seconds"), ("created", "seconds")),
    ("name = CAST(x'ff00fe' AS TEXT)", ("name",), ("name",)),
    ("note = x'01'", ("note",), ("note",)),
    ("experiment = '{'", (), ("experiment",)),
    ("experiment = x'00'", (), ("experiment",)),
    ("status = 'odd', params = 'many', loss = 'low'", ("status", "params", "loss"), ("status", "params")),
)
"""What is done to a row, what its line in the table says is damaged, and what the whole run says."""


@pytest.fixture
def history() -> Iterator[History]:
    """A history with a run in every status; run 2 has stopped after an epoch."""
    make_newest(history_path())
    with History() as history:
        yield history


@pytest.mark.parametrize(("change", "of_line", "of_run"), DAMAGES)
def test_the_others_are_read_and_the_damage_is_named(
    history: History, change: str, of_line: tuple[str, ...], of_run: tuple[str, ...]
) -> None:
    sound = {run.id: run for run in history.runs()}
    history.store.execute(f"UPDATE runs SET {change} WHERE id = 2")
    rows = history.store.execute("SELECT * FROM runs").fetchall()
    runs = {run.id: run for run in history.runs()}
    assert [runs[one] for one in runs if one != 2] == [sound[one] for one in sound if one != 2]
    assert runs[2].damage == of_run
    assert (len(runs[2].epochs), runs[2].fingerprint) == (1, sound[2].fingerprint), "what can be read is"
    for sort in SORTS:
        lines = {line.id: line for line in Listing(history, Query("", sort, archived=True)).lines()}
        assert len(lines) == len(runs)
        assert {one: line.damage for one, line in lines.items() if line.damage} == ({2: of_line} if of_line else {})
    for words in ("é", "lab", "tag:lab1", "gap>0"):
        Listing(history, Query(words))
    groups_of(history, [*runs])
    assert history.store.execute("SELECT * FROM runs").fetchall() == rows, "reading changes nothing"


def test_an_epoch_that_cannot_be_read_is_named_and_the_others_are_there(history: History) -> None:
    history.store.execute("UPDATE epochs SET metrics = 'x' WHERE run = 1 AND epoch = 1")
    run = history.run(1)
    assert run is not None
    assert (run.damage, [one.epoch for one in run.epochs]) == (("epoch 1",), [1, 2])
    assert run.epochs[0].metrics == {} and run.epochs[1].metrics["loss"] == 0.25
    assert run.to_json()["damage"] == ["epoch 1"] or run.to_json()["damage"] == ("epoch 1",)
    history.forget_after(1, 1)
    assert history.lines_of([1])[0].loss is None


def test_readings_and_events_that_cannot_be_read_are_left_out(history: History) -> None:
    history.store.execute("UPDATE runs SET progress = 'x' WHERE id = 6")
    history.store.execute("UPDATE points SET loss = 'x' WHERE run = 6")
    history.store.execute("INSERT INTO events VALUES (6, 'never', x'ff')")
    assert (history.progress(6).epoch, history.points(6)) == (0, [])
    assert history.events(6)[-1].at == 0.0


def test_an_experiment_that_cannot_be_read_is_not_made_up(history: History) -> None:
    history.store.execute("UPDATE runs SET experiment = '{' WHERE id = 2")
    run = history.run(2)
    assert run is not None and not run.has_experiment
    assert run.to_json()["experiment"] is None
    with pytest.raises(HistoryError, match=r"^the experiment of run 2 cannot be read"):
        require_experiment(run)


def test_damage_is_a_sentence() -> None:
    assert damage_in_words(3, ()) == ""
    assert damage_in_words(3, ("stop_cause",)).endswith("run 3 in the history is damaged: stop cause cannot be read")
    assert damage_in_words(3, ("tags", "name", "epoch 7")).endswith("damaged: tags, name and epoch 7 cannot be read")
    many = tuple(f"epoch {one}" for one in range(1, 41))
    assert damage_in_words(3, many).endswith("epoch 4, epoch 5 and 35 more cannot be read")
