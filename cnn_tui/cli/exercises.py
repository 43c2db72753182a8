"""Exercises, and the packs in which a teacher hands them out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.cli.arguments import AsJson, Pack

app = typer.Typer()


@app.command()
def exercises(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SET | NAME | run NAME... | predict NAME accuracy=up time=down | conclude NAME TEXT | done NAME]",
            help="What to list, show or do; a set stands for all of its exercises.",
        ),
    ] = None,
    pack: Pack = None,
    repeat: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="run: train N times.")] = 1,
    detach: Annotated[bool, typer.Option("--detach", help="run: queue, print the ids and leave.")] = False,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="run: another dataset.")] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", min=1, help="run: train for N epochs.")] = None,
    file: Annotated[
        Path | None, typer.Option("--with", metavar="FILE", help="run: your own version of the exercise's experiment.")
    ] = None,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="The sets as tables, with the notes' figures.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """List the exercises, show one with its result, run them, and keep what you expect and conclude."""
    from cnn_tui.commands import exercises as command

    settings = {"repeat": repeat, "detach": detach, "dataset": dataset, "epochs": epochs, "file": file}
    form = "json" if as_json else "markdown" if as_markdown else "text"
    return command.exercises(words or [], pack, form, settings)


@app.command()
def submit(
    pack: Annotated[Path, typer.Option("--pack", metavar="DIR", help="The pack's folder.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The new file to hand in.")],
    student: Annotated[str, typer.Option("--name", metavar="NAME", help="Who hands it in.")] = "",
) -> int:
    """Write what was answered and run for a pack into one file."""
    from cnn_tui.commands import packs as command

    return command.submit(pack, output, student)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What cnn-tui submit wrote.")],
    pack: Pack = None,
    as_json: AsJson = False,
) -> int:
    """Read submissions: whether they are whole, keep to the pack, and what they say."""
    from cnn_tui.commands import packs as command

    return command.check(files, pack, as_json)
