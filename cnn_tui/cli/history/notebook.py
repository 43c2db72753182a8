"""`cnn-tui note`, `tag`, `rename`, `archive` and `baseline`: what a person says of runs."""

from __future__ import annotations

from typing import Annotated

import typer

from cnn_tui.cli.parser import RunId
from cnn_tui.cli.runs import find_run, listed, open_history, run_number
from cnn_tui.cli.streams import FINISHED, UserError, put, say
from cnn_tui.experiment.file_errors import found
from cnn_tui.history import notebook
from cnn_tui.text import quiet


def tag(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="RUN... [+TAG | -TAG]...", help="Runs, then tags on and off.")],
) -> int:
    """Put tags on runs and take them off: numbers of runs, then `+TAG` and `-TAG`. Without a tag, print theirs."""
    if words == ["-h"]:  # behind runs it takes the tag h off
        put(context.get_help())
        return FINISHED
    ids, add, remove = _parted(words)
    with open_history() as history:
        runs = [find_run(history, one) for one in ids]
        if not add and not remove:
            for run in runs:
                put(f"{run.id}  {quiet(' '.join(run.tags), 10_000)}".rstrip())
            return FINISHED
        for one, tags in notebook.change_tags(history, ids, add, remove).items():
            say(f"run {one}: {quiet(', '.join(tags), 1_000) or 'no tag'}")
    return FINISHED


def note(
    run: RunId,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The note; '' takes it away.")],
    conclusion: Annotated[bool, typer.Option("--conclusion", help="It is what the run has shown.")] = False,
) -> int:
    words = " ".join(text)
    with open_history() as history:
        find_run(history, run)
        (notebook.conclude if conclusion else notebook.note)(history, run, words)
    say(f"run {run}: the {'conclusion' if conclusion else 'note'} is {'kept' if words else 'gone'}")
    return FINISHED


def rename(run: RunId, name: Annotated[list[str], typer.Argument(metavar="NAME", help="Its new name.")]) -> int:
    with open_history() as history:
        find_run(history, run)
        before = notebook.rename(history, run, " ".join(name))
    say(f"run {run} is now {quiet(' '.join(name).strip())}; it was {quiet(before)}")
    return FINISHED


def archive(
    runs: Annotated[list[int] | None, typer.Argument(metavar="RUN...", help="The numbers of the runs.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Bring them back; without RUN, those archived last.")] = False,
) -> int:
    """Archive runs, or bring them back: without numbers, those that were archived last."""
    ids = runs or []
    with open_history() as history:
        for one in ids:
            find_run(history, one)
        if undo:
            ids = ids or list(notebook.last_archived(history))
            if not ids:
                raise UserError("no run is archived")
            changed = notebook.restore(history, ids).runs
            say(f"{_told(changed)} back" if changed else f"{_told(tuple(ids))} not archived")
            return FINISHED
        if not ids:
            raise UserError("name the runs to archive, as cnn-tui archive 3 4; --undo alone brings the last ones back")
        changed = notebook.archive(history, ids).runs
    say(f"{_told(changed)} archived; cnn-tui archive --undo brings back" if changed else "they were archived already")
    return FINISHED


def baseline(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The run; else the pinned one is printed.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Pin none.")] = False,
) -> int:
    """Pin the run that others are compared with; without one, print which it is."""
    with open_history() as history:
        if clear:
            notebook.unpin(history)
            say("no run is the baseline now")
        elif run is None:
            pinned = notebook.pinned(history)
            if pinned is None:
                say("no run is the baseline: cnn-tui baseline RUN pins one")
            else:
                put(str(pinned))
        else:
            name = find_run(history, run).name
            notebook.pin(history, run)
            say(f"run {run} ({quiet(name)}) is the baseline")
    return FINISHED


def _parted(words: list[str]) -> tuple[list[int], list[str], list[str]]:
    """The numbers of the runs, the tags to put on and those to take off. Raises UserError."""
    ids, add, remove = [], [], []
    for word in words:
        number = run_number(word)
        if number is not None:
            ids.append(number)
        elif word.startswith("-"):
            remove.append(word[1:])
        elif word.startswith("+"):
            add.append(word[1:])
        else:
            raise UserError(f"{found(word)} is no run, and a tag has + or - before it, as cnn-tui tag 3 +lab1 -draft")
    if not ids:
        raise UserError("name the runs first, as cnn-tui tag 3 4 +lab1")
    return ids, add, remove


def _told(runs: tuple[int, ...]) -> str:
    return f"run {runs[0]} is" if len(runs) == 1 else f"{len(runs)} runs ({listed(list(runs))}) are"
