"""The lab as pictures want it: the real app on a real terminal, with a history, a machine and answers that are fixed.

`python -m tests.ui.posed [--theme NAME] [--ascii]` opens it on the history of CNN_TUI_HOME.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from typing import NamedTuple

from textual.pilot import Pilot

from cnn_tui.experiment.document import Document
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.dialogs import rate_finder
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.own_theme import find_theme
from tests.terminal import Terminal
from tests.ui import explained, fake, fake_rates
from tests.ui.fake import FakeTrainer
from tests.ui.fake_machine import TWO, FakeSensors
from tests.ui.made_runs import made

COMMAND = (sys.executable, "-m", "tests.ui.posed")


class Pose(NamedTuple):
    """A screen: its name, the keys to it from the one before, and words that are on it then and were not before."""

    name: str
    keys: tuple[str, ...]
    words: str


POSES = (
    Pose("lab", (), "4 runs"),
    Pose("history", ("4", " ", "j", "j", " "), "2 marked"),
    Pose("comparison", ("c",), "against run"),
    Pose("run", ("esc", "k", "enter"), "fingerprint"),
    Pose("note", ("i",), "Conclusion"),
    Pose("training", ("esc", "esc", "3", "T", "l"), "epoch 1: train 0.6"),
    Pose("explain", ("5",), "1 of 40"),
    Pose("confusion", ("m",), "test accuracy"),
    Pose("activations", ("m",), "[activations]"),
    Pose("filters", ("m",), "[filters]"),
    Pose("where it looked", ("m",), "ninth of the image"),
    Pose("two runs", ("m",), "[two runs]"),
    Pose("map", ("m",), "10 nearest"),
    Pose("suspects", ("m",), "[suspects]"),
    Pose("augmentation", ("m",), "[augmentation]"),
    Pose("by hand", ("m",), "[by hand]"),
    Pose("data", ("m",), "[data]"),
    Pose("log", ("6",), "follow"),
    Pose("help", ("1", "?", "j"), "Enter takes it, Esc leaves"),
    Pose("palette", ("esc", ":"), "What do you want"),
    Pose("settings", ("esc", "t"), "batch_size"),
    Pose("learning rate", ("f",), "Suggested"),
    Pose("field", ("esc", "enter"), "Enter accepts"),
    Pose("layers", ("esc", "esc", "a"), "Conv2D"),
    Pose("menu", ("esc", "y"), "press a key"),
    Pose("exercises", ("esc", "x"), "baseline"),
    Pose("queue", ("esc", "Q"), "Nothing waits"),
    Pose("difference", ("esc", "B", "+", "b"), "baseline  "),
    Pose("problem", ("esc", "1", "G", "k", "k", "d"), "problem"),
)
"""A walk through the lab, in an order that leads from each to the next."""


def pose(history: History) -> None:
    """A history in which there is something of everything."""
    made(history, "lab1-16-filters", 0.8930, epochs=5)
    made(history, "lab1-64-filters", 0.9112, epochs=5, val_losses=(0.4, 0.33, 0.31, 0.34, 0.4))
    made(history, "lab1-baseline", status="failed", cause="out of memory", epochs=1)
    run_id = fake.train(history, load_preset("lab1-baseline"))
    explained.write_images()
    explained.write_facts()
    explained.write_predictions(run_id)


def pose_training(history: History) -> None:
    """A run that has ended, and one in the middle of its third epoch."""
    made(history, "lab1-16-filters", 0.8930, epochs=5)
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    fake.play(history, run_id, 2.5)


def walk(terminal: Terminal, poses: tuple[Pose, ...] = POSES) -> Iterator[str]:
    """Go through the screens; gives the name of each while it is shown."""
    for one in poses:
        for key in one.keys:
            _press(terminal, key)
        terminal.wait_for(one.words)
        terminal.settle()
        yield one.name


def _press(terminal: Terminal, key: str) -> None:
    before = terminal.received
    terminal.press(key)
    if key == "esc":  # what follows it at once would be one key with it
        terminal.wait(lambda: terminal.received > before, "what Esc goes back to")
        terminal.settle()


def main() -> None:
    """Open the lab."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--theme", default="cnn-dark")
    parser.add_argument("--ascii", action="store_true")
    chosen = parser.parse_args()
    with History() as history:
        document = Document(load_preset("lab1-baseline"))
        vars(rate_finder)["RateTest"] = fake_rates.at_once
        theme, sensors = find_theme(chosen.theme), FakeSensors(TWO)
        app = LabApp(document, history, FakeTrainer(), theme, ascii_only=chosen.ascii, sensors=sensors)
        app.run(auto_pilot=_pose_explain)


async def _pose_explain(pilot: Pilot[object]) -> None:
    app = pilot.app
    assert isinstance(app, LabApp)
    while not app.lab.query(ExplainPane):
        await asyncio.sleep(0.01)
    app.lab.query_one(ExplainPane).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]


if __name__ == "__main__":
    main()
