"""What typer makes of a command line, and the arguments and options that several commands take."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from cnn_tui.cli import COMMANDS, streams

OneExperiment = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="A preset's name or a .toml file.")]
Experiments = Annotated[list[str], typer.Argument(metavar="EXPERIMENT", help="A preset's name or a .toml file.")]
Dataset = Annotated[
    str | None, typer.Option(metavar="NAME", help="A dataset, a .npz, .csv or .parquet file, or a folder.")
]
RunId = Annotated[int, typer.Argument(metavar="RUN", help="The number of a run; history lists them.")]
Epoch = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="The weights after epoch N, where the run kept them; else those of its end."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]
Pack = Annotated[Path | None, typer.Option("--pack", metavar="DIR", help="The exercises of a pack's folder.")]
Device = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="cpu, gpu, gpu:N or gpu:all (all for one run); else the freest GPU there is."),
]
On = Annotated[str | None, typer.Option("--on", metavar="PLACE", help="Train here, or on a cluster: slurm, ray.")]
ForSlurm = Annotated[
    list[str] | None,
    typer.Option(
        "--slurm", metavar="KEY=VALUE", help="Ask the cluster for partition, account, qos, gres, time (minutes), cpus."
    ),
]
ForRay = Annotated[
    list[str] | None,
    typer.Option("--ray", metavar="KEY=VALUE", help="Which cluster, as address=HOST:6379 or local; cpus, gpus a run."),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a new file instead.")]
Detach = Annotated[bool, typer.Option("--detach", help="Queue, print the ids and leave.")]

_OPEN = ":open"  # the hidden command that opens the lab: a first word that names no command is its experiment


def parse(arguments: list[str], for_the_lab: bool) -> int:
    """Run the command that the arguments call; gives its exit status. Raises typer's own errors about a wrong call."""
    if for_the_lab and len(arguments) > 1 and not any(one.startswith("-") for one in arguments[:2]):
        _refuse(arguments[0])
    try:
        words = [_OPEN, *arguments] if for_the_lab else arguments
        status = _app(words[0])(words, prog_name="cnn-tui", standalone_mode=False)
    except typer.Abort:
        return streams.INTERRUPTED
    if status == 130:  # what typer makes of ctrl+c
        return streams.INTERRUPTED
    return status if isinstance(status, int) else streams.FINISHED


def _refuse(word: str) -> None:
    """Raise UserError for a command that is none: the lab takes one experiment, so whoever types more meant one."""
    from cnn_tui.experiment.presets import preset_names  # only a mistake needs them
    from cnn_tui.text import did_you_mean, quiet

    if word not in preset_names() and not word.endswith(".toml"):
        near = did_you_mean(word, COMMANDS) or " cnn-tui --help lists them."
        raise streams.UserError(f'there is no command "{quiet(word, 60)}".{near}')


def _app(called: str) -> typer.Typer:
    """The command line with the command that is called; of the others there is only what the help lists."""
    app = typer.Typer(
        name="cnn-tui",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        subcommand_metavar="[EXPERIMENT | COMMAND ...]",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_lab)
    app.command(_OPEN, hidden=True, cls=_Lab)(_open)
    for name, command in COMMANDS.items():
        found: Any = _nothing
        if name == called:
            module = import_module(f"cnn_tui.cli.{command.module}")
            found = getattr(module, "import_" if name == "import" else name)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, help=command.help)
        else:
            app.command(name, help=command.help, context_settings=command.settings)(found)
    return app


def _nothing() -> None:
    """Stands for a command that is not called."""


def _lab(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """A lab in a terminal for convolutional networks: edit the layer stack, train it, keep the answers.

    Without a command it opens the lab; EXPERIMENT is a preset's name or a .toml file. The lab takes --theme cnn-dark,
    cnn-light or cnn-safe, --ascii and --no-mouse, --device cpu, gpu:N or gpu:all and --on slurm or ray for the runs
    that are started in it, and --pack DIR with exercises that somebody handed out.
    """
    if version:
        from cnn_tui import __version__

        streams.put(f"cnn-tui {__version__}")
        raise typer.Exit


class _Lab(TyperCommand):
    """A command that nobody calls by its name."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """As it is called."""
        formatter.write_usage(ctx.find_root().command_path, " ".join(self.collect_usage_pieces(ctx)))


def _open(
    experiment: Annotated[
        str | None, typer.Argument(metavar="EXPERIMENT", help="A preset's name or a .toml file.")
    ] = None,
    theme: Annotated[str | None, typer.Option(metavar="NAME", help="cnn-dark, cnn-light or cnn-safe.")] = None,
    ascii_only: Annotated[bool | None, typer.Option("--ascii/--unicode", help="Draw with ASCII characters.")] = None,
    mouse: Annotated[bool | None, typer.Option("--mouse/--no-mouse", help="Listen to the mouse.")] = None,
    pack: Pack = None,
    device: Device = None,
    on: On = None,
) -> int:
    """Open the lab."""
    from cnn_tui.cli.lab import open_lab  # nobody else waits for what it loads

    return open_lab(experiment, pack, device, on=on, theme=theme, ascii_only=ascii_only, mouse=mouse)
