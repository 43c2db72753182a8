"""A window on the history's runs: which of them, in what order, in which columns."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.style import Style
from textual import work
from textual.app import ComposeResult
from textual.events import Hide, Resize, Show
from textual.timer import Timer

from cnn_tui.history import notebook
from cnn_tui.history.filter import FilterError
from cnn_tui.history.history import History
from cnn_tui.history.listing import Listing
from cnn_tui.history.run import Line
from cnn_tui.history.same_network import first_runs
from cnn_tui.text import counted, sentence
from cnn_tui.ui.dialogs.columns import ColumnsScreen
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.columns import FIELD, Around, ColumnChoice, Layout, arrow, remember, remembered
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.prompt import Prompt
from cnn_tui.ui.widgets.table import Cell, Table

_READ_AGAIN = 2.0
"""Seconds after which a change, whatever it was, is taken to have changed which runs are shown and in what order."""
_NOT_THE_WHOLE = "fashion_mnist_sample"


class RunsPane(Pane):
    """A table of runs with a filter below it. The cursor stays on its run, whatever comes, goes or is sorted."""

    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history
        self.listing = Listing(history)
        self.marked: dict[int, None] = {}
        self.chosen = remembered()
        self._baseline: Line | None = None
        self._selected: int | None = None
        """The run that the cursor stays on; None until it was moved."""
        self._drawn: dict[int, Line] = {}
        """The runs in the rows on the screen."""
        self._same_data = True
        self._looked_through = 0
        """Up to this run, the data of each is known."""
        self._shown = True
        self._state: object = None
        self._read_at = 0.0
        self._later: Timer | None = None
        self._layout = Layout(self.chosen)

    def compose(self) -> ComposeResult:
        """One table, and a line for the filter."""
        yield Table((), self._rows, empty=_empty(), placed=False, id="runs")
        yield Prompt("acc>0.9 tag:lab1 !failed, or words of names and notes")

    @property
    def rows(self) -> Table:
        """The table."""
        return self.query_one("#runs", Table)

    @property
    def current(self) -> int | None:
        """The run under the cursor."""
        ids = self.listing.ids(1, self.rows.cursor)
        return ids[0] if ids else None

    # Showing

    def on_show(self, _: Show) -> None:
        """Catch up with what happened meanwhile."""
        self._shown = True
        self.refresh_view()

    def on_resize(self, _: Resize) -> None:
        """Names have more room where there is more."""
        if self.rows.columns:
            self._show_listing(self.current)

    def on_hide(self, _: Hide) -> None:
        """Nobody sees it: read nothing."""
        self._shown = False

    def refresh_view(self) -> None:
        """Show the history as it is now: the rows on screen at once, the others when there may be other ones."""
        if not self._shown:
            return
        state = self._look()
        wait = self._read_at + _READ_AGAIN - time.monotonic()
        if state != self._state or wait <= 0:
            self._state = state
            self.read()
            return
        if self._later is None:
            self._later = self.set_timer(wait, self.read)
        window = self.rows.window
        if self.listing.lines(len(window), window.start) != [self._drawn.get(row) for row in window]:
            self.rows.redraw()

    def read(self) -> None:
        """Read which runs there are, and in what order."""
        if self._later:
            self._later.stop()
            self._later = None
        self._read_at = time.monotonic()
        before = self.current
        self.listing.refresh()
        self._show_listing(before)

    def _look(self) -> object:
        """What tells cheaply that there are other runs, or that one has come to the end of an epoch or of its own."""
        return self.history.outline(), notebook.pinned(self.history)

    def _show_listing(self, before: int | None, *, reveal: bool = False) -> None:
        """Draw the listing, its columns, and what the frame says of it; `before` had the cursor.

        `reveal` shifts the columns so that the sorted one is seen.
        """
        run_id = notebook.pinned(self.history)
        self._baseline = self._line(run_id) if run_id is not None else None
        ids, query = self.listing.ids(), self.listing.query
        widest = max(ids, default=1)
        self._layout = Layout(
            self._columns(),
            room=self.size.width,
            widest_run=widest,
            baseline=run_id,
            sort=query.sort,
            reverse=query.reverse,
        )
        table = self.rows
        table.columns = tuple(self._layout.columns)
        table.empty = f"No run is like that. {key_of('lab.back')} clears the filter." if query.filter else _empty()
        if self.query_one(Prompt).refused:  # what was typed last means nothing: no run was asked for
            table.empty = ""
        if reveal and self._layout.sorted_column is not None:
            table.reveal_column(self._layout.sorted_column)
        places = [self.listing.position(one) for one in (self._selected, before) if one is not None]
        found = [place for place in places if place is not None]
        table.set_count(len(ids), found[0] if found and self._selected is not None else None)
        self._say()

    def _say(self) -> None:
        """In the frame: how many runs, how they are sorted. At the bottom: the filter."""
        query, count = self.listing.query, self.listing.count()
        runs = counted(count, "run")
        words = [runs if count else "no runs yet"]
        if query.filter:
            words[0] = f"{count:,} of {counted(self.listing.total(), 'run')}"
        if self.marked:
            words.append(f"{len(self.marked):,} marked")
        if query.archived:
            words.append("archived too")
        if query.sort != "id" or query.reverse:
            words.append(f"{FIELD[query.sort].title}{arrow(query.sort, query.reverse)}")
        self.say(" · ".join(words))
        prompt = self.query_one(Prompt)
        if prompt.is_open and prompt.refused:
            return
        if prompt.is_open:
            prompt.tell(
                f"{runs}. {key_of('field.accept')} keeps the filter, {key_of('field.leave')} clears it.", "strong"
            )
        else:
            prompt.tell(f"/{query.filter}  ({key_of('lab.back')} clears it)" if query.filter else "", "accent")

    def _columns(self) -> ColumnChoice:
        """The chosen columns; the dataset only where it is not the same and whole one everywhere."""
        keys = self.chosen.columns
        if self._same_data and "dataset" in keys:
            self._same_data = not self.history.has_other_data(self._looked_through, _NOT_THE_WHOLE)
            # A run that has not begun may yet get other data than it asked for.
            self._looked_through = self.history.ended_until()
        return ColumnChoice(tuple(key for key in keys if key != "dataset") if self._same_data else keys)

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        lines = self.listing.lines(limit, offset)
        self._drawn = {row: self._drawn[row] for row in self.rows.window if row in self._drawn}
        self._drawn |= {offset + at: line for at, line in enumerate(lines)}
        first = first_runs(self.history, lines) if "same" in self.chosen.columns else {}
        styles: dict[str, Style] = {}
        rows = self.rows

        def style(name: str) -> Style:
            if name not in styles:
                styles[name] = rows.style(name)
            return styles[name]

        around = Around(style, self._baseline, self.marked, first)
        return [self._layout.row(line, around) for line in lines]

    def row_text(self, run_ids: Sequence[int]) -> str:
        """The rows of these runs in the columns that are chosen, with tabs between: a heading, then a line each."""
        around = Around(lambda _: Style(), self._baseline)
        lines = [line for one in run_ids if (line := self._line(one)) is not None]
        if "same" in self.chosen.columns:
            around = around._replace(first=first_runs(self.history, lines))
        titles = [column.title.rstrip("▼▲") for column in self._layout.columns]
        rows = [[str(cell).strip() for cell in self._layout.row(line, around)] for line in lines]
        if FIELD["id"].title in titles:
            at = titles.index(FIELD["id"].title)
            for row, line in zip(rows, lines, strict=True):
                row[at] = str(line.id)  # without the signs beside it
        return "".join("\t".join(row) + "\n" for row in (titles, *rows))

    def _line(self, run_id: int) -> Line | None:
        return self.history.line(run_id)

    def on_movement_keys_moved(self) -> None:
        """From now on the cursor stays on this run."""
        self._selected = self.current

    # Sorting, filtering, columns

    def action_sort_next(self) -> None:
        """Sort by the next column that is shown."""
        keys = [key for key in self._columns().columns if FIELD[key].sorts]
        now = self.listing.query.sort
        if keys:
            self._show(sort=keys[(keys.index(now) + 1) % len(keys)] if now in keys else keys[0], reverse=False)

    def action_sort_reverse(self) -> None:
        """The other way round."""
        self._show(reverse=not self.listing.query.reverse)

    def _show(self, **changes: object) -> None:
        """Show another query. Raises FilterError, and then goes on showing the old one."""
        before = self.current
        if self._selected is None:
            self._selected = before
        self.listing.show(self.listing.query._replace(**changes))  # type: ignore[arg-type]
        self._show_listing(before, reveal="sort" in changes)

    def action_start_filter(self) -> None:
        """Ask for a filter; what it leaves is shown while it is typed."""
        self.app.clear_notifications()  # they would lie over it
        self.query_one(Prompt).open(self.listing.query.filter)
        self._say()

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        """Show what the filter leaves, or what is wrong with it."""
        message.stop()
        prompt = self.query_one(Prompt)
        prompt.refused = False
        try:
            self._show(filter=message.value.strip())
        except FilterError as error:
            prompt.refused = True
            prompt.tell(sentence(str(error)), "bad")
            self.rows.empty = ""
            self.rows.redraw()

    def on_prompt_closed(self, message: Prompt.Closed) -> None:
        """Esc clears the filter, all else keeps it."""
        message.stop()
        if message.kept is not None:
            self.screen.set_focus(self)
        if message.kept is False:
            self._show(filter="")
        else:
            self._say()

    @work(group=DIALOG)
    async def action_choose_columns(self) -> None:
        """Choose the columns, and whether archived runs are shown."""
        now = ColumnChoice(self.chosen.columns, self.listing.query.archived)
        chosen = await self.app.push_screen_wait(ColumnsScreen(now))
        if chosen is not None:
            self.chosen = chosen
            remember(chosen)
            self._show(archived=chosen.archived)

    def step_back(self) -> bool:
        """Esc clears the filter."""
        if not self.listing.query.filter:
            return False
        self._show(filter="")
        return True

    # Marks

    def action_toggle_mark(self) -> None:
        """Mark the run under the cursor, or take its mark away."""
        run_id = self._selected = self.current
        if run_id is not None:
            if run_id in self.marked:
                del self.marked[run_id]
            else:
                self.marked[run_id] = None
            self.rows.redraw()
            self._say()

    def action_mark_all(self) -> None:
        """Mark all runs in the table, or none if all of them are marked."""
        ids = self.listing.ids()
        if all(one in self.marked for one in ids):
            self.marked.clear()
        else:
            self.marked.update(dict.fromkeys(ids))
        self.rows.redraw()
        self._say()

    def action_next_mark(self, by: int) -> None:
        """The next marked run, or the one before."""
        places = sorted(place for one in self.marked if (place := self.listing.position(one)) is not None)
        if not places:
            self.app.notify(f"No run here is marked: {key_of('history.mark')} marks one.", timeout=3)
            return
        at = self.rows.cursor
        beyond = [place for place in places if (place > at if by > 0 else place < at)] or places
        self.rows.move(beyond[0] if by > 0 else beyond[-1])
        self._selected = self.current


def _empty() -> str:
    return f"Every run comes here, with its figures. {key_of('run.start')} trains the stack."
