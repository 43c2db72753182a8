"""The tables of the history, and the steps from each version of them to the next. Forward only."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
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
    """,
)
