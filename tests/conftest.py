"""What every test starts from: a machine sealed off, so that no test reads or writes anything of the user's."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def sealed_machine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, no network, no colours; gives the home."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CNN_TUI_HOME", str(home))
    monkeypatch.setenv("CNN_TUI_OFFLINE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("CNN_TUI_DATA", raising=False)
    return home
