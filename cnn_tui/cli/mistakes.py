"""Turns an error into the sentence and the exit status that a user gets for it. A bug keeps its traceback."""

from __future__ import annotations

import re
import sqlite3

from cnn_tui.cli.streams import FAILED, WRONG, UserError
from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.model import ExerciseError
from cnn_tui.experiment.experiment import ExperimentError
from cnn_tui.history.errors import trouble_of
from cnn_tui.history.history import HistoryError
from cnn_tui.history.notebook import NotebookError, TagError
from cnn_tui.history.table.filter import FilterError
from cnn_tui.home import history_path, remedy
from cnn_tui.text import cause_of, fault


def explain(error: Exception) -> tuple[str, int] | None:
    """What to say of an error, and the exit status; None for an error that no user caused."""
    if isinstance(error, UserError):
        return str(error), error.status
    if isinstance(error, ExperimentError | ExerciseError | DatasetError | FilterError | NotebookError | TagError):
        return str(error), WRONG
    if isinstance(error, HistoryError):
        return str(error), FAILED
    if isinstance(error, sqlite3.Error):
        return str(trouble_of(error, history_path())), FAILED
    # typer's own errors about the call have this method, in every version of it.
    format_message = getattr(error, "format_message", None)
    if format_message is not None:
        command = getattr(getattr(error, "ctx", None), "command_path", "cnn-tui").split(" :")[0]
        return f"{_without_stop(format_message())}; see {command} --help", WRONG
    if isinstance(error, UnicodeEncodeError):
        return f"{fault(error)}: rename it", WRONG
    if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
        return "there is not enough memory for that: end other programs, or raise the limit (ulimit -v)", FAILED
    if isinstance(error, OSError):
        if error.filename is None:  # standard output, say
            return cause_of(error), FAILED
        return f"{error.filename}: {cause_of(error)}{remedy(error)}", FAILED
    return None


# How the loader of modules, the memory's own errors aside, and threads say that there is no room for them.
_NO_MEMORY = re.compile(r"[Cc]annot allocate memory|failed to map segment|can't start new thread")
# What typer says of a word where a number should be; a string it is not where it has bytes that are no text.
_NO_NUMBER = re.compile(r"Input should be a valid (integer|number|string)\b.*")


def _without_stop(message: str) -> str:
    message = _NO_NUMBER.sub("it must be a whole number", message)
    message = message.strip().rstrip(".")
    return message[:1].lower() + message[1:]
