"""What a run's page is made of: what is recorded of it, and how it compares with others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.analysis.compare import compare
from cnn_tui.analysis.comparison import Comparison
from cnn_tui.analysis.lost_number import LostNumber, lost_number
from cnn_tui.history import notebook
from cnn_tui.history.epoch import Point
from cnn_tui.history.history import History
from cnn_tui.history.run import Event, Run
from cnn_tui.history.same_network import in_words, same_network


class RunFacts(NamedTuple):
    """What is recorded of a run, and how it compares with others."""

    run: Run
    events: Sequence[Event]
    same: str
    """Which earlier runs trained the same network, in words; "" when there are none."""
    baseline: int | None
    against: Comparison | None
    """The run beside the pinned baseline; None where none is pinned, or this run is."""
    lost: LostNumber | None = None
    """Since when its loss is no number."""
    points: Sequence[Point] = ()
    """The readings within its epochs, for a page that has its curves drawn."""


def read_facts(history: History, run: Run, events: Sequence[Event], before: RunFacts | None = None) -> RunFacts:
    """Read all that is known of a run; `before` are its facts when they were read the last time."""
    # Which runs have the same network does not change while it is trained, and takes long to find in a long history.
    same = before.same if before is not None else in_words(same_network(history, run))
    baseline = notebook.pinned(history)
    base = history.run(baseline) if baseline is not None and baseline != run.id else None
    against = compare([base, run], base.id) if base is not None else None
    lost = lost_number(run)
    if lost is not None and lost.metric == "loss":
        lost = lost_number(run, history.points(run.id))
    return RunFacts(run, events, same, baseline, against, lost)
