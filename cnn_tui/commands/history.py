"""`cnn-tui history` and `note`: the table of all runs, and what is written on one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from cnn_tui.commands import run_table
from cnn_tui.commands.damaged import say_damage
from cnn_tui.commands.json_lines import inert
from cnn_tui.commands.streams import FINISHED, UserError, put, say
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.listing import Listing, Query
from cnn_tui.history.run import Run

_LARGEST_ID = 2**63 - 1  # what a column of SQLite holds
_FEW = 500  # runs that are read one by one


def list_runs(form: str, words: str, key: str, archived: bool = False) -> int:
    """Print the runs that a filter leaves, the newest first: `form` is text, json, csv or markdown."""
    column, reverse = run_table.sorting(key)
    with History() as history:
        listing = Listing(history, Query(words, column, reverse, archived))
        if form == "json":
            damaged = []
            for run in _in_full(history, listing.ids()):
                put(to_json(run))
                damaged += [run] if run.damage else []
            say_damage(damaged)
            return FINISHED
        lines = listing.lines()
        say_damage(lines)
        nothing = "" if lines else _nothing(history, words)
    if form == "csv":
        put(run_table.to_csv(lines))
    elif form == "markdown":
        put(run_table.to_markdown(lines))
    elif lines:
        put(run_table.to_text(lines))
    else:
        say(nothing)
    return FINISHED


def _in_full(history: History, ids: Sequence[int]) -> Iterator[Run]:
    """The runs with their epochs, in the order of `ids`."""
    if len(ids) <= _FEW:
        found = (history.run(one) for one in ids)
    else:
        runs = {run.id: run for run in history.runs()}
        found = (runs.get(one) for one in ids)
    return (run for run in found if run is not None)


def to_json(run: Run) -> str:
    """A run in the promised form, on one line."""
    return inert(msgspec.json.encode(run.to_json()).decode())


def note(run_id: int, text: str, conclusion: bool = False) -> int:
    """Set the note of a run, or its conclusion; an empty text takes it away."""
    with History() as history:
        find_run(history, run_id)
        (notebook.conclude if conclusion else notebook.note)(history, run_id, text)
    say(f"run {run_id}: the {'conclusion' if conclusion else 'note'} is {'kept' if text else 'gone'}")
    return FINISHED


def find_run(history: History, run_id: int) -> Run:
    """The run of that id. Raises UserError when there is none."""
    run = history.run(run_id) if 0 < run_id <= _LARGEST_ID else None
    if run is None:
        newest = history.lines(limit=1)
        known = f"the newest is run {newest[0].id}" if newest else "the history is empty"
        raise UserError(f"there is no run {run_id}; {known}")
    return run


def _nothing(history: History, words: str) -> str:
    if words.strip():
        return "No run passes the filter. As one: acc>0.9 tag:lab1 !failed, or words of names and notes."
    if history.count():
        return "All runs are archived: --archived lists them."
    return "No run yet: cnn-tui run lab1-baseline makes the first."
