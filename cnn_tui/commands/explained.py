"""What the commands about trained networks share: what is kept of a run, and asking for what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from cnn_tui.artifacts.weights import no_model
from cnn_tui.commands.streams import FAILED, WRONG, UserError, say
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain_client import Asker
from cnn_tui.jobs.explain_protocol import Done, ExplainError, KeepPredictions, Question

Kept = TypeVar("Kept")
Answer = TypeVar("Answer", bound=msgspec.Struct)


def kept(run: Run, read: Callable[[int], Kept]) -> Kept:
    """What `read` gives for a run; worked out first where it is not kept. Raises UserError."""
    try:
        return read(run.id)
    except RawFileError:
        require_model(run)
    say(f"run {run.id}: its model is asked about every test image, which takes a few seconds")
    with Asker() as asker, in_words():
        asker.ask(KeepPredictions(run.id), Done)
        return read(run.id)


def require_model(run: Run) -> None:
    """Raises UserError for a run that has no model."""
    missing = no_model(run)
    if missing is not None:
        if missing.lost:
            raise UserError(f"{missing.why}: train the experiment again", FAILED)
        raise UserError(missing.why)


def asked(question: Question, answer: type[Answer]) -> Answer:
    """The answer to one question. Raises UserError."""
    with Asker() as asker, in_words():
        return asker.ask(question, answer)


@contextmanager
def in_words() -> Iterator[None]:
    """What cannot be answered or read becomes a UserError."""
    try:
        yield
    except ExplainError as error:
        raise UserError(str(error), WRONG if error.wrong else FAILED) from None
    except RawFileError as error:
        raise UserError(str(error), FAILED) from None
