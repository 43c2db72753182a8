"""Experiments in and out: Keras scripts, Keras models, presets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.cli.arguments import AsJson, Output
from cnn_tui.commands import streams

app = typer.Typer()


@app.command()
def export(
    source: Annotated[str, typer.Argument(metavar="EXPERIMENT|RUN", help="An experiment, or the number of a run.")],
    output: Output = None,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a run's curves as event files for TensorBoard instead.")
    ] = None,
) -> int:
    """Write the Keras script that an experiment is; that of a run repeats it, seed and all."""
    from cnn_tui.commands import export as command

    if tensorboard is not None:
        if output is not None:
            raise streams.UserError("--output is for the script; --tensorboard names a folder of its own")
        return command.export_events(source, tensorboard)
    return command.export(source, output)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .keras file, or the JSON of a model.")],
    output: Output = None,
) -> int:
    """Write the experiment that a Keras model is: its layers and how it is trained, without its weights."""
    from cnn_tui.commands import export as command

    return command.import_(file, output)


@app.command()
def presets(as_json: AsJson = False) -> int:
    """List the experiments that come with the app."""
    from cnn_tui.commands.presets import list_presets

    return list_presets(as_json)
