"""A home for workers that end soon, and its history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import end_processes_of


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CNN_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "0.5")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    yield tmp_path / "home"
    end_processes_of(tmp_path / "home")
