"""`cnn-tui map`: where a run's training images lie by their features, as signs in cells, as JSON, CSV or a PNG."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from PIL import Image, ImageDraw, ImageFont
from rich.style import Style
from rich.text import Text

from cnn_tui.cli.images.explaining import explain_errors, require_model
from cnn_tui.cli.images.image_prediction import kept_epoch
from cnn_tui.cli.images.pictures import drawn
from cnn_tui.cli.parser import AsJson, Epoch, RunId
from cnn_tui.cli.printing import bold, encoded, table, write_new
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.runs import read_run
from cnn_tui.cli.streams import FINISHED, UserError, columns_of, is_terminal, put, say
from cnn_tui.jobs.explain.answers import PartDone
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.map_points import LISTS, MapPoints
from cnn_tui.jobs.explain.map_protocol import (
    MAP_METHODS,
    MAP_TITLES,
    CountOthers,
    DrawMap,
    FeatureMap,
    MapMethod,
    OthersCounted,
)
from cnn_tui.jobs.explain.protocol import WorkOutFeatures
from cnn_tui.reports.feature_words import compared_in_words, lists_in_words, map_in_words
from cnn_tui.text import fitted, quiet, wrapped
from cnn_tui.ui.widgets.class_signs import colour_of, in_rows, sign_of
from cnn_tui.ui.widgets.scatter import Scatter, rgb, whole_window
from cnn_tui.ui.widgets.shading import Colour, Mode

_CELLS = (100, 30)
"""Of the map in signs, at most."""
_LISTED = 8
"""Images of each list in the text; JSON and CSV have all."""
_PNG_CELLS, _PNG_CELL = (100, 38), (8, 16)
_LEGEND, _LINE = 220, 22
"""Pixels: how wide the legend of a PNG is, and how high a line of it."""
_WHITE: Colour = (255, 255, 255)
_GREY: Colour = (190, 190, 190)


def map(  # noqa: A001  as the command is called
    run: RunId,
    method: Annotated[str, typer.Option(metavar="NAME", help=f"{', '.join(MAP_METHODS)}.")] = MAP_METHODS[0],
    epoch: Epoch = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: a line for each image.")] = False,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the map as a PNG.")] = None,
) -> int:
    """Print a map of a run's training images by the features that its network has of them."""
    if as_json and as_csv:
        raise UserError("only one of --json and --csv at a time")
    way = next((one for one in MAP_METHODS if one == method.lower()), None)
    if way is None:
        raise UserError(f"there is no method {quiet(repr(method))}: {', '.join(MAP_METHODS)}")
    found = read_run(run)
    at = kept_epoch(found, epoch)
    require_model(found)
    with ExplainClient() as client, explain_errors():
        points = _points(client, run, way, at)
    if png is not None:
        write_new(_png_of(points), png)
        say(f"{quiet(str(png))} written")
    if as_json:
        put(encoded(_to_json(run, at, points)))
    elif as_csv:
        put(_to_csv(points))
    elif png is None:
        put(_to_text(run, at, points))
    return FINISHED


def _points(client: ExplainClient, run: int, method: MapMethod, epoch: int) -> MapPoints:
    """The map with its neighbours counted; a terminal sees how far the work is."""
    progress, done = Reporter(sys.stderr, is_terminal(sys.stderr)), PartDone(0, 1)
    while done.done < done.total:
        done = client.ask(WorkOutFeatures(run, done.done, epoch), PartDone)
        progress.bar([(0, f"features of {done.done:,} of {done.total:,} training images")])
    drawn, asked = client.ask(DrawMap(run, method, epoch=epoch), FeatureMap), 0
    while drawn.at_work:
        progress.bar([(0, f"{MAP_TITLES[method]} at work for {drawn.at_work:.0f} s")])
        asked += 1
        drawn = client.ask(DrawMap(run, method, asked, epoch), FeatureMap)
    points, counted = MapPoints(drawn), OthersCounted(b"", 0, 1)
    while counted.done < counted.total:
        first = counted.done
        counted = client.ask(CountOthers(run, first, epoch), OthersCounted)
        points.count(first, counted.counts)
        progress.bar([(0, f"neighbours of {counted.done:,} of {counted.total:,} images")])
    progress.clear()
    return points


def _row(points: MapPoints, at: int) -> dict[str, Any]:
    """A point: `x` to the right and `y` up; `other_neighbours` is None where they were not counted."""
    return {
        "image": points.images[at],
        "label": points.labels[at],
        "class": points.facts.name(points.labels[at]),
        "x": round(points.across[at], 6),
        "y": round(points.up[at], 6),
        "distance": round(points.distances[at], 6),
        "lead": round(points.leads[at], 6),
        "other_neighbours": points.others.get(at),
    }


def _to_json(run: int, epoch: int, points: MapPoints) -> dict[str, Any]:
    facts = points.facts
    mixed, far = ([points.images[at] for at in points.worth_a_look(which)] for which in LISTS)
    return {
        "run": run,
        "epoch": epoch or None,
        "method": facts.method,
        "variance": facts.variance or None,
        "features": {
            "layer": facts.layer,
            "of": "input" if facts.goes_in else "output",
            "size": facts.size,
            "searched": facts.searched,
            "train_images": facts.learned,
        },
        "classes": facts.class_names,
        "points": [_row(points, at) for at in range(len(points))],
        "mixed_borders": mixed,
        "far_out": far,
    }


def _to_csv(points: MapPoints) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_row(points, 0))
    for at in range(len(points)):
        writer.writerow(quiet(one) if isinstance(one, str) else one for one in _row(points, at).values())
    return file.getvalue().rstrip("\n")


def _to_text(run: int, epoch: int, points: MapPoints) -> str:
    """The map, the signs with the names of their classes, and the first of both lists."""
    facts, width = points.facts, columns_of(sys.stdout) if is_terminal(sys.stdout) else 80

    def signs(columns: int, rows: int, _: Mode) -> list[Text]:
        return _scatter(points, (columns, rows)).in_signs(lambda _: Style(), (".", Style()))

    names = [f"{sign_of(label)} {quiet(facts.name(label), 40)}" for label in sorted(set(points.labels))]
    said = f"{compared_in_words(facts)} {lists_in_words(len(points))}"
    lines = [
        bold(f"Run {run}{f', epoch {epoch}' if epoch else ''}: {map_in_words(facts, len(points))}"),
        *drawn(signs, _CELLS),
        *("  ".join(names[at] for at in row) for row in in_rows(names, width)),
        "",
        *wrapped(said, width),
    ]
    for which in LISTS:
        chosen = points.worth_a_look(which)
        rows = [
            ("training image", "is", "other neighbours", "from its class"),
            *(_listed(points, at) for at in chosen[:_LISTED]),
        ]
        lines += ["", bold(f"{which.capitalize()}: {len(chosen):,}"), *table(rows, right=[0, 2, 3])]
    return "\n".join(lines)


def _listed(points: MapPoints, at: int) -> tuple[str, ...]:
    label, others = points.labels[at], points.others.get(at)
    name = fitted(points.facts.name(label), 40)
    return f"{points.images[at]}", name, "" if others is None else f"{others}", f"{points.distances[at]:.3f}"


def _scatter(points: MapPoints, size: tuple[int, int]) -> Scatter:
    return Scatter(points.across, points.up, points.labels, whole_window(points.across, points.up), size)


def _png_of(points: MapPoints) -> bytes:
    """The map in dots on white, each class's sign where its points are, and a legend beside it."""

    def colour(label: int) -> Colour:
        return rgb(colour_of(label, "full", dark=False))

    scatter = _scatter(points, _PNG_CELLS)
    dots = scatter.in_dots(_PNG_CELL, colour, (_WHITE, _GREY))
    height, width, _ = dots.shape
    image = Image.new("RGB", (width + _LEGEND, height), _WHITE)
    image.paste(Image.frombytes("RGB", (width, height), dots.pixels))
    brush, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    for label, (column, row) in scatter.middles().items():
        x, y = column * _PNG_CELL[0], row * _PNG_CELL[1]
        brush.rectangle((x - 3, y, x + 11, y + 18), _WHITE, colour(label))
        brush.text((x, y), sign_of(label), colour(label), font)
    for line, label in enumerate(sorted(set(points.labels))):
        name = fitted(points.facts.name(label), 24)
        brush.text((width + 10, 10 + line * _LINE), f"{sign_of(label)}  {name}", colour(label), font)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
