"""`cnn-tui data`: where the datasets are, what is in one, and how to get one."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import msgspec
import typer

from cnn_tui.cli.parser import AsJson
from cnn_tui.cli.printing import bold, put_json, table
from cnn_tui.cli.progress import Reporter, bar, reading_words
from cnn_tui.cli.streams import FAILED, FINISHED, UserError, complain, is_terminal, put, say
from cnn_tui.data.course import COURSE_SETS
from cnn_tui.data.data_facts import DataFacts
from cnn_tui.data.dataset import BUILT_IN, DatasetError, size_in_words, whole_path
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.overrides import override, parse
from cnn_tui.text import counted, did_you_mean, enumerated, fitted, quiet

data = typer.Typer(rich_markup_mode=None)
_MEGABYTE = 1_000_000
_MOST_ROWS = 40
_BAR = 30
_TO_DO = {"train": "to learn from", "validation": "to validate on", "test": "to test on"}
_NAMES = {"train": "training", "validation": "validation", "test": "test"}


@data.callback(invoke_without_command=True)
def _data(context: typer.Context) -> int:
    return list_datasets() if context.invoked_subcommand is None else FINISHED


@data.command("list")
def list_datasets(as_json: AsJson = False) -> int:
    """List the datasets and where each is on this machine."""
    from cnn_tui.training.data.sources import locations

    places = locations()
    if as_json:
        for name, source in places:
            dataset = BUILT_IN[name]
            fact = {
                "name": name,
                "title": dataset.title,
                "input_shape": dataset.input_shape,
                "classes": dataset.classes,
                "train_images": dataset.train_images,
                "test_images": dataset.test_images,
                "found": None if source is None else source.kind,
                "path": None if source is None else str(source.path),
            }
            put_json(fact)
        return FINISHED
    rows = [("name", "images", "size", "classes", "where")]
    for name, source in places:
        dataset = BUILT_IN[name]
        size = "x".join(map(str, dataset.input_shape))
        images = f"{dataset.train_images:,} + {dataset.test_images:,}"
        where = f"not here: cnn-tui data fetch {name}" if source is None else str(source)
        rows.append((name, images, size, str(dataset.classes), where))
    put(*table(rows, right=[1, 2, 3], titled=True))
    say(
        f"The course's later weeks have {enumerated(COURSE_SETS, 'and')}: `cnn-tui data show NAME` says how each "
        "is had. Until then drawn pictures stand in."
    )
    say(
        "A dataset is also a .npz file (x_train, y_train, x_test, y_test), a .csv file (label and pixels, or the "
        "names of pictures and their classes), a .parquet file (label, image or pixels) or a folder of image folders: "
        "give its path."
    )
    return FINISHED


@data.command("show")
def show_dataset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, a .npz, .csv or .parquet file or a folder.")],
    image_size: Annotated[
        str | None, typer.Option(metavar="HxW", help="Show a folder's pictures in that size, as 150x150.")
    ] = None,
    color: Annotated[str | None, typer.Option(metavar="C", help="As grayscale or rgb.")] = None,
    fit: Annotated[str | None, typer.Option(metavar="F", help="stretch, or crop: where proportions differ.")] = None,
    test: Annotated[
        str | None,
        typer.Option(metavar="PATH|SHARE", help="What to test on: another folder or table, a share, or train: none."),
    ] = None,
    validation: Annotated[
        str | None, typer.Option(metavar="PATH", help="What to validate on: another folder or table of these classes.")
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which column of a table has the classes.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print what is in a dataset and is fed to a network: shapes, images of each class, the range of the pixels."""
    from cnn_tui.training.data.inspect import look

    wishes = {"image_size": image_size, "color": color, "fit": fit, "test": test}
    axes = [parse(f"{key}={wish}") for key, wish in wishes.items() if wish]
    options = override(Experiment(), [(axis.key, axis.values[0]) for axis in axes]).data_options
    options = msgspec.structs.replace(options, label_column=label_column)
    if validation is not None:
        options = msgspec.structs.replace(options, validation=whole_path(validation))
    reporter = Reporter(sys.stderr, is_terminal(sys.stderr))
    try:
        facts = look(name, options, lambda done, total: reporter.bar([(0, reading_words(done, total))]))
    finally:
        reporter.clear()
    for remark in facts.remarks:
        say(remark)
    if as_json:
        put_json(facts.to_json())
    else:
        put(*to_text(facts))
    return FINISHED


def to_text(facts: DataFacts) -> list[str]:
    height, width, channels = facts.input_shape
    colour = "grey, 1 channel" if channels == 1 else f"colour, {channels} channels"
    pairs = [
        ("images", enumerated([f"{part.images:,} {_TO_DO[name]}" for name, part in facts.parts.items()], "and")),
        ("size", f"{size_in_words(height, width)} pixels, {colour}"),
        ("classes", f"{len(facts.class_names):,}"),
        ("source", quiet(facts.source, 1000)),
    ]
    heading = bold(quiet(facts.title))
    return [heading, *table(pairs), "", *facts.range_lines(), "", *_balance(facts)]


def _balance(facts: DataFacts) -> list[str]:
    most = max(1, *facts.train.per_class)
    parts = list(facts.parts.values())
    rows = [("class", *(_NAMES[name] for name in facts.parts), "")]
    for at, name in list(enumerate(facts.class_names))[:_MOST_ROWS]:
        count = facts.train.per_class[at]
        counts = (f"{part.per_class[at]:,}" for part in parts)
        rows.append((fitted(name, 30), *counts, "#" * round(count / most * _BAR)))
    lines = table(rows, right=range(1, 1 + len(parts)), titled=True)
    more = len(facts.class_names) - _MOST_ROWS
    if more > 0:
        lines.append(f"and {counted(more, 'class', 'classes')} more")
    return [*lines, "", facts.balance_line()]


@data.command("fetch")
def fetch_dataset(name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, as list shows it.")]) -> int:
    """Download a dataset into Keras's cache."""
    from cnn_tui.training.data.download import DOWNLOADS, fetch
    from cnn_tui.training.data.sources import find

    source = find(name)
    if source is not None:
        say(f"{name} is here already: {source}")
        return FINISHED
    if name not in DOWNLOADS:
        hint = did_you_mean(name, DOWNLOADS)
        raise UserError(f"there is no dataset {found(name)} to fetch; there are {', '.join(DOWNLOADS)}.{hint}")
    download = _DownloadLine(Reporter(sys.stderr, is_terminal(sys.stderr)))
    try:
        fetch(name, download.say, download.progress)
    except DatasetError as error:
        download.reporter.clear()
        complain(str(error))
        return FAILED
    return FINISHED


class _DownloadLine:
    """Shows a download: a line that is rewritten on a terminal, elsewhere a line for each quarter."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self._quarter = 0
        self._started = time.monotonic()

    def say(self, sentence: str) -> None:
        self.reporter.line(sentence)

    def progress(self, done: int, total: int) -> None:
        share = done / total if total else 0.0
        seconds = max(time.monotonic() - self._started, 0.001)
        parts = [
            (0, f"{share:4.0%}"),
            (2, bar(share)),
            (0, f"{done / _MEGABYTE:,.1f}/{total / _MEGABYTE:,.1f} MB"),
            (1, f"{done / seconds / _MEGABYTE:,.1f} MB/s"),
        ]
        if self.reporter.rewrites:
            self.reporter.bar(parts)
        elif int(share * 4) != self._quarter:
            self._quarter = int(share * 4)
            self.reporter.line(parts[0][1].strip() + "  " + parts[2][1])
