"""The clock on the wall is set back by an hour while a run trains."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cnn_tui.experiment.experiment import Experiment
from tests.cli.command import cnn_tui
from tests.cli.terminal import Terminal
from tests.faults.lab import ENDLESS, Lab, moment, to_file
from tests.waiting import end_processes_of

# Python loads a module of this name in every process. Setting the real clock would do so for the whole machine.
SITECUSTOMIZE = """
import os, time
_real = time.time
def _jumped():
    return _real() - (3600 if os.path.exists({flag!r}) else 0)
time.time = _jumped
time.time_ns = lambda: int(_jumped() * 1e9)
"""


@pytest.fixture
def flag(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that sets the clock back, in all processes that start from now on, as soon as it is made."""
    end_processes_of(lab.home)
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE.format(flag=str(tmp_path / "jump")))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return tmp_path / "jump"


@pytest.mark.long
def test_times_and_order_do_not_follow_the_clock(lab: Lab, tiny: Experiment, flag: Path, tmp_path: Path) -> None:
    began = moment()
    run_id = lab.add(tiny, ENDLESS)
    lab.wake()
    done = lab.wait_for_epoch(run_id)
    flag.touch()
    lab.wait_for_epoch(run_id, done + 50)
    path = to_file(tiny.with_training(epochs=2), tmp_path / "after.toml")
    found = os.pathsep.join((str(flag.parent / "site"), str(Path(__file__).parents[2])))
    after = int(cnn_tui("run", path, "--detach", PYTHONPATH=found).out)

    with Terminal("attach", str(run_id), columns=150, PYTHONPATH=found) as terminal:
        left = terminal.wait_for(r"ETA (\S+)")[1]
    assert [line.id for line in lab.history.queue()] == [after]
    lab.history.ask(after, "stop")
    assert re.fullmatch(r"\d+(:\d\d)+", left)
    run = lab.stop(run_id)
    elapsed = moment() - began
    assert 0 < run.seconds < elapsed
    assert all(0 < epoch.seconds < elapsed for epoch in run.epochs)
    points = [point.at for point in lab.history.points(run_id)]
    assert points == sorted(points)

    following = lab.run(after)
    assert following.created < run.created, "the clock was set back"
    assert [line.id for line in lab.history.lines(limit=2)] == [after, run_id]
    events = lab.history.events(run_id)
    assert events[0].at > events[-1].at
    assert lab.texts(run_id)[0].startswith("started")
    assert lab.texts(run_id)[-1].startswith("best weights")
    lab.assert_intact(run_id, after)
    end_processes_of(lab.home)  # the next test has the right time again
