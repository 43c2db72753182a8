"""The two streams of a command: `put` writes data to standard output, `say` writes words to standard error."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO

FINISHED, FAILED, WRONG, INTERRUPTED = range(4)
"""The exit statuses: done; it ran and failed, or the stack has problems; the call is wrong; interrupted."""


class UserError(Exception):
    """What a user can mend. The message is one sentence; `status` is the exit status it leads to."""

    def __init__(self, message: str, status: int = WRONG) -> None:
        super().__init__(message)
        self.status = status


class ReaderGoneError(Exception):
    """Whoever read the output has left, as `head` does: there is nobody to tell anything more."""


def prepare() -> None:
    """Make sure that any text can be written: data is UTF-8, words are what the terminal can show.

    A stream that was closed (`>&-`) leaves its number to the next file that is opened, and what a library prints would
    go there: the number is taken.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdout, io.TextIOWrapper) and not is_terminal(sys.stdout):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # an encoding alone makes it strict again


def put(*lines: str) -> None:
    """Write data, a line or several, to standard output. Raises UserError where that is closed."""
    if sys.stdout is None:
        raise UserError("standard output is closed: there is nowhere to print to", FAILED)
    _write(sys.stdout, "\n".join(lines) + "\n")


def say(text: str) -> None:
    """Write words, a line or several, to standard error."""
    _write(sys.stderr, text + "\n")


def complain(message: str) -> None:
    """Say in one line what is wrong."""
    from cnn_tui.text import quiet

    say(f"cnn-tui: {quiet(' '.join(message.split()), 4000)}")


def rewrite(text: str) -> None:
    """Write to standard error as it stands, without ending the line: `\\r` and what follows it."""
    _write(sys.stderr, text)


def silence() -> None:
    """Send what a stream does not take nowhere, so that leaving raises nothing more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)
                stream.flush()


def is_terminal(*streams: TextIO | None) -> bool:
    """Whether all of the streams are terminals; one that is closed is not."""
    return all(stream is not None and not stream.closed and stream.isatty() for stream in streams)


def moves_cursor(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal whose cursor can be moved up, so that lines can be drawn anew in their place."""
    return is_terminal(stream) and os.environ.get("TERM", "") not in ("", "dumb", "unknown")


def columns_of(stream: TextIO | None) -> int:
    """How wide the terminal behind a stream is: `COLUMNS`, else what the terminal says, else 80."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        return int(chosen)
    try:
        return (os.get_terminal_size(stream.fileno()).columns if stream else 0) or 80
    except (OSError, ValueError):
        return 80


def rows_of(stream: TextIO | None) -> int:
    """How high the terminal behind a stream is: what it says, else 24."""
    try:
        return (os.get_terminal_size(stream.fileno()).lines if stream else 0) or 24
    except (OSError, ValueError):
        return 24


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
