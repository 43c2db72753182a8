"""The third version of the tables: they say what may stand in them, and what was told in sentences is in columns.

The step to it stays as it is, with its own words for everything: what it reads will not change any more.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from cnn_tui.history.versions.version_2_sentences import ending_of, kind_of, write_resumptions, write_rules

_TIME = "BETWEEN 0 AND 250000000000"  # seconds, to past the year 9000
TABLES = f"""
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        status TEXT NOT NULL
            CHECK (status IN ('queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted')),
        ending TEXT NOT NULL DEFAULT '' CHECK (ending IN ('', 'finished', 'rule', 'user', 'signal', 'queue', 'killed',
            'gone', 'no room', 'crashed', 'error', 'unknown')),
        stop_cause TEXT NOT NULL DEFAULT '',
        fired_rule INTEGER CHECK (fired_rule > 0),
        fired_epoch INTEGER CHECK (fired_epoch >= 0),
        fired_within INTEGER NOT NULL DEFAULT 0 CHECK (fired_within IN (0, 1)),
        tested_epoch INTEGER CHECK (tested_epoch >= 0),
        resumed_after INTEGER CHECK (resumed_after >= 0),
        experiment TEXT NOT NULL CHECK (json_valid(experiment) AND json_type(experiment) = 'object'),
        fingerprint TEXT NOT NULL,
        dataset TEXT NOT NULL,
        train_images INTEGER NOT NULL DEFAULT 0 CHECK (train_images >= 0),
        test_images INTEGER NOT NULL DEFAULT 0 CHECK (test_images >= 0),
        seed INTEGER,
        params INTEGER NOT NULL CHECK (params >= 0),
        created REAL NOT NULL CHECK (created {_TIME}),
        seconds REAL NOT NULL DEFAULT 0 CHECK (seconds {_TIME}),
        epochs INTEGER NOT NULL CHECK (epochs >= 0),
        epochs_done INTEGER NOT NULL DEFAULT 0 CHECK (epochs_done >= 0),
        loss REAL,
        accuracy REAL,
        val_loss REAL,
        val_accuracy REAL,
        test_loss REAL,
        test_accuracy REAL,
        pace REAL CHECK (pace {_TIME}),
        note TEXT NOT NULL DEFAULT '',
        conclusion TEXT NOT NULL DEFAULT '',
        tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags) AND json_type(tags) = 'array'),
        exercise TEXT NOT NULL DEFAULT '',
        archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
        environment TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(environment) AND json_type(environment) = 'object'),
        device TEXT NOT NULL DEFAULT '',
        pid INTEGER,
        position INTEGER NOT NULL DEFAULT 0,
        wish TEXT NOT NULL DEFAULT '' CHECK (wish IN ('', 'stop', 'now', 'pause')),
        progress TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(progress) AND json_type(progress) = 'object'),
        CHECK ((ending = '') = (status IN ('queued', 'running', 'paused')))
    ) STRICT;
    CREATE TABLE epochs (
        run INTEGER NOT NULL REFERENCES runs (id),
        epoch INTEGER NOT NULL CHECK (epoch > 0),
        metrics TEXT NOT NULL CHECK (json_valid(metrics) AND json_type(metrics) = 'object'),
        seconds REAL NOT NULL CHECK (seconds {_TIME}),
        images_per_second REAL NOT NULL CHECK (images_per_second >= 0),
        PRIMARY KEY (run, epoch)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE points (
        run INTEGER NOT NULL REFERENCES runs (id),
        at REAL NOT NULL,
        loss REAL NOT NULL,
        accuracy REAL,
        PRIMARY KEY (run, at)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
        run INTEGER NOT NULL REFERENCES runs (id),
        at REAL NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('started', 'paused', 'gone on', 'rule', 'stopped', 'queued again', 'resumed',
            'evaluating', 'evaluated', 'best weights', 'archived', 'restored', 'other')),
        text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE pins (name TEXT PRIMARY KEY, run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE answers (
        pack TEXT NOT NULL,
        exercise TEXT NOT NULL,
        prediction TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(prediction) AND json_type(prediction) = 'object'),
        conclusion TEXT NOT NULL DEFAULT '',
        done INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),
        changed REAL NOT NULL,
        PRIMARY KEY (pack, exercise)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE set_aside (
        version INTEGER NOT NULL,
        "table" TEXT NOT NULL,
        what TEXT NOT NULL,
        "row" TEXT NOT NULL CHECK (json_valid("row"))
    ) STRICT;
"""
_INDEXES = """
    CREATE INDEX runs_status ON runs (status);
    CREATE INDEX runs_fingerprint ON runs (fingerprint);
    CREATE INDEX runs_archived ON runs (archived);
    CREATE INDEX events_run ON events (run);
"""


class Rule(NamedTuple):
    """What a value of an old row has to be, in SQL, and what stands in the place of one that is not."""

    test: str
    instead: Any = None
    required: bool = False
    """Whether a row without it cannot be taken over."""


_TEXT = Rule("typeof({0}) = 'text' AND is_utf8(CAST({0} AS BLOB))", "")
_FIGURE = Rule("({0} IS NULL OR typeof({0}) = 'real')")
_WHOLE = Rule("({0} IS NULL OR typeof({0}) = 'integer')")
_COUNT = Rule("typeof({0}) = 'integer' AND {0} >= 0", 0)
_SECONDS = Rule(f"typeof({{0}}) = 'real' AND {{0}} {_TIME}", 0.0)
_MOMENT = Rule("typeof({0}) = 'real'", 0.0)
_FLAG = Rule("typeof({0}) = 'integer' AND {0} IN (0, 1)", 0)
_OBJECT = Rule("typeof({0}) = 'text' AND json_valid({0}) AND is_object(CAST({0} AS BLOB))", "{}")
_EXPERIMENT = _OBJECT._replace(instead='{"training": null}')  # no version reads it as an experiment
_NUMBER = Rule("typeof({0}) = 'integer'", required=True)
_NAME = _TEXT._replace(required=True)
_RUN = Rule("{0} IN (SELECT id FROM old_runs)", required=True)
_STATUS = Rule("{0} IN ('queued', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted')", "failed")
_RULES: dict[str, dict[str, Rule]] = {
    "runs": {
        "id": _NUMBER,
        **dict.fromkeys(("name", "stop_cause", "fingerprint", "dataset"), _TEXT),
        **dict.fromkeys(("note", "conclusion", "exercise", "device"), _TEXT),
        "status": _STATUS,
        "wish": Rule("{0} IN ('', 'stop', 'now', 'pause')", ""),
        "experiment": _EXPERIMENT,
        **dict.fromkeys(("environment", "progress"), _OBJECT),
        "tags": Rule("typeof({0}) = 'text' AND json_valid({0}) AND is_words(CAST({0} AS BLOB))", "[]"),
        **dict.fromkeys(("train_images", "test_images", "params", "epochs", "epochs_done"), _COUNT),
        **dict.fromkeys(("seed", "pid"), _WHOLE),
        "position": Rule("typeof({0}) = 'integer'", 0),
        "archived": _FLAG,
        **dict.fromkeys(("created", "seconds"), _SECONDS),
        "pace": Rule(f"({{0}} IS NULL OR ({_SECONDS.test}))"),
        **dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy"), _FIGURE),
    },
    "epochs": {
        "run": _RUN,
        "epoch": Rule("typeof({0}) = 'integer' AND {0} > 0", required=True),
        "metrics": Rule("typeof({0}) = 'text' AND json_valid({0}) AND is_figures(CAST({0} AS BLOB))", "{}"),
        "seconds": _SECONDS,
        "images_per_second": Rule("typeof({0}) = 'real' AND {0} >= 0", 0.0),
    },
    "points": {
        "run": _RUN,
        **dict.fromkeys(("at", "loss"), _MOMENT._replace(required=True)),
        "accuracy": _FIGURE,
    },
    "events": {"rowid": _NUMBER, "run": _RUN, "at": _MOMENT, "text": _TEXT},
    "pins": {"name": _NAME, "run": _NUMBER},
    "answers": {
        **dict.fromkeys(("pack", "exercise"), _NAME),
        "prediction": _OBJECT,
        "conclusion": _TEXT,
        "done": _FLAG,
        "changed": _MOMENT,
    },
}
"""Every column of the old tables."""
_ADDED = {
    "runs": ("ending", "ending_of({status}, {stop_cause})"),
    "events": ("kind", "kind_of({text})"),
}
"""A column that the new table has beside them, worked out from the old ones."""
_CALLED = {
    "runs": "{damaged} of run {id}",
    "epochs": "epoch {epoch} of run {run}",
    "points": "a reading of run {run}",
    "events": "an event of run {run}",
    "pins": "which run is pinned",
    "answers": "the answer to {pack}/{exercise}",
}
"""What a row that is kept aside is called."""


def to_version_3(db: sqlite3.Connection) -> list[str]:
    """Take everything over into the new tables; gives what could not be read: `tags of run 2`.

    A value that is not what it has to be is left empty, and a row that is nothing without it is left out; such a row
    is kept as it was in the table set_aside.
    """
    for name, arguments, function in _FUNCTIONS:
        db.create_function(name, arguments, function, deterministic=True)
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").fetchone()
    for name in _RULES:
        db.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    _run_all(db, TABLES)
    left_out = [what for name in _RULES for what in _take_over(db, name)]
    write_rules(db)
    write_resumptions(db)
    for name in reversed(_RULES):
        db.execute(f"DROP TABLE old_{name}")
    _run_all(db, _INDEXES)
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'runs'")
    if last is not None:
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('runs', ?)", last)
    return left_out


def _run_all(db: sqlite3.Connection, statements: str) -> None:
    for statement in filter(str.strip, statements.split(";")):
        db.execute(statement)


def _take_over(db: sqlite3.Connection, table: str) -> list[str]:
    rules = _RULES[table]
    names = ", ".join(rules)
    tests = [f"({rule.test.format(name)}) IS TRUE" for name, rule in rules.items()]
    sound = " AND ".join(tests)
    added, worked_out = _ADDED.get(table, ("", ""))
    into = f"INSERT INTO {table} ({names}{added and f', {added}'})"
    from_columns = worked_out.format_map({name: name for name in rules})
    db.execute(f"{into} SELECT {names}{added and f', {from_columns}'} FROM old_{table} WHERE {sound}")
    from_values = worked_out.format_map({name: f":{name}" for name in rules})
    values = f"{into} VALUES ({', '.join(f':{name}' for name in rules)}{added and f', {from_values}'})"
    db.text_factory = _readable
    rows = db.execute(f"SELECT {names}, {', '.join(tests)} FROM old_{table} WHERE NOT ({sound})").fetchall()
    db.text_factory = str
    return [_set_aside(db, table, values, row) for row in rows]


def _set_aside(db: sqlite3.Connection, table: str, insert: str, row: Sequence[Any]) -> str:
    """Keep a row as it was, and take over what of it can be; gives what it is called."""
    rules = _RULES[table]
    old = dict(zip(rules, row, strict=False))
    damaged = [name for name, sound in zip(rules, row[len(rules) :], strict=True) if not sound]
    what = _CALLED[table].format_map({**old, "damaged": ", ".join(name.replace("_", " ") for name in damaged)})
    kept = {name: value.hex() if isinstance(value, bytes) else value for name, value in old.items()}
    db.execute("INSERT INTO set_aside VALUES (2, ?, ?, ?)", (table, what, msgspec.json.encode(kept).decode()))
    if not any(rules[name].required for name in damaged):
        new = {name: _instead(rules[name], value) if name in damaged else value for name, value in old.items()}
        with contextlib.suppress(sqlite3.IntegrityError):  # it is kept aside
            db.execute(insert, new)
    return what


def _instead(rule: Rule, value: Any) -> Any:
    """What stands in place of a value that cannot be read: as much of a text as can be, else something empty."""
    if rule is not _TEXT:
        return rule.instead
    return value if isinstance(value, str) else _readable(value) if isinstance(value, bytes) else rule.instead


def _readable(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _is(kind: Any) -> Callable[[bytes], bool]:
    """A function that tells whether JSON is of a kind."""
    decoder = msgspec.json.Decoder(kind)

    def holds(data: bytes) -> bool:
        try:
            decoder.decode(data)
        except (msgspec.MsgspecError, RecursionError):
            return False
        return True

    return holds


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


_FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("is_utf8", 1, _is_utf8),
    ("is_object", 1, _is(dict[str, Any])),
    ("is_words", 1, _is(tuple[str, ...])),
    ("is_figures", 1, _is(dict[str, float | None])),
    ("ending_of", 2, ending_of),
    ("kind_of", 1, kind_of),
)
