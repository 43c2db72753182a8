"""Which epoch's weights a run was tested with, where that is not the last one: in SQL, for its row.

A run that was interrupted is tested from its checkpoint, which may be of an earlier epoch than the last one recorded.
Its gap is then the one of that epoch. Which it was is kept as an event. A run that was stopped within an epoch is
tested with the weights of that moment, of which no whole epoch tells anything: it has no gap.
"""

from __future__ import annotations

EVENT = "evaluated from the checkpoint of epoch "
"""How the event begins that says so; the number of the epoch ends it."""

WITHIN = 0
"""Stands for the epoch where a run was stopped in the middle of one."""

TESTED_EPOCH = (
    "CASE WHEN status = 'stopped' AND test_accuracy IS NOT NULL AND"
    f" json_extract(iif(json_valid(progress), progress, '{{}}'), '$.epoch') > epochs_done THEN {WITHIN}"
    " WHEN status = 'interrupted' AND test_accuracy IS NOT NULL THEN"
    f" (SELECT CAST(substr(text, {len(EVENT) + 1}) AS INTEGER) FROM events"
    f" WHERE run = runs.id AND text LIKE '{EVENT}%' ORDER BY events.rowid DESC LIMIT 1) END"
)
"""The epoch, or WITHIN; NULL for a run that was tested with the weights of its last epoch, or not at all."""


def tested_in_words(epoch: int | None) -> str:
    """Of which weights the figures of the test are; "" where they are those of the last epoch."""
    if epoch is None:
        return ""
    return f"with the weights of epoch {epoch}" if epoch != WITHIN else "with the weights from within an epoch"


TRAINED = (
    f"CASE WHEN {TESTED_EPOCH} IS NULL THEN accuracy ELSE (SELECT"
    " json_extract(iif(json_valid(metrics), metrics, '{}'), '$.accuracy')"
    f" FROM epochs WHERE run = runs.id AND epoch = {TESTED_EPOCH}) END"
)
"""The training accuracy of the epoch whose weights were tested."""

GAP = f"({TRAINED} - test_accuracy)"
"""How much better a run is on what it learned from than on the test images."""
