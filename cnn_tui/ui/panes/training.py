"""The training pane: where the run is, how fast it goes, and its curves."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult

from cnn_tui.experiments.run import Run
from cnn_tui.ui.chart import Chart, Series
from cnn_tui.ui.keys import bindings_of
from cnn_tui.ui.lines import Lines, bar
from cnn_tui.ui.live import Live
from cnn_tui.ui.panes.pane import Pane

_METRICS = ("loss", "accuracy", "seconds an epoch")
_SERIES = ("both", "train", "validation")
# The first readings of an epoch are means over a few batches of an untrained net: they would stretch the axis.
_SETTLED = 0.08


class TrainingPane(Pane):
    """Shows the run that `live` watches."""

    scope: ClassVar[str] = "training"
    title: ClassVar[str] = "Training"
    number: ClassVar[int] = 3
    BINDINGS = bindings_of("training")

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live
        self._metric = 0
        self._which = 0
        self._shown: tuple[int | None, int] = (None, 0)

    def compose(self) -> ComposeResult:
        """Words above, curves below."""
        yield Standing(self.live, id="standing")
        yield Chart(id="chart")

    def refresh_view(self) -> None:
        """Show the run as it is now."""
        run = self.live.run
        metric = _METRICS[self._metric]
        which = _SERIES[self._which] if metric != "seconds an epoch" else "train"
        standing = self.query_one(Standing)
        standing.metric, standing.which = metric, which
        standing.redraw()
        chart = self.query_one(Chart)
        if self._shown != (shown := (run.id if run else None, self._metric)):
            chart.forget_bounds()
            self._shown = shown
        if run is None:
            chart.show((), 1, "The curves of a run come here. r trains the stack.")
            return
        empty = "The first readings come in a moment." if run.live else "This run recorded no epoch."
        chart.show(self._curves(run, metric, which), run.experiment.training.epochs, empty)
        self.say(run.environment.get("device", ""))

    def action_next_metric(self) -> None:
        """Loss, accuracy, seconds an epoch."""
        self._metric = (self._metric + 1) % len(_METRICS)
        self.refresh_view()

    def action_next_series(self) -> None:
        """Train and validation, or one of them."""
        self._which = (self._which + 1) % len(_SERIES)
        self.refresh_view()

    def _curves(self, run: Run, metric: str, which: str) -> list[Series]:
        if metric == "seconds an epoch":
            done = [(float(epoch.epoch), epoch.seconds) for epoch in run.epochs]
            return [Series("seconds", "train", [x for x, _ in done], [y for _, y in done])]
        series = []
        if which in ("both", "train"):
            points = [(point.at, getattr(point, metric)) for point in self.live.points if point.at > _SETTLED]
            points = [(x, y) for x, y in points if y is not None]
            points += [(float(epoch.epoch), epoch.metrics[metric]) for epoch in run.epochs if metric in epoch.metrics]
            points.sort()
            series.append(Series("train", "train", [x for x, _ in points], [y for _, y in points]))
        if which in ("both", "validation"):
            name = f"val_{metric}"
            held = [(float(epoch.epoch), epoch.metrics[name]) for epoch in run.epochs if name in epoch.metrics]
            series.append(Series("validation", "validation", [x for x, _ in held], [y for _, y in held], dots=True))
        return series


class Standing(Lines):
    """A few lines of words and numbers above the chart. Their places stay, so that little is repainted."""

    def __init__(self, live: Live, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.live = live
        self.metric = "loss"
        self.which = "both"

    def draw(self, width: int, height: int) -> list[Text]:
        """Which run, how far, how well, and what the chart shows."""
        run = self.live.run
        if run is None:
            return []
        return [self._title(run), *self._middle(run, width), self._legend(run)]

    def _title(self, run: Run) -> Text:
        style = {"finished": "good", "failed": "bad", "interrupted": "warn", "stopped": "warn"}.get(
            run.status, "accent"
        )
        words = Text.assemble((f"run {run.id} ", self.style("strong")), (run.status, self.style(style)))
        if run.wish == "stop" and run.live:
            words.append(", stopping", self.style("warn"))
        if self.live.waiting and run.status != "queued":
            words.append(f", {self.live.waiting} waiting", self.style("dim"))
        return words.append(f"  {run.name}")

    def _middle(self, run: Run, width: int) -> list[Text]:
        now = self.live.progress
        if run.status == "queued":
            return [Text("It waits for its turn.", self.style("dim")), Text(), Text()]
        if not run.live:
            return [*self._ending(run), Text()][:3]
        epochs = run.experiment.training.epochs
        if now.phase != "training" or not now.steps:
            count = f"epoch {now.epoch}/{epochs}, " if now.epoch and now.phase != "evaluating" else ""
            return [Text(f"{count}{now.phase} …", self.style("dim")), Text(), self._figures(run)]
        left = Text(f"epoch {now.epoch}/{epochs} ")
        right = Text(f" {now.step:,}/{now.steps:,} steps of {run.experiment.training.batch_size}")
        room = width - left.cell_len - right.cell_len
        share = now.step / now.steps
        progress = bar(share, max(4, room), self.style("bar"), self.style("dim"))
        rate = Text.assemble(
            f"{now.images:,}/{now.images_an_epoch:,} images  ",
            (f"{now.images_per_second:,.0f} images/s", self.style("strong")),
            f"  {eta(run, self.live)}",
        )
        return [left + progress + right, rate, self._figures(run)]

    def _figures(self, run: Run) -> Text:
        now = self.live.progress
        words = Text()
        if now.loss is not None:
            words.append(f"loss {now.loss:.4f}  ")
        if now.accuracy is not None:
            words.append(f"accuracy {now.accuracy:.4f}  ")
        if run.epochs and "val_accuracy" in run.epochs[-1].metrics:
            last = run.epochs[-1]
            words.append(f"validation {last.metrics['val_accuracy']:.4f}", self.style("dim"))
        return words

    def _ending(self, run: Run) -> list[Text]:
        count = len(run.epochs)
        each = f", {run.seconds / count:.1f} s an epoch" if count else ""
        lines = [Text(f"{count}/{run.experiment.training.epochs} epochs in {run.seconds:.1f} s{each}")]
        figures = Text()
        if run.test_accuracy is not None:
            figures.append(f"test accuracy {run.test_accuracy:.4f}  ", self.style("strong"))
        if run.test_loss is not None:
            figures.append(f"loss {run.test_loss:.4f}  ")
        if run.epochs and "accuracy" in run.epochs[-1].metrics:
            figures.append(f"train {run.epochs[-1].metrics['accuracy']:.4f}", self.style("dim"))
        if run.stop_cause:
            cause = Text(run.stop_cause, self.style("bad" if run.status == "failed" else "warn"))
            return [lines[0], cause, figures] if figures else [lines[0], cause]
        return [*lines, figures]

    def _legend(self, run: Run) -> Text:
        words = Text(f"{self.metric}: ", self.style("dim"))
        if self.which in ("both", "train"):
            words.append("━ train  ", self.style("train"))
        if self.which in ("both", "validation"):
            source = run.experiment.training.validation
            label = {"test": "validation (the test images)", "none": "no validation"}.get(str(source), "validation")
            words.append(f"● {label}", self.style("validation"))
        return words


def eta(run: Run, live: Live) -> str:
    """How long this epoch and the run still take, as far as can be told."""
    now = live.progress
    if not now.images_per_second:
        return ""
    epoch = max(0, now.images_an_epoch - now.images) / now.images_per_second
    each = sum(done.seconds for done in run.epochs) / len(run.epochs) if run.epochs else None
    whole = each or now.images_an_epoch / now.images_per_second
    rest = epoch + whole * max(0, run.experiment.training.epochs - now.epoch)
    return f"ETA {clock(epoch)}, run {clock(rest)}"


def clock(seconds: float) -> str:
    """`0:07`, `12:30`, `1:02:03`."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
