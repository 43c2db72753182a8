"""What the history tells is in columns: it is read out of the sentences of an older file once, and then no more."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.exercises.catalogue import load_set, set_names
from cnn_tui.exercises.progress import read_statuses
from cnn_tui.history import notebook
from cnn_tui.history.groups import ended_as_planned, group_around, groups_of, taken_seeds
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.history.table.listing import Listing, Query
from cnn_tui.home import history_path
from cnn_tui.ui.watcher import Watched
from tests.fixtures.make_history import FOLDER

ENDINGS = FOLDER / "history-version-2-endings.db"
"""Version 2 wrote it: a run for each way to end, to go on and to be tested."""
TOLD: dict[str, tuple[Any, ...]] = {
    "finished": ("finished", "finished"),
    "finished, not saved": ("finished", "finished"),
    "stopped after an epoch": ("stopped", "user"),
    "stopped within an epoch": ("stopped", "user", None, 0),
    "stopped now": ("stopped", "user"),
    "stopped now, no answer": ("stopped", "user"),
    "stopped by a signal": ("stopped", "signal", None, 0),
    "stopped before training": ("stopped", "user"),
    "a rule with a limit": ("stopped", "rule", (2, 3, False)),
    "a rule with patience": ("stopped", "rule", (3, 4, False)),
    "a rule for no number": ("stopped", "rule", (4, 2, True)),
    "a rule, not saved": ("stopped", "rule", (2, 2, False)),
    "taken out of the queue": ("stopped", "queue"),
    "out of memory": ("failed", "error"),
    "disk full": ("failed", "no room"),
    "no room for its end": ("failed", "no room"),
    "exit status": ("failed", "crashed"),
    "not started": ("failed", "crashed"),
    "no such data": ("failed", "error"),
    "killed": ("interrupted", "killed"),
    "gone": ("interrupted", "gone"),
    "killed, tested": ("interrupted", "killed", None, 1),
    "killed, test failed": ("interrupted", "killed"),
    "resumed": ("finished", "finished", None, None, 2),
    "begun again": ("finished", "finished", None, None, 0),
    "resumed twice": ("running", "", None, None, 2),
    "paused": ("paused", ""),
    "gone on": ("running", ""),
    "renamed: stop rule: loss below 0.3": ("finished", "finished"),
    "put away": ("finished", "finished"),
    "queued again": ("queued", "", None, 1),
    "waiting": ("queued", ""),
    "waiting, next": ("queued", ""),
}
"""By the run's name: status, ending, the rule that fired (its number, epoch, within), tested epoch, resumed after."""
KINDS = {
    1: ["started", "best weights"],
    2: ["started", "other"],
    3: ["started", "stopped"],
    9: ["started", "rule"],
    22: ["started", "evaluating", "evaluated"],
    25: ["started", "stopped", "queued again", "resumed"],
    28: ["started", "paused", "gone on"],
    30: ["started", "archived", "restored", "archived"],
}


@pytest.fixture
def history(sealed_machine: Path) -> Iterator[History]:
    """That file, opened by today's version."""
    shutil.copy(ENDINGS, history_path())
    with History() as history:
        yield history


def told(run: Run) -> tuple[Any, ...]:
    """The facts of a run, without what is None at the end."""
    facts = [run.status, run.ending, run.fired, run.tested_epoch, run.resumed_after]
    while facts[-1] is None:
        facts.pop()
    return tuple(facts)


def test_everything_that_an_older_version_told_in_sentences_is_in_its_place(history: History) -> None:
    assert {run.name: told(run) for run in history.runs()} == TOLD
    assert {run: [event.kind for event in history.events(run)] for run in KINDS} == KINDS
    assert [group.runs for group in groups_of(history, range(1, 34))] == [(1, 2, 24, 25, 29, 30), (9, 10, 11, 12)]
    assert history.untested() == [21, 20]
    assert [line.id for line in history.queue()] == [31, 33, 32]
    assert notebook.last_archived(history) == (30,)
    gaps = {line.id: line.gap for line in history.lines()}
    assert gaps[22] == pytest.approx(0.01) and gaps[4] is None and gaps[3] == pytest.approx(-0.08)
    again = Watched(history, 31)
    again.read()
    assert again.will_resume
    renamed = history.run(29)
    assert renamed is not None
    assert (renamed.note, renamed.conclusion, renamed.tags, renamed.exercise, renamed.device) == (
        "stopped by request\nevaluated from the checkpoint of epoch 1",
        "resumed after epoch 3",
        ("lab1", "keep"),
        "lab1/16-filters",
        "gpu:1",
    )
    assert notebook.pinned(history) == 29
    interrupted = history.run(22)
    assert interrupted is not None and interrupted.stop_cause == (
        "the training process was killed by signal 11 (Segmentation fault); 2 of 5 epochs are kept; tested with the "
        "weights of epoch 1"
    )


def derived(history: History) -> dict[str, Any]:
    """What the rooms make of the history, apart from the sentences themselves."""
    lines = Listing(history, Query(archived=True)).lines()
    runs = history.runs()
    watched = {run.id: Watched(history, run.id) for run in runs}
    for one in watched.values():
        one.read()
    return {
        "facts": [told(run) for run in runs],
        "cut short": [run.cut_short for run in runs],
        "kinds": [[event.kind for event in history.events(run.id)] for run in runs],
        "lines": [(line.status, line.tested_epoch, line.gap, line.epochs_done) for line in lines],
        "groups": [group.runs for group in groups_of(history, [run.id for run in runs])],
        "around": [group.runs if (group := group_around(history, run)) else None for run in runs],
        "as planned": [ended_as_planned(history, [run.id], also_live=also) for run in runs for also in (False, True)],
        "seeds": [taken_seeds(history, run.experiment) for run in runs],
        "resumed": [(one.resumed_after, one.will_resume) for one in watched.values()],
        "untested": history.untested(),
        "archived": notebook.last_archived(history),
        "gaps": [Listing(history, Query(words, sort="gap")).ids() for words in ("gap>0.02", "live", "!failed")],
        "statuses": [
            (name, one.state, one.runs, one.live)
            for place in map(load_set, set_names())
            for name, one in read_statuses(history, place).items()
        ],
    }


def test_nothing_looks_into_a_sentence(history: History) -> None:
    before = derived(history)
    history.store.execute("UPDATE runs SET stop_cause = 'xyzzy ' || id WHERE stop_cause != ''")
    history.store.execute("UPDATE events SET text = 'plugh ' || rowid")
    assert derived(history) == before
    # And the other way round: words that mean something are only words.
    history.store.execute("UPDATE runs SET stop_cause = 'stop rule: loss below 0.3 (0.2 after epoch 7)'")
    history.store.execute("UPDATE events SET text = 'resumed after epoch 9'")
    assert derived(history) == before
    history.store.execute("UPDATE events SET text = 'evaluated from the checkpoint of epoch 1'")
    history.store.execute("UPDATE runs SET stop_cause = ''")
    assert derived(history) == before


def test_what_goes_on_from_there_writes_the_same_facts(history: History) -> None:
    began = time.time()
    assert history.resume(22) and history.claim(22, 1, 7)
    resumed = history.run(22)
    assert resumed is not None and told(resumed) == ("running", "", None, 1)
    history.record_resumption(22, 2, "as it is said")
    history.ask(32, "stop")
    after = {run.id: told(run) for run in history.runs()}
    assert after[22] == ("running", "", None, 1, 2) and after[32] == ("stopped", "queue")
    assert [event.kind for event in history.events(22)][-2:] == ["queued again", "resumed"]
    assert history.events(22)[-1].at >= began
