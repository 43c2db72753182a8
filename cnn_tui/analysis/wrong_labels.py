"""An experiment without the images whose labels are marked as wrong: whether they matter, a verdict on both tells."""

from __future__ import annotations

import msgspec

from cnn_tui.artifacts.suspects import Suspects
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_parts import on_stand_in
from cnn_tui.experiment.images.image_ranges import compact, ranges_of
from cnn_tui.experiment.names import named_by_difference
from cnn_tui.history.history import History
from cnn_tui.history.image_marks import wrongly_labelled
from cnn_tui.history.run import Run


class NoMarksError(ValueError):
    """No image is marked, or none that an experiment learns from; the message is a sentence without its end."""


def without_wrong(history: History, run: Run, experiment: Experiment | None = None) -> Experiment:
    """An experiment, else that of a run, which learns from none of the images marked as wrong in the run's suspects.

    Images are known by their numbers, so its dataset is the one that the run was trained on, also where that had stood
    in for another. Raises NoMarksError.
    """
    experiment = experiment or run.experiment
    if experiment.dataset not in (run.dataset, run.experiment.dataset):
        raise NoMarksError(
            f"the marks are of images of {run.dataset}, which run {run.id} was trained on, and not of "
            f"{experiment.dataset}"
        )
    try:
        images = Suspects(run.id).header.images
    except RawFileError:
        raise NoMarksError(f"no suspects of run {run.id} were looked for") from None
    experiment = on_stand_in(experiment, run.dataset)
    marked = wrongly_labelled(history, images)
    left_out = ranges_of(experiment.leave_out)
    if all(any(span.first <= one <= span.last for span in left_out) for one in marked):
        raise NoMarksError(
            f"no more images are marked as wrong among the suspects of run {run.id}"
            if experiment.leave_out
            else f"no image is marked as wrong among the suspects of run {run.id}"
        )
    options = {"dataset": run.dataset, "leave_out": compact([*left_out, *marked])}
    return named_by_difference(msgspec.structs.replace(experiment, **options), experiment)
