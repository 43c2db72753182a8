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

_SET_HELP = (
    "Change a key, as learning_rate=0.01. With several values, as layers[0].filters=16,32,64, every combination of all "
    "keys' values is trained, all with the same seeds. A comma separates values unless it is inside brackets or "
    "quotes: layers[0].kernel_size=3x3,5x5 or [3,3],[5,5] are two pairs, metrics=['accuracy'] is one list. "
    "A name is taken whole."
)
_OPEN = ":open"  # the command that a bare word becomes which is none itself
_NOT_THE_LABS = ("--version", "--help", "-h")  # every other option before a command is the lab's

Experiments = Annotated[list[str], typer.Argument(metavar="EXPERIMENT", help="A preset's name or a .toml file.")]
RunId = Annotated[int, typer.Argument(metavar="RUN", help="The number of a run; history lists them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]
Pack = Annotated[Path | None, typer.Option("--pack", metavar="DIR", help="The exercises of a pack's folder.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write a new file instead.")]


@app.callback(invoke_without_command=True)
def lab(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> int:
    """A lab in a terminal for convolutional networks: edit the layer stack, train it, keep the answers.

    Without a command it opens the lab; EXPERIMENT is a preset's name or a .toml file. The lab takes --theme cnn-dark,
    cnn-light or cnn-safe, --ascii and --no-mouse, and --pack DIR with exercises that somebody handed out.
    """
    if version:
        from cnn_tui import __version__

        streams.put(f"cnn-tui {__version__}")
        raise typer.Exit
    return open_() if context.invoked_subcommand is None else streams.FINISHED


@app.command(_OPEN, hidden=True)
def open_(
    experiment: Annotated[str | None, typer.Argument(metavar="[EXPERIMENT]")] = None,
    theme: Annotated[str | None, typer.Option(metavar="NAME", help="cnn-dark, cnn-light or cnn-safe.")] = None,
    ascii_only: Annotated[bool | None, typer.Option("--ascii/--unicode", help="Draw with ASCII characters.")] = None,
    mouse: Annotated[bool | None, typer.Option("--mouse/--no-mouse", help="Listen to the mouse.")] = None,
    pack: Pack = None,
) -> int:
    """Open the lab."""
    from cnn_tui.commands.lab import Look, open_lab

    return open_lab(experiment, _commands(), Look(theme, ascii_only, mouse), pack)


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
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="cpu, gpu or gpu:N; else the freest GPU there is.")
    ] = None,
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


@app.command()
def history(
    words: Annotated[
        str, typer.Option("--filter", metavar="EXPR", help="As acc>0.9 tag:lab1 !failed, or words of names and notes.")
    ] = "",
    sort: Annotated[str, typer.Option(metavar="KEY", help="A column; -KEY is the other way round.")] = "id",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with every column.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Archived runs too.")] = False,
) -> int:
    """List the runs, the newest first."""
    from cnn_tui.commands import history as command

    asked = [form for form, wanted in (("json", as_json), ("csv", as_csv), ("markdown", as_markdown)) if wanted]
    if len(asked) > 1:
        raise streams.UserError("only one of --json, --csv and --markdown at a time")
    return command.list_runs(asked[0] if asked else "text", words, sort, archived)


@app.command()
def show(run: RunId, as_json: AsJson = False) -> int:
    """Print everything about a run."""
    from cnn_tui.commands.show import show_run

    return show_run(run, as_json)


@app.command()
def compare(
    runs: Annotated[list[int], typer.Argument(metavar="RUN...", help="The numbers of two runs or more.")],
    everything: Annotated[bool, typer.Option("--all", help="All rows and layers, not only what differs.")] = False,
    as_json: AsJson = False,
) -> int:
    """Print runs side by side: what differs, and what came of it."""
    from cnn_tui.commands.compare import compare_runs

    return compare_runs(runs, everything, as_json)


@app.command()
def report(
    runs: Annotated[list[int] | None, typer.Argument(metavar="[RUN...]", help="The runs; else all of them.")] = None,
    words: Annotated[str, typer.Option("--filter", metavar="EXPR", help="The runs that pass it.")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="Its heading.")] = "Lab report",
    pack: Pack = None,
    output: Output = None,
) -> int:
    """Write a lab report in Markdown: runs, verdicts, exercises, conclusions, curves as text."""
    from cnn_tui.commands.report import write_report

    return write_report(runs or [], words, title, pack, output)


@app.command()
def note(
    run: RunId,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The note; '' takes it away.")],
    conclusion: Annotated[bool, typer.Option("--conclusion", help="It is what the run has shown.")] = False,
) -> int:
    """Write a note on a run."""
    from cnn_tui.commands import history as command

    return command.note(run, " ".join(text), conclusion)


@app.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
def tag(
    words: Annotated[list[str], typer.Argument(metavar="RUN... [+TAG | -TAG]...", help="Runs, then tags on and off.")],
) -> int:
    """Put tags on runs with +TAG and take them off with -TAG."""
    from cnn_tui.commands import notebook as command

    return command.tag(words)


@app.command()
def rename(run: RunId, name: Annotated[list[str], typer.Argument(metavar="NAME", help="Its new name.")]) -> int:
    """Give a run another name."""
    from cnn_tui.commands import notebook as command

    return command.rename(run, " ".join(name))


@app.command()
def archive(
    runs: Annotated[list[int] | None, typer.Argument(metavar="RUN...", help="The numbers of the runs.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Bring them back; without RUN, those put away last.")] = False,
) -> int:
    """Put runs away: they are kept, but no table shows them."""
    from cnn_tui.commands import notebook as command

    return command.archive(runs or [], undo)


@app.command()
def baseline(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The run; else the pinned one is printed.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Pin none.")] = False,
) -> int:
    """Pin the run that others are compared with."""
    from cnn_tui.commands import notebook as command

    return command.baseline(run, clear)


@app.command()
def evaluate(run: RunId, as_json: AsJson = False) -> int:
    """Print how well a run does on the test images: per class, and what it takes for what."""
    from cnn_tui.commands.evaluate import evaluate_run

    return evaluate_run(run, as_json)


@app.command()
def predict(
    run: RunId,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A picture of your own: a PNG or JPEG.")] = None,
    image: Annotated[int | None, typer.Option(metavar="N", help="A test image, counted from 0.")] = None,
    as_json: AsJson = False,
) -> int:
    """Print what a run's network says of a test image or of a picture: the image, bars, the raw vector."""
    from cnn_tui.commands import predict as command

    return command.predict(run, image, file, as_json)


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
def keys(
    markdown: Annotated[bool, typer.Option("--markdown", help="The usual keys, as the README has them.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="With the action ids that settings.toml names.")] = False,
) -> int:
    """List the keys of the lab that are in force."""
    from cnn_tui.commands.lab import list_keys

    return list_keys(markdown=markdown, ids=ids)


@data_app.command("list")
def data_list(as_json: AsJson = False) -> int:
    """List the datasets and where each is on this machine."""
    from cnn_tui.commands.data import list_datasets

    return list_datasets(as_json)


@data_app.command("show")
def data_show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A dataset's name, a .npz file or a folder.")],
    as_json: AsJson = False,
) -> int:
    """Print what is in a dataset: shapes, how many images of each class, the range of the pixels."""
    from cnn_tui.commands.data_show import show_dataset

    return show_dataset(name, as_json)


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
    if arguments and arguments[0] not in (*_commands(), *_NOT_THE_LABS):
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
