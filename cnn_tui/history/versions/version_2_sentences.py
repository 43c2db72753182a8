"""What version 2 of the history had in sentences, read for version 3 and never again.

The words are those that version 2 wrote; they stay here as they were, whatever is written now.
"""

from __future__ import annotations

import re
import sqlite3

import msgspec

_ENDINGS = (
    ("finished", "", "finished"),
    ("stopped", "stop rule", "rule"),
    ("stopped", "taken out of the queue", "queue"),
    ("stopped", "stopped by a signal", "signal"),
    ("stopped", "stopped", "user"),
    ("failed", "the disk was full", "no room"),
    ("failed", "the disk is full", "no room"),
    ("failed", "the training process", "crashed"),
    ("failed", "", "error"),
    ("interrupted", "the training process was killed", "killed"),
    ("interrupted", "the training process is gone", "gone"),
)
"""A status, how the sentence of its cause began, and the ending that was."""
_KINDS = (
    ("started on", "started"),
    ("paused ", "paused"),
    ("gone on after", "gone on"),
    ("stop rule: ", "rule"),
    ("stopped ", "stopped"),
    ("queued again", "queued again"),
    ("begun again from the start", "resumed"),
    ("resumed after epoch", "resumed"),
    ("evaluating", "evaluating"),
    ("evaluated", "evaluated"),
    ("best weights: ", "best weights"),
    ("archived", "archived"),
    ("taken out of the archive", "restored"),
)
"""How the sentence of an event began, and its kind."""
_FIRED_AFTER, _FIRED_IN = re.compile(r"\bafter epoch (\d+)"), re.compile(r"\bin epoch (\d+)")
_EPOCH = re.compile(r"(?:resumed after|evaluated from the checkpoint of) epoch (\d+)")


def ending_of(status: str, cause: str) -> str:
    """Why a run ended that has this status and the sentence of this cause."""
    if status in ("queued", "running", "paused"):
        return ""
    return next((ending for when, began, ending in _ENDINGS if when == status and cause.startswith(began)), "unknown")


def kind_of(text: str) -> str:
    """What kind of event a sentence tells of."""
    return next((kind for began, kind in _KINDS if text.startswith(began)), "other")


def write_rules(db: sqlite3.Connection) -> None:
    """Which stop rule ended a run, and in which epoch."""
    query = "SELECT id, stop_cause, experiment, epochs_done FROM runs WHERE ending = 'rule'"
    for run, cause, experiment, done in db.execute(query).fetchall():
        words = cause.removeprefix("stop rule: ")
        rules = [*map(_words_of, _rules_of(experiment))]
        fired = next((at for at, rule in enumerate(rules, 1) if words.startswith((f"{rule} (", f"{rule} in "))), None)
        after, within = _FIRED_AFTER.search(words), _FIRED_IN.search(words)
        epoch = int(after[1]) if after else int(within[1]) if within else done
        db.execute(
            "UPDATE runs SET fired_rule = ?, fired_epoch = ?, fired_within = ? WHERE id = ?",
            (fired, epoch, within is not None and after is None, run),
        )


class _OldRule(msgspec.Struct):
    metric: str
    below: float | None = None
    above: float | None = None
    patience: int | None = None
    nan: bool = False


class _OldExperiment(msgspec.Struct):
    stop: list[_OldRule] = []


def _rules_of(experiment: str) -> list[_OldRule]:
    try:
        return msgspec.json.decode(experiment, type=_OldExperiment).stop
    except msgspec.MsgspecError:
        return []


def _words_of(rule: _OldRule) -> str:
    """A stop rule as sentences called it."""
    if rule.nan:
        return f"{rule.metric} is not a number"
    if rule.patience is not None:
        epochs = "epoch" if rule.patience == 1 else "epochs"
        return f"{rule.metric} without improvement for {rule.patience} {epochs}"
    return f"{rule.metric} below {rule.below:g}" if rule.below is not None else f"{rule.metric} above {rule.above:g}"


def write_resumptions(db: sqlite3.Connection) -> None:
    """After which epoch a run went on, and with the weights of which epoch one was tested."""
    resumed: dict[int, int | None] = {}
    tested: dict[int, int | None] = {}
    query = "SELECT run, kind, text FROM events WHERE kind IN ('queued again', 'resumed', 'evaluated') ORDER BY rowid"
    for run, kind, text in db.execute(query):
        told = _EPOCH.match(text)
        epoch = int(told[1]) if told else None
        if kind == "evaluated":
            tested[run] = epoch
        elif kind == "queued again":
            resumed[run] = None
        elif run in resumed and resumed[run] is None:
            resumed[run] = epoch or 0
    db.executemany("UPDATE runs SET resumed_after = ? WHERE id = ?", [(at, run) for run, at in resumed.items()])
    db.executemany(
        "UPDATE runs SET tested_epoch = ? WHERE id = ? AND test_accuracy IS NOT NULL"
        " AND status NOT IN ('finished', 'stopped')",
        [(epoch, run) for run, epoch in tested.items()],
    )
    db.execute(
        "UPDATE runs SET tested_epoch = 0 WHERE status = 'stopped' AND test_accuracy IS NOT NULL"
        " AND json_extract(progress, '$.epoch') > epochs_done"
    )
