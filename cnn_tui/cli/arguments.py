"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Experiments = Annotated[list[str], typer.Argument(metavar="EXPERIMENT", help="A preset's name or a .toml file.")]
RunId = Annotated[int, typer.Argument(metavar="RUN", help="The number of a run; history lists them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]
Pack = Annotated[Path | None, typer.Option("--pack", metavar="DIR", help="The exercises of a pack's folder.")]
Device = Annotated[str | None, typer.Option(metavar="NAME", help="cpu, gpu or gpu:N; else the freest GPU there is.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a new file instead.")]
