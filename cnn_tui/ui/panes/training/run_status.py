"""Where a run stands, in a few lines of words and numbers. Their places stay, so that few cells change."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rich.text import Text

from cnn_tui.analysis.lost_number import NAN_RULE, LostNumber, lost_number, needs_nan_rule, remedy
from cnn_tui.analysis.pace import TimeLeft, clock, knows_pace, time_left
from cnn_tui.history.alive import elsewhere_in_words
from cnn_tui.history.conditions import images_in_words, weights_in_words
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.run import Progress, Run
from cnn_tui.reports.blocks import status_style
from cnn_tui.text import counted, padded, sentence
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.watcher import Live, Watched
from cnn_tui.ui.widgets.layout import GAP, Part, cut, fit, fits, flow, part, wrap
from cnn_tui.ui.widgets.lines import Lines, bar, inert

LEGEND_LINES = 2
_MIDDLE = 3
_USUAL = 1 + _MIDDLE + LEGEND_LINES
"""The rows it has, unless the cause of a run's end takes more."""
_SHORTEST_NAME = 8
_WISHES = {
    "stop": ", stopping after this batch",
    "prune": ", pruned after this batch",
    "now": ", stopping now",
    "pause": ", pausing after this batch",
}

Legend = Callable[[int], Sequence[Part]]
"""The legend's parts for a width."""


class RunStatus(Lines):
    """Which run this is, what it does, how fast, how well; then the chart's legend."""

    def __init__(self, live: Live, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.live = live
        self.shown: Watched | None = None
        self.among = 0
        """How many runs are laid over each other, if any are."""
        self.stands_for = 1
        """Of how many runs of one experiment it is the one nearest to their mean."""
        self._more = 0
        """Rows beyond the usual ones."""
        self.legend: Legend = lambda width: ()

    @property
    def lost(self) -> LostNumber | None:
        """Since when the loss is no number."""
        shown = self.shown
        return lost_number(shown.run, shown.points, shown.progress) if shown and shown.run else None

    def _why(self, run: Run) -> str:
        """Why the run ended before its time, and what to do about a loss that is no number; "" for a good end."""
        words = "" if run.live or run.status == "finished" else inert(run.stop_cause or "no cause was recorded")
        if run.live or self.lost is None:
            return words
        rule = ""
        if needs_nan_rule(run):
            rule = f" The stop rule {NAN_RULE} ends such a run at once: {key_of('stack.settings')} has the settings."
        return " ".join(filter(None, (words and sentence(words), sentence(str(self.lost)), remedy(run) + rule)))

    def take_room(self, width: int, most: int) -> int:
        """Take as many rows, up to `most`, as it needs to say why the run ended: what to do about it stands last.

        Gives the number of rows.
        """
        run = self.shown.run if self.shown else None
        cause = wrap(self._why(run), "", width, most) if run and width and most > 0 else ()
        rows = max(_USUAL, min(most, _USUAL + len(cause) - (_MIDDLE - 1)))
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows
        return rows

    def draw(self, width: int, height: int) -> list[Text]:
        """A title, three lines that depend on what the run does, the legend."""
        run = self.shown.run if self.shown else None
        if run is None or self.shown is None:
            return []
        self._more = max(0, height - _USUAL)
        lines = [self._title(run, width), *self._middle(self.shown, run, width)]
        lines += [Text()] * (1 + _MIDDLE - len(lines))
        room = max(1, height - len(lines))
        return [*lines[: height - 1], *flow(self.legend(width), width, room)]

    # The first line

    def _title(self, run: Run, width: int) -> Text:
        words = status_in_words(run.status, run.ending)
        style = self.style(status_style(run.status, run.ending))
        state = Text.assemble((f"run {run.id} ", self.style("strong")), (words, style))
        if run.live and run.status != "queued" and run.wish and (run.status, run.wish) != ("paused", "pause"):
            state.append(_WISHES[run.wish], self.style("warn"))
        after = self.shown.resumed_after if self.shown else None
        if after is not None and run.live and run.status != "queued":
            state.append(f", resumed after epoch {after}" if after else ", begun again", self.style("dim"))
        if self.lost is not None:
            state.append(f", {self.lost.metric} is nan", self.style("bad"))
        parts = [Part(0, state), *self._which(run)]
        if there := elsewhere_in_words(run):
            parts.append(part(1, inert(there), self.style("dim")))
        elsewhere = run.dataset != run.experiment.dataset
        if elsewhere:
            parts.append(part(0, f"on {inert(run.dataset)}", self.style("warn")))
        waits = self.live.waiting if run.status != "queued" else 0
        more = [part(0, f"{waits} waiting", self.style("dim"))] if waits else []
        more += [] if elsewhere else [part(0, f"on {inert(run.dataset)}", self.style("dim"))]
        name = Text(inert(run.name))
        # The name goes before what is told elsewhere too.
        while more and not fits([*parts, Part(0, name), *more], width, 1):
            more.pop()
        room = width - sum(part.text.cell_len + GAP for part in parts)
        return fit([*parts, *([Part(1, cut(name, room))] if room >= _SHORTEST_NAME else []), *more], width)

    def _which(self, run: Run) -> list[Part]:
        """Whether this is the live run, or one of several; if not, how to follow the live one."""
        going, newest = self.live.going, self.live.run
        if self.among:
            return [part(1, f"one of {self.among} overlaid", self.style("dim"))]
        stands = f"nearest to the mean of {self.stands_for}" if self.stands_for > 1 else ""
        parts = [part(1, stands, self.style("dim"))] if stands else []
        return [*parts, *self._follow(run, going, newest)]

    def _follow(self, run: Run, going: Run | None, newest: Run | None) -> list[Part]:
        key = key_of("run.follow")
        if going and going.id == run.id:
            # A pause is what the status says already.
            return [part(1, "live", self.style("accent"))] if run.status == "running" else []
        if newest and newest.id == run.id:
            return []
        if going:
            does = "paused" if going.status == "paused" else "training"
            words = f"run {going.id} is {does}"
            return [part(1, f"{words} ({key} follows it)", self.style("warn"), f"{key} follows run {going.id}")]
        if newest is None:
            return []
        words = "an earlier run" if run.id < newest.id else "a later run"
        follows = f"{key} follows run {newest.id}"
        return [part(1, f"{words} ({follows})", self.style("warn"), follows)]

    # What it does

    def _middle(self, watched: Watched, run: Run, width: int) -> list[Text]:
        if run.status == "queued":
            return self._queued(watched, run, width)
        if not run.live:
            return self._ended(watched, run, width)
        if watched.progress.phase in ("training", "validating") and watched.progress.steps and watched.progress.epoch:
            return self._training(run, watched.progress, width)
        return self._preparing(watched, run, width)

    def _queued(self, watched: Watched, run: Run, width: int) -> list[Text]:
        ids = [line.id for line in self.live.queue]
        place = ids.index(run.id) + 1 if run.id in ids else 1
        going = self.live.going
        ahead = [f"run {one}" for one in ids[: place - 1]]
        if going:
            rest = time_left(going, self.live.progress) if going.status == "running" else None
            done = f"epoch {self.live.progress.epoch}/{going.experiment.epochs}"
            told = f"{done}, about {clock(rest.run)} to go" if rest else going.status
            ahead.insert(0, f"run {going.id} ({told})")
        lines = [Text(f"It waits in the queue: place {place} of {len(ids) or 1}.")]
        if ahead:
            shown = ", ".join(ahead[:4]) + (f" and {len(ahead) - 4} more" if len(ahead) > 4 else "")
            lines += wrap(f"Ahead of it: {shown}.", "", width, 1)
        else:
            lines += wrap("Nothing is ahead of it: the worker takes it as soon as TensorFlow is loaded.", "", width, 1)
        if watched.will_resume:
            lines.append(Text(_will_resume(watched)))
        return [self._dim(line) for line in lines]

    def _preparing(self, watched: Watched, run: Run, width: int) -> list[Text]:
        """The phases before and after the epochs."""
        now = watched.progress
        words = {
            "starting": "starting: a training process has taken the run",
            "loading data": f"loading the data: {inert(run.experiment.dataset)}"
            if not now.to_read
            else f"reading pictures: {now.read:,} of {now.to_read:,}",
            "building": f"building the network of {counted(run.params, 'parameter')}",
            "training": "training begins: the first batch is being prepared",
            "saving": "saving the model",
            "evaluating": f"evaluating on the {run.test_images:,} test images" if run.test_images else "evaluating",
        }
        lines = wrap(words.get(now.phase, inert(now.phase)) + " …", "", width, 1)
        count = len(run.epochs)
        if watched.will_resume:
            lines.append(self._dim(Text(_will_resume(watched))))
        elif count:
            lines.append(self._dim(Text(f"{count}/{run.experiment.epochs} epochs are done")))
        return [*lines, fit(self._figures(run, now), width)]

    def _training(self, run: Run, now: Progress, width: int) -> list[Text]:
        epochs, steps = str(run.experiment.epochs), f"{now.steps:,}"
        begin = Text(f"epoch {now.epoch:>{len(epochs)}d}/{epochs} ")
        # As wide at every step: the bar beside it stays as long.
        end = Text(" " + padded(f"batch {now.step:,} of {steps}", len(f"batch {steps} of {steps}"), right=True))
        room = max(4, width - begin.cell_len - end.cell_len)
        progress = bar(now.step / now.steps, room, self.style("bar"), self.style("dim"))
        seen, all_images = f"{now.images:,}", f"{now.images_an_epoch:,}"
        second = [part(0, f"{padded(seen, len(all_images), right=True)}/{all_images} images"), *self._pace(run, now)]
        third = self._figures(run, now)
        rest = time_left(run, now) if run.status != "paused" and run.wish not in ("stop", "prune", "now") else None
        if rest:
            eta = self._eta(now, rest)
            # It stands with the images where there is room for it.
            there = fits([part._replace(text=part.short or part.text) for part in (*second, eta)], width, 1)
            second, third = ([*second, eta._replace(rank=1)], third) if there else (second, [eta, *third])
        return [begin + progress + end, fit(second, width), fit(third, width)]

    def _pace(self, run: Run, now: Progress) -> list[Part]:
        if run.status == "paused":
            return [
                Part(
                    1,
                    Text(
                        f"paused: {key_of('run.pause')} resumes it, {key_of('run.stop')} stops it", self.style("warn")
                    ),
                    Text("paused", self.style("warn")),
                )
            ]
        if now.phase == "validating" and run.epochs and run.epochs[-1].epoch >= now.epoch:
            return [part(1, "the epoch is done", self.style("accent"))]
        if now.phase == "validating":
            words = f"validating on {run.experiment.training.watched}"
            return [Part(1, Text(words, self.style("accent")), Text("validating"))]
        return [part(1, rate(now.images_per_second))] if knows_pace(run, now) else []

    def _eta(self, now: Progress, rest: TimeLeft) -> Part:
        # How far a validation is, is not recorded; its end is near.
        run = f"run {clock(rest.run)}"
        if now.phase != "training":
            return part(0, f"ETA {run}")
        return part(0, f"ETA epoch {clock(rest.epoch)}, {run}", short=f"ETA {clock(rest.epoch)}, {run}")

    def _figures(self, run: Run, now: Progress) -> list[Part]:
        """The means of this epoch so far, and the last validation."""
        parts = []
        if now.loss is None and now.step:
            words = str(self.lost or "the loss is not a number")
            parts.append(part(0, words, self.style("bad"), "the loss is not a number"))
            stop = f"{key_of('run.stop')} stops the run."
            return [*parts, part(1, f"{stop} {remedy(run)}", self.style("warn"), stop)]
        if now.loss is not None and now.step:
            parts.append(part(0, f"loss {now.loss:.4f}"))
            if now.accuracy is not None:
                parts.append(part(1, f"accuracy {now.accuracy:.4f}"))
            if now.phase == "training":
                parts[-1] = parts[-1]._replace(text=parts[-1].text + Text(" so far", self.style("dim")))
        if run.epochs and "val_loss" in (last := run.epochs[-1]).metrics:
            loss, accuracy = last.metrics["val_loss"], last.metrics.get("val_accuracy")
            short = f"validation {accuracy:.4f}" if accuracy is not None else f"validation {loss:.4f}"
            long = f"validation loss {loss:.4f}" + (f"  accuracy {accuracy:.4f}" if accuracy is not None else "")
            long += f" after epoch {last.epoch}"
            parts.append(part(2, long, self.style("dim"), short))
        return parts

    # How it ended

    def _ended(self, watched: Watched, run: Run, width: int) -> list[Text]:
        count, epochs = len(run.epochs), run.experiment.epochs
        each = f", {duration(sum(one.pace for one in run.epochs) / count)} an epoch" if count else ""
        counts = Part(
            1, Text(f"{count}/{epochs} epochs in {duration(run.seconds)}{each}"), Text(f"{count}/{epochs} epochs")
        )
        figures, on, made_with = self._result(run), self._how_to_resume(run), self._made_with(run)
        why = self._why(run)
        if not why:
            third = self._how_resumed(watched, width) or [fit(made_with, width)]
            return [fit([counts], width), fit(figures, width), *third]
        style = self.style("bad" if run.status == "failed" else "warn")
        lines = wrap(why, style, width, _MIDDLE - 1 + self._more)
        if len(lines) == 1:
            lines.append(fit([counts, *(made_with if on else figures)], width))
            return [*lines, fit([*figures, *on] if on else [], width)]
        return [*lines, fit([*figures, *on] or [counts], width)]

    def _result(self, run: Run) -> list[Part]:
        parts = []
        if run.test_accuracy is not None:
            parts.append(part(0, f"test accuracy {run.test_accuracy:.4f}", self.style("strong")))
        if run.test_loss is not None:
            parts.append(part(2, f"test loss {run.test_loss:.4f}", short=f"loss {run.test_loss:.4f}"))
        if run.epochs and "accuracy" in run.epochs[-1].metrics:
            parts.append(part(3, f"train {run.epochs[-1].metrics['accuracy']:.4f}", self.style("dim")))
        return parts

    def _made_with(self, run: Run) -> list[Part]:
        """What the test figures were made with, beside the dataset and the epochs, which stand above them."""
        if run.test_accuracy is None:
            return []
        images, weights = images_in_words(run.train_images, run.test_images), weights_in_words(run.tested_epoch)
        return [part(4, f"{images}, {weights}", self.style("dim"), images)]

    def _how_resumed(self, watched: Watched, width: int) -> list[Text]:
        after = watched.resumed_after
        return wrap(f"It was resumed after epoch {after}.", self.style("dim"), width, 1) if after else []

    def _how_to_resume(self, run: Run) -> list[Part]:
        """The way on of a run that was cut short, where there is something to go on from."""
        if not run.epochs or len(run.epochs) >= run.experiment.epochs or run.fired:
            return []
        short = f"cnn-tui resume {run.id} goes on"
        long = f"{key_of('history.resume')} in the history, or cnn-tui resume {run.id} goes on from its last checkpoint"
        return [part(1, long, self.style("accent"), short)]

    def _dim(self, line: Text) -> Text:
        line.style = self.style("dim")
        return line


def _will_resume(watched: Watched) -> str:
    after = watched.resumed_after
    return f"It goes on after epoch {after}, as was asked." if after else "It goes on from its last checkpoint."


def rate(images_per_second: float) -> str:
    """`7,490 images/s`: three digits are as many as stay the same from look to look."""
    if images_per_second <= 0:
        return "0 images/s"
    digits = 2 - math.floor(math.log10(images_per_second))
    return f"{round(images_per_second, digits):,.{max(0, digits)}f} images/s"


def duration(seconds: float) -> str:
    """`8.0 s`, from two minutes on `2:05`."""
    return f"{seconds:.1f} s" if seconds < 120 else clock(seconds)
