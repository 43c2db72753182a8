"""`cnn-tui queue`, `stop` and `resume`: what is trained and what waits, and how a run ends early or goes on."""

from __future__ import annotations

from typing import Annotated

import typer

from cnn_tui.analysis.estimates import Estimator, Outlook, QueuedRun
from cnn_tui.analysis.pace import clock
from cnn_tui.artifacts.kept_epochs import why_not_kept
from cnn_tui.artifacts.weights import goes_on
from cnn_tui.cli.parser import AsJson, Detach
from cnn_tui.cli.printing import encoded, table
from cnn_tui.cli.running.follow import Follower, LeftError, following
from cnn_tui.cli.running.trained_on import require_left, trained_on
from cnn_tui.cli.runs import find_run, listed, open_history, put_runs
from cnn_tui.cli.streams import FINISHED, INTERRUPTED, UserError, put, say
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.alive import elsewhere_in_words
from cnn_tui.history.elsewhere.cluster_jobs import wants_worker
from cnn_tui.history.ending import ENDED_EARLY, status_in_words
from cnn_tui.history.history import History
from cnn_tui.history.records import require_experiment
from cnn_tui.history.run import Run
from cnn_tui.jobs import launch
from cnn_tui.text import quiet


def queue(
    move: Annotated[
        tuple[int, int] | None,
        typer.Option("--move", metavar="RUN PLACES", help="Move a run so many places later; -1 is one earlier."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take all that wait out of the queue.")] = False,
    as_json: AsJson = False,
) -> int:
    """Print the queue, once a run of it was moved by so many places or all were taken out."""
    if move and clear:
        raise UserError("only one of --move and --clear at a time")
    with open_history() as history:
        if move:
            _move(history, *move)
        if clear:
            _clear(history)
        if wants_worker(history):
            launch.wake()  # after a restart of the machine nobody is at work
        _show(history, Estimator(history).outlook(), as_json)
    return FINISHED


def _move(history: History, run_id: int, places: int) -> None:
    run = find_run(history, run_id)
    if run.status != "queued":
        raise UserError(f"run {run_id} does not wait in the queue: it is {status_in_words(run.status, run.ending)}")
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


def _show(history: History, outlook: Outlook, as_json: bool) -> None:
    for item in outlook.items if as_json else ():
        put(encoded(item.to_json()))
    if not outlook.items:
        say("Nothing is trained and nothing waits: cnn-tui run EXPERIMENT queues a run.")
        return
    if not as_json:
        rows = [_TITLES, *(_row(history, item) for item in outlook.items)]
        shown = len(_TITLES) if any(item.is_elsewhere for item in outlook.items) else len(_TITLES) - 1
        put(*table([row[:shown] for row in rows], _RIGHT, titled=True, fits=True))
    scaled = any(item.estimate.basis == "scaled" for item in outlook.items)
    say(outlook.words() + (" A time with ~ is scaled from another run's." if scaled and not as_json else ""))


_TITLES = ("place", "run", "name", "status", "epochs", "takes", "done in", "where")
_RIGHT = (0, 1, 4, 5, 6)


def _row(history: History, item: QueuedRun) -> tuple[str, ...]:
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
        quiet(elsewhere_in_words(find_run(history, line.id))) if item.is_elsewhere else "here",
    )


def stop(
    runs: Annotated[
        list[int] | None, typer.Argument(metavar="RUN...", help="Runs; without one you are told which go on.")
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="End it at once; only its last checkpoint is kept.")] = False,
) -> int:
    """Ask runs to stop after their batch or, `now`, to end at once. Nothing is stopped unless all are there."""
    with open_history() as history:
        if not runs:
            raise UserError(_which_to_stop(history, "--now" if now else ""))
        found = [find_run(history, one) for one in dict.fromkeys(runs)]
        for run in reversed(found):  # those that wait last go first: the next one may be taken any moment
            if run.live:
                history.ask(run.id, "now" if now else "stop")
    if any(run.live and (now or run.executor != "here") for run in found):
        launch.wake()  # the worker sees to it that it ends, even if it hangs, and passes it on to a job
    for run in found:
        if not run.live:
            say(f"run {run.id} has ended already: it is {status_in_words(run.status, run.ending)}")
        elif run.status == "queued":
            say(f"run {run.id} is taken out of the queue")
        elif now:
            say(f"asked run {run.id} to end now: nothing more is saved or evaluated, its last checkpoint is kept")
        else:
            say(f"asked run {run.id} to stop: what it has learned is kept and evaluated; --now ends it at once")
    return FINISHED


def _which_to_stop(history: History, how: str) -> str:
    """What to type where no run was named: nothing is stopped that was not."""
    going = [f"run {line.id} ({quiet(line.name, 60)})" for line in history.going()]
    waiting = [line.id for line in history.queue()]
    if not going and not waiting:
        return "nothing is trained and nothing waits, so there is no run to stop"
    example = history.going()[0].id if going else waiting[0]
    parts = [f"{', '.join(going)} {'is' if len(going) == 1 else 'are'} being trained"] if going else []
    if waiting:
        verb = "waits" if len(waiting) == 1 else "wait"
        parts.append(f"{listed(waiting)} {verb}")
    return f"which run? {'; '.join(parts)}: cnn-tui stop {' '.join(filter(None, (str(example), how)))} stops it"


def resume(
    runs: Annotated[
        list[int],
        typer.Argument(metavar="RUN...", help="Runs that ended early; with --epoch any that ended."),
    ],
    epoch: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="After epoch N, whose weights were kept; those after it go.")
    ] = None,
    detach: Detach = False,
    as_json: AsJson = False,
) -> int:
    """Let runs that ended early go on after their last checkpoint, before all that wait, and follow them.

    With `epoch` they go on after that one, with the weights that they kept of it and a new optimizer. So does a run
    that came to its end, but as a run of its own, whose learning-rate schedule begins anew: what it has reached stays.

    One that was asked to stop is waited for. Nothing is queued unless all can be. ctrl+c only leaves them.
    """
    with following() as follower:
        history, wanted = follower.history, list(dict.fromkeys(runs))
        try:
            _await_stopping(follower, [find_run(history, run_id) for run_id in wanted], epoch)
        except LeftError:
            return INTERRUPTED
        found = [_resumable(find_run(history, run_id), epoch) for run_id in wanted]
        parts = {run.id: trained_on(run, epoch or 0) for run in found if run.status not in ENDED_EARLY}
        ids: list[int] = []
        for run in reversed(found):  # each goes to the head of the queue
            ids.insert(0, _queue_again(history, run, epoch, parts.get(run.id)))
        launch.wake()
        for run, run_id in zip(found, ids, strict=True):
            anew = " and its learning-rate schedule from the start" if run.experiment.training.schedule else ""
            on = f"stays as it is: run {run_id} goes on from its epoch {epoch}, with a new optimizer{anew}"
            say(f"run {run.id} {on if run_id != run.id else goes_on(run, epoch)}")
        if detach:
            put_runs(history, ids, as_json)
            say(f"{listed(ids)} left to train; cnn-tui attach {ids[0]} follows")
            return FINISHED
        return follower.follow(ids, as_json)


def _queue_again(history: History, run: Run, epoch: int | None, part: Experiment | None) -> int:
    """Put a run at the head of the queue or, for one that came to its end, a run of what comes after; gives its id."""
    if part is None:
        history.resume(run.id, epoch)
        return run.id
    run_id = history.add(part, run.device)
    history.move(run_id, -len(history.queue()))
    return run_id


def _await_stopping(follower: Follower, runs: list[Run], epoch: int | None) -> None:
    """Wait for those that were asked to stop, once the others are sure to go on. Raises UserError, LeftError."""
    stopping = [run.id for run in runs if run.live and run.wish in ("stop", "now")]
    for run in runs:
        if run.id not in stopping:
            _resumable(run, epoch)
    for run_id in stopping:
        follower.await_stopped(run_id)


def _resumable(run: Run, epoch: int | None) -> Run:
    """The run itself. Raises UserError when it cannot go on."""
    if run.live:
        raise UserError(f"run {run.id} has not ended: it is {run.status}")
    require_experiment(run)
    if run.status not in ENDED_EARLY:
        require_left(run, epoch)
    if epoch is not None and (missing := why_not_kept(run, epoch)):
        raise UserError(missing)
    return run
