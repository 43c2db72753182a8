"""A box that looks for a learning rate: loss against rate as it comes, a suggestion, and one key that takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Resize
from textual.message import Message
from textual.timer import Timer

from cnn_tui.analysis.rate_test import RateAdvice, RateReading, advice
from cnn_tui.jobs.rate_test import HIGHEST, LOWEST, STEPS, RateTest, RateTestLine, RateTestRequest, stand_in
from cnn_tui.reports.chart.rate_chart import rate_chart
from cnn_tui.text import quiet, sentence, wrapped
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.chart.chart import kind_of
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import Lines
from cnn_tui.ui.work_beside import WorkBeside

_OFTEN: Final = 0.25
"""Seconds from one picture to the next: over SSH every one costs."""
_CHART, _WORDS = 18, 4
"""Rows of the curve at most, and of what is said below it."""
_WHAT_COMES: Final = (
    f"The network is trained for {STEPS} steps, each with a larger rate than the one before; nothing is kept. While "
    "the rate is too small, nothing is learned; then the loss falls; where the rate is too large, it rises again."
)
_AROUND = 8
"""Rows that the box leaves to the lab and to its frame."""


class RateFinder(Dialog[float | None]):
    """Trains for a few hundred steps, in a process of its own. Gives the rate that is taken, or None."""

    scope: ClassVar[str] = "rate"
    BINDINGS = bindings_of("rate")

    class Heard(Message):
        """The test is further, or has ended."""

    def __init__(self, request: RateTestRequest) -> None:
        super().__init__()
        self.test = WorkBeside[RateTestRequest, RateTestLine](RateTest, self._tell, self._hear)
        self._request = request
        self._readings: list[RateReading] = []
        self._stands_in = ""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with self.frame("Which learning rate?") as frame:
            frame.styles.width = 100
            yield RateCurve()
            yield RateWords()

    def on_mount(self) -> None:
        self.test.begin(self._request)
        self._show()

    def on_unmount(self) -> None:
        """The box is left, or the lab is."""
        self.test.leave()

    def on_resize(self, _: Resize) -> None:
        self.query_one(RateWords).styles.height = _WORDS
        self.query_one(RateCurve).styles.height = max(5, min(_CHART, self.app.size.height - _WORDS - _AROUND))

    def on_rate_finder_heard(self) -> None:
        """Draw it soon, once for all that comes until then."""
        if not self.test.goes_on:
            self._show()
        elif self._timer is None:
            self._timer = self.set_timer(_OFTEN, self._show)

    def action_take(self) -> None:
        """Leave with the suggestion, where there is one."""
        found = self._found()
        if found.suggested is not None:
            self.dismiss(found.suggested)

    # Inside

    def _tell(self) -> None:
        self.post_message(self.Heard())

    def _hear(self, line: RateTestLine) -> None:
        """In the thread that listens."""
        if (reading := line.reading) is not None:
            self._readings.append(reading)
        else:
            self._stands_in = stand_in(line, self._request.experiment)

    def _found(self) -> RateAdvice:
        """What the readings say; while more come, nothing is suggested."""
        found = advice(list(self._readings))
        return found._replace(suggested=None) if self.test.goes_on or self.test.failure else found

    def _show(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        found = self._found()
        self.query_one(RateCurve).show(found, whole=self.test.goes_on)
        self.query_one(RateWords).show([quiet(one, 1_000) for one in self._said(found)])

    def _said(self, found: RateAdvice) -> Sequence[str]:
        """What is said below the curve."""
        leave = key_of("rate.leave")
        if self.test.failure:
            return [self.test.failure, f"{leave} leaves."]
        if self.test.goes_on and not self._readings:
            return [f"Loading TensorFlow and the images … {leave} leaves it."]
        stands_in = [sentence(self._stands_in)] if self._stands_in else []
        if self.test.goes_on:
            rate, loss = self._readings[-1]
            how = f"Step {len(self._readings)} of {STEPS}: rate {rate:.2g}, loss {loss:.4f} … {leave} leaves it."
            return [how, *stands_in]
        if found.suggested is None:
            return [*found.sentences(), *stands_in, f"{leave} leaves."]
        now = self._request.experiment.training.learning_rate
        takes = f"{key_of('rate.take')} takes it in place of {now:g}; {key_of('settings.undo')} undoes that."
        return [*found.sentences(), takes, *stands_in]


class RateCurve(Lines):
    """The loss against the rate."""

    def __init__(self) -> None:
        super().__init__()
        self._found: RateAdvice | None = None
        self._whole = False

    def show(self, found: RateAdvice, *, whole: bool) -> None:
        """`whole` draws the axis for all rates from the first on, so that it stays while the curve grows."""
        self._found, self._whole = found, whole
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        if self._found is None:
            return []
        rates = (LOWEST, HIGHEST) if self._whole else None
        lines = rate_chart(self._found, width, height - 1, kind_of(self.app), rates)
        if not lines and self._whole:
            return [Text(line, self.style("dim")) for line in wrapped(_WHAT_COMES, width)]
        return [Text.assemble(*((words, self.style(look)) for words, look in line), no_wrap=True) for line in lines]


class RateWords(Lines):
    """How far the test is, and what it found."""

    def __init__(self) -> None:
        super().__init__()
        self._sentences: Sequence[str] = ()

    def show(self, sentences: Sequence[str]) -> None:
        self._sentences = sentences
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        return [Text(line) for one in self._sentences for line in wrapped(one, width)][:height]
