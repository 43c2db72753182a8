"""JSON as a command prints it: one object on a line, and nothing in it that a terminal would take for an order."""

from __future__ import annotations

import json
import re
from typing import Any

from cnn_tui.history.finite import without_nan

_UNSEEN = re.compile(r"[^ -~]")


def line(value: Any) -> str:
    """A value as JSON on one line; a number that is none, which JSON does not have, as null."""
    return inert(json.dumps(without_nan(value), ensure_ascii=False, allow_nan=False))


def inert(text: str) -> str:
    """JSON with everything that is not printed escaped: the same data, and harmless on a terminal.

    JSON itself escapes the control characters of ASCII only, not those of 8 bits, nor marks that turn the direction of
    writing.
    """
    return _UNSEEN.sub(lambda match: match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1], text)
