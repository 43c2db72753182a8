"""The lab notices that the process of a run is gone, also when nobody else does, and when it cannot be written."""

from __future__ import annotations

import sqlite3

import pytest

from cnn_tui import locks
from cnn_tui.history.history import History
from cnn_tui.jobs import launch
from tests.ui.conftest import MakeLab
from tests.ui.fake import FakeTrainer
from tests.ui.screen import LARGE, until
from tests.ui.training.training_scenes import shows, started


class RealRecovery(FakeTrainer):
    """Nothing is trained, but that a process is gone is found out as it is in earnest."""

    recover = staticmethod(launch.recover)
    is_gone = staticmethod(launch.is_gone)


@pytest.mark.parametrize("writable", [True, False])
async def test_a_run_whose_process_is_gone_is_shown_as_interrupted(
    make_lab: MakeLab, history: History, writable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = started(history, 1.5)
    lock = locks.take(locks.run_lock(trained))
    assert lock is not None
    if not writable:

        def full(*_: object, **__: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(History, "record_end", full)
    app = make_lab(trainer=RealRecovery())
    async with app.run_test(size=LARGE) as pilot:
        await shows(pilot, "epoch 2/5")
        assert app.lab.live.going is not None
        locks.release(lock)
        await shows(pilot, f"run {trained} interrupted")
        await until(pilot, lambda: app.lab.live.trained == [], "nothing more is looked after")
        recorded = history.run(trained)
        assert recorded is not None and (recorded.status == "interrupted") == writable
