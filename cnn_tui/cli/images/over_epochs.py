"""`cnn-tui predict RUN --image N --epochs`: what a run said of a test image after each epoch that it has kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cnn_tui.analysis.learned import Learned
from cnn_tui.artifacts.kept_epochs import epochs_and_end, why_not_kept
from cnn_tui.artifacts.predictions import open_predictions
from cnn_tui.cli.images.explaining import kept_of
from cnn_tui.cli.images.image_prediction import ImagePrediction, name_of, predicted
from cnn_tui.cli.printing import bold, lines_of_charts, styled
from cnn_tui.cli.streams import UserError, columns_of, is_terminal
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.reports.chart.learned_chart import learned_chart
from cnn_tui.text import fitted, padded, quiet, wrapped

_ROWS = 14
_MOST_LISTED = 30


class OverEpochs:
    """A test image over the epochs of a run. Raises UserError where none are kept, or there is no such image."""

    def __init__(self, client: ExplainClient, run: Run, file: Path | None, image: str | None) -> None:
        if len(epochs_and_end(run)) < 2:
            raise UserError(why_not_kept(run, 1) or f"run {run.id} kept the weights of its last epoch alone")
        answer = predicted(client, run, file, image)
        if answer.image is None:
            raise UserError("--epochs looks at test images, of which it is known what they are: give --image N")
        self.run, self.image, self.answer = run, answer.image, answer
        places = epochs_and_end(run)
        said = [kept_of(client, run, open_predictions, epoch) for epoch in places]
        self.learned = Learned([epoch or len(run.epochs) for epoch in places], said)

    def to_json(self) -> dict[str, Any]:
        """What was said after each epoch, since which one it is right for good, and the same of all test images."""
        learned, answer = self.learned, self.answer
        wrong = learned.since.count(0)
        return {
            "run": self.run.id,
            "image": self.image,
            "true_label": answer.label,
            "true_class": _true_name(answer),
            "classes": answer.names,
            "epochs": [self._epoch_json(at) for at in range(len(learned.epochs))],
            "right_since": learned.since[self.image] or None,
            "forgotten": self.image in learned.forgotten,
            "all_images": {
                "right_since": [{"epoch": epoch, "images": learned.since.count(epoch)} for epoch in learned.epochs],
                "forgotten": learned.forgotten,
                "never_right": wrong - len(learned.forgotten),
            },
        }

    def _epoch_json(self, at: int) -> dict[str, Any]:
        said = self.learned.said[at]
        predicted_label = said.predicted[self.image]
        return {
            "epoch": self.learned.epochs[at],
            "predicted_label": predicted_label,
            "predicted_class": said.class_names[predicted_label],
            "right": predicted_label == self.answer.label,
            "probabilities": said.probabilities(self.image),
        }

    def to_text(self) -> str:
        """The probabilities as curves, what was said after each epoch, and when images were learned and forgotten."""
        learned, names = self.learned, self.answer.names
        width = min(100, columns_of(sys.stdout)) if is_terminal(sys.stdout) else 80
        chart = learned_chart(learned, self.image, names, width, _ROWS, lines_of_charts(sys.stdout))
        lines = [bold(f"{self.answer.title}, {quiet(_true_name(self.answer), 60)}, over the epochs")]
        lines += ["".join(styled(quiet(words), style) for words, style in line) for line in chart]
        lines += ["", *self._rows(), "", *wrapped(learned.of_image(self.image), width)]
        for sentence in [*learned.of_all(), *self._forgotten()]:
            lines += wrapped(sentence, width)
        return "\n".join(lines)

    def _rows(self) -> list[str]:
        """A line for each epoch."""
        rows = []
        for epoch, said in zip(self.learned.epochs, self.learned.said, strict=True):
            label, shares = said.predicted[self.image], said.probabilities(self.image)
            right = "right" if label == self.answer.label else "wrong"
            number, name = padded(str(epoch), 3, right=True), fitted(said.class_names[label], 30)
            rows.append(f"epoch {number}  {right}  {shares[label]:6.1%}  {name}")
        return rows

    def _forgotten(self) -> list[str]:
        found = self.learned.forgotten
        if not found:
            return []
        shown = ", ".join(map(str, found[:_MOST_LISTED]))
        more = f", and {len(found) - _MOST_LISTED:,} more" if len(found) > _MOST_LISTED else ""
        return [f"Forgotten, by their numbers: {shown}{more}."]


def _true_name(answer: ImagePrediction) -> str:
    return "" if answer.label is None else name_of(answer, answer.label)
