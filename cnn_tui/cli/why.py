"""`cnn-tui why`: where in an image a run's network looked for a class, as a map in cells, in numbers or as a PNG."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from PIL import Image
from rich.text import Text

from cnn_tui.cli.against import of_image
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
from cnn_tui.reports.where_words import said_of
from cnn_tui.text import fitted, quiet
from cnn_tui.ui.widgets.heat import draw_heat, legend, overlay
from cnn_tui.ui.widgets.image import draw, side_by_side
from cnn_tui.ui.widgets.shading import Mode

_PNG_SIDE = 448
"""Pixels of the shorter side of a PNG at least: small images are enlarged by a whole number."""
_GAP = 8
"""Pixels between two images of a PNG."""


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


class Looked(NamedTuple):
    """Where a run looked in an image: its prediction, and a map for each class that was asked about."""

    answer: ImagePrediction
    method: Method
    maps: list[Where]

    def to_json(self) -> dict[str, Any]:
        """What `predict --json` gives, the method, its layer (null where it has none), and the maps."""
        return to_json(self.answer) | {
            "method": self.method,
            "layer": self.maps[0].layer or None,
            "maps": [_map_to_json(one) for one in self.maps],
        }

    def to_text(self) -> str:
        """The image with a map for each class beside it, what they show, and how sure the network is."""
        first = self.maps[0]
        how = f"{TITLES[self.method]}{f' of {first.layer}' if first.layer else ''}"
        lines = [bold(f"{self.answer.title}, {quiet(how)}"), *drawn(self._pictures)]
        lines += [quiet(words) for one in self.maps for words in said_of(one)]
        lines += [legend(picture_mode(), only_for=self.method in OF_A_LAYER), "", *bars(self.answer)]
        return "\n".join(lines)

    def _pictures(self, width: int, height: int, mode: Mode) -> list[Text]:
        """The image and the maps with captions."""
        answer, wide = self.answer, (width + 2) // (len(self.maps) + 1) - 2
        true = "yours" if answer.label is None else name_of(answer, answer.label)
        beside = [
            [Text(fitted(f"for {one.name}", wide)), *draw_heat(answer.picture, one.map, wide, height, mode)]
            for one in self.maps
        ]
        return side_by_side([[Text(fitted(true, wide)), *draw(answer.picture, wide, height, mode)], *beside])


def _looked(
    client: ExplainClient, answer: ImagePrediction, way: Method, layer: str | None, labels: list[int]
) -> Looked:
    """Ask a run about each class."""
    name = "" if layer is None else _layer(client.ask(DescribeModel(answer.run), ModelFacts), layer)
    number, path = answer.image or 0, answer.path
    questions = [LookWhere(answer.run, number, path, way, name, label, epoch=answer.epoch) for label in labels]
    return Looked(answer, way, [_whole(client, question) for question in questions])


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


def _map_to_json(where: Where) -> dict[str, Any]:
    """A map: `map` has the numbers of `shape`, (height, width), row after row; `says` is what is said of it."""
    fact: dict[str, Any] = {"label": where.label, "class": where.name, "score": where.score}
    if where.method == "integrated-gradients":
        fact["blank_score"] = where.blank_score
    if where.method == "occlusion":
        fact["square"] = where.side
    return fact | {"shape": where.size, "map": where.map, "says": said_of(where)}


def png_of(maps: Sequence[Where]) -> bytes:
    """Each map over its image, beside one another, as the file of a PNG."""
    images = [_over_image(one) for one in maps]
    whole = Image.new("RGB", (sum(one.width for one in images) + _GAP * (len(images) - 1), images[0].height), "white")
    at = 0
    for image in images:
        whole.paste(image, (at, 0))
        at += image.width + _GAP
    file = io.BytesIO()
    whole.save(file, "PNG")
    return file.getvalue()


def _over_image(where: Where) -> Image.Image:
    """The map over the image, enlarged."""
    height, width, channels = where.shape
    times = max(1, -(-_PNG_SIDE // min(height, width)))
    image = Image.frombytes("RGB" if channels == 3 else "L", (width, height), where.pixels)
    image = image.resize((width * times, height * times), Image.Resampling.NEAREST)
    over = overlay(Picture((image.height, image.width, channels), image.tobytes()), where.map)
    return Image.frombytes("RGB", image.size, over.pixels)
