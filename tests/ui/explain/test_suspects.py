"""Labels under suspicion in the explain pane: looked for, looked through, marked, and left out of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.image_marks import FINE, WRONG, image_marks
from cnn_tui.jobs.suspects import SuspectsLine, SuspectsRequest
from cnn_tui.jobs.work import WorkError
from cnn_tui.ui.app import LabApp
from tests.made_suspects import OF_IMAGES, keep_suspects
from tests.ui import explained, fake
from tests.ui.conftest import MakeLab
from tests.ui.explained import asked_of
from tests.ui.screen import LARGE, SMALL, sees, text, until

pytestmark = pytest.mark.usefixtures("no_worker")
TO_SUSPECTS = ("5", "M", "M", "M", "M")


class FakeWork:
    """Says how far it is, and goes on when it is let."""

    def __init__(self, request: SuspectsRequest, failure: str) -> None:
        self.request, self.failure = request, failure
        self.ended = False
        self.goes_on = threading.Event()

    def lines(self) -> Iterator[SuspectsLine]:
        yield SuspectsLine(2, 3, 0.47)
        assert self.goes_on.wait(60)
        if self.failure:
            raise WorkError(self.failure)
        if not self.ended:
            keep_suspects(self.request.run, (17, 3, 204))

    def end(self) -> None:
        self.ended = True
        self.goes_on.set()


def fake_work(app: LabApp) -> list[FakeWork]:
    """Have the lab look for suspects without training; gives all that is begun."""
    begun: list[FakeWork] = []

    def start(request: SuspectsRequest) -> FakeWork:
        begun.append(FakeWork(request, "the disk is full" if not begun else ""))
        return begun[-1]

    asked_of(app)
    app.lab.explain.views.suspects.search.start_work = start
    return begun


@pytest.fixture
def ended(history: History) -> None:
    fake.begin(history, history.add(load_preset("lab1-16-filters")))
    fake.play(history, 1, 5.0)
    fake.finish(history, 1)
    explained.write_images()
    explained.write_facts()
    explained.write_predictions(1)


@pytest.mark.usefixtures("ended")
async def test_they_are_looked_for_with_progress_that_can_be_left(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        begun = fake_work(app)
        await pilot.press(*TO_SUSPECTS)
        await sees(pilot, "its experiment is trained 3 times")
        assert not begun, "nothing is trained before it is asked for"
        await pilot.press("enter")
        await sees(pilot, "looking for wrong labels: 47%, part 2 of 3, epoch 3 of 5 … Esc leaves it")
        begun[0].goes_on.set()
        await sees(pilot, "The disk is full. Which labels of the images")
        await pilot.press("enter")
        await sees(pilot, "47%")
        await pilot.press("escape")
        await until(pilot, lambda: begun[1].ended, "the end of the work")
        await sees(pilot, "Which labels of the images that run 1 learned from")
        await pilot.press("enter", "m")
        await sees(pilot, "[augmentation]")
        begun[2].goes_on.set()
        await pilot.press("M")
        await sees(pilot, "1 of 3 suspects")
        assert [one.request for one in begun] == [SuspectsRequest(1, 3)] * 3


@pytest.mark.usefixtures("ended")
async def test_they_are_looked_through_marked_and_left_out_of_a_run(make_lab: MakeLab, history: History) -> None:
    keep_suspects(1, (17, 3, 204))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        asked_of(app)
        await pilot.press("5", "X")
        await sees(pilot, "X trains without images")
        await pilot.press(*TO_SUSPECTS[1:])
        await sees(pilot, "1 of 3 suspects   among 240 training images")
        assert "training image 17" in text(app)
        await sees(pilot, "labelled bag              1.0%")
        assert "rather   coat            90.0%" in text(app)
        await pilot.press("X")
        await sees(pilot, "No image is marked as wrong")
        await pilot.press("space", "j")
        await sees(pilot, "2 of 3 suspects")
        await pilot.press("space", "space", "G", "space")
        await sees(pilot, "2 images marked as wrong; X trains without them.")
        assert image_marks(history, OF_IMAGES) == {3: FINE, 17: WRONG, 204: WRONG}
        await pilot.press("o")
        await sees(pilot, "no suspect, not marked")
        await pilot.press("o")
        await sees(pilot, "1 of 2 suspects, wrong label")
        await pilot.press("c", *"shirt", "enter")
        await sees(pilot, "1 of 1 suspect, wrong label, labelled =shirt")
        await pilot.press("escape")
        await sees(pilot, "1 of 3 suspects   among")
        await pilot.press("X")
        await sees(pilot, "Run 2 is queued: ")
    run = history.run(2)
    assert run is not None and run.experiment.leave_out == (17, 204)
    assert run.name.endswith(": without 2 images (17, 204)")


async def test_a_run_that_goes_on_has_none_yet(make_lab: MakeLab, history: History) -> None:
    fake.begin(history, history.add(load_preset("lab1-16-filters")))
    fake.play(history, 1, 2.0)
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        begun = fake_work(app)
        await pilot.press(*TO_SUSPECTS)
        await sees(pilot, "Run 1 has not ended")
        await pilot.press("enter")
        assert not begun
