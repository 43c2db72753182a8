"""`cnn-tui submit` and `check`: what a student hands in for a pack, and a teacher's look at it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.cli.parser import AsJson, Pack
from cnn_tui.cli.printing import put_json, put_page, write_new
from cnn_tui.cli.runs import open_history
from cnn_tui.cli.streams import FAILED, FINISHED, WRONG, columns_of, complain, put, say
from cnn_tui.exercises.model import ExerciseError
from cnn_tui.exercises.packs import gather_submission, open_pack, read_submission, to_file
from cnn_tui.exercises.submissions import CheckedExercise, SubmissionCheck, check_submission
from cnn_tui.reports.blocks import Block, Bullet, Fact, Heading, Page, Paragraph, Span
from cnn_tui.text import counted, quiet

_PROBLEM = Span("! ", "warn")


def submit(
    pack: Annotated[Path, typer.Option("--pack", metavar="DIR", help="The pack's folder.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new file to hand in.")],
    student: Annotated[str, typer.Option("--name", metavar="NAME", help="Who hands it in.")] = "",
) -> int:
    """Write the submission of a pack to a new file; say what a check of it would find missing."""
    place = open_pack(pack)
    with open_history() as history:
        made = gather_submission(history, place, student)
    text = to_file(made)
    write_new(text, output)
    say(f"{quiet(str(output))} written: {counted(len(made.runs), 'run')}, {counted(len(made.exercises), 'exercise')}")
    for one in check_submission(json.loads(text), True, place).exercises:
        for problem in one.problems:
            say(f"{one.name}: {problem}")
    return FINISHED


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What cnn-tui submit wrote.")],
    pack: Pack = None,
    as_json: AsJson = False,
) -> int:
    """Print what each submission says; the exit status is 1 when one has problems, 2 when one cannot be read."""
    place = open_pack(pack) if pack is not None else None
    status = FINISHED
    for at, path in enumerate(files):
        try:
            found = check_submission(*read_submission(path), place)
        except ExerciseError as error:
            complain(str(error))
            status = WRONG
            continue
        if as_json:
            put_json({"file": str(path), **_plain(found)})
        else:
            if at:
                put("")
            put_page(_page(path, found), columns_of(sys.stdout))
        status = max(status, FINISHED if found.flawless else FAILED)
    return status


def _plain(found: SubmissionCheck) -> dict[str, object]:
    exercises = [one._asdict() for one in found.exercises]
    return {**found._asdict(), "exercises": exercises, "flawless": found.flawless}


def _page(path: Path, found: SubmissionCheck) -> Page:
    who = f"{found.student}, " if found.student else ""
    problems = [Bullet(problem, _PROBLEM) for problem in found.problems]
    exercises = [block for one in found.exercises for block in _exercise(one)]
    missing = sum(len(one.problems) for one in found.exercises) + len(found.problems)
    said = "all is there and in order" if not missing else f"{missing} to look at, marked !"
    blocks = [Paragraph(f"handed in {found.submitted}"), *problems, *exercises, Paragraph(), Paragraph(said)]
    return Page(f"{path}: {who}{found.title}", blocks)


def _exercise(one: CheckedExercise) -> list[Block]:
    return [
        Heading(f"{one.name}: {one.heading}" if one.heading != one.name else one.name),
        Fact("run" if len(one.runs) == 1 else "runs", ", ".join(map(str, one.runs))),
        Fact("test accuracy", one.figures),
        Fact("expected", one.expected),
        Fact("changed", "; ".join(one.changes)),
        Fact("answer", one.answer),
        *(Bullet(problem, _PROBLEM) for problem in one.problems),
    ]
