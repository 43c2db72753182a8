"""The command line. Only declarations: each command imports what it needs inside itself, so that all start at once.

Standard output is data, standard error is words. Exit status: 0 done; 1 it ran and failed, or the stack has problems;
2 the input or the call is wrong; 3 interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.commands import streams

app = typer.Typer(
    name="cnn-tui",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    subcommand_metavar="[EXPERIMENT | COMMAND ...]",
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(rich_markup_mode=None, help="Where the datasets are, and how to get one.")
app.add_typer(data_app, name="data")

_OPEN = ":open"  # the command that a bare word becomes which is none itself

Experiments = Annotated[list[str], typer.Argument(metavar="EXPERIMENT", help="A preset's name or a .toml file.")]
RunId = Annotated[int, typer.Argument(metavar="RUN", help="The number of a run; history lists them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a new file instead.")]


@app.callback(invoke_without_command=True)
def lab(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> int:
    """A lab in a terminal for convolutional networks: edit the layer stack, train it, keep the answers.

    Without a command it opens the lab; EXPERIMENT is a preset's name or a .toml file.
    """
    if version:
        from cnn_tui import __version__

        streams.put(f"cnn-tui {__version__}")
        raise typer.Exit
    return open_() if context.invoked_subcommand is None else streams.FINISHED


@app.command(_OPEN, hidden=True)
def open_(experiment: Annotated[str | None, typer.Argument(metavar="[EXPERIMENT]")] = None) -> int:
    """Open the lab."""
    from cnn_tui.commands.lab import open_lab

    return open_lab(experiment, _commands())


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
        typer.Option("--set", metavar="KEY=VALUE", help="Change a key, as learning_rate=0.01 or layers[0].filters=16."),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Queue, print the ids and leave.")] = False,
    as_json: AsJson = False,
) -> int:
    """Train experiments and follow them. ctrl+c stops them; what was learned is kept and evaluated."""
    from cnn_tui.commands import run as command

    changes = {"epochs": epochs, "seed": seed, "dataset": dataset}
    return command.run(experiments, changes, settings or [], repeat, detach=detach, as_json=as_json)


@app.command()
def attach(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The run; else the oldest live one.")] = None,
) -> int:
    """Follow a run that is training. ctrl+c only leaves it."""
    from cnn_tui.commands import run as command

    return command.attach(run)


@app.command()
def stop(run: RunId) -> int:
    """Ask a run to stop; what it has learned is kept and evaluated."""
    from cnn_tui.commands import history as command

    return command.stop(run)


@app.command()
def history(
    words: Annotated[str, typer.Option("--filter", metavar="TEXT", help="Words of names, notes and statuses.")] = "",
    sort: Annotated[str, typer.Option(metavar="KEY", help="A column; -KEY is the other way round.")] = "id",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with every column.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
) -> int:
    """List the runs, the newest first."""
    from cnn_tui.commands import history as command

    asked = [form for form, wanted in (("json", as_json), ("csv", as_csv), ("markdown", as_markdown)) if wanted]
    if len(asked) > 1:
        raise streams.UserError("only one of --json, --csv and --markdown at a time")
    return command.list_runs(asked[0] if asked else "text", words, sort)


@app.command()
def show(run: RunId, as_json: AsJson = False) -> int:
    """Print everything about a run."""
    from cnn_tui.commands.show import show_run

    return show_run(run, as_json)


@app.command()
def note(
    run: RunId, text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The note; '' takes it away.")]
) -> int:
    """Write a note on a run."""
    from cnn_tui.commands import history as command

    return command.note(run, " ".join(text))


@app.command()
def export(
    source: Annotated[str, typer.Argument(metavar="EXPERIMENT|RUN", help="An experiment, or the number of a run.")],
    output: Output = None,
) -> int:
    """Write the Keras script that an experiment is; that of a run repeats it, seed and all."""
    from cnn_tui.commands import export as command

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


@app.command()
def doctor(as_json: AsJson = False) -> int:
    """Look at everything that the app depends on."""
    from cnn_tui.commands.doctor import examine

    return examine(as_json)


@data_app.callback(invoke_without_command=True)
def data(context: typer.Context) -> int:
    """Where the datasets are, and how to get one."""
    return data_list() if context.invoked_subcommand is None else streams.FINISHED


@app.command()
def keys(markdown: Annotated[bool, typer.Option("--markdown", help="As the README has them.")] = False) -> int:
    """List the keys of the lab."""
    from cnn_tui.ui.keys import keys_markdown, keys_text

    streams.put(keys_markdown() if markdown else keys_text())
    return streams.FINISHED


@data_app.command("list")
def data_list(as_json: AsJson = False) -> int:
    """List the datasets and where each is on this machine."""
    from cnn_tui.commands.data import list_datasets

    return list_datasets(as_json)


@data_app.command("fetch")
def data_fetch(name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, as list shows it.")]) -> int:
    """Download a dataset into Keras's cache."""
    from cnn_tui.commands.data import fetch_dataset

    return fetch_dataset(name)


def main() -> None:
    """The command `cnn-tui`."""
    sys.exit(status_of(sys.argv[1:]))


def status_of(arguments: list[str]) -> int:
    """Run a command line; gives its exit status. What a user did wrong ends here as one sentence."""
    streams.prepare()
    if arguments and not arguments[0].startswith("-") and arguments[0] not in _commands():
        arguments = [_OPEN, *arguments]
    try:
        status = app(arguments, prog_name="cnn-tui", standalone_mode=False)
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
    named = [info.name or (info.callback.__name__ if info.callback else "") for info in app.registered_commands]
    return [*named, *(group.name or "" for group in app.registered_groups)]
