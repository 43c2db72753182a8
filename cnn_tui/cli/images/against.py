"""`cnn-tui predict RUN --against RUN`: the test images on which two runs differ, or both on one image."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cnn_tui.analysis.chance.tested_images import on_same_images
from cnn_tui.analysis.differing import Differing, differing, divided_in_words
from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.cli.images.explaining import kept_of
from cnn_tui.cli.images.image_prediction import ImagePrediction, predicted, to_json
from cnn_tui.cli.images.pictures import drawn
from cnn_tui.cli.images.prediction_text import bars, said_of_it
from cnn_tui.cli.printing import bold, table
from cnn_tui.cli.streams import UserError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.text import fitted, quiet, sentence
from cnn_tui.ui.widgets.image import draw

_MOST_LISTED = 30


class TwoRuns:
    """Two runs, and what both say of the test images. Raises UserError where they were not tested on the same ones."""

    def __init__(self, client: ExplainClient, run: Run, other: Run) -> None:
        _must_differ(run, other)
        self.runs = (run, other)
        self.ours, self.theirs = (kept_of(client, one, open_predictions, 0) for one in self.runs)
        found = on_same_images(run.id, other.id, self.ours, self.theirs)
        if found is None:
            raise UserError(_other_images(run, other))
        self.test = found
        self.differing = differing(self.ours, self.theirs)

    def to_json(self) -> dict[str, Any]:
        """McNemar's test and all images on which they differ: lists of two are in the order of `runs`."""
        return {
            "runs": [run.id for run in self.runs],
            "on_same_images": self.test.to_json(),
            "differing": [self._image_json(one) for one in self.differing],
        }

    def _image_json(self, one: Differing) -> dict[str, Any]:
        return {
            "image": one.image,
            "true_label": one.label,
            "true_class": _name(self.ours, one.label),
            "predicted_labels": one.said,
            "predicted_classes": [_name(self.ours, said) for said in one.said],
            "probabilities_of_true": one.shares,
        }

    def to_text(self) -> str:
        """The test and a table of the images, those first on which they are furthest apart."""
        run, other = self.runs
        shown = self.differing[:_MOST_LISTED]
        lines = [
            bold(f"Run {run.id}, {quiet(run.name)}, against run {other.id}, {quiet(other.name)}"),
            sentence(self.test.in_words()),
            divided_in_words(self.differing),
        ]
        if shown:
            lines += ["", *table([self._heading, *map(self._row, shown)], right=[0, 3, 5])]
        if len(shown) < len(self.differing):
            lines.append(f"These {len(shown)} are furthest apart on the true class; --json lists all.")
        return "\n".join(lines)

    @property
    def _heading(self) -> tuple[str, ...]:
        run, other = (f"run {run.id}" for run in self.runs)
        return ("test image", "it is", f"{run} says", "true class", f"{other} says", "true class")

    def _row(self, one: Differing) -> tuple[str, ...]:
        (ours, theirs), (share, their_share) = one.said, one.shares
        names = [fitted(_name(self.ours, at), 24) for at in (one.label, ours, theirs)]
        return (f"{one.image}", names[0], names[1], f"{share:.1%}", names[2], f"{their_share:.1%}")


def of_image(
    client: ExplainClient, runs: tuple[Run, Run], file: Path | None, image: str | None
) -> tuple[ImagePrediction, ...]:
    """What each run says of a test image, or of a picture. Raises UserError where the images are not the same."""
    _must_differ(*runs)
    answers = tuple(predicted(client, run, file, image) for run in runs)
    if any(one.picture != answers[0].picture or one.label != answers[0].label for one in answers if not one.file):
        raise UserError(_other_images(*runs))
    return answers


def both_to_json(answers: Sequence[ImagePrediction]) -> dict[str, Any]:
    """What `predict --json` gives, of each run."""
    return {"runs": [one.run for one in answers], "predictions": [to_json(one) for one in answers]}


def both_to_text(answers: Sequence[ImagePrediction]) -> str:
    """The image, and what each of the runs says of it."""
    first = answers[0]
    runs = " and ".join(str(one.run) for one in answers)
    lines = [bold(f"Runs {runs}: {quiet(first.what)}"), *drawn(partial(draw, first.picture))]
    for one in answers:
        lines += ["", bold(f"Run {one.run}"), *said_of_it(one), *bars(one)]
    return "\n".join(lines)


def _must_differ(run: Run, other: Run) -> None:
    if run.id == other.id:
        raise UserError(f"run {run.id} against itself: name another run")


def _other_images(run: Run, other: Run) -> str:
    whole = run.conditions.in_words() == other.conditions.in_words()  # then only their folders differ
    return (
        f"runs {run.id} and {other.id} were not tested on the same images: "
        f"{quiet(run.conditions.in_words(whole=whole))}, and {quiet(other.conditions.in_words(whole=whole))}"
    )


def _name(predictions: Predictions, label: int) -> str:
    return predictions.class_names[label] if label < len(predictions.class_names) else str(label)
