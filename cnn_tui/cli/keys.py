"""`cnn-tui keys`: the keys of the lab."""

from __future__ import annotations

from typing import Annotated

import typer

from cnn_tui.cli.streams import FINISHED, WRONG, complain, put
from cnn_tui.ui.keys import keys_markdown, keys_text
from cnn_tui.ui.preferences import set_keys


def keys(
    markdown: Annotated[bool, typer.Option("--markdown", help="The usual keys, as a Markdown table.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="With the action ids that settings.toml names.")] = False,
) -> int:
    """Print the keys; settings that cannot be used are an error here."""
    if markdown:
        put(keys_markdown())
        return FINISHED
    _, warning = set_keys()
    put(keys_text(ids=ids))
    if warning:
        complain(warning)
    return WRONG if warning else FINISHED
