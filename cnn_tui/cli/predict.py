"""`cnn-tui evaluate` and `predict`: what a trained network says of all test images, and of one image.

The image is a test image, or a picture of the user's own. Answers that are kept are read; else the run's model is asked
in a process of its own.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.artifacts.evaluation import how_it_differs, read_evaluation
from cnn_tui.cli.explaining import kept_of
from cnn_tui.cli.image_prediction import ImagePrediction, kept_epoch, name_of, predicted, to_json
from cnn_tui.cli.nearest import MOST_NEAREST, nearest_json, nearest_text, nearest_to
from cnn_tui.cli.parser import AsJson, Epoch, RunId
from cnn_tui.cli.pictures import drawn, has_blocks
from cnn_tui.cli.printing import bold, encoded, put_page, table
from cnn_tui.cli.runs import read_run
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, is_terminal, put, say
from cnn_tui.jobs.explain_client import ExplainClient
from cnn_tui.reports.evaluation_page import evaluation_page
from cnn_tui.text import counted, fitted, padded, quiet, wrapped
from cnn_tui.ui.widgets.image import draw

_WIDTH = 80  # of an evaluation, where nobody looks at a terminal
_MOST_BARS = 10
_MOST_NUMBERS = 20  # of the raw vector, in text
_BAR = 30
_EIGHTHS = " ▏▎▍▌▋▊▉█"


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
    nearest: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=MOST_NEAREST, help="And the N training images that it is most like."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print what a run's model says of test image `image`, the first one if none is named, or of a picture.

    A picture may be named by `image` as well.
    """
    if nearest is not None and epoch is not None:
        raise UserError(
            "the nearest images are found with the weights of the run's end: leave --epoch or --nearest out"
        )
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


def to_text(answer: ImagePrediction) -> str:
    """The image, what it is, the bars and the raw vector."""
    best = answer.order[0]
    said = quiet(answer.names[best], 60)
    facts = [("the network says", f"{said}, {_percent(answer.probabilities[best]).strip()}")]
    if answer.label is not None:
        right = "right" if answer.label == best else "wrong"
        facts.insert(0, ("it is", f"{quiet(name_of(answer, answer.label), 60)} ({right})"))
    heading = bold(answer.title)
    return "\n".join(
        [heading, *drawn(partial(draw, answer.picture)), *table(facts), "", *bars(answer), "", *_vector(answer)]
    )


def bars(answer: ImagePrediction) -> list[str]:
    """A line for each class, in order; of many classes the likeliest only."""
    chosen = list(range(len(answer.names))) if len(answer.names) <= _MOST_BARS else answer.order[:_MOST_BARS]
    rows = []
    for at in chosen:
        mark = "<- true" if at == answer.label else ""
        rows.append(
            (fitted(answer.names[at], 30), _percent(answer.probabilities[at]), _bar(answer.probabilities[at]), mark)
        )
    lines = table(rows, right=[1])
    more = len(answer.names) - len(chosen)
    return [*lines, f"and {counted(more, 'class', 'classes')} more, less likely"] if more else lines


def _bar(share: float | None) -> str:
    if not has_blocks():
        return padded("#" * round((share or 0.0) * _BAR), _BAR)
    eighths = round((share or 0.0) * _BAR * 8)
    full, rest = divmod(eighths, 8)
    return padded("█" * full + (_EIGHTHS[rest] if rest else ""), _BAR)


def _percent(share: float | None) -> str:
    return "NaN" if share is None else f"{share:7.2%}"


def _vector(answer: ImagePrediction) -> list[str]:
    count = len(answer.output)
    height, width, channels = answer.picture.shape
    shown = [f"{one:.7e}" if one is not None else "nan" for one in answer.output[:_MOST_NUMBERS]]
    if count > len(shown):
        shown.append("...")
    lines = [" ".join(shown[start : start + 5]) for start in range(0, len(shown), 5)]
    return [
        f"model.predict() returns, of shape (1, {count}):",
        "[[" + "\n  ".join(lines) + "]]",
        f"One row, because Keras takes images in batches: this one, of ({height}, {width}, {channels}), went in",
        f"as a batch of one, of (1, {height}, {width}, {channels}).",
    ]
