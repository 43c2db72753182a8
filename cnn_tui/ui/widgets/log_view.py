"""A window on a log of any size: it scrolls, follows what is added, and marks what is searched for."""

from __future__ import annotations

import re
from pathlib import Path

from rich.style import Style
from rich.text import Text
from textual import work
from textual.message import Message
from textual.worker import get_current_worker

from cnn_tui.artifacts.log_file import LogFile, LogRow, Stamp
from cnn_tui.text import fault
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.log_search import LogSearch, find_row, plain
from cnn_tui.ui.widgets.movement import MovingLines

SIDEWAYS = 20
"""Cells that one step to the side is."""

# How TensorFlow's lines and Python's say that something is wrong. The words themselves are there in any colour.
_BAD = re.compile(r"[EF]\d{4} |Traceback|\w*Error\b|.{0,40}: [EF] ")
_WARNING = re.compile(r"W\d{4} |WARNING|\w*Warning\b|.{0,40}: W ")


class LogView(MovingLines):
    """Shows `file` from the row at `top` on; while it follows, its end."""

    class Searched(Message):
        """A search has ended: it found `row`, or nothing; `trouble` is what hindered it."""

        def __init__(self, number: int, row: int | None, wrapped: bool, trouble: str = "") -> None:
            super().__init__()
            self.number = number
            self.row = row
            self.wrapped = wrapped
            self.trouble = trouble

    class Changed(Message):
        """What `standing` says has changed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.file = LogFile(Path())
        self.follow = True
        self.top = 0
        self.empty = ""
        self.search: LogSearch | None = None
        self.hit: int | None = None
        self.notice = ""
        self._left = 0
        self._stamp: Stamp | None = None
        self._end = self._height = 0
        """The end of what was drawn last, and on how many lines."""
        self._searches = 0
        self._is_searching = False
        self._steps: list[int] = []
        """The steps to other rows that were asked for while a search went on; each begins where the one before ends."""

    def show(self, path: Path, empty: str) -> None:
        """Show the log at `path` from its end; `empty` is said when there is nothing in it."""
        if path == self.file.path and empty == self.empty:
            return
        self.empty = empty
        if path != self.file.path:
            self.file = LogFile(path)
            self.follow, self.top, self._left = True, 0, 0
            self.hit, self.notice = None, ""
            self._abandon_search()
            self._stamp = self.file.stamp()
        self.redraw()
        self._say()

    def look(self) -> None:
        """Draw again if the file has changed; asking costs no reading."""
        stamp, before = self.file.stamp(), self._stamp
        if stamp == before:
            return
        self._stamp = stamp
        if before is not None and (stamp is None or stamp.inode != before.inode or stamp.size < before.size):
            self.top = self.file.row_at(self.top)
            self.hit = None
            self.notice = "the log was taken away" if stamp is None else "the log was begun anew"
        self.redraw()
        self._say()

    def draw(self, width: int, height: int) -> list[Text]:
        if height != self._height:
            self._keep_hit_in_sight(height)
        rows = self._rows(height)
        self._end = rows[-1].next if rows else 0
        if not rows:
            words = f"The log cannot be read: {self.file.path}" if self.file.size() else self.empty
            return list(Text(inert(words), self.style("dim")).wrap(self.app.console, width))
        return [self._line(row) for row in rows]

    def _rows(self, height: int) -> list[LogRow]:
        """So many rows from `top` on, which is moved where the log is followed or has fewer of them."""
        size = self.file.size()
        if self.follow:
            self.top = self.file.back(size, height)
        rows = self.file.rows(self.top, height)
        if self.top and len(rows) < height:
            self.top = self.file.back(size, height)
            rows = self.file.rows(self.top, height)
        return rows

    def _is_in_sight(self, row: int, height: int) -> bool:
        """Whether a row is among so many from `top` on; what was drawn last may have begun elsewhere."""
        rows = self.file.rows(self.top, height)
        return bool(rows) and rows[0].start <= row < rows[-1].next

    def _show_row(self, row: int) -> None:
        """Bring a row into sight, a third from the top, unless it is in sight."""
        if not self._is_in_sight(row, self.size.height):
            self.top = self.file.back(row, self.size.height // 3)

    def _keep_hit_in_sight(self, height: int) -> None:
        """What was found and seen stays so when the log gets less room, as when the machine below it takes some.

        What was found before there was any room, by keys that were typed ahead, is seen now.
        """
        before, self._height = self._height, height
        if self.hit is None or self.follow:
            return
        if not before:
            self._show_row(self.hit)
            self._bring_in_sight(self.hit)
        elif self._is_in_sight(self.hit, before):
            self._show_row(self.hit)

    def move_rows(self, by: int) -> None:
        """Towards the end, or back; going back ends following."""
        if by < 0:
            self._go(self.file.back(self.top, -by))
        elif not self.follow:
            rows = self.file.rows(self.top, by + self.size.height)
            over = len(rows) - self.size.height
            if over > 0:
                self._go(rows[over].start)

    def move_to_end(self, *, last: bool) -> None:
        if not last:
            self._go(0)
        elif not self.follow:
            self._go(self.file.back(self.file.size(), self.size.height))

    def move_sideways(self, by: int) -> None:
        """To the right, as far as a row on screen goes, and back."""
        longest = max((len(plain(row.data)) for row in self._rows(self.size.height)), default=0)
        self._left = max(0, min(self._left + by * SIDEWAYS, longest - SIDEWAYS))
        self.redraw()

    def toggle_follow(self) -> None:
        self.follow = not self.follow
        self.notice = ""
        self.redraw()
        self._say()

    # Searching

    def seek(self, word: str, origin: int) -> None:
        """Mark `word` and go to the first row from `origin` on that has it; "" ends the search."""
        self.search = LogSearch(word) if word else None
        self.hit, self.notice = None, ""
        self._abandon_search()
        if self.search:
            self._begin(origin, backwards=False)
        self.redraw()
        self._say()

    def next_hit(self, by: int) -> None:
        """To the next row that has the word, or the one before."""
        if self._is_searching:
            self._steps.append(by)
        elif self.search:
            at = self.hit if self.hit is not None else self.top
            row = self.file.rows(at, 1)
            self._begin(row[0].next if by > 0 and row else at, backwards=by < 0)
            self._say()

    def on_log_view_searched(self, message: Searched) -> None:
        """Show the row, a few lines from the top, unless something else is looked for by now."""
        message.stop()
        if message.number != self._searches or self.search is None:
            return
        self._is_searching = False
        self.hit = message.row
        self.notice = message.trouble
        if not message.trouble:
            self.notice = "not found" if message.row is None else "from the other end" if message.wrapped else ""
        if message.row is not None:
            self.follow = False
            if self.size:  # else when it is drawn
                self._show_row(message.row)
                self._bring_in_sight(message.row)
        if message.row is None:
            self._steps.clear()
        elif self._steps:
            self.next_hit(self._steps.pop(0))
        self.redraw()
        self._say()

    def standing(self) -> Text:
        """Where the window is, and what the search says."""
        words = Text(no_wrap=True)
        if self.search:
            words.append(f"/{inert(self.search.word)} ", self.style("strong"))
        if self.notice:
            words.append(f"{inert(self.notice)}  ", self.style("warn"))
        if self.follow:
            return words.append("following", self.style("accent"))
        size = self.file.size()
        if size:
            words.append(f"{min(100, 100 * self._end // size)} % of {_in_bytes(size)}, ", self.style("dim"))
        return words.append(f"{key_of('log.follow')} follows", self.style("dim"))

    def _abandon_search(self) -> None:
        """Take no answer of a search that goes on, and forget the steps that wait for it."""
        self._searches += 1
        self._is_searching = False
        self._steps.clear()

    def _begin(self, origin: int, *, backwards: bool) -> None:
        self._searches += 1
        self._is_searching = True
        self.notice = "searching"
        assert self.search is not None
        self._search(self._searches, self.search, self.file, origin, backwards)

    @work(thread=True, exit_on_error=False, group="search")
    def _search(self, number: int, search: LogSearch, file: LogFile, origin: int, backwards: bool) -> None:
        worker = get_current_worker()

        def alive() -> bool:
            return number == self._searches and not worker.is_cancelled

        try:
            found = find_row(search, file, origin, backwards, alive)
        except Exception as error:  # whatever it is: the search has ended
            self.post_message(self.Searched(number, None, True, fault(error)))
            return
        if alive():
            self.post_message(self.Searched(number, *found))

    # Inside

    def _bring_in_sight(self, start: int) -> None:
        """Scroll sideways where the word would be off the screen."""
        rows = self.file.rows(start, 1)
        spans = self.search.spans(plain(rows[0].data)) if rows and self.search else []
        room = self.size.width - 3  # beside the sign of a hit
        if spans and not any(self._left < first and last <= self._left + room for first, last in spans):
            self._left = 0 if spans[0][1] <= room else spans[0][0] - room // 3

    def _go(self, top: int) -> None:
        self.follow, self.notice = False, ""
        self.top = top
        self.redraw()
        self._say()

    def _say(self) -> None:
        self.post_message(self.Changed())

    def _line(self, row: LogRow) -> Text:
        text = plain(row.data)
        line = Text(text, no_wrap=True)
        if tone := "bad" if _BAD.match(text) else "warn" if _WARNING.match(text) else "":
            line.stylize(self.style(tone))
        spans = self.search.spans(text) if self.search else ()
        for start, end in spans:
            line.stylize(self.style("accent") + Style(bold=True, underline=True), start, end)
        if self._left:
            line = Text.assemble(("‹", self.style("dim")), line[self._left + 1 :])
        if self.search:
            current = row.start == self.hit
            sign = "▶ " if current else "> " if spans else "  "
            line = Text.assemble((sign, self.style("strong")), line)
            if current:
                line.stylize(self.style("cursor-idle"))
        return line


def _in_bytes(size: int) -> str:
    """A size as one reads it."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} B"
