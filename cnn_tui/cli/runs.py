"""What several commands do with runs: find them, name them, print them, and check the device that they ask for."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from cnn_tui.cli.printing import encoded
from cnn_tui.cli.streams import UserError, put, say
from cnn_tui.history.history import History
from cnn_tui.history.records import LARGEST
from cnn_tui.history.run import Run
from cnn_tui.jobs import gpu_client, launch
from cnn_tui.jobs.devices import DeviceError, choose, parse
from cnn_tui.jobs.gpus import Gpus
from cnn_tui.text import quiet


@contextlib.contextmanager
def open_history() -> Iterator[History]:
    """The history, in which every run whose process is gone has ended. Raises HistoryError."""
    with History() as history:
        try:
            launch.recover(history)
        except sqlite3.Error:  # on a full disk it cannot be written, but is true all the same
            history.show_gone()
        yield history


def find_run(history: History, run_id: int) -> Run:
    """The run of that id. Raises UserError when there is none."""
    run = history.run(run_id) if 0 < run_id <= LARGEST else None
    if run is None:
        newest = history.lines(limit=1)
        known = f"the newest is run {newest[0].id}" if newest else "the history is empty"
        raise UserError(f"there is no run {run_id}; {known}")
    return run


def read_run(run_id: int) -> Run:
    """The run of that id, as the history has it now. Raises UserError when there is none."""
    with open_history() as history:
        return find_run(history, run_id)


def run_number(word: str) -> int | None:
    """The number of a run that a word is; None for any other word."""
    # Python refuses to read thousands of digits, and no run has more than 19.
    return int(word[:30]) if word.isascii() and word.isdecimal() else None


def put_runs(history: History, ids: list[int], as_json: bool) -> None:
    """Print runs that are left to train: their ids, or all that is known of them."""
    for run_id in ids:
        put(to_json(find_run(history, run_id)) if as_json else str(run_id))


def to_json(run: Run) -> str:
    """A run in the promised form, on one line."""
    return encoded(run.to_json())


def listed(ids: list[int]) -> str:
    """Runs in a few words: `run 4`, `runs 4, 5`, `runs 4 to 9`."""
    if len(ids) > 3:
        return f"runs {ids[0]} to {ids[-1]}"
    return ("run " if len(ids) == 1 else "runs ") + ", ".join(map(str, ids))


def chosen_device(wish: str | None, *, here: bool = True) -> str:
    """The wish as a run keeps it, "" for the freest GPU. Says when the card is busy; raises UserError.

    Where the run is not to be trained `here`, only the wish itself is looked at. The card itself is chosen again when
    the run begins, which may be hours later.
    """
    try:
        wanted = parse(wish) if wish is not None else ""
        if not here:
            return wanted
        choice = choose(wanted, Gpus() if wanted == "cpu" else gpu_client.read_gpus())
    except DeviceError as error:
        raise UserError(str(error)) from None
    if choice.warning:
        say(quiet(choice.warning, 400))
    return wanted
