"""What the lab watches: the run that goes on, read piece by piece."""

from __future__ import annotations

from textual.widget import Widget

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Point
from cnn_tui.history.history import History, Result
from cnn_tui.ui.watcher import Live, Watched
from tests.ui.training.training_scenes import MIDDLE, ended, started


def test_readings_past_the_point_of_resuming_are_forgotten(history: History) -> None:
    run_id = ended(history, 3.0, Result("interrupted", "killed"))
    watched = Watched(history, run_id)
    watched.read()
    assert watched.points[-1].at == 2.75
    history.resume(run_id)
    history.forget_after(run_id, 1)
    watched.read()
    assert watched.points[-1].at == 0.75
    history.record_progress(run_id, MIDDLE, Point(1.5, 0.4, 0.9))
    watched.read()
    assert [point.at for point in watched.points] == [0.25, 0.5, 0.75, 1.5]


async def test_the_run_that_was_watched_stays_until_another_begins(history: History) -> None:
    first, second = (started(history, 1.5) for _ in range(2))
    history.record_end(second, Result("finished"))
    live = Live(history, Widget())
    live.read()
    assert live.going and live.going.id == first
    history.record_end(first, Result("finished"))
    live.read()
    assert live.run and live.run.id == first, "though another has a higher number"
    third = history.add(load_preset("lab1-baseline"))
    live.read()
    assert live.run and live.run.id == third


def test_a_poll_with_nothing_new_reads_no_table(history: History) -> None:
    started(history, 2.5)
    with History() as other:
        live = Live(other, Widget())
        assert live.poll()
        statements: list[str] = []
        other.store._db.set_trace_callback(statements.append)
        assert not live.poll()
        assert statements == ["PRAGMA data_version"]
        history.record_progress(1, MIDDLE)
        assert live.poll()
