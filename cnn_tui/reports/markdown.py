"""Text and tables as Markdown shows them: whatever somebody wrote stands as it was written, and does nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnn_tui.text import quiet

_SPECIAL = frozenset("\\|`*_[]<>#&~")
_LISTED = re.compile(r"^(\d*)([-+=.)])")  # what makes a list or a heading at the start of a line
_BREAK = "\\"
MAX_TEXT = 10_000
MAX_LINES = 200


def escape(text: str, most: int = MAX_TEXT) -> str:
    """A piece of text for within a line: control characters shown, marks of Markdown without their meaning."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in quiet(text, most))


def quote(text: str) -> list[str]:
    """A text of several lines as a quotation that keeps them."""
    lines = [_LISTED.sub(r"\1\\\2", escape(line.strip())) for line in text.strip().splitlines()[:MAX_LINES]]
    followed = [bool(line) and bool(after) for line, after in zip(lines, [*lines[1:], ""], strict=True)]
    return [f"> {line}{_BREAK if more else ''}".rstrip() for line, more in zip(lines, followed, strict=True)]


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """A table; cells are escaped already. The columns in `right` are aligned to the right."""
    lines = [heading, ["---:" if at in right else "---" for at in range(len(heading))], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
