"""What the commands share that ask the process that looks into trained networks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from cnn_tui.artifacts.weights import no_model
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.streams import FAILED, WRONG, UserError, is_terminal, say
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.answers import PartDone
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import ExplainError, KeepPredictions

Kept = TypeVar("Kept")


@contextmanager
def explain_errors() -> Iterator[None]:
    """What cannot be answered or read becomes a UserError."""
    try:
        yield
    except ExplainError as error:
        raise UserError(str(error), WRONG if error.wrong else FAILED) from None
    except RawFileError as error:
        raise UserError(str(error), FAILED) from None


def kept_of(client: ExplainClient, run: Run, read: Callable[[int, int], Kept], epoch: int) -> Kept:
    """What `read` gives of a run and epoch; where that is not kept yet, it is worked out first. Raises UserError."""
    try:
        return read(run.id, epoch)
    except RawFileError:
        require_model(run)
    when = f" with the weights of epoch {epoch}" if epoch else ""
    say(f"run {run.id}: its model is asked about every test image{when}, which takes a few seconds")
    progress, part = Reporter(sys.stderr, is_terminal(sys.stderr)), PartDone(0, 1)
    with explain_errors():
        while not part.is_whole:
            part = client.ask(KeepPredictions(run.id, epoch, part.done), PartDone)
            progress.bar([(0, f"{part.done:,} of {part.total:,} test images")])
        progress.clear()
        return read(run.id, epoch)


def require_model(run: Run) -> None:
    """Raises UserError for a run that has no model."""
    missing = no_model(run)
    if missing is not None:
        if missing.lost:
            raise UserError(f"{missing.why}: train the experiment again", FAILED)
        raise UserError(missing.why)
