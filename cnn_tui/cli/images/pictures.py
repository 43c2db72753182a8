"""Pictures on standard output: in half blocks where it has colours, else in letters."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from cnn_tui.cli.streams import columns_of, is_terminal
from cnn_tui.ui.widgets.image import mode_of
from cnn_tui.ui.widgets.shading import Mode

_PICTURE = (64, 16)  # cells at most, of two pixels each
_LETTERS = (64, 32)  # and without colours, where a pixel wants more room


def picture_mode() -> Mode:
    """How pictures are drawn on standard output: half blocks on a terminal with colours, else letters."""
    return mode_of(_colours(_console()), not has_blocks())


def drawn(make: Callable[[int, int, Mode], list[Text]], most: tuple[int, int] | None = None) -> list[str]:
    """What is made of a picture in so many cells, as `picture_mode` says; in at most so `most` of signs."""
    console, mode = _console(), picture_mode()
    width, height = most or (_LETTERS if mode == "shades" else _PICTURE)
    with console.capture() as capture:
        for line in make(min(width, columns_of(sys.stdout)), height, mode):
            console.print(line)
    return [line.rstrip() if _colours(console) is None else line for line in capture.get().splitlines()]


def _console() -> Console:
    terminal = is_terminal(sys.stdout)
    return Console(file=sys.stdout or io.StringIO(), force_terminal=terminal, highlight=False, soft_wrap=True)


def _colours(console: Console) -> str | None:
    """What colours standard output has, in rich's words; None for none."""
    return console.color_system if is_terminal(sys.stdout) and not console.no_color else None


def has_blocks() -> bool:
    """Whether standard output can write blocks."""
    try:
        "▀█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError, AttributeError):  # the last where it is closed
        return False
    return True
