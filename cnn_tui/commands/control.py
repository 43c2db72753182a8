"""`cnn-tui stop` and `resume`: end a run before its last epoch, and let one that ended early go on."""

from __future__ import annotations

from cnn_tui.artifacts.kept_weights import goes_on
from cnn_tui.commands.follow import Follower, Interrupts, listed
from cnn_tui.commands.history import find_run, to_json
from cnn_tui.commands.run import follow
from cnn_tui.commands.streams import FINISHED, UserError, put, say
from cnn_tui.history.history import History
from cnn_tui.history.records import require_experiment
from cnn_tui.history.run import ENDED_EARLY, Run


def stop(run_id: int, now: bool) -> int:
    """Ask a run to stop after its batch or, `now`, to end at once."""
    from cnn_tui.jobs.launch import recover, wake

    with History() as history:
        recover(history)
        run = find_run(history, run_id)
        if not run.live:
            say(f"run {run_id} has ended already: it is {run.status}")
            return FINISHED
        history.ask(run_id, "now" if now else "stop")
    if run.status == "queued":
        say(f"run {run_id} is taken out of the queue")
    elif now:
        wake()  # the worker sees to it that it ends, even if it hangs
        say(f"asked run {run_id} to end now: nothing more is saved or evaluated, its last checkpoint is kept")
    else:
        say(f"asked run {run_id} to stop: what it has learned is kept and evaluated; --now ends it at once")
    return FINISHED


def resume(run_ids: list[int], *, detach: bool, as_json: bool) -> int:
    """Let runs that ended early go on after their last checkpoint, before all that wait, and follow them.

    Nothing is queued unless all can be. ctrl+c only leaves them.
    """
    from cnn_tui.jobs.launch import recover, wake

    interrupts = Interrupts()
    run_ids = list(dict.fromkeys(run_ids))
    with History() as history, interrupts.caught():
        recover(history)
        runs = [_resumable(find_run(history, run_id)) for run_id in run_ids]
        for run_id in reversed(run_ids):  # each goes to the head of the queue
            history.resume(run_id)
        wake()
        for run in runs:
            say(f"run {run.id} {goes_on(run)}")
        if detach:
            for run_id in run_ids:
                put(to_json(find_run(history, run_id)) if as_json else str(run_id))
            say(f"{listed(run_ids)} left to train; cnn-tui attach {run_ids[0]} follows")
            return FINISHED
        return follow(history, Follower(history, interrupts, []), run_ids, as_json)


def _resumable(run: Run) -> Run:
    """The run itself. Raises UserError when it cannot go on."""
    if run.live:
        raise UserError(f"run {run.id} has not ended: it is {run.status}")
    if run.status not in ENDED_EARLY:
        raise UserError(f"run {run.id} has reached its end: there is nothing to go on with")
    require_experiment(run)
    return run
