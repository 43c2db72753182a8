"""`cnn-tui queue`: what is trained and what waits, in order, and how long it takes."""

from __future__ import annotations

import msgspec

from cnn_tui.analysis.estimates import Estimator, Outlook, QueuedRun
from cnn_tui.commands.follow import listed
from cnn_tui.commands.history import find_run
from cnn_tui.commands.json_lines import inert
from cnn_tui.commands.streams import FINISHED, UserError, bold, put, say, table
from cnn_tui.history.history import History
from cnn_tui.history.pace import clock
from cnn_tui.text import quiet


def queue(move: tuple[int, int] | None, clear: bool, as_json: bool) -> int:
    """Print the queue, once a run of it was moved by so many places or all were taken out."""
    from cnn_tui.jobs.launch import recover, wake

    if move and clear:
        raise UserError("only one of --move and --clear at a time")
    with History() as history:
        recover(history)
        if move:
            _move(history, *move)
        if clear:
            _clear(history)
        if history.next_queued() is not None:
            wake()  # after a restart of the machine nobody is at work
        _show(Estimator(history).outlook(), as_json)
    return FINISHED


def _move(history: History, run_id: int, places: int) -> None:
    run = find_run(history, run_id)
    if run.status != "queued":
        raise UserError(f"run {run_id} does not wait in the queue: it is {run.status}")
    if not history.move(run_id, places):
        order = [line.id for line in history.queue()]
        where = "first" if order[0] == run_id else "last"
        say(f"run {run_id} is the {where} already" if places else f"run {run_id} stays where it is")
        return
    before = [line.id for line in history.queue()].index(run_id)
    say(f"run {run_id} is next" if before == 0 else f"run {run_id} has {before} before it")


def _clear(history: History) -> None:
    ids = [line.id for line in history.queue()]
    for one in reversed(ids):  # the next one last: it may be taken any moment
        history.ask(one, "stop")
    say(f"{listed(ids)} taken out of the queue; the history keeps them" if ids else "the queue is empty already")


def _show(outlook: Outlook, as_json: bool) -> None:
    for item in outlook.items if as_json else ():
        put(inert(msgspec.json.encode(item.to_json()).decode()))
    if not outlook.items:
        say("Nothing is trained and nothing waits: cnn-tui run EXPERIMENT queues a run.")
        return
    if not as_json:
        heading, *rows = table([_TITLES, *map(_row, outlook.items)], _RIGHT)
        put("\n".join([bold(heading), *rows]))
    scaled = any(item.estimate.basis == "scaled" for item in outlook.items)
    say(outlook.words() + (" A time with ~ is scaled from another run's." if scaled and not as_json else ""))


_TITLES = ("place", "run", "name", "status", "epochs", "takes", "done in")
_RIGHT = (0, 1, 4, 5, 6)


def _row(item: QueuedRun) -> tuple[str, ...]:
    line, seconds = item.line, item.estimate.seconds
    takes = "?" if seconds is None else f"{'~' if item.estimate.basis == 'scaled' else ''}{clock(seconds)}"
    return (
        str(item.position or ""),
        str(line.id),
        quiet(line.name),
        line.status,
        f"{line.epochs_done}/{line.epochs}",
        takes,
        "?" if item.done_in is None else clock(item.done_in),
    )
