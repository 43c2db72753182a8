"""What is to be trained and what trains: summary, run, queue, attach, stop, resume."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.cli.arguments import AsJson, Device, Experiments, RunId

app = typer.Typer()

_SET_HELP = (
    "Change a key, as learning_rate=0.01. With several values, as layers[0].filters=16,32,64, every combination of all "
    "keys' values is trained, all with the same seeds. A comma separates values unless it is inside brackets or "
    "quotes: layers[0].kernel_size=3x3,5x5 or [3,3],[5,5] are two pairs, metrics=['accuracy'] is one list. "
    "A name is taken whole."
)


@app.command()
def summary(experiments: Experiments, as_json: AsJson = False) -> int:
    """Print what each stack becomes: shapes, parameters, problems. Takes no TensorFlow."""
    from cnn_tui.commands.summary import show_summaries

    return show_summaries(experiments, as_json)


@app.command()
def run(
    experiments: Experiments,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Train for N epochs.")] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Seed of the random numbers.")] = None,
    repeat: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Train N times, each another seed.")] = 1,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="A dataset, a .npz file or a folder.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE[,VALUE...]", help=_SET_HELP),
    ] = None,
    device: Device = None,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write event files for TensorBoard at the end.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Queue, print the ids and leave.")] = False,
    as_json: AsJson = False,
) -> int:
    """Train experiments and follow them. ctrl+c stops them; what was learned is kept and evaluated."""
    from cnn_tui.commands import run as command

    changes = {"epochs": epochs, "seed": seed, "dataset": dataset}
    return command.run(
        experiments,
        changes,
        settings or [],
        repeat,
        device=device,
        tensorboard=tensorboard,
        detach=detach,
        as_json=as_json,
    )


@app.command()
def queue(
    move: Annotated[
        tuple[int, int] | None,
        typer.Option("--move", metavar="RUN PLACES", help="Move a run so many places later; -1 is one earlier."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take all that wait out of the queue.")] = False,
    as_json: AsJson = False,
) -> int:
    """List what is trained and what waits, in order, and how long it takes. stop RUN takes one out."""
    from cnn_tui.commands import queue as command

    return command.queue(move, clear, as_json)


@app.command()
def attach(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The run; else the oldest live one.")] = None,
) -> int:
    """Follow a run that is training. ctrl+c only leaves it."""
    from cnn_tui.commands import run as command

    return command.attach(run)


@app.command()
def stop(
    run: RunId,
    now: Annotated[bool, typer.Option("--now", help="End it at once; only its last checkpoint is kept.")] = False,
) -> int:
    """Ask a run to stop; what it has learned is kept and evaluated."""
    from cnn_tui.commands import control as command

    return command.stop(run, now)


@app.command()
def resume(
    runs: Annotated[list[int], typer.Argument(metavar="RUN...", help="Runs that were stopped, interrupted or failed.")],
    detach: Annotated[bool, typer.Option("--detach", help="Queue, print the ids and leave.")] = False,
    as_json: AsJson = False,
) -> int:
    """Let runs that ended early go on after their last checkpoint. ctrl+c only leaves them."""
    from cnn_tui.commands import control as command

    return command.resume(runs, detach=detach, as_json=as_json)
