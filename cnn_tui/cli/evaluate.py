"""`cnn-tui evaluate`: how well a trained network does on the test images, class by class.

It is read where it is kept; else the run's model is asked, as for `cnn-tui predict`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from cnn_tui.artifacts.evaluation import how_it_differs, read_evaluation
from cnn_tui.artifacts.weights import no_model
from cnn_tui.cli.parser import AsJson, RunId
from cnn_tui.cli.printing import encoded, put_page
from cnn_tui.cli.runs import read_run
from cnn_tui.cli.streams import FAILED, FINISHED, WRONG, UserError, columns_of, is_terminal, put, say
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain_client import ExplainClient
from cnn_tui.jobs.explain_protocol import Done, ExplainError, KeepPredictions
from cnn_tui.reports.evaluation_page import evaluation_page
from cnn_tui.text import wrapped

_WIDTH = 80  # where nobody looks at a terminal


def evaluate(run: RunId, as_json: AsJson = False) -> int:
    found = read_run(run)
    evaluation = kept(found, read_evaluation)
    if as_json:
        put(encoded({"run": run, **evaluation.to_json()}))
        return FINISHED
    width = columns_of(sys.stdout) if is_terminal(sys.stdout) else _WIDTH
    put_page(evaluation_page(found, evaluation), width)
    for sentence in how_it_differs(evaluation, found):
        say("\n".join(wrapped(sentence, min(columns_of(sys.stderr), 100))))
    return FINISHED


Kept = TypeVar("Kept")


def kept(run: Run, read: Callable[[int], Kept]) -> Kept:
    """What `read` gives for a run; worked out first where it is not kept. Raises UserError."""
    try:
        return read(run.id)
    except RawFileError:
        require_model(run)
    say(f"run {run.id}: its model is asked about every test image, which takes a few seconds")
    with ExplainClient() as client, in_words():
        client.ask(KeepPredictions(run.id), Done)
        return read(run.id)


def require_model(run: Run) -> None:
    """Raises UserError for a run that has no model."""
    missing = no_model(run)
    if missing is not None:
        if missing.lost:
            raise UserError(f"{missing.why}: train the experiment again", FAILED)
        raise UserError(missing.why)


@contextmanager
def in_words() -> Iterator[None]:
    """What cannot be answered or read becomes a UserError."""
    try:
        yield
    except ExplainError as error:
        raise UserError(str(error), WRONG if error.wrong else FAILED) from None
    except RawFileError as error:
        raise UserError(str(error), FAILED) from None
