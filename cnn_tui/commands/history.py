"""`cnn-tui history`, `note` and `stop`: the table of all runs, and what is asked of one."""

from __future__ import annotations

import msgspec

from cnn_tui.commands import run_table
from cnn_tui.commands.streams import FINISHED, UserError, put, say
from cnn_tui.experiments.history import History
from cnn_tui.experiments.run import Run

_LARGEST_ID = 2**63 - 1  # what a column of SQLite holds


def list_runs(form: str, words: str, key: str) -> int:
    """Print the runs, the newest first: `form` is text, json, csv or markdown."""
    with History() as history:
        lines = run_table.in_order(run_table.matching(history.lines(), words), key)
        if form == "json":
            runs = {run.id: run for run in history.runs()} if lines else {}
            for line in lines:
                if line.id in runs:
                    put(to_json(runs[line.id]))
            return FINISHED
    if form == "csv":
        put(run_table.to_csv(lines))
    elif form == "markdown":
        put(run_table.to_markdown(lines))
    elif lines:
        put(run_table.to_text(lines))
    else:
        say(_nothing(words))
    return FINISHED


def to_json(run: Run) -> str:
    """A run in the promised form, on one line."""
    return msgspec.json.encode(run.to_json()).decode()


def note(run_id: int, text: str) -> int:
    """Set the note of a run; an empty text takes it away."""
    with History() as history:
        find_run(history, run_id)
        # A byte that is no UTF-8 comes from the shell as half a character, which SQLite refuses.
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        history.annotate(run_id, text)
    say(f"run {run_id}: the note is kept" if text else f"run {run_id}: the note is gone")
    return FINISHED


def stop(run_id: int) -> int:
    """Ask a run to stop."""
    from cnn_tui.training.launch import recover

    with History() as history:
        recover(history)
        run = find_run(history, run_id)
        if not run.live:
            say(f"run {run_id} has ended already: it is {run.status}")
        elif run.status == "queued":
            history.ask(run_id, "stop")
            say(f"run {run_id} is taken out of the queue")
        else:
            history.ask(run_id, "stop")
            say(f"asked run {run_id} to stop: what it has learned is kept and evaluated")
    return FINISHED


def find_run(history: History, run_id: int) -> Run:
    """The run of that id. Raises UserError when there is none."""
    run = history.run(run_id) if 0 < run_id <= _LARGEST_ID else None
    if run is None:
        newest = history.lines(limit=1)
        known = f"the newest is run {newest[0].id}" if newest else "the history is empty"
        raise UserError(f"there is no run {run_id}; {known}")
    return run


def _nothing(words: str) -> str:
    if words.strip():
        return "No run has these words in its name, note or status."
    return "No run yet: cnn-tui run lab1-baseline makes the first."
