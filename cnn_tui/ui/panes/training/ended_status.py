"""How a run ended: its figures, or why it did not reach its end and how it can go on."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.analysis.lost_number import NAN_RULE, LostNumber, needs_nan_rule, remedy
from cnn_tui.analysis.pace import clock
from cnn_tui.history.conditions import images_in_words, weights_in_words
from cnn_tui.history.run import Run
from cnn_tui.text import sentence
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.watcher import Watched
from cnn_tui.ui.widgets.layout import Part, fit, part, wrap
from cnn_tui.ui.widgets.lines import Styles, inert


class EndedStatus:
    """Lines about a run that has ended."""

    def __init__(self, watched: Watched, run: Run, lost: LostNumber | None, style: Styles) -> None:
        self._watched, self._run, self._lost, self._style = watched, run, lost, style

    def why(self) -> str:
        """Why the run ended before its time, and what to do about a loss that is no number; "" for a good end."""
        run = self._run
        words = "" if run.status == "finished" else inert(run.stop_cause or "no cause was recorded")
        if self._lost is None:
            return words
        rule = ""
        if needs_nan_rule(run):
            rule = f" The stop rule {NAN_RULE} ends such a run at once: {key_of('stack.settings')} has the settings."
        return " ".join(filter(None, (words and sentence(words), sentence(str(self._lost)), remedy(run) + rule)))

    def lines(self, width: int, most: int) -> list[Text]:
        """Three lines at most, or more where the cause takes more, of which it has up to `most`."""
        run = self._run
        count, epochs = len(run.epochs), run.experiment.epochs
        each = f", {duration(sum(one.pace for one in run.epochs) / count)} an epoch" if count else ""
        counts = Part(
            1, Text(f"{count}/{epochs} epochs in {duration(run.seconds)}{each}"), Text(f"{count}/{epochs} epochs")
        )
        figures, on, made_with = self._result(), self._how_to_resume(), self._made_with()
        why = self.why()
        if not why:
            third = self._how_resumed(width) or [fit(made_with, width)]
            return [fit([counts], width), fit(figures, width), *third]
        style = self._style("bad" if run.status == "failed" else "warn")
        lines = wrap(why, style, width, most)
        if len(lines) == 1:
            lines.append(fit([counts, *(made_with if on else figures)], width))
            return [*lines, fit([*figures, *on] if on else [], width)]
        return [*lines, fit([*figures, *on] or [counts], width)]

    def _result(self) -> list[Part]:
        run = self._run
        parts = []
        if run.test_accuracy is not None:
            parts.append(part(0, f"test accuracy {run.test_accuracy:.4f}", self._style("strong")))
        if run.test_loss is not None:
            parts.append(part(2, f"test loss {run.test_loss:.4f}", short=f"loss {run.test_loss:.4f}"))
        if (accuracy := run.figure_at_test("accuracy")) is not None:
            parts.append(part(3, f"train {accuracy:.4f}", self._style("dim")))
        return parts

    def _made_with(self) -> list[Part]:
        """What the test figures were made with, beside the dataset and the epochs, which stand above them."""
        run = self._run
        if run.test_accuracy is None:
            return []
        images, weights = images_in_words(run.train_images, run.test_images), weights_in_words(run.tested_epoch)
        return [part(4, f"{images}, {weights}", self._style("dim"), images)]

    def _how_resumed(self, width: int) -> list[Text]:
        after = self._watched.resumed_after
        return wrap(f"It was resumed after epoch {after}.", self._style("dim"), width, 1) if after else []

    def _how_to_resume(self) -> list[Part]:
        """The way on of a run that was cut short, where there is something to go on from."""
        run = self._run
        if not run.epochs or len(run.epochs) >= run.experiment.epochs or run.fired:
            return []
        short = f"cnn-tui resume {run.id} goes on"
        long = f"{key_of('history.resume')} in the history, or cnn-tui resume {run.id} goes on from its last checkpoint"
        return [part(1, long, self._style("accent"), short)]


def duration(seconds: float) -> str:
    """`8.0 s`, from two minutes on `2:05`."""
    return f"{seconds:.1f} s" if seconds < 120 else clock(seconds)
