"""The notebook of all runs: read, compared, reported, and written into."""

from __future__ import annotations

from typing import Annotated

import typer

from cnn_tui.cli.arguments import AsJson, Output, Pack, RunId
from cnn_tui.commands import streams

app = typer.Typer()


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
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="RUN... [+TAG | -TAG]...", help="Runs, then tags on and off.")],
) -> int:
    """Put tags on runs with +TAG and take them off with -TAG."""
    if words == ["-h"]:  # behind runs it takes the tag h off
        streams.put(context.get_help())
        return streams.FINISHED
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
