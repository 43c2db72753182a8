"""`cnn-tui evaluate` and `predict`: what a trained network says of all test images, and of one image.

The image is a test image, or a picture of the user's own. Answers that are kept are read; else the run's model is asked
in a process of its own.
"""

from __future__ import annotations

import io
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import typer
from rich.console import Console
from rich.text import Text

from cnn_tui.artifacts.evaluation import how_it_differs, read_evaluation
from cnn_tui.artifacts.kept_epochs import why_not_kept
from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.artifacts.weights import no_model
from cnn_tui.cli.parser import AsJson, Epoch, RunId
from cnn_tui.cli.printing import bold, encoded, put_page, table
from cnn_tui.cli.runs import read_run
from cnn_tui.cli.streams import FAILED, FINISHED, WRONG, UserError, columns_of, is_terminal, put, say
from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain_client import ExplainClient
from cnn_tui.jobs.explain_protocol import (
    DescribeModel,
    Done,
    ExplainError,
    KeepImages,
    KeepPredictions,
    ModelFacts,
    Prediction,
    PredictPicture,
)
from cnn_tui.reports.evaluation_page import evaluation_page
from cnn_tui.text import counted, fitted, kept_path, padded, quiet, wrapped
from cnn_tui.ui.widgets.image import draw, mode_of
from cnn_tui.ui.widgets.shading import Mode

_WIDTH = 80  # of an evaluation, where nobody looks at a terminal
_MOST_BARS = 10
_MOST_NUMBERS = 20  # of the raw vector, in text
_BAR = 30
_PICTURE = (64, 16)  # cells at most, of two pixels each
_LETTERS = (64, 32)  # and without colours, where a pixel wants more room
_EIGHTHS = " ▏▎▍▌▋▊▉█"

Kept = TypeVar("Kept")


class ImagePrediction(NamedTuple):
    """An image and what the network says of it. `label` is its true class, None where nobody knows it."""

    run: int
    what: str
    picture: Picture
    names: tuple[str, ...]
    probabilities: list[float | None]
    output: list[float | None]
    """The row that `model.predict()` returns."""
    label: int | None = None
    image: int | None = None
    file: str = ""
    steps: tuple[str, ...] = ()
    epoch: int = 0
    """After which epoch it says so; 0 for the run's end."""

    @property
    def title(self) -> str:
        """Which run and epoch, and of what."""
        when = f", epoch {self.epoch}" if self.epoch else ""
        return f"Run {self.run}{when}: {quiet(self.what)}"

    @property
    def order(self) -> list[int]:
        """The classes, the likeliest first."""
        return sorted(range(len(self.names)), key=lambda at: -(self.probabilities[at] or 0.0))


def evaluate(run: RunId, epoch: Epoch = None, as_json: AsJson = False) -> int:
    found = read_run(run)
    with ExplainClient() as client:
        evaluation = _kept(client, found, read_evaluation, kept_epoch(found, epoch))
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
    as_json: AsJson = False,
) -> int:
    """Print what a run's model says of test image `image`, the first one if none is named, or of a picture.

    A picture may be named by `image` as well.
    """
    with ExplainClient() as client:
        answer = predicted(client, read_run(run), file, image, epoch)
    for step in answer.steps:
        say(step)
    put(encoded(to_json(answer)) if as_json else to_text(answer))
    return FINISHED


def predicted(
    client: ExplainClient, run: Run, file: Path | None, image: str | None, epoch: int | None = None
) -> ImagePrediction:
    """What a run's model says of what was called for: test image `image`, or a picture, which `image` may name too.

    It has the weights of its end, or those that it kept of an `epoch`.
    `client` is asked for what is not kept; it starts its process, which loads TensorFlow, with the first question.
    """
    if image is not None and file is not None:
        raise UserError("give --image N or a FILE, not both")
    number = _whole(image or "0")
    if number is None:
        file = Path(image or "")
    at = kept_epoch(run, epoch)
    return _own_picture(client, run, file, at) if file is not None else _test_image(client, run, number or 0, at)


def kept_epoch(run: Run, epoch: int | None) -> int:
    """The epoch that was called for, 0 for the run's end. Raises UserError where its weights are not kept."""
    if epoch is not None and (missing := why_not_kept(run, epoch)):
        raise UserError(missing)
    return epoch or 0


def to_json(answer: ImagePrediction) -> dict[str, Any]:
    """The prediction, ready for a JSON encoder. `output` is what `model.predict()` returns: a row for each image."""
    best = answer.order[0]
    fact: dict[str, Any] = {"run": answer.run, "epoch": answer.epoch or None}
    if answer.file:
        fact |= {"file": answer.file, "steps": answer.steps}
    else:
        fact |= {"image": answer.image}
    return fact | {
        "true_label": answer.label,
        "true_class": None if answer.label is None else name_of(answer, answer.label),
        "predicted_label": best,
        "predicted_class": answer.names[best],
        "classes": answer.names,
        "probabilities": answer.probabilities,
        "output": [answer.output],
        "output_shape": [1, len(answer.output)],
    }


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


def _test_image(client: ExplainClient, run: Run, image: int, epoch: int) -> ImagePrediction:
    predictions = _kept(client, run, open_predictions, epoch)
    if not 0 <= image < predictions.count:
        raise UserError(f"there is no test image {image}: they are counted from 0 to {predictions.count - 1:,}")
    names = predictions.class_names
    probabilities, output = _told(predictions.probabilities(image)), _told(predictions.output(image))
    picture = _stored(client, run.id, predictions).picture
    with user_errors():
        pixels = picture(image)
    return ImagePrediction(
        run.id,
        f"test image {image}",
        pixels,
        names,
        probabilities,
        output,
        label=predictions.labels[image],
        image=image,
        epoch=epoch,
    )


def _told(numbers: list[float]) -> list[float | None]:
    """None for NaN, which JSON cannot hold."""
    return [None if math.isnan(one) else one for one in numbers]


def _whole(words: str) -> int | None:
    """The number of an image that words are; None for anything else, which is the name of a file."""
    try:
        return int(words)
    except ValueError:
        return None


def _stored(client: ExplainClient, run_id: int, predictions: Predictions) -> StoredImages:
    try:
        return StoredImages(predictions.images)
    except RawFileError:
        with user_errors():
            client.ask(KeepImages(run_id), Done)
            return StoredImages(predictions.images)


def _own_picture(client: ExplainClient, run: Run, file: Path, epoch: int) -> ImagePrediction:
    path = str(file.absolute())
    if not os.path.exists(path):  # noqa: PTH110  it never raises
        raise UserError(f"there is no file {quiet(path)}")
    _require_model(run)
    with user_errors():
        prediction = client.ask(PredictPicture(run.id, kept_path(path), epoch), Prediction)
        names = client.ask(DescribeModel(run.id), ModelFacts).class_names
    return ImagePrediction(
        run.id,
        file.name,
        prediction.picture,
        names,
        list(prediction.probabilities),
        list(prediction.output),
        file=str(file),
        steps=prediction.steps,
        epoch=epoch,
    )


def _kept(client: ExplainClient, run: Run, read: Callable[[int, int], Kept], epoch: int) -> Kept:
    """What `read` gives of a run and epoch; where that is not kept yet, it is worked out first. Raises UserError."""
    try:
        return read(run.id, epoch)
    except RawFileError:
        _require_model(run)
    say(f"run {run.id}: its model is asked about every test image, which takes a few seconds")
    with user_errors():
        client.ask(KeepPredictions(run.id, epoch), Done)
        return read(run.id, epoch)


def _require_model(run: Run) -> None:
    """Raises UserError for a run that has no model."""
    missing = no_model(run)
    if missing is not None:
        if missing.lost:
            raise UserError(f"{missing.why}: train the experiment again", FAILED)
        raise UserError(missing.why)


@contextmanager
def user_errors() -> Iterator[None]:
    """What cannot be answered or read becomes a UserError."""
    try:
        yield
    except ExplainError as error:
        raise UserError(str(error), WRONG if error.wrong else FAILED) from None
    except RawFileError as error:
        raise UserError(str(error), FAILED) from None


def name_of(answer: ImagePrediction, label: int) -> str:
    return answer.names[label] if label < len(answer.names) else str(label)


def picture_mode() -> Mode:
    """How pictures are drawn on standard output: half blocks on a terminal with colours, else letters."""
    return mode_of(_colours(_console()), not _has_blocks())


def drawn(make: Callable[[int, int, Mode], list[Text]]) -> list[str]:
    """What is made of a picture in so many cells, as `picture_mode` says."""
    console, mode = _console(), picture_mode()
    width, height = _LETTERS if mode == "shades" else _PICTURE
    with console.capture() as capture:
        for line in make(min(width, columns_of(sys.stdout)), height, mode):
            console.print(line)
    return [line.rstrip() if _colours(console) is None else line for line in capture.get().splitlines()]


def _console() -> Console:
    terminal = is_terminal(sys.stdout)
    return Console(file=sys.stdout or io.StringIO(), force_terminal=terminal, highlight=False, soft_wrap=True)


def _colours(console: Console) -> str | None:
    """What colours standard output has, in rich's words; None for none."""
    return console.color_system if is_terminal(sys.stdout) and not console.no_color else None


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
    if not _has_blocks():
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


def _has_blocks() -> bool:
    """Whether standard output can write blocks."""
    try:
        "▀█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError, AttributeError):  # the last where it is closed
        return False
    return True
