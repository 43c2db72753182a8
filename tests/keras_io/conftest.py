"""What the tests of several parts of a script are given."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """A folder of three classes of pictures."""
    for kind in ("cat", "dog", "fish"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / "pets" / kind / f"{number}.png")
    return tmp_path / "pets"
