"""What commands say of runs whose rows in the history are damaged."""

from __future__ import annotations

from collections.abc import Iterable

from cnn_tui.commands.streams import complain
from cnn_tui.history.rows import damage_in_words
from cnn_tui.history.run import Line, Run

_MOST = 5  # runs that are named


def say_damage(records: Iterable[Run | Line]) -> None:
    """Name the runs that are damaged, and what of them cannot be read; the rest of them counts as it is."""
    damaged = [one for one in records if one.damage]
    for one in damaged[:_MOST]:
        complain(f"{damage_in_words(one.id, one.damage)}; all else of it can")
    if len(damaged) > _MOST:
        complain(f"the rows of {len(damaged) - _MOST:,} more runs are damaged; cnn-tui show RUN says in what")
