"""The marks that the user puts on runs, and which runs a key is for by them."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.history.table.listing import Listing


class RunMarks(dict[int, None]):
    """The marked runs, in the order in which they were marked; of some of them the listing may show none."""

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self._listing = listing

    def toggle(self, runs: Sequence[int]) -> None:
        """Mark these runs, or take their marks away if all of them have one."""
        if all(one in self for one in runs):
            for one in runs:
                del self[one]
        else:
            self.update(dict.fromkeys(runs))

    def toggle_all(self) -> None:
        """Mark all runs of the listing, or none if all of them are marked."""
        ids = self._listing.ids()
        if all(one in self for one in ids):
            self.clear()
        else:
            self.update(dict.fromkeys(ids))

    def next_row(self, cursor: int, by: int) -> int | None:
        """The row of the next marked run or, with a negative `by`, the one before; None when none is in the listing."""
        rows = sorted({row for one in self if (row := self._listing.position(one)) is not None})
        beyond = [row for row in rows if (row > cursor if by > 0 else row < cursor)] or rows
        return None if not rows else beyond[0] if by > 0 else beyond[-1]

    def acted_on(self, here: Sequence[int]) -> tuple[int, ...]:
        """The runs of the row under the cursor, `here`; all that are marked, if one of them is."""
        return tuple(sorted(self if any(one in self for one in here) else here))

    def rows(self) -> list[tuple[int, ...]]:
        """The marked runs as the table shows them: those in one folded row together, every other one by itself."""
        found: dict[object, list[int]] = {}
        for run in sorted(self):
            row = self._listing.position(run)
            folded = row is not None and self._listing.is_open(row) is False
            found.setdefault(("row", row) if folded else run, []).append(run)
        return [tuple(sorted(some)) for some in found.values()]

    def to_compare(self, here: tuple[int, ...], baseline: int | None) -> list[tuple[int, ...]]:
        """The marked runs; with no two marked, the row under the cursor, `here`, and the baseline, if there is one."""
        rows = self.rows()
        if len(rows) >= 2:
            return rows
        rows += [here] if here else []
        if baseline is not None and not any(baseline in one for one in rows):
            rows.insert(0, (baseline,))
        return list(dict.fromkeys(rows))
