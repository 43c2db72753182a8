"""A run tells how long its validation takes, so that what is left of it can be told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cnn_tui.history.history import History
from tests.training.fits import EXPERIMENT, Fit, after_batch, in_validation


def test_the_time_of_the_last_validation_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.callbacks import recorder

    monkeypatch.setattr(recorder, "PERIOD", 0.0)
    told: list[float] = []
    with History(tmp_path / "history.db") as history:
        assert history.add(EXPERIMENT) == 1 and history.claim(1, 1, 1)
        look = [after_batch(batch, lambda: told.append(history.progress(1).validation_seconds)) for batch in (4, 12)]
        Fit(history).run(*look, in_validation(1, lambda: time.sleep(0.01)))
    first, second = told
    assert first == 0, "there was none yet"
    assert second > 0.01
