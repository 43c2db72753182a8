"""Lines put together from parts, the least important left out where room is short; no word is ever cut in two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from cnn_tui.text import wrapped

GAP = 2


class Part(NamedTuple):
    """A piece of a line. Where room is short, those of the highest rank take their short form first, or go first.

    One whose short form is empty goes before others of a lower rank are shortened.
    """

    rank: int
    text: Text
    short: Text | None = None


def part(rank: int, words: str, style: str | Style = "", short: str = "") -> Part:
    """A part whose short form, if it has one, looks like the long one."""
    return Part(rank, Text(words, style), Text(short, style) if short else None)


def fit(parts: Sequence[Part], width: int) -> Text:
    """The parts in one line of at most `width` cells."""
    found = flow(parts, width, 1)
    return found[0] if found else Text()


def flow(parts: Sequence[Part], width: int, lines: int) -> list[Text]:
    """The parts in order on at most so many lines of `width` cells: all of them short before one is left out."""
    kept = list(parts)
    while kept and not fits(kept, width, lines):
        if long := [at for at, part in enumerate(kept) if part.short is not None]:
            at = max(long, key=lambda at: (kept[at].rank, at))
            rank, _, short = kept[at]
            kept[at : at + 1] = [Part(rank, short)] if short else []
        elif len(kept) == 1:
            return [cut(kept[0].text, width)]
        else:
            del kept[max(range(len(kept)), key=lambda at: (kept[at].rank, at))]
    return _filled(kept, width)


def fits(parts: Sequence[Part], width: int, lines: int) -> bool:
    """Whether all the parts have room, in their long forms, on so many lines."""
    found = _filled(parts, width)
    return len(found) <= lines and all(line.cell_len <= width for line in found)


def wrap(text: str, style: str | Style, width: int, lines: int) -> list[Text]:
    """A sentence on at most so many lines; what does not fit is left out at the end of a word, and a sign says so."""
    found = wrapped(" ".join(text.split()), width)
    if len(found) > lines:
        found = [*found[: lines - 1], " ".join(found[lines - 1 :])]
    return [cut(Text(line, style), width) for line in found]


def cut(text: Text, width: int) -> Text:
    """Text of at most `width` cells, without its last words if need be."""
    if text.cell_len <= width:
        return text
    short = text.copy()
    short.truncate(max(0, width - 1))
    at = short.plain.rfind(" ")
    if at > 0:
        short.plain = f"{short.plain[:at].rstrip()} …"
    else:  # a single word that is longer than the line has no better place to be cut
        short.append("…")
    return short


def _filled(parts: Sequence[Part], width: int) -> list[Text]:
    found: list[Text] = []
    for part in parts:
        if found and found[-1].cell_len + GAP + part.text.cell_len <= width:
            found[-1] = Text.assemble(found[-1], " " * GAP, part.text)
        else:
            found.append(part.text.copy())
    return found
