"""What the tests of the history are given."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a history is made, in a folder that is not there yet."""
    return tmp_path / "kept" / "history.db"
