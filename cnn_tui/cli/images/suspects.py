"""`cnn-tui suspects RUN`: the images whose labels are probably wrong, and what a person says of them."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import typer

from cnn_tui.analysis.confident_learning import doubts
from cnn_tui.analysis.pace import in_words
from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.artifacts.suspects import Suspect, Suspects
from cnn_tui.cli.images.explaining import kept_of
from cnn_tui.cli.parser import AsJson, Device, RunId
from cnn_tui.cli.printing import bold, encoded, table
from cnn_tui.cli.progress import Reporter, bar
from cnn_tui.cli.runs import chosen_device, find_run, open_history, read_run
from cnn_tui.cli.streams import FAILED, FINISHED, UserError, is_terminal, put, say
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.image_marks import FINE, WRONG, ImageMark, image_marks, mark_images
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.suspects import FOLDS, MOST_FOLDS, SuspectsRequest, SuspectsWork
from cnn_tui.jobs.work import WorkError
from cnn_tui.text import counted, fitted, quiet

_MOST_LISTED = 30
_COLUMNS = ("image", "label", "class", "suspected_label", "suspected_class", "confidence", "suspected_confidence")


class _FoundSuspects(NamedTuple):
    """What came of looking for wrong labels."""

    suspects: list[Suspect]
    class_names: Sequence[str]
    images: str
    """The digest that their set is marked by."""
    all_images: int
    """How many there are in the set."""
    total: int
    """How many were looked at."""
    right: int
    """How many of them were taken for what their labels say."""
    folds: int
    """0 for test images, of which the run's own network was asked."""


def suspects(
    run: RunId,
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            max=MOST_FOLDS,
            help=f"Train N networks, each without an Nth of the images; else {FOLDS}.",
        ),
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="The test images instead, by the run's own predictions: nothing is trained.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Look again, though it is known: the images were changed.")
    ] = False,
    wrong: Annotated[
        list[str] | None, typer.Option(metavar="N[,N...]", help="Mark images, by their numbers, as wrongly labelled.")
    ] = None,
    fine: Annotated[
        list[str] | None, typer.Option(metavar="N[,N...]", help="Mark images as rightly labelled after all.")
    ] = None,
    unmark: Annotated[list[str] | None, typer.Option(metavar="N[,N...]", help="Take the marks of images away.")] = None,
    device: Device = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all of them as CSV, with their marks.")] = False,
    as_json: AsJson = False,
) -> int:
    """Print the training images of a run whose labels are probably wrong, the gravest doubt first."""
    if as_csv and as_json:
        raise UserError("only one of --json and --csv at a time")
    wanted: list[tuple[ImageMark | None, list[int]]] = [
        (WRONG, _places(wrong)),
        (FINE, _places(fine)),
        (None, _places(unmark)),
    ]
    found = read_run(run)
    if test:
        if folds is not None or anew:
            raise UserError("--test asks the run's own network: leave --folds and --anew out")
        looked = _of_test_images(found)
    else:
        looked = _of_training_images(found, folds, anew, chosen_device(device) if device is not None else "")
    marks = _marked(run, wanted, looked)
    if as_json:
        put(encoded(_to_json(found, looked, marks, test)))
    elif as_csv:
        put(_to_csv(looked, marks))
    else:
        put(*_to_text(found, looked, marks, test))
    return FINISHED


def _marked(
    run: int, wanted: Sequence[tuple[ImageMark | None, list[int]]], looked: _FoundSuspects
) -> dict[int, ImageMark]:
    """Mark images as is wanted; gives the marks of all of them. Raises UserError for a number that there is not."""
    for place in (place for _, places in wanted for place in places):
        if place >= looked.all_images:
            raise UserError(f"there is no image {place}: they are counted from 0 to {looked.all_images - 1:,}")
    with open_history() as history:
        find_run(history, run)
        for mark, places in wanted:
            if places:
                mark_images(history, looked.images, places, mark)
                say(f"{counted(len(places), 'image')}: {mark or 'no mark'}")
        return image_marks(history, looked.images)


def _places(words: list[str] | None) -> list[int]:
    places = []
    for word in (part for one in words or [] for part in one.split(",")):
        if not re.fullmatch(r"\s*[0-9]{1,9}\s*", word):
            raise UserError(f"images are marked by their numbers, as 17 or 17,204, not {quiet(word, 30)}")
        places.append(int(word))
    return places


# Looking


def _of_test_images(run: Run) -> _FoundSuspects:
    import numpy as np

    with ExplainClient() as client:
        kept: Predictions = kept_of(client, run, open_predictions, 0)
    said = np.array([kept.probabilities(at) for at in range(kept.count)])
    labels = np.array(kept.labels, np.int64)
    if int(labels.max(initial=0)) >= kept.outputs:
        raise UserError(f"the network of run {run.id} knows {kept.outputs:,} classes, and the labels are of more")
    found = [
        Suspect(one.row, int(labels[one.row]), one.suspected, one.confidence, one.instead)
        for one in doubts(said, labels)
    ]
    right = int((said.argmax(axis=1) == labels).sum())
    return _FoundSuspects(found, kept.class_names, kept.images, kept.count, kept.count, right, 0)


def _of_training_images(run: Run, folds: int | None, anew: bool, device: str) -> _FoundSuspects:
    try:
        kept = Suspects(run.id)
    except RawFileError:
        kept = None
    if kept is None or anew or (folds is not None and folds != kept.header.folds):
        if run.live:
            raise UserError(f"run {run.id} has not ended: its suspects can be looked for when it has")
        _look(run, folds or FOLDS, device)
        try:
            kept = Suspects(run.id)
        except RawFileError as error:
            raise UserError(str(error), FAILED) from None
    header = kept.header
    return _FoundSuspects(
        kept.found, header.class_names, header.images, header.total, header.count, header.right, header.folds
    )


def _look(run: Run, folds: int, device: str) -> None:
    """Have the suspects worked out; a terminal sees how far it is."""
    progress = Reporter(sys.stderr, is_terminal(sys.stderr))
    progress.line(
        f"run {run.id}: its experiment is trained {folds} times, each time without one of {folds} parts of the "
        f"training images; {in_words(run.seconds * (folds - 1))} if all takes as long as it did"
    )
    work = SuspectsWork(SuspectsRequest(run.id, folds, device))
    try:
        for line in work.lines():
            epochs = f"epoch {line.epoch} of {run.experiment.epochs}"
            progress.bar([(0, f"part {line.fold} of {folds}"), (1, epochs), (0, f"{bar(line.share)} {line.share:.0%}")])
    except WorkError as error:
        raise UserError(quiet(str(error), 1_000), FAILED) from None
    finally:
        work.end()
        progress.clear()


# Printing


def _to_json(run: Run, looked: _FoundSuspects, marks: dict[int, ImageMark], test: bool) -> dict[str, Any]:
    rows = [dict(zip(_COLUMNS, _row(looked, one), strict=True)) for one in looked.suspects]
    return {
        "run": run.id,
        "of": "test" if test else "training",
        "images": looked.total,
        "right": looked.right,
        "folds": looked.folds or None,
        "suspects": [{**row, "mark": marks.get(row["image"])} for row in rows],
    }


def _to_csv(looked: _FoundSuspects, marks: dict[int, ImageMark]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, "mark"])
    for one in looked.suspects:
        writer.writerow([*map(_cell, _row(looked, one)), marks.get(one.image, "")])
    return text.getvalue().rstrip("\n")


def _cell(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula has an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _row(looked: _FoundSuspects, one: Suspect) -> tuple[Any, ...]:
    names = looked.class_names
    return (
        *(one.image, one.label, names[one.label], one.suspected, names[one.suspected]),
        *(round(one.confidence, 6), round(one.instead, 6)),
    )


def _to_text(run: Run, looked: _FoundSuspects, marks: dict[int, ImageMark], test: bool) -> list[str]:
    what = "test" if test else "training"
    shown = looked.suspects[:_MOST_LISTED]
    how = (
        "by what the run's own network says of them"
        if test
        else f"by {looked.folds} networks, each asked only about images that it had not learned from"
    )
    lines = [
        bold(f"Run {run.id}, {quiet(run.name)}: labels of {what} images that are probably wrong"),
        f"{counted(len(looked.suspects), 'suspect')} among {looked.total:,} images, {how}; "
        f"{looked.right / max(1, looked.total):.2%} were taken for what their labels say.",
    ]
    if shown:
        rows = [
            (f"{one.image}", name, f"{one.confidence:.1%}", rather, f"{one.instead:.1%}", marks.get(one.image, ""))
            for one, (name, rather) in ((one, _names(looked, one)) for one in shown)
        ]
        heading = ("image", "its label", "sure of it", "rather", "sure of that", "mark")
        lines += ["", *table([heading, *rows], right=[0, 2, 4])]
    if len(shown) < len(looked.suspects):
        lines.append(f"These {len(shown)} are the gravest doubts; --csv and --json list all.")
    if count := list(marks.values()).count(WRONG):
        lines.append(f"{counted(count, 'image')} of this set {'is' if count == 1 else 'are'} marked as wrong.")
    return lines


def _names(looked: _FoundSuspects, one: Suspect) -> tuple[str, str]:
    label, suspected = (fitted(looked.class_names[at], 24) for at in (one.label, one.suspected))
    return label, suspected
