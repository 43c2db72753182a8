"""Pictures of the log pane, compared with those kept beside this file."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import log_path
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, Compare, sees

LOG = """10:00:00 Run 1, Lab 1: baseline, 32 filters: seed 7, process 4242.
W0000 00:00:1795410471.898651 4242 cpu_feature_guard.cc:227] This TensorFlow binary is optimized for this processor.
E0000 00:00:1795410471.899221 4242 cuda_dnn.cc:8579] Unable to register cuDNN factory: one has been registered already.
10:00:01 Fashion-MNIST was read from /usr/share/datasets/fashion-mnist.
10:00:02 Run 1: started on CPU, 2 cores
"""


@pytest.fixture(autouse=True)
def in_colour(monkeypatch: pytest.MonkeyPatch, history: History) -> None:
    """The pictures are in colour, of a run that has printed a few lines."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    fake.play(history, run_id, 2.5)
    log_path(run_id).parent.mkdir(parents=True)
    log_path(run_id).write_text(LOG)


async def open_log(pilot: Pilot[Any]) -> None:
    """Show the pane and its machine."""
    await pilot.press("6")
    await sees(pilot, "GPU 0")


async def search(pilot: Pilot[Any]) -> None:
    """Look for a word, while it is typed."""
    await open_log(pilot)
    await pilot.press("]", "g", "slash", *"register")
    await sees(pilot, "▶ E0000")


def test_log_at_120x40(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(), terminal_size=LARGE, run_before=open_log)


def test_light_search_at_80x24(make_lab: MakeLab, snap_compare: Compare) -> None:
    assert snap_compare(make_lab(theme="cnn-light"), terminal_size=SMALL, run_before=search)
