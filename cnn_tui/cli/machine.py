"""What the app finds on this machine: what it depends on, the keys in force, datasets."""

from __future__ import annotations

from typing import Annotated

import typer

from cnn_tui.cli.arguments import AsJson
from cnn_tui.commands import streams

app = typer.Typer()
data_app = typer.Typer(rich_markup_mode=None, help="Where the datasets are, and how to get one.")
app.add_typer(data_app, name="data")


@app.command()
def doctor(as_json: AsJson = False) -> int:
    """Look at everything that the app depends on."""
    from cnn_tui.commands.doctor import examine

    return examine(as_json)


@app.command()
def keys(
    markdown: Annotated[bool, typer.Option("--markdown", help="The usual keys, as the README has them.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="With the action ids that settings.toml names.")] = False,
) -> int:
    """List the keys of the lab that are in force."""
    from cnn_tui.commands.lab import list_keys

    return list_keys(markdown=markdown, ids=ids)


@data_app.callback(invoke_without_command=True)
def data(context: typer.Context) -> int:
    """Where the datasets are, and how to get one."""
    return data_list() if context.invoked_subcommand is None else streams.FINISHED


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
