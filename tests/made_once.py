"""What each test would make anew and what comes out the same each time: the tables of a new history, parsed style."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from cnn_tui.history.versions import migrations


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be made once in this process."""
    _new_histories(monkeypatch)
    _parsed_style(monkeypatch)


def _new_histories(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new history gets the tables that the first one has come to step by step, in one step."""
    in_steps = migrations.bring_up_to_date
    tables: list[str] = []

    def bring_up_to_date(db: sqlite3.Connection, version: int) -> list[str]:
        if version == 0 and tables:
            for statement in tables:
                db.execute(statement)
            return []
        left_out = in_steps(db, version)
        if version == 0:
            made = db.execute("SELECT sql FROM sqlite_master WHERE sql <> '' AND name NOT LIKE 'sqlite_%'").fetchall()
            tables.extend([*(sql for (sql,) in made), f"PRAGMA user_version = {len(migrations.MIGRATIONS)}"])
        return left_out

    monkeypatch.setattr(migrations, "bring_up_to_date", bring_up_to_date)


def _parsed_style(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each app parses the same style; Textual keeps what it has parsed for one app only."""
    parse = Stylesheet._parse_rules
    parsed: dict[tuple[Any, ...], list[RuleSet]] = {}

    def parse_once(style: Stylesheet, *given: Any, **more: Any) -> list[RuleSet]:
        key = (given, tuple(sorted(more.items())), tuple(style._variables.items()))
        if key not in parsed:
            parsed[key] = parse(style, *given, **more)
        return parsed[key]

    monkeypatch.setattr(Stylesheet, "_parse_rules", parse_once)
