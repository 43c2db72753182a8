"""`cnn-tui why`: where in an image a run's network looked for a class, as a map in cells, in numbers or as a PNG."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.cli.images.against import of_image
from cnn_tui.cli.images.explaining import explain_errors
from cnn_tui.cli.images.image_prediction import ImagePrediction, predicted
from cnn_tui.cli.images.where_maps import WhereMaps, png_of
from cnn_tui.cli.parser import AsJson, Epoch, RunId
from cnn_tui.cli.printing import encoded, write_new
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.runs import read_run
from cnn_tui.cli.streams import FINISHED, UserError, is_terminal, put, say
from cnn_tui.jobs.explain.answers import ModelFacts
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import DescribeModel
from cnn_tui.jobs.explain.where_protocol import (
    METHODS,
    OF_A_LAYER,
    TITLES,
    LookWhere,
    Method,
    Where,
    added_up,
    following,
    is_convolution,
)
from cnn_tui.text import quiet


def why(
    run: RunId,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A picture of your own: a PNG or JPEG.")] = None,
    image: Annotated[
        str | None, typer.Option(metavar="N", help="A test image, counted from 0; a file will do too.")
    ] = None,
    class_name: Annotated[
        str | None,
        typer.Option("--class", metavar="NAME", help="A class by name or number; else the predicted and the true one."),
    ] = None,
    method: Annotated[str, typer.Option(metavar="NAME", help=f"{', '.join(METHODS)}.")] = METHODS[0],
    layer: Annotated[
        str | None, typer.Option(metavar="N", help="A convolution by name or number, from 1; else the last one.")
    ] = None,
    epoch: Epoch = None,
    against: Annotated[
        int | None, typer.Option(metavar="RUN", help="And where another run looked, for the same classes.")
    ] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the map over the image as a PNG.")] = None,
    as_json: AsJson = False,
) -> int:
    """Print where a run's network looked in test image `image`, the first one if none is named, or in a picture.

    `against` names a run of which the same is printed, for the same classes.
    """
    way = _method(method)
    if layer is not None and way not in OF_A_LAYER:
        raise UserError(f"{way} looks at the image itself: leave --layer out")
    if epoch is not None and against is not None:
        raise UserError("--against looks at runs with the weights of their ends: leave --epoch out")
    with ExplainClient() as client, explain_errors():
        if against is None:
            answers: tuple[ImagePrediction, ...] = (predicted(client, read_run(run), file, image, epoch),)
        else:
            answers = of_image(client, (read_run(run), read_run(against)), file, image or (None if file else "0"))
        labels = _labels(answers, class_name)
        looked = [_looked(client, answer, way, layer, labels) for answer in answers]
    for step in answers[0].steps:
        say(step)
    if png is not None:
        write_new(png_of([one.maps[0] for one in looked]), png)
        say(f"{quiet(str(png))} written")
    if as_json:
        found = [one.to_json() for one in looked]
        put(encoded(found[0] if against is None else {"runs": [run, against], "looked": found}))
    elif png is None:
        put("\n\n".join(one.to_text() for one in looked))
    return FINISHED


def _looked(
    client: ExplainClient, answer: ImagePrediction, way: Method, layer: str | None, labels: list[int]
) -> WhereMaps:
    """Ask a run about each class."""
    name = "" if layer is None else _layer(client.ask(DescribeModel(answer.run), ModelFacts), layer)
    number, path = answer.image or 0, answer.path
    questions = [LookWhere(answer.run, number, path, way, name, label, epoch=answer.epoch) for label in labels]
    return WhereMaps(answer, way, [_whole(client, question) for question in questions])


def _method(name: str) -> Method:
    found = next((one for one in METHODS if one == name.lower()), None)
    if found is None:
        raise UserError(f"there is no method {quiet(repr(name))}: {', '.join(METHODS)}")
    return found


def _labels(answers: Sequence[ImagePrediction], name: str | None) -> list[int]:
    """The class that was called for; else those that the runs predicted, and the true one where it is another."""
    answer = answers[0]
    if name is None:
        found = [one.order[0] for one in answers]
        if answer.label is not None and answer.label < len(answer.names):
            found.append(answer.label)
        return [*dict.fromkeys(found)]
    for at, known in enumerate(answer.names):
        if known.casefold() == name.casefold():
            return [at]
    if name.isascii() and name.isdecimal() and int(name) < len(answer.names):
        return [int(name)]
    raise UserError(f"there is no class {quiet(repr(name))}: {quiet(', '.join(answer.names), 300)}")


def _layer(facts: ModelFacts, layer: str) -> str:
    """The name of a convolution that was called for by its name or number."""
    names = [one.name for one in facts.layers if is_convolution(one.kind)]
    if not names or layer in names:
        return layer  # where there is no convolution, the answer says so
    if layer.isascii() and layer.isdecimal() and 1 <= int(layer) <= len(names):
        return names[int(layer) - 1]
    raise UserError(f"there is no convolution {quiet(repr(layer))}: counted from 1 there are {', '.join(names)}")


def _whole(client: ExplainClient, question: LookWhere) -> Where:
    """Ask until the answer is whole, and say meanwhile how far it is."""
    progress, parts = Reporter(sys.stderr, is_terminal(sys.stderr)), list[Where]()
    while not parts or not parts[-1].is_whole:
        parts.append(client.ask(following(question, parts[-1]) if parts else question, Where))
        progress.bar([(0, f"{TITLES[question.method]}: {parts[-1].done} of {parts[-1].total} images")])
    progress.clear()
    return added_up(parts)
