"""A connection to an SQLite file, whose every failure is an error of SQLite's."""

from __future__ import annotations

import sqlite3
from typing import Any, Self


def connect(where: str, wait: float) -> sqlite3.Connection:
    """Open a file, or a URI `file:…`; every statement waits at most `wait` seconds for another process.

    Every write is one statement or one explicit transaction.
    """
    db = sqlite3.connect(
        where,
        timeout=wait,
        isolation_level=None,
        check_same_thread=False,
        uri=where.startswith("file:"),
        factory=_Connection,
    )
    db.create_function("casefold", 1, _casefold, deterministic=True)
    return db


def _of_sqlite(error: UnicodeDecodeError) -> sqlite3.DatabaseError:
    """What SQLite has said: it quotes a damaged file, and Python cannot read that where it is no UTF-8."""
    return sqlite3.DatabaseError(bytes(error.object).decode("utf-8", "replace"))


class _Cursor(sqlite3.Cursor):
    def execute(self, *args: Any) -> Self:
        try:
            return super().execute(*args)
        except UnicodeDecodeError as error:
            raise _of_sqlite(error) from None

    def executemany(self, *args: Any) -> Self:
        try:
            return super().executemany(*args)
        except UnicodeDecodeError as error:
            raise _of_sqlite(error) from None

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except UnicodeDecodeError as error:
            raise _of_sqlite(error) from None

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except UnicodeDecodeError as error:
            raise _of_sqlite(error) from None

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except UnicodeDecodeError as error:
            raise _of_sqlite(error) from None


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, *args: Any) -> Any:
        return self.cursor().execute(*args)  # Python's own takes a plain cursor

    def executemany(self, *args: Any) -> Any:
        return self.cursor().executemany(*args)

    def backup(self, *args: Any, **options: Any) -> None:
        try:
            super().backup(*args, **options)
        except UnicodeDecodeError as error:
            raise _of_sqlite(error) from None


def _casefold(text: str | None) -> str:
    """Text without upper and lower case in any script: SQLite's LIKE knows only ASCII's."""
    return (text or "").casefold()
