"""The tables of the history, and the steps from each version of them to the next. Forward only."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

_TABLES_1 = """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        stop_cause TEXT NOT NULL DEFAULT '',
        experiment TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        dataset TEXT NOT NULL,
        train_images INTEGER NOT NULL DEFAULT 0,
        test_images INTEGER NOT NULL DEFAULT 0,
        seed INTEGER,
        params INTEGER NOT NULL,
        created REAL NOT NULL,
        seconds REAL NOT NULL DEFAULT 0,
        epochs INTEGER NOT NULL,
        epochs_done INTEGER NOT NULL DEFAULT 0,
        loss REAL,
        accuracy REAL,
        test_loss REAL,
        test_accuracy REAL,
        note TEXT NOT NULL DEFAULT '',
        tags TEXT NOT NULL DEFAULT '[]',
        environment TEXT NOT NULL DEFAULT '{}',
        pid INTEGER,
        wish TEXT NOT NULL DEFAULT '',
        progress TEXT NOT NULL DEFAULT '{}'
    );
    CREATE INDEX runs_status ON runs (status);
    CREATE INDEX runs_fingerprint ON runs (fingerprint);
    CREATE TABLE epochs (
        run INTEGER NOT NULL REFERENCES runs (id),
        epoch INTEGER NOT NULL,
        metrics TEXT NOT NULL,
        seconds REAL NOT NULL,
        images_per_second REAL NOT NULL,
        PRIMARY KEY (run, epoch)
    ) WITHOUT ROWID;
    CREATE TABLE points (
        run INTEGER NOT NULL REFERENCES runs (id),
        at REAL NOT NULL,
        loss REAL NOT NULL,
        accuracy REAL,
        PRIMARY KEY (run, at)
    ) WITHOUT ROWID;
"""
_TABLES_2 = """
    ALTER TABLE runs ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN pace REAL;
    ALTER TABLE runs ADD COLUMN val_loss REAL;
    ALTER TABLE runs ADD COLUMN val_accuracy REAL;
    ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN exercise TEXT NOT NULL DEFAULT '';
    UPDATE runs SET
        pace = (SELECT avg(seconds) FROM epochs WHERE run = runs.id),
        val_loss = (SELECT json_extract(iif(json_valid(metrics), metrics, '{}'), '$.val_loss')
            FROM epochs WHERE run = runs.id AND epoch = epochs_done),
        val_accuracy =
            (SELECT json_extract(iif(json_valid(metrics), metrics, '{}'), '$.val_accuracy')
            FROM epochs WHERE run = runs.id AND epoch = epochs_done);
    CREATE TABLE events (
        run INTEGER NOT NULL REFERENCES runs (id),
        at REAL NOT NULL,
        text TEXT NOT NULL
    );
    CREATE INDEX events_run ON events (run);
    CREATE TABLE pins (name TEXT PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE answers (
        pack TEXT NOT NULL,
        exercise TEXT NOT NULL,
        prediction TEXT NOT NULL DEFAULT '{}',
        conclusion TEXT NOT NULL DEFAULT '',
        done INTEGER NOT NULL DEFAULT 0,
        changed REAL NOT NULL,
        PRIMARY KEY (pack, exercise)
    ) WITHOUT ROWID;
    ALTER TABLE runs ADD COLUMN conclusion TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN device TEXT NOT NULL DEFAULT '';
    CREATE INDEX runs_archived ON runs (archived);
    UPDATE runs SET fingerprint = fingerprint_of(CAST(experiment AS BLOB), CAST(fingerprint AS BLOB));
"""


_TABLES_4 = """
    ALTER TABLE runs ADD COLUMN host TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN boot TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN heard REAL CHECK (heard BETWEEN 0 AND 250000000000);
    ALTER TABLE epochs ADD COLUMN startup REAL CHECK (startup BETWEEN 0 AND 250000000000);
    ALTER TABLE epochs ADD COLUMN others REAL CHECK (others BETWEEN 0 AND 1);
    ALTER TABLE epochs ADD COLUMN throttled REAL CHECK (throttled BETWEEN 0 AND 1);
"""
_TABLES_5 = """
    ALTER TABLE runs ADD COLUMN same TEXT NOT NULL DEFAULT '';
    UPDATE runs SET same = digest_of(fingerprint, CAST(experiment AS BLOB));
    CREATE INDEX runs_same ON runs (same, dataset, train_images, test_images);
"""
_TABLES_6 = """
    ALTER TABLE answers ADD COLUMN about TEXT
        CHECK (about IS NULL OR (json_valid(about) AND json_type(about) = 'array'));
"""
_TABLES_7 = """
    ALTER TABLE runs ADD COLUMN executor TEXT NOT NULL DEFAULT 'here' CHECK (executor IN ('here', 'slurm', 'ray'));
    ALTER TABLE runs ADD COLUMN job TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN partition TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN waits_for TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN job_options TEXT NOT NULL DEFAULT '{}'
        CHECK (json_valid(job_options) AND json_type(job_options) = 'object');
    ALTER TABLE runs ADD COLUMN ledger INTEGER NOT NULL DEFAULT 0 CHECK (ledger >= 0);
    ALTER TABLE runs ADD COLUMN ledger_read INTEGER NOT NULL DEFAULT 0 CHECK (ledger_read >= 0);
"""
_TABLES_8 = """
    CREATE TABLE searches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        plan TEXT NOT NULL CHECK (json_valid(plan) AND json_type(plan) = 'object'),
        status TEXT NOT NULL DEFAULT 'going' CHECK (status IN ('going', 'stopped', 'finished', 'failed')),
        why TEXT NOT NULL DEFAULT '',
        created REAL NOT NULL CHECK (created BETWEEN 0 AND 250000000000)
    ) STRICT;
    CREATE TABLE trials (
        search INTEGER NOT NULL REFERENCES searches (id),
        number INTEGER NOT NULL CHECK (number > 0),
        "values" TEXT NOT NULL CHECK (json_valid("values") AND json_type("values") = 'array'),
        run INTEGER REFERENCES runs (id),
        obstacle TEXT NOT NULL DEFAULT '',
        repeats INTEGER CHECK (repeats >= 0),
        PRIMARY KEY (search, number),
        CHECK ((run IS NULL) = (obstacle != ''))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX trials_run ON trials (run);
"""
_TABLES_9 = """
    CREATE TABLE image_marks (
        images TEXT NOT NULL,
        image INTEGER NOT NULL CHECK (image >= 0),
        mark TEXT NOT NULL CHECK (mark IN ('wrong label', 'fine')),
        marked REAL NOT NULL CHECK (marked BETWEEN 0 AND 250000000000),
        PRIMARY KEY (images, image)
    ) STRICT, WITHOUT ROWID;
"""
_TABLES_10 = """
    ALTER TABLE runs ADD COLUMN validation_images INTEGER CHECK (validation_images >= 0);
"""
_LOOSENED_8 = (
    ("'signal', 'queue', 'killed'", "'signal', 'queue', 'pruned', 'killed'"),
    ("('', 'stop', 'now', 'pause')", "('', 'stop', 'now', 'pause', 'prune')"),
)
"""What may stand in a run's columns `ending` and `wish` since version 8, instead of what might before."""


def bring_up_to_date(db: sqlite3.Connection, version: int) -> list[str]:
    """Bring the tables from a version to the newest, in the transaction that is open.

    Gives what could not be taken over as it was, each in a few words: `tags of run 2`.
    """
    db.create_function("fingerprint_of", 2, _fingerprint_of)
    db.create_function("digest_of", 2, _digest_of)
    left_out: list[str] = []
    for step in MIGRATIONS[version:]:
        if callable(step):
            left_out += step(db)
            continue
        for statement in filter(str.strip, step.split(";")):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    return left_out


def _fingerprint_of(experiment: bytes, otherwise: bytes) -> str:
    """The fingerprint of an experiment in JSON; `otherwise` where it cannot be told any more.

    That is so when a layer or the dataset's file is not known here.
    """
    import msgspec

    from cnn_tui.data.dataset import DatasetError
    from cnn_tui.experiment.experiment import Experiment

    try:
        return msgspec.json.decode(experiment, type=Experiment).stack.fingerprint()
    except (msgspec.MsgspecError, DatasetError):
        return otherwise.decode("utf-8", "replace")


def _digest_of(fingerprint: str, experiment: bytes) -> str:
    from cnn_tui.experiment.same import digest_of

    return digest_of(fingerprint, experiment)


def _to_version_3(db: sqlite3.Connection) -> list[str]:
    from cnn_tui.history.versions.version_3 import to_version_3  # a history is seldom so old

    return to_version_3(db)


def _to_version_8(db: sqlite3.Connection) -> list[str]:
    """Make the table of runs again, for SQLite changes no CHECK of one that is there, and add those of searches."""
    (old,) = db.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'runs'").fetchone()
    indexes = db.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'runs' AND sql IS NOT NULL"
    ).fetchall()
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").fetchone()
    columns = old[old.index("(") :]
    for before, after in _LOOSENED_8:
        columns = columns.replace(before, after)
    db.execute(f"CREATE TABLE new_runs {columns}")
    db.execute("INSERT INTO new_runs SELECT * FROM runs")
    db.execute("DROP TABLE runs")
    db.execute("ALTER TABLE new_runs RENAME TO runs")
    for (index,) in indexes:
        db.execute(index)
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'runs'")
    if last is not None:
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('runs', ?)", last)
    for statement in filter(str.strip, _TABLES_8.split(";")):
        db.execute(statement)
    return []


MIGRATIONS: tuple[str | Callable[[sqlite3.Connection], list[str]], ...] = (
    _TABLES_1,
    _TABLES_2,
    _to_version_3,
    _TABLES_4,
    _TABLES_5,
    _TABLES_6,
    _TABLES_7,
    _to_version_8,
    _TABLES_9,
    _TABLES_10,
)
"""The steps from each version to the next; as many as there are is the version of today's tables."""
