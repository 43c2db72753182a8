"""`cnn-tui merge`: the submissions and histories of a class as one experiment. The files are only read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cnn_tui.cli.parser import AsJson, Output, Pack
from cnn_tui.cli.printing import deliver, put_json, put_page
from cnn_tui.cli.streams import FINISHED, WRONG, UserError, columns_of, complain
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.class_files import FILE_ERRORS, ClassFile, read_class_file
from cnn_tui.exercises.class_view import ClassExercise, ClassView
from cnn_tui.exercises.class_view import merge as merge_files
from cnn_tui.exercises.packs import open_pack, places_of
from cnn_tui.history.groups import Group
from cnn_tui.history.spread import Spread
from cnn_tui.reports.class_page import class_page
from cnn_tui.reports.markdown import to_markdown

_MOST_FILES = 1_000


def merge(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Submissions, and the history.db of others, or its folder.")
    ],
    pack: Pack = None,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    output: Output = None,
) -> int:
    """Print what a class found out together; the exit status is 2 when a file could not be read."""
    if len(files) > _MOST_FILES:
        raise UserError(f"at most {_MOST_FILES:,} files can be merged, not {len(files):,}")
    places: list[SetPlace] = places_of(None)
    if pack is not None:
        places = [open_pack(pack), *places]
    read: list[ClassFile] = []
    refused: list[str] = []
    for path in files:
        try:
            read.append(read_class_file(path))
        except FILE_ERRORS as error:
            refused.append(str(error))
            complain(str(error))
    if not read:
        return WRONG
    view = merge_files(read, places)
    if as_json:
        put_json(_plain(view) | {"refused": refused})
    elif markdown or output is not None:
        deliver(to_markdown(class_page(view, refused)), output)
    else:
        put_page(class_page(view, refused), columns_of(sys.stdout))
    return WRONG if refused else FINISHED


def _plain(view: ClassView) -> dict[str, Any]:
    return {
        "files": [
            {
                "file": file.name,
                "kind": file.kind,
                "student": file.student,
                "runs": len(file.runs),
                "unended": file.unended,
                "unread": file.unread,
            }
            for file in view.files
        ],
        "runs": view.runs,
        "copies": view.copies,
        "equal": view.equal,
        "packs": [
            {
                "name": pack.name,
                "title": pack.title,
                "baseline": pack.baseline,
                "exercises": [_exercise(one) for one in pack.exercises],
            }
            for pack in view.packs
        ],
        "groups": [_group(group) for group in view.groups],
    }


def _exercise(one: ClassExercise) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.heading,
        "group": None if one.group is None else _group(one.group),
        "files": one.files,
        "other_groups": one.other_groups,
        "verdicts": [verdict.to_json() for verdict in one.verdicts],
        "own_machines": None if one.machines is None else one.machines._asdict(),
        "foreseen": [told._asdict() for told in one.foreseen],
        "concluded": len(one.conclusions),
        "conclusions": [{"who": who, "conclusion": text} for who, text in one.conclusions],
    }


def _group(group: Group) -> dict[str, Any]:
    dataset, train, test = group.images
    figures = ("test_accuracy", "test_loss", "accuracy", "loss", "gap", "pace")
    return {
        "name": group.name,
        "runs": len(group.trials),
        "fingerprint": group.key[0],
        "dataset": dataset,
        "train_images": train,
        "test_images": test,
        "epochs": sorted({trial.epochs for trial in group.trials}),
        "figures": {figure: _spread(group.spread(figure)) for figure in figures},
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return {"n": spread.n, "mean": spread.mean, "deviation": spread.deviation}
