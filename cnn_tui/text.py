"""Text that every room needs: names from outside made inert, counts, sentences that end, and lines of a terminal.

Inert text moves no cursor and colours no line, whatever a name or a file says.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence


def escaped(text: str) -> str:
    """The whole text with all that is not printed escaped: control characters, marks that turn the direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def quiet(text: str, limit: int = 200) -> str:
    """The text `escaped` and cut to `limit` characters, to stand in a sentence of ours."""
    shown = escaped(text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def reason(error: BaseException) -> str:
    """What a library says went wrong, to stand in brackets in a sentence of ours."""
    return quiet(str(error).strip().rstrip("."), 120) or type(error).__name__


def cause_of(error: BaseException) -> str:
    """Why something could not be done with a file or a process: the system's own words, where there are some."""
    return getattr(error, "strerror", None) or reason(error)


def fault(error: BaseException) -> str:
    """What went wrong where nothing could go wrong that anybody thought of: the error's kind and its words, inert."""
    words = reason(error)
    kind = type(error).__name__
    if isinstance(error, UnicodeEncodeError):
        return f"{quiet(repr(error.object))} has bytes that are no text in UTF-8"
    if isinstance(error, OSError):
        return quiet(error.strerror or words)
    return kind if words == kind else f"{kind}: {words}"


def kept_path(path: str) -> str:
    """The path of a file as text that any file can hold: a byte that is no UTF-8 is a NUL and its two digits."""
    return re.sub("[\udc80-\udcff]", lambda byte: f"\0{ord(byte[0]) & 0xFF:02x}", path)


def path_kept(text: str) -> str:
    """The path that `kept_path` made this text of."""
    return re.sub("\0([0-9a-f]{2})", lambda digits: chr(0xDC00 + int(digits[1], 16)), text)


def counted(count: int, what: str, several: str = "") -> str:
    """`1 run`, `2,000 runs`; `several` is the plural where it is not `what` with an s."""
    return f"{count:,} {what if count == 1 else several or what + 's'}"


def sentence(words: str) -> str:
    """Words that begin with a capital and end with a full stop, unless they end a sentence already.

    A name of code, such as validation_split, stays as it is.
    """
    words = words.strip()
    begin = words if "_" in words.partition(" ")[0] else words[:1].upper() + words[1:]
    return begin + ("" if words.endswith((".", "!", "?")) else ".")


def moment(at: float) -> str:
    """Seconds since 1970 as the time here, to the minute: `2026-11-30 09:41`."""
    return datetime.datetime.fromtimestamp(at).isoformat(" ", "minutes")


_SHORTENED = 3  # letters: fewer begin too much


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that is most like a word, whether in capitals or not; None where none is much like it.

    A word that is the beginning of one choice alone, as `acc`, or else a part of it, as `sample`, is short for it, and
    so are initials, as `lr`.
    """
    import difflib  # only a mistake needs it

    lowered = {choice.lower(): choice for choice in choices}
    initials = [
        choice for low, choice in lowered.items() if "".join(part[:1] for part in low.split("_")) == word.lower()
    ]
    if len(initials) == 1 and len(word) > 1:
        return initials[0]
    longer = [choice for low, choice in lowered.items() if low.startswith(word.lower())]
    holding = [choice for low, choice in lowered.items() if word.lower() in low]
    for found in (longer, holding):
        if len(found) == 1 and len(word) >= _SHORTENED:
            return found[0]
    near = difflib.get_close_matches(word.lower(), lowered, 1, 0.5)
    return lowered[near[0]] if near else None


def did_you_mean(word: str, choices: Iterable[str], quoted: bool = False) -> str:
    """` Did you mean loss?`, to stand behind a sentence that refuses a word; nothing where no choice is like it.

    `quoted` is for what stands in quotes in the file that the sentence is about.
    """
    near = closest(word, choices)
    if near is None:
        return ""
    return f' Did you mean "{near}"?' if quoted else f" Did you mean {near}?"


def enumerated(words: Iterable[str], link: str, most: int = 8) -> str:
    """`cat`, `cat or dog`, `1, 2 or 3`, with "or" as the link; of many the first ones, and how many more there are."""
    every = list(words)
    if len(every) > most:
        return f"{', '.join(every[:most])} {link} {len(every) - most} more"
    return f" {link} ".join(filter(None, (", ".join(every[:-1]), every[-1])))


def run_numbers(runs: Sequence[int]) -> str:
    """Runs by their numbers: `run 4`, `runs 4, 5 and 7`, `12 runs`."""
    if len(runs) == 1:
        return f"run {runs[0]}"
    if len(runs) > 5:
        return f"{len(runs)} runs"
    return f"runs {', '.join(map(str, runs[:-1]))} and {runs[-1]}"


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # which characters are two cells wide, and which none

    return cell_len(text)


def padded(text: str, width: int, right: bool = False) -> str:
    """Text with spaces after it, or before it, up to so many cells."""
    space = " " * (width - cells(text))
    return space + text if right else text + space


def centred(text: str, width: int) -> str:
    """Text in the middle of so many cells, rather to the left where they are odd."""
    return padded(" " * ((width - cells(text)) // 2) + text, width)


def cut(text: str, width: int, sign: str = "…", *, from_start: bool = False) -> str:
    """Text in at most `width` cells; `sign` stands where the rest was, at its end or at its start."""
    if cells(text) <= width:
        return text
    room = max(0, width - cells(sign))
    if not from_start:
        return text[: _characters(text, room, least=0)] + sign
    start = max(0, len(text) - room)
    while cells(text[start:]) > room:
        start += 1
    return sign + text[start:]


def fitted(text: str, width: int) -> str:
    """A name from outside for one line: `escaped`, and `cut` to `width` cells, or to one where there are none."""
    width = max(1, width)
    return cut(escaped(text[: 8 * width]), width)


def cut_within(text: str, width: int) -> str:
    """Text in at most `width` cells that keeps its beginning and its end: names of runs differ at the end."""
    end = max(0, width - 1) // 3
    return text if cells(text) <= width else cut(text, width - end) + cut(text, end, "", from_start=True)


def columns(rows: Sequence[Sequence[str]], right: Iterable[int] = (), width: int | None = None) -> list[str]:
    """Rows of cells in columns of equal width, two spaces between them; those in `right` end alike.

    Where a row is wider than `width` cells, the widest of the other columns is cut, but never below 12.
    """
    if not rows:
        return []
    ends = set(right)
    widths = [max(cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    excess = 0 if width is None else sum(widths) + 2 * (len(widths) - 1) - width
    if excess > 0 and (words := [at for at in range(len(widths)) if at not in ends]):
        at = max(words, key=widths.__getitem__)
        widths[at] = max(min(12, widths[at]), widths[at] - excess)
        rows = [[*row[:at], cut_within(row[at], widths[at]), *row[at + 1 :]] for row in rows]
    return ["  ".join(padded(cell, widths[at], at in ends) for at, cell in enumerate(row)).rstrip() for row in rows]


def wrapped(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` cells, broken between words, or in a word that is longer than a line."""
    return [text[begin:end] for begin, end in line_ends(text, width)]


def line_ends(text: str, width: int) -> list[tuple[int, int]]:
    """Where the lines of a text begin and end in it, for text whose parts have styles; see `wrapped`."""
    if cells(text) <= width:
        return [(0, len(text))]
    lines = [(0, 0)]
    for word in re.finditer(r" *[^ ]+", text):
        begin, end = lines[-1]
        if cells(text[begin : word.end()]) > width:
            begin = word.end() - len(word[0].lstrip(" ")) if end else 0
            lines += [(begin, begin)] if end else []
        while (room := _characters(text[begin : word.end()], width)) < word.end() - begin:
            lines[-1:] = [(begin, begin + room), (begin + room, begin + room)]
            begin += room
        lines[-1] = (begin, word.end())
    return lines


def _characters(text: str, width: int, least: int = 1) -> int:
    """How many characters of a text fit into so many cells, `least` at least; marks stay with their letters."""
    if cells(text) <= width:
        return len(text)
    if width < 1:
        return least
    from rich.cells import chop_cells

    return max(least, len(chop_cells(text, width)[0]))
