"""The lab with a real history in a folder of the test, and a trainer that the test plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.own_theme import find_theme
from cnn_tui.ui.panes.training import pictures
from tests import made_once
from tests.ui import pilot
from tests.ui.fake import FakeTrainer
from tests.ui.fake_machine import TWO, FakeSensors
from tests.ui.made_runs import made

MakeLab = Callable[..., LabApp]


@pytest.fixture(scope="session", autouse=True)
def quick_pilots() -> Iterator[None]:
    """Pilots wait no longer than the app is at work."""
    with pytest.MonkeyPatch.context() as patched:
        pilot.use(patched)
        made_once.use(patched)
        yield


@pytest.fixture(autouse=True)
def no_pictures_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that takes a second starts no process that looks for pictures of the dataset."""
    monkeypatch.setattr(pictures, "DATASET_AFTER", 3600.0)
    monkeypatch.setattr(pictures, "RUN_AFTER", 3600.0)


@pytest.fixture(autouse=True)
def drawn_when_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests look at the screen when they want to see something: nothing is drawn but for them."""
    pilot.draw_when_looked_at(monkeypatch)


@pytest.fixture
def make_lab() -> Iterator[MakeLab]:
    """Make an app; each call is another app on the same history."""
    opened: list[History] = []

    def make(
        experiment: Experiment | str = "lab1-baseline",
        theme: str = "cnn-dark",
        sensors: FakeSensors | None = None,
        trainer: FakeTrainer | None = None,
    ) -> LabApp:
        chosen = load_preset(experiment) if isinstance(experiment, str) else experiment
        opened.append(History())
        looks, machine = find_theme(theme), sensors or FakeSensors(TWO)
        return LabApp(Document(chosen), opened[-1], trainer or FakeTrainer(), looks, sensors=machine)

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures are in colour."""
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def four_runs(history: History) -> None:
    """Networks of 16, 32 and 64 filters, and one that failed."""
    made(history, "lab1-16-filters", 0.88, train=0.90, seconds=4.0)
    made(history, "lab1-baseline", 0.90, train=0.93, seconds=8.0)
    made(history, "lab1-64-filters", 0.91, train=0.95, seconds=16.0)
    made(history, "lab1-more-convs", status="failed", cause="out of memory", epochs=0)
