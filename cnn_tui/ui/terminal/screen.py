"""The screen differ: keeps the screen that the app wants and the one that the terminal has, and sends the difference.

Textual writes escape sequences as to any terminal. On a slow line (SSH) that is too much: it paints a row that has
changed in one cell as a whole, and paints again what was painted as it was. So nothing that it writes goes to the
terminal as it is. It goes through three steps:

1. `write` plays the terminal. It reads the sequences and keeps, in `_wanted`, what a terminal would then show: a grid
   of cells, each a character with its pen (colours and attributes). Rows that were painted are noted in `_touched`.
2. `take` is called by the writer's thread whenever the line has room. It compares the touched rows of `_wanted` with
   those of `_sent`, cell by cell, and gives the shortest text that turns the one into the other: a move of the cursor
   to each run of changed cells, a change of the pen where it differs from the one before, the characters.
3. What was taken is copied into `_sent`.

So a row that is painted twice before the line has room is sent once, and one that is painted as it was is not sent.

What always holds, and has to be kept when this is changed:
- `_sent` is what the terminal shows once it has read all that was taken, or `_UNKNOWN` where nobody can know.
- A row whose `_wanted` and `_sent` differ is in `_touched`, unless the app never painted it (`_painted`).
- `_sent_pen` is the pen that the terminal has after all that was taken, as changes of the pen build on it.
- Sequences that paint nothing (titles, modes, queries) go on as they are, before any cells; links are left out. Those
  that wipe the screen behind our back (`_WIPING`) make all of `_sent` unknown.
- A character that is two cells wide is followed by a cell with the empty text, so that cells and columns agree; the two
  are sent together.

Pictures are cells too: the app paints hidden letters, which `album.py` takes for pieces of pictures. Such a cell is
sent as a placeholder where the terminal knows them. Where it shows sixel graphics it is sent as a blank, and after the
run the pixels of all its pieces are painted over the blanks.
"""

from __future__ import annotations

import re

from rich.cells import cell_len

from cnn_tui.reports.ascii import to_ascii
from cnn_tui.ui.terminal import sixel
from cnn_tui.ui.terminal.album import LETTERS, Album, PicturePiece
from cnn_tui.ui.terminal.cell_style import PLAIN, Pen, change, turned
from cnn_tui.ui.terminal.kitty import Placeholders

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d*);?(?P<column>\d*)H"
    r"|\x1b\[(?P<look>[\d;:]*)m"
    r"|(?P<link>\x1b\]8;.*?(?:\x07|\x1b\\))"
    r"|(?P<sync>\x1b\[\?2026[hl])"
    r"|(?P<other>\x1b\].*?(?:\x07|\x1b\\)|\x1b[P_].*?\x1b\\"
    r"|\x1b\[[<-?]?[\d;]*[ -/]*[@-~]|\x1b[ -/]*[0-~]|[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)
# After these the terminal shows something else than before: another screen, erased or shifted cells, a reset.
_WIPING = re.compile(r"\x1b\[\?(1049|1047|47)[hl]|\x1b\[\d*[JKLMPSTX@]|\x1bc")
_GIVE_BACK = "\x1b[?1049l"
_BREAKS = ("\r", "\n")  # Textual puts one after each row, and a move before the next
_CLOSE = 4
"""So many unchanged cells between two changed ones cost less than a move of the cursor."""

Cell = tuple[str | PicturePiece, Pen]
"""What is in a cell, and how it is drawn. "" is the right half of a character that takes two cells."""
_UNKNOWN: Cell = ("\0", PLAIN)  # equal to nothing that is ever wanted, so the cell is sent anew
_BLANK: Cell = (" ", PLAIN)
_NO_PEN = Pen("", "", ())  # unlike any pen, so the next change of it is a whole one


class Screen:
    """The wanted and the sent picture of a terminal of `columns` x `rows`."""

    def __init__(
        self,
        columns: int,
        rows: int,
        *,
        ascii_only: bool = False,
        colours: bool = True,
        album: Album | None = None,
    ) -> None:
        self._ascii_only, self._colours = ascii_only, colours
        self._album = album
        self.placeholders: Placeholders | None = None
        """How pictures are sent to a terminal that knows placeholders; to another they go as sixel graphics."""
        self.cell = (0, 0)
        """Pixels of a cell across and down, for pictures."""
        self.synchronized = False
        """Whether the terminal holds its display back between two marks; the app has asked it."""
        self._pen = self._sent_pen = PLAIN
        self._at = self._rests = (0, 0)  # where the app has the cursor, and where the terminal was told to leave it
        self._others: list[str] = []  # sequences that paint nothing, to be sent before the next cells
        self._given_back = False  # whether the terminal shows its own screen again, as at the end
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Begin anew with another size: nobody knows what the terminal has made of its old cells."""
        self.columns, self.rows = columns, rows
        self._wanted: list[list[Cell]] = [[_BLANK] * columns for _ in range(rows)]
        self._painted: set[int] = set()  # rows that the app has written to: the others are not ours to overwrite
        self.forget()

    def forget(self) -> None:
        """Take it that the terminal shows anything at all, so that every painted row is sent again."""
        self._sent = [[_UNKNOWN] * self.columns for _ in range(self.rows)]
        self._sent_pen = _NO_PEN
        self._touched = set(self._painted)
        if self.placeholders is not None:
            self.placeholders.forget()

    @property
    def waiting(self) -> bool:
        return bool(self._others or self._touched)

    def write(self, data: str) -> None:
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                self._put(token["text"])
            elif kind == "look":
                pen = turned(self._pen, token["look"])
                self._pen = pen if self._colours else pen.without_colour()
            elif kind in ("row", "column"):
                self._at = (int(token["column"] or 1) - 1, int(token["row"] or 1) - 1)
            elif kind == "sync":
                self.synchronized = True
            elif kind == "other" and token["other"] not in _BREAKS:
                self._pass_on(token["other"])

    def take(self, most: int) -> str:
        """What to send now: about `most` characters, whole rows of changes; "" when there is nothing."""
        parts, self._others = self._others, []
        length = sum(map(len, parts))
        for row in sorted(self._touched):
            if length > most:
                break
            self._touched.discard(row)
            changes = self._changes(row)
            parts.append(changes)
            length += len(changes)
        # Where the cursor rests matters to input methods only, but to them it does. A terminal that is given back has
        # its own place for it.
        if not self._touched and not self._given_back and (any(parts) or self._at != self._rests):
            self._rests = self._at
            parts.append(_move(*self._at))
        return "".join(parts)

    def _pass_on(self, sequence: str) -> None:
        self._others.append(sequence)
        if _WIPING.match(sequence):
            self._given_back = sequence == _GIVE_BACK
            self._painted.clear()
            self.forget()

    def _put(self, text: str) -> None:
        """Write text into the wanted cells from the cursor on; what goes beyond the right edge is cut off."""
        x, y = self._at
        if self._ascii_only:
            text = to_ascii(text)
        width = cell_len(text)
        self._at = (x + width, y)
        if not 0 <= y < self.rows:
            return
        cells: list[Cell]
        if self._album is not None and ord(text[0]) in LETTERS:
            # No width is asked for and no letter is compared: each stands for exactly one cell.
            blank = self._pen.of_blank()
            cells = [(self._album.piece(letter) or " ", blank) for letter in text]
        elif width == len(text):
            pen = self._pen
            cells = [(character, pen) for character in text]
            if " " in text:
                space = (" ", pen.of_blank())
                cells = [space if cell[0] == " " else cell for cell in cells]
        else:
            cells = self._uneven(text)
        room = self.columns - x
        self._wanted[y][x : x + width] = cells[: max(0, room)]
        self._painted.add(y)
        self._touched.add(y)

    def _uneven(self, text: str) -> list[Cell]:
        """The cells of a text in which a character takes two of them, or none."""
        cells: list[tuple[str, Pen]] = []
        for character in text:
            width = cell_len(character)
            if width:
                cells.append((character, self._pen))
                cells += [("", self._pen)] * (width - 1)
            elif cells:
                at = max(at for at, cell in enumerate(cells) if cell[0])
                cells[at] = (cells[at][0] + character, self._pen)
        wanted = cell_len(text)
        return [*cells, *[_BLANK] * wanted][:wanted]

    def _changes(self, row: int) -> str:
        """What turns the row as it was sent into the one that is wanted; from then on it counts as sent."""
        wanted, sent = self._wanted[row], self._sent[row]
        if wanted == sent:
            return ""
        parts = []
        for first, end in _runs([new != old for new, old in zip(wanted, sent, strict=True)]):
            while first > 0 and wanted[first][0] == "":  # the right half of a wide character is not sent alone
                first -= 1
            if self.placeholders is not None and _lost_its_neighbour(wanted, end):
                end += 1
            parts.append(_move(first, row))
            pictures = _pictures(wanted, first, end) if self._album is not None else []
            if self.placeholders is not None:
                first = self._send_placeholders(self.placeholders, wanted, first, pictures, parts)
            self._send(wanted[first:end], parts)
            if self._album is not None and self.placeholders is None:
                for at, piece, count in pictures:  # over the blanks that were sent for them
                    parts += [_move(at, row), sixel.painted(self._album, piece, count, self.cell)]
        self._sent[row] = wanted.copy()
        return "".join(parts)

    def _send_placeholders(
        self,
        placeholders: Placeholders,
        cells: list[Cell],
        first: int,
        pictures: list[tuple[int, PicturePiece, int]],
        parts: list[str],
    ) -> int:
        """Add what writes the cells from `first` up to the end of the last picture; gives where that is."""
        for at, piece, count in pictures:
            self._send(cells[first:at], parts)
            self._send_pen(cells[at][1], parts)
            shown = placeholders.sent(piece, count, self.cell)
            parts.append(shown.text)
            self._sent_pen = self._sent_pen._replace(foreground=shown.foreground or self._sent_pen.foreground)
            first = at + count
        return first

    def _send(self, cells: list[Cell], parts: list[str]) -> None:
        """Add what writes these cells from the cursor on."""
        for character, pen in cells:
            if pen is not self._sent_pen and pen != self._sent_pen:
                self._send_pen(pen, parts)
            parts.append(" " if isinstance(character, PicturePiece) else character)

    def _send_pen(self, pen: Pen, parts: list[str]) -> None:
        # A blank shows no foreground, so its pen may keep the one that the terminal has.
        pen = pen.beside(self._sent_pen)
        parts.append(change(self._sent_pen, pen))
        self._sent_pen = pen


def _lost_its_neighbour(cells: list[Cell], at: int) -> bool:
    """Whether the cell after one that changed is of a picture, but the changed one is not the piece on its left.

    A placeholder without marks is known by its left neighbour, so this one has to be sent anew, with marks.
    """
    piece = cells[at][0] if at < len(cells) else ""
    return isinstance(piece, PicturePiece) and cells[at - 1][0] != piece._replace(column=piece.column - 1)


def _pictures(cells: list[Cell], first: int, end: int) -> list[tuple[int, PicturePiece, int]]:
    """Where in a row pieces of pictures begin, with how many cells each goes on."""
    found: list[tuple[int, PicturePiece, int]] = []
    for at in range(first, end):
        piece = cells[at][0]
        if not isinstance(piece, PicturePiece):
            continue
        if found:
            start, begun, count = found[-1]
            if at == start + count and piece == begun._replace(column=begun.column + count):
                found[-1] = (start, begun, count + 1)
                continue
        found.append((at, piece, 1))
    return found


def _runs(changed: list[bool]) -> list[tuple[int, int]]:
    """From where to where cells changed: runs with up to _CLOSE unchanged cells between them are sent as one."""
    runs: list[tuple[int, int]] = []
    for at, one in enumerate(changed):
        if not one:
            continue
        if runs and at - runs[-1][1] <= _CLOSE:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def _move(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
