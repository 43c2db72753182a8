"""`cnn-tui why`: where in an image a run's network looked for a class, as a map in cells, in numbers or as a PNG."""

from __future__ import annotations

import io
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from PIL import Image
from rich.text import Text

from cnn_tui.cli.explaining import explain_errors
from cnn_tui.cli.image_prediction import ImagePrediction, name_of, predicted, to_json
from cnn_tui.cli.parser import AsJson, Epoch, RunId
from cnn_tui.cli.pictures import drawn, picture_mode
from cnn_tui.cli.prediction_text import bars
from cnn_tui.cli.printing import bold, encoded, write_new
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.runs import read_run
from cnn_tui.cli.streams import FINISHED, UserError, is_terminal, put, say
from cnn_tui.data.images import Picture
from cnn_tui.jobs.explain_client import ExplainClient
from cnn_tui.jobs.explain_protocol import DescribeModel, ModelFacts
from cnn_tui.jobs.where_protocol import (
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
from cnn_tui.reports.where_words import said_of
from cnn_tui.text import fitted, quiet
from cnn_tui.ui.widgets.heat import draw_heat, legend, overlay
from cnn_tui.ui.widgets.image import draw, side_by_side
from cnn_tui.ui.widgets.shading import Mode

_PNG_SIDE = 448
"""Pixels of the shorter side of a PNG at least: small images are enlarged by a whole number."""


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
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the map over the image as a PNG.")] = None,
    as_json: AsJson = False,
) -> int:
    """Print where a run's network looked in test image `image`, the first one if none is named, or in a picture."""
    way = _method(method)
    if layer is not None and way not in OF_A_LAYER:
        raise UserError(f"{way} looks at the image itself: leave --layer out")
    with ExplainClient() as client, explain_errors():
        answer = predicted(client, read_run(run), file, image, epoch)
        labels = _labels(answer, class_name)
        name = "" if layer is None else _layer(client.ask(DescribeModel(run), ModelFacts), layer)
        number, path = answer.image or 0, answer.path
        maps = [_whole(client, LookWhere(run, number, path, way, name, label, epoch=answer.epoch)) for label in labels]
    for step in answer.steps:
        say(step)
    if png is not None:
        write_new(png_of(maps[0]), png)
        say(f"{quiet(str(png))} written")
    if as_json or png is None:
        put(encoded(_to_json(answer, way, maps)) if as_json else _to_text(answer, maps))
    return FINISHED


def _method(name: str) -> Method:
    found = next((one for one in METHODS if one == name.lower()), None)
    if found is None:
        raise UserError(f"there is no method {quiet(repr(name))}: {', '.join(METHODS)}")
    return found


def _labels(answer: ImagePrediction, name: str | None) -> list[int]:
    """The class that was called for; else the predicted one, and the true one where that is another."""
    if name is None:
        best = answer.order[0]
        true = answer.label if answer.label is not None and answer.label < len(answer.names) else best
        return [best] if true == best else [best, true]
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


def _map_to_json(where: Where) -> dict[str, Any]:
    """A map: `map` has the numbers of `shape`, (height, width), row after row; `says` is what is said of it."""
    fact: dict[str, Any] = {"label": where.label, "class": where.name, "score": where.score}
    if where.method == "integrated-gradients":
        fact["blank_score"] = where.blank_score
    if where.method == "occlusion":
        fact["square"] = where.side
    return fact | {"shape": where.size, "map": where.map, "says": said_of(where)}


def _to_json(answer: ImagePrediction, method: Method, maps: list[Where]) -> dict[str, Any]:
    """What `predict --json` gives, the method, its layer (null where it has none), and a map for each class."""
    return to_json(answer) | {
        "method": method,
        "layer": maps[0].layer or None,
        "maps": [_map_to_json(one) for one in maps],
    }


def _to_text(answer: ImagePrediction, maps: list[Where]) -> str:
    """The image with a map for each class beside it, what they show, and how sure the network is."""
    how = f"{TITLES[maps[0].method]}{f' of {maps[0].layer}' if maps[0].layer else ''}"
    lines = [
        bold(f"{answer.title}, {quiet(how)}"),
        *drawn(partial(_pictures, answer, maps)),
    ]
    lines += [quiet(words) for one in maps for words in said_of(one)]
    return "\n".join([*lines, legend(picture_mode(), only_for=maps[0].method in OF_A_LAYER), "", *bars(answer)])


def _pictures(answer: ImagePrediction, maps: list[Where], width: int, height: int, mode: Mode) -> list[Text]:
    """The image and the maps with captions."""
    wide = (width + 2) // (len(maps) + 1) - 2
    true = "yours" if answer.label is None else name_of(answer, answer.label)
    beside = [
        [Text(fitted(f"for {one.name}", wide)), *draw_heat(answer.picture, one.map, wide, height, mode)] for one in maps
    ]
    return side_by_side([[Text(fitted(true, wide)), *draw(answer.picture, wide, height, mode)], *beside])


def png_of(where: Where) -> bytes:
    """The map over the image, as the file of a PNG."""
    height, width, channels = where.shape
    times = max(1, -(-_PNG_SIDE // min(height, width)))
    image = Image.frombytes("RGB" if channels == 3 else "L", (width, height), where.pixels)
    image = image.resize((width * times, height * times), Image.Resampling.NEAREST)
    over = overlay(Picture((image.height, image.width, channels), image.tobytes()), where.map)
    file = io.BytesIO()
    Image.frombytes("RGB", image.size, over.pixels).save(file, "PNG")
    return file.getvalue()
