"""How data is printed: pages and tables for people, JSON for programs; on standard output or in a new file."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import msgspec
from rich.color import ColorSystem
from rich.style import Style

from cnn_tui.cli.streams import FAILED, UserError, columns_of, is_terminal, put, rows_of, say
from cnn_tui.history.epoch import Point
from cnn_tui.history.run import Run, without_nan
from cnn_tui.home import remedy
from cnn_tui.reports.blocks import NO_CURVES, Page, Paragraph, Span
from cnn_tui.reports.chart.canvas import Kind
from cnn_tui.reports.chart.choice import Recorded
from cnn_tui.reports.chart.page_chart import ROWS, charts_of_run
from cnn_tui.reports.chart.plot import SMALLEST
from cnn_tui.reports.layout import PageLayout
from cnn_tui.text import cause_of, columns, escaped, quiet

_STYLES = {
    "strong": "bold",
    "heading": "bold",
    "dim": "dim",
    "accent": "cyan",
    "good": "green",
    "bad": "red",
    "warn": "yellow",
    "train": "bright_blue",
    "validation": "yellow",
    "grid": "bright_black",
}
_LEAST_ROWS = 9
_LOWEST, _HIGHEST = 6, ROWS  # rows of a chart that has to fit: the axes of a lower one say nothing
_UNSEEN = re.compile(r"[^ -~]")


def put_page(page: Page, width: int) -> None:
    """Print a page in lines of at most so many columns."""
    lines = PageLayout(width, lines_of_charts=lines_of_charts(sys.stdout)).lines(
        [Paragraph([Span(escaped(page.title), "strong")]), *page.blocks]
    )
    put("\n".join("".join(styled(words, style) for words, style in line).rstrip() for line in lines))


def put_charts(run: Run, points: Sequence[Point]) -> None:
    """Print the curves of a run, on a terminal as wide as it is and at most half as high."""
    put(*chart_lines(run, points, sys.stdout) or [NO_CURVES])


def chart_lines(run: Run, points: Sequence[Point], stream: TextIO | None) -> list[str]:
    """The curves of a run for a stream, as lines; none where there is no epoch to draw."""
    wide, high = (columns_of(stream), rows_of(stream)) if is_terminal(stream) else (80, 24)
    return [line for chart in _charts(run, points, stream, wide, max(_LEAST_ROWS, high // 2 - 3)) for line in chart]


def chart_lines_within(run: Run, points: Sequence[Point], stream: TextIO | None, most: int) -> list[str]:
    """The curves of a run in at most so many lines: loss and accuracy, else the loss alone, else nothing."""
    wide = columns_of(stream)
    if wide < SMALLEST[0] or not (charts := _charts(run, points, stream, wide, _LOWEST)):
        return []
    for shown in (charts, charts[:1]):
        rows = _LOWEST + (most - sum(map(len, shown))) // len(shown)
        if rows >= _LOWEST:
            fitted = _charts(run, points, stream, wide, min(rows, _HIGHEST))[: len(shown)]
            return [line for chart in fitted for line in chart]
    return []


def _charts(
    run: Run, points: Sequence[Point], stream: TextIO | None, wide: int, rows: int
) -> list[list[str]]:  # of each its name and its lines
    return [
        [styled(name, "strong", stream)]
        + ["".join(styled(words, style, stream) for words, style in line) for line in chart]
        for name, chart in charts_of_run(Recorded(run, points), wide, rows, lines_of_charts(stream))
    ]


def lines_of_charts(stream: TextIO | None) -> Kind:
    """What charts are drawn of: braille on a terminal that can show it, else characters that everything can."""
    try:
        "⣿".encode(getattr(stream, "encoding", None) or "ascii")
    except UnicodeError:
        return "ascii"
    return "braille" if is_terminal(stream) else "ascii"


def bold(text: str) -> str:
    """Text in bold where standard output is a terminal that may be coloured, else as it is."""
    return styled(text, "strong")


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """Text in a style of pages where a stream, else standard output, is a terminal that may be coloured."""
    if "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb" or not is_terminal(stream or sys.stdout):
        return text
    return Style.parse(_STYLES.get(style, "")).render(text, color_system=ColorSystem.STANDARD)


def table(
    rows: Sequence[Sequence[str]], right: Sequence[int] = (), *, titled: bool = False, fits: bool = False
) -> list[str]:
    """Rows of cells as lines, in `columns`; where the table `fits`, on a terminal no wider than it.

    With `titled`, the first row is the titles, in bold. rich's own table gives the same lines, with blanks at their
    ends, but takes 75 times as long: 27 s for a history of 10,000 runs where this takes 0.35 (measured on two busy
    cores).
    """
    lines = columns(rows, right, columns_of(sys.stdout) if fits and is_terminal(sys.stdout) else None)
    return [bold(lines[0]), *lines[1:]] if titled else lines


def put_json(value: Any) -> None:
    """Print a value as JSON on one line; NaN and the infinities, which JSON cannot hold, become null."""
    put(_inert(json.dumps(without_nan(value), ensure_ascii=False, allow_nan=False)))


def encoded(value: Any) -> str:
    """A value as JSON on one line, without blanks and with msgspec's structs in it; NaN and the infinities are null."""
    try:
        return _inert(msgspec.json.encode(value).decode())
    except UnicodeEncodeError:  # the name of a file, with bytes that are no text: JSON has them as halves of characters
        return _inert(json.dumps(without_nan(msgspec.to_builtins(value)), ensure_ascii=False, separators=(",", ":")))


def _inert(text: str) -> str:
    """JSON with everything that is not printed escaped: the same data, and harmless on a terminal.

    JSON itself escapes the control characters of ASCII only, not those of 8 bits, nor marks that turn the direction of
    writing.
    """
    return _UNSEEN.sub(lambda match: match[0] if match[0].isprintable() else json.dumps(match[0])[1:-1], text)


def deliver(text: str, output: Path | None) -> None:
    """Write a text to a new file and say so; without one, to standard output. Raises UserError as `write_new` does."""
    if output is None:
        put(text.removesuffix("\n"))
        return
    write_new(text, output)
    say(f"{quiet(str(output))} written")


def write_new(content: str | bytes, output: Path) -> None:
    """Write a text, or bytes, to a new file. Raises UserError for one that is there, and leaves it as it is.

    A file that cannot be written whole is taken away again, so that it is in nobody's way the next time.
    """
    try:
        file = output.open("xb")
    except FileExistsError:
        raise UserError(f"{quiet(str(output))} exists already and is left as it is: name another file") from None
    try:
        with file:
            file.write(content.encode() if isinstance(content, str) else content)
    except BaseException as error:
        with contextlib.suppress(OSError):
            output.unlink()
        if isinstance(error, OSError):
            why = f"{cause_of(error)}{remedy(error)}"
            raise UserError(f"{quiet(str(output))} cannot be written: {why}", FAILED) from None
        raise
