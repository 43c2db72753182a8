"""What a trained network does: evaluate, predict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.cli.arguments import AsJson, RunId

app = typer.Typer()


@app.command()
def evaluate(run: RunId, as_json: AsJson = False) -> int:
    """Print how well a run does on the test images: per class, and what it takes for what."""
    from cnn_tui.commands.evaluate import evaluate_run

    return evaluate_run(run, as_json)


@app.command()
def predict(
    run: RunId,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A picture of your own: a PNG or JPEG.")] = None,
    image: Annotated[
        str | None, typer.Option(metavar="N", help="A test image, counted from 0; a file will do too.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print what a run's network says of a test image or of a picture: the image, bars, the raw vector."""
    from cnn_tui.commands import predict as command

    return command.predict(run, image, file, as_json)
