"""The line below the table of runs that asks for a filter, and says which one is in force."""

from __future__ import annotations

from cnn_tui.history.table.filter import FilterError
from cnn_tui.text import counted, sentence
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.runs_table import RunsTable
from cnn_tui.ui.widgets.prompt import Prompt


class FilterPrompt(Prompt):
    """Has the table show what a filter leaves while it is typed. Enter keeps it, Esc clears it."""

    def __init__(self, table: RunsTable) -> None:
        super().__init__("acc>0.9 tag:lab1 !failed, or words of names and notes")
        self._table = table

    def start(self) -> None:
        """Ask for another filter than the one in force."""
        self.open(self._table.listing.query.filter)

    def tell_filter(self) -> None:
        """Say what the filter leaves while it is typed; then, how the one in force is cleared."""
        listing = self._table.listing
        typed = listing.query.filter
        if self.is_open and not self.refused:
            keys = f"{key_of('field.accept')} keeps the filter, {key_of('field.leave')} clears it."
            self.tell(f"{counted(listing.count(), 'run')}. {keys}", "strong")
        elif not self.is_open:
            self.tell(f"/{typed}  ({key_of('lab.back')} clears it)" if typed else "", "accent")

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        """Show what the filter leaves, or what is wrong with it."""
        message.stop()
        self.refused = self._table.refused = False
        try:
            self._table.show(filter=message.value.strip())
        except FilterError as error:
            self.refused = True
            self.tell(sentence(str(error)), "bad")
            self._table.refuse()

    def on_prompt_closed(self, message: Prompt.Closed) -> None:
        """Esc clears the filter, all else keeps it."""
        self._table.refused = False
        if message.kept is False:
            self._table.show(filter="")
