"""Where a command leaves a text that it made: in a file that was not there before, or on standard output."""

from __future__ import annotations

import contextlib
from pathlib import Path

from cnn_tui.commands.streams import FAILED, UserError, put, say
from cnn_tui.text import quiet


def deliver(text: str, output: Path | None) -> None:
    """Write a text to a new file and say so; without one, to standard output. Raises UserError as `write_new` does."""
    if output is None:
        put(text.removesuffix("\n"))
        return
    write_new(text, output)
    say(f"{quiet(str(output))} written")


def write_new(text: str, output: Path) -> None:
    """Write a text to a new file. Raises UserError for one that is there, and leaves it as it is.

    A file that cannot be written whole is taken away again, so that it is in nobody's way the next time.
    """
    try:
        file = output.open("x", encoding="utf-8")
    except FileExistsError:
        raise UserError(f"{quiet(str(output))} exists already and is left as it is: name another file") from None
    try:
        with file:
            file.write(text)
    except BaseException as error:
        with contextlib.suppress(OSError):
            output.unlink()
        if isinstance(error, OSError):
            raise UserError(f"{quiet(str(output))} cannot be written: {error.strerror or error}", FAILED) from None
        raise
