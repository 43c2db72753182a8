"""`cnn-tui evaluate` and `predict`: what a trained network says of all test images, and of one image.

The image is a test image, or a picture of the user's own. Answers that are kept are read; else the run's model is asked
in a process of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.artifacts.evaluation import how_it_differs, read_evaluation
from cnn_tui.cli.images.against import TwoRuns, both_to_json, both_to_text, of_image
from cnn_tui.cli.images.explaining import kept_of
from cnn_tui.cli.images.image_prediction import kept_epoch, predicted, to_json
from cnn_tui.cli.images.nearest import MOST_NEAREST, nearest_json, nearest_text, nearest_to
from cnn_tui.cli.images.over_epochs import OverEpochs
from cnn_tui.cli.images.prediction_text import to_text
from cnn_tui.cli.parser import AsJson, Epoch, RunId
from cnn_tui.cli.printing import encoded, put_page
from cnn_tui.cli.runs import read_run
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, is_terminal, put, say
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.reports.evaluation_page import evaluation_page
from cnn_tui.text import wrapped

_WIDTH = 80  # of an evaluation, where nobody looks at a terminal


def evaluate(run: RunId, epoch: Epoch = None, as_json: AsJson = False) -> int:
    found = read_run(run)
    with ExplainClient() as client:
        evaluation = kept_of(client, found, read_evaluation, kept_epoch(found, epoch))
    found = found.after_epoch(epoch) if epoch else found
    if as_json:
        put(encoded({"run": run, **found.conditions.to_json(), **evaluation.to_json()}))
        return FINISHED
    width = columns_of(sys.stdout) if is_terminal(sys.stdout) else _WIDTH
    put_page(evaluation_page(found, evaluation), width)
    for sentence in how_it_differs(evaluation, found):
        say("\n".join(wrapped(sentence, min(columns_of(sys.stderr), 100))))
    return FINISHED


def predict(
    run: RunId,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A picture of your own: a PNG or JPEG.")] = None,
    image: Annotated[
        str | None, typer.Option(metavar="N", help="A test image, counted from 0; a file will do too.")
    ] = None,
    epoch: Epoch = None,
    epochs: Annotated[
        bool, typer.Option("--epochs", help="What it said of a test image after each epoch that was kept.")
    ] = False,
    nearest: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=MOST_NEAREST, help="And the N training images that it is most like."),
    ] = None,
    against: Annotated[
        int | None,
        typer.Option(metavar="RUN", help="And what another run says: of the image, or all images they differ on."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print what a run's model says of test image `image`, the first one if none is named, or of a picture.

    A picture may be named by `image` as well.
    """
    if epochs and (epoch is not None or nearest is not None or against is not None):
        raise UserError("--epochs looks at one run over all its epochs: leave --epoch, --nearest and --against out")
    if epoch is not None and (nearest is not None or against is not None):
        raise UserError("--nearest and --against look at runs with the weights of their ends: leave --epoch out")
    if nearest is not None and against is not None:
        raise UserError("--nearest looks into one run: leave --against out")
    if against is not None:
        return _predict_both(run, against, file, image, as_json)
    if epochs:
        with ExplainClient() as client:
            over = OverEpochs(client, read_run(run), file, image)
        put(encoded(over.to_json()) if as_json else over.to_text())
        return FINISHED
    with ExplainClient() as client:
        answer = predicted(client, read_run(run), file, image, epoch)
        for step in answer.steps:
            say(step)
        like = nearest_to(client, answer, nearest) if nearest is not None else None
    if as_json:
        put(encoded(to_json(answer) | (nearest_json(like, answer.names) if like else {})))
    else:
        put("\n".join([to_text(answer), *(["", *nearest_text(like, answer.names)] if like else [])]))
    return FINISHED


def _predict_both(run: int, against: int, file: Path | None, image: str | None, as_json: bool) -> int:
    """Print what two runs say of an image or, where none is named, on which test images they differ."""
    with ExplainClient() as client:
        first, second = read_run(run), read_run(against)
        if file is None and image is None:
            both = TwoRuns(client, first, second)
            put(encoded(both.to_json()) if as_json else both.to_text())
            return FINISHED
        answers = of_image(client, (first, second), file, image)
    for step in answers[0].steps:
        say(step)
    put(encoded(both_to_json(answers)) if as_json else both_to_text(answers))
    return FINISHED
