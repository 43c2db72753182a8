"""How a run stands and why it ended, and the words for both."""

from __future__ import annotations

from typing import Literal, TypeAlias

Status: TypeAlias = Literal["queued", "running", "paused", "finished", "stopped", "failed", "interrupted"]
Ending: TypeAlias = Literal[
    "",
    "finished",
    "rule",
    "user",
    "signal",
    "queue",
    "pruned",
    "killed",
    "gone",
    "no room",
    "crashed",
    "error",
    "unknown",
]
"""Why a run ended; "" for one that has not.

After its last epoch; a stop rule fired; somebody, or a signal, asked for it; it was taken out of the queue; a search
saw it fall behind others; its process was killed, or found to be gone; the disk was full; its process did not start, or
ended by itself; what it was to do cannot be done. "unknown" is of an older version's sentence."""
AS_PLANNED: frozenset[str] = frozenset({"finished", "rule"})
"""The endings of a run that went as its experiment asked for; it can be compared with others."""
LIVE: frozenset[str] = frozenset({"queued", "running", "paused"})
"""The statuses of a run that has not ended."""
_WHO_STOPPED: dict[str, tuple[str, str]] = {
    "user": ("stopped by you", "stopped"),
    "signal": ("stopped by a signal", "signal"),
    "rule": ("ended by its rule", "rule fired"),
    "queue": ("taken out of the queue", "left queue"),
    "pruned": ("pruned by a search", "pruned"),
}
"""What a run that was stopped is called, by its ending: and so where there is room for 11 letters."""
STOPPED_BY: dict[str, str] = {words[0].replace(" ", "-"): ending for ending, words in _WHO_STOPPED.items()}
"""The endings of a run that was stopped, by what they are called where there can be no blanks."""
ENDED_EARLY: frozenset[str] = frozenset({"stopped", "failed", "interrupted"})
"""The statuses of a run that may be resumed, if there is a checkpoint."""


def status_in_words(status: Status, ending: Ending, *, short: bool = False) -> str:
    """The status as people read it: it says who or what stopped a run. `short` has at most 11 letters."""
    long, brief = _WHO_STOPPED.get(ending, (status, status)) if status == "stopped" else (status, status)
    return brief if short else long


def ending_in_words(status: Status, ending: Ending, stop_cause: str) -> str:
    """How a run ended: `finished`, `failed: out of memory`, `stopped by you in epoch 2 of 3`."""
    words = status_in_words(status, ending)
    if not stop_cause or stop_cause == words:
        return words
    if ending in ("user", "signal", "pruned"):
        return stop_cause
    return f"{words}: {stop_cause.removeprefix('stop rule: ')}"
