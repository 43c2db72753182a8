"""What runs are called in a list: what tells a run from others comes first, and what all names begin with goes.

Runs of networks that were edited may have one name: what a run has otherwise than the first of its name is told then.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cnn_tui.experiment.difference import in_few_words
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.names import ShortName, shared_parts, short_name, told_in_name, without_seed
from cnn_tui.history.history import History
from cnn_tui.history.rows import chunks, marks
from cnn_tui.history.run import Line


class ShortNames:
    """The names in a history. `look` reads those that came since; `forget` has all of them read again."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._first: dict[str, int] = {}
        """The first run of each name; a name is here without the seed that it ends with."""
        self._shared = 0
        self._seen = 0
        self._same: dict[int, str] = {}
        """Of the runs that were listed: equal for the same experiment."""
        self._differs: dict[tuple[int, str], str] = {}
        """What an experiment has otherwise than a run; it never changes."""

    def look(self) -> None:
        """See which names there are by now."""
        rows = self._history.store.execute("SELECT id, name FROM runs WHERE id > ? ORDER BY id", (self._seen,))
        known = len(self._first)
        for run, name in rows:
            self._first.setdefault(without_seed(name), run)
            self._seen = run
        if len(self._first) > known:
            self._shared = shared_parts(self._first)

    def forget(self) -> None:
        """For after a run was called otherwise."""
        self._first, self._seen = {}, 0

    def of(self, lines: Sequence[Line]) -> dict[int, ShortName]:
        """The short names of these runs."""
        if not self._first:
            self.look()
        self._read_same([run for line in lines for run in (line.id, self._first_of(line))])
        return {line.id: short_name(line.name, self._shared, self._difference(line)) for line in lines}

    def _difference(self, line: Line) -> str:
        """What the run has otherwise than the first run of its name, in a few words; "" for nothing."""
        first = self._first_of(line)
        same = self._same.get(line.id, "")
        if first == line.id or not same or same == self._same.get(first):
            return ""
        if (first, same) not in self._differs:
            self._differs[first, same] = self._compared(first, line.id)
        return self._differs[first, same]

    def _first_of(self, line: Line) -> int:
        return self._first.get(without_seed(line.name), line.id)

    def _compared(self, first: int, run: int) -> str:
        query = "SELECT name, experiment FROM runs WHERE id = ?"
        rows = [self._history.store.execute(query, (one,)).fetchone() for one in (run, first)]
        try:
            mine, origin = (msgspec.json.decode(row[1], type=Experiment) for row in rows if row)
        except (msgspec.MsgspecError, ValueError):  # of another version, or gone
            return ""
        return in_few_words(told_in_name(msgspec.structs.replace(mine, name=origin.name), origin))

    def _read_same(self, runs: Sequence[int]) -> None:
        for some in chunks([run for run in dict.fromkeys(runs) if run not in self._same]):
            query = f"SELECT id, same FROM runs WHERE id IN ({marks(some)})"
            self._same.update(self._history.store.execute(query, some).fetchall())
