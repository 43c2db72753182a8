"""The command line. Only declarations: each command imports what it needs inside itself, so that all start at once.

The modules beside this one declare the commands, those of one matter each; here they become one.

Standard output is data, standard error is words. Exit status: 0 done; 1 it ran and failed, or the stack has problems;
2 the input or the call is wrong; 3 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from cnn_tui.cli import exchange, exercises, machine, notebook, trained, training
from cnn_tui.cli.arguments import Device, Pack
from cnn_tui.commands import streams

app = typer.Typer(
    name="cnn-tui",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    subcommand_metavar="[EXPERIMENT | COMMAND ...]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _part in (training, notebook, trained, exchange, exercises, machine):
    app.add_typer(_part.app)  # without a name: its commands stand beside the others, in this order

_OPEN = ":open"  # the command that a bare word becomes which is none itself
_NOT_THE_LABS = ("--version", "--help", "-h")  # every other option before a command is the lab's


@app.callback(invoke_without_command=True)
def lab(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> int:
    """A lab in a terminal for convolutional networks: edit the layer stack, train it, keep the answers.

    Without a command it opens the lab; EXPERIMENT is a preset's name or a .toml file. The lab takes --theme cnn-dark,
    cnn-light or cnn-safe, --ascii and --no-mouse, --device cpu or gpu:N for the runs that are started in it, and
    --pack DIR with exercises that somebody handed out.
    """
    if version:
        from cnn_tui import __version__

        streams.put(f"cnn-tui {__version__}")
        raise typer.Exit
    return open_() if context.invoked_subcommand is None else streams.FINISHED


class _Lab(TyperCommand):
    """A command that nobody calls by its name."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """As it is called."""
        formatter.write_usage(ctx.find_root().command_path, " ".join(self.collect_usage_pieces(ctx)))


@app.command(_OPEN, hidden=True, cls=_Lab)
def open_(
    experiment: Annotated[
        str | None, typer.Argument(metavar="EXPERIMENT", help="A preset's name or a .toml file.")
    ] = None,
    theme: Annotated[str | None, typer.Option(metavar="NAME", help="cnn-dark, cnn-light or cnn-safe.")] = None,
    ascii_only: Annotated[bool | None, typer.Option("--ascii/--unicode", help="Draw with ASCII characters.")] = None,
    mouse: Annotated[bool | None, typer.Option("--mouse/--no-mouse", help="Listen to the mouse.")] = None,
    pack: Pack = None,
    device: Device = None,
) -> int:
    """Open the lab."""
    from cnn_tui.commands.lab import Look, open_lab

    return open_lab(experiment, _commands(), Look(theme, ascii_only, mouse), pack, device)


def main() -> None:
    """The command `cnn-tui`."""
    sys.exit(status_of(sys.argv[1:]))


def status_of(arguments: list[str]) -> int:
    """Run a command line; gives its exit status. What a user did wrong ends here as one sentence."""
    streams.prepare()
    for_the_lab = not arguments or arguments[0] not in (*_commands(), *_NOT_THE_LABS)
    from cnn_tui.home import settle

    try:
        settle()
        if for_the_lab and len(arguments) < 2 and not "".join(arguments).startswith("-"):
            # There is nothing to parse, and what typer parses with takes time to load.
            status = open_(next(iter(arguments), None))
        else:
            status = app([_OPEN, *arguments] if for_the_lab else arguments, prog_name="cnn-tui", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        return streams.INTERRUPTED
    except streams.ReaderGoneError:
        streams.silence()
        return streams.FINISHED
    except Exception as error:
        return _mistake(error)
    if status == 130:  # what typer makes of ctrl+c
        return streams.INTERRUPTED
    return status if isinstance(status, int) else streams.FINISHED


def _mistake(error: Exception) -> int:
    from cnn_tui.commands.mistakes import explain

    explained = explain(error)
    if explained is None:
        raise error
    message, status = explained
    if isinstance(error, OSError):
        streams.silence()
    try:
        streams.complain(message)
    except (streams.ReaderGoneError, OSError):
        streams.silence()
    return status


def _commands() -> list[str]:
    return [*_names(app)]


def _names(group: typer.Typer) -> Iterator[str]:
    for command in group.registered_commands:
        yield command.name or (command.callback.__name__ if command.callback else "")
    for part in group.registered_groups:
        if part.name:
            yield part.name
        elif part.typer_instance is not None:
            yield from _names(part.typer_instance)
