"""What jobs of a cluster are asked for, as words of the command line say it: `partition=gpu`, `cpus=4`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from cnn_tui.experiment.file_errors import explain
from cnn_tui.text import did_you_mean, quiet

Options = TypeVar("Options", bound=msgspec.Struct)


class JobOptionsError(ValueError):
    """What was asked of a cluster cannot be; the message says what was found and what is allowed."""


def with_words(options: Options, words: Sequence[str], flag: str, keys: Sequence[str], else_: str = "") -> Options:
    """The options with what `KEY=VALUE` words say of `keys`; `else_` is what a word may be instead.

    Raises JobOptionsError, whose message begins with the `flag`.
    """
    fields = msgspec.to_builtins(options)
    for word in words:
        key, given, value = word.partition("=")
        if not given or key not in keys:
            raise JobOptionsError(
                f"{flag}: found {quiet(word, 60)}; it is KEY=VALUE with one of {', '.join(keys)}{else_}."
                f"{did_you_mean(key, keys)}"
            )
        fields[key] = value
    try:
        return msgspec.convert(fields, type(options), strict=False)  # what is typed is text: "4" is a number there
    except msgspec.ValidationError as error:
        raise JobOptionsError(f"{flag}: {explain(str(error), fields, type(options))}") from None
