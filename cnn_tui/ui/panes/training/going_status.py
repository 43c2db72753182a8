"""What a run does that has not ended: its place in the queue, its phase, how far it is, how fast, how well."""

from __future__ import annotations

import math

from rich.text import Text

from cnn_tui.analysis.lost_number import LostNumber, remedy
from cnn_tui.analysis.pace import TimeLeft, clock, knows_pace, time_left
from cnn_tui.history.run import Progress, Run
from cnn_tui.text import counted, padded
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.watcher import Live, Watched
from cnn_tui.ui.widgets.layout import Part, fit, fits, part, wrap
from cnn_tui.ui.widgets.lines import Styles, bar, inert


class GoingStatus:
    """Lines about a run that waits, is trained or pauses. Their places stay, so that few cells change."""

    def __init__(self, watched: Watched, run: Run, live: Live, lost: LostNumber | None, style: Styles) -> None:
        self._watched, self._run, self._live, self._lost, self._style = watched, run, live, lost, style

    def lines(self, width: int) -> list[Text]:
        """Three lines at most."""
        now = self._watched.progress
        if self._run.status == "queued":
            return self._queued(width)
        if now.phase in ("training", "validating") and now.steps and now.epoch:
            return self._training(now, width)
        return self._preparing(now, width)

    def _queued(self, width: int) -> list[Text]:
        run = self._run
        ids = [line.id for line in self._live.queue]
        place = ids.index(run.id) + 1 if run.id in ids else 1
        going = self._live.going
        ahead = [f"run {one}" for one in ids[: place - 1]]
        if going:
            rest = time_left(going, self._live.progress) if going.status == "running" else None
            done = f"epoch {self._live.progress.epoch}/{going.experiment.epochs}"
            told = f"{done}, about {clock(rest.run)} to go" if rest else going.status
            ahead.insert(0, f"run {going.id} ({told})")
        lines = [Text(f"It waits in the queue: place {place} of {len(ids) or 1}.")]
        if ahead:
            shown = ", ".join(ahead[:4]) + (f" and {len(ahead) - 4} more" if len(ahead) > 4 else "")
            lines += wrap(f"Ahead of it: {shown}.", "", width, 1)
        else:
            lines += wrap("Nothing is ahead of it: the worker takes it as soon as TensorFlow is loaded.", "", width, 1)
        if self._watched.will_resume:
            lines.append(Text(self._will_resume()))
        return [self._dim(line) for line in lines]

    def _preparing(self, now: Progress, width: int) -> list[Text]:
        """The phases before and after the epochs."""
        run = self._run
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
        if self._watched.will_resume:
            lines.append(self._dim(Text(self._will_resume())))
        elif count:
            lines.append(self._dim(Text(f"{count}/{run.experiment.epochs} epochs are done")))
        return [*lines, fit(self._figures(now), width)]

    def _training(self, now: Progress, width: int) -> list[Text]:
        run = self._run
        epochs, steps = str(run.experiment.epochs), f"{now.steps:,}"
        begin = Text(f"epoch {now.epoch:>{len(epochs)}d}/{epochs} ")
        # As wide at every step: the bar beside it stays as long.
        end = Text(" " + padded(f"batch {now.step:,} of {steps}", len(f"batch {steps} of {steps}"), right=True))
        room = max(4, width - begin.cell_len - end.cell_len)
        progress = bar(now.step / now.steps, room, self._style("bar"), self._style("dim"))
        seen, all_images = f"{now.images:,}", f"{now.images_an_epoch:,}"
        second = [part(0, f"{padded(seen, len(all_images), right=True)}/{all_images} images"), *self._pace(now)]
        third = self._figures(now)
        rest = time_left(run, now) if run.status != "paused" and run.wish not in ("stop", "prune", "now") else None
        if rest:
            eta = self._eta(now, rest)
            # It stands with the images where there is room for it.
            there = fits([part._replace(text=part.short or part.text) for part in (*second, eta)], width, 1)
            second, third = ([*second, eta._replace(rank=1)], third) if there else (second, [eta, *third])
        return [begin + progress + end, fit(second, width), fit(third, width)]

    def _pace(self, now: Progress) -> list[Part]:
        run = self._run
        if run.status == "paused":
            return [
                Part(
                    1,
                    Text(
                        f"paused: {key_of('run.pause')} resumes it, {key_of('run.stop')} stops it", self._style("warn")
                    ),
                    Text("paused", self._style("warn")),
                )
            ]
        if now.phase == "validating" and run.epochs and run.epochs[-1].epoch >= now.epoch:
            return [part(1, "the epoch is done", self._style("accent"))]
        if now.phase == "validating":
            words = f"validating on {run.experiment.training.watched}"
            return [Part(1, Text(words, self._style("accent")), Text("validating"))]
        return [part(1, rate(now.images_per_second))] if knows_pace(run, now) else []

    def _eta(self, now: Progress, rest: TimeLeft) -> Part:
        # How far a validation is, is not recorded; its end is near.
        run = f"run {clock(rest.run)}"
        if now.phase != "training":
            return part(0, f"ETA {run}")
        return part(0, f"ETA epoch {clock(rest.epoch)}, {run}", short=f"ETA {clock(rest.epoch)}, {run}")

    def _figures(self, now: Progress) -> list[Part]:
        """The means of this epoch so far, and the last validation."""
        run = self._run
        parts = []
        if now.loss is None and now.step:
            words = str(self._lost or "the loss is not a number")
            parts.append(part(0, words, self._style("bad"), "the loss is not a number"))
            stop = f"{key_of('run.stop')} stops the run."
            return [*parts, part(1, f"{stop} {remedy(run)}", self._style("warn"), stop)]
        if now.loss is not None and now.step:
            parts.append(part(0, f"loss {now.loss:.4f}"))
            if now.accuracy is not None:
                parts.append(part(1, f"accuracy {now.accuracy:.4f}"))
            if now.phase == "training":
                parts[-1] = parts[-1]._replace(text=parts[-1].text + Text(" so far", self._style("dim")))
        if run.epochs and "val_loss" in (last := run.epochs[-1]).metrics:
            loss, accuracy = last.metrics["val_loss"], last.metrics.get("val_accuracy")
            short = f"validation {accuracy:.4f}" if accuracy is not None else f"validation {loss:.4f}"
            long = f"validation loss {loss:.4f}" + (f"  accuracy {accuracy:.4f}" if accuracy is not None else "")
            long += f" after epoch {last.epoch}"
            parts.append(part(2, long, self._style("dim"), short))
        return parts

    def _dim(self, line: Text) -> Text:
        line.style = self._style("dim")
        return line

    def _will_resume(self) -> str:
        after = self._watched.resumed_after
        if after:
            return f"It goes on after epoch {after}, as was asked."
        # A checkpoint is of a whole epoch.
        return "It goes on from its last checkpoint." if self._run.epochs else "It begins again: no epoch had ended."


def rate(images_per_second: float) -> str:
    """`7,490 images/s`: three digits are as many as stay the same from look to look."""
    if images_per_second <= 0:
        return "0 images/s"
    digits = 2 - math.floor(math.log10(images_per_second))
    return f"{round(images_per_second, digits):,.{max(0, digits)}f} images/s"
