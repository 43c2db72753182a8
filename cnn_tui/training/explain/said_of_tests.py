"""What a run says of all its test images with the weights of an epoch: worked out a moment at a time, then kept."""

from __future__ import annotations

import time
from typing import Any

from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.network import shapes
from cnn_tui.training.data.datasets import Images, load
from cnn_tui.training.explain.keep_files import AskedImages, keep_said
from cnn_tui.training.explain.model import TrainedModel
from cnn_tui.training.log import say


class SaidOfTests:
    """The work for one epoch of a run, 0 for its end."""

    def __init__(self, run: Run, epoch: int, model: TrainedModel, before: SaidOfTests | None = None) -> None:
        """`before` is the work that was done last: another epoch of the same run has the same images.

        Raises ExplainError where the images are not those that the run has learned from.
        """
        self.run, self.epoch, self.model = run, epoch, model
        same = before is not None and before.run.id == run.id and before.model is model
        self._images: Images = (
            before._images
            if before is not None and same
            else load(run.dataset, run.experiment.data_options, download=False, say=say)
        )
        shape = self._images.x_test.shape[1:]
        if tuple(shape) != model.input_shape:
            raise ExplainError(
                f"the test images of {run.dataset} are {shapes.show(shape)} now, "
                f"and run {run.id} learned from {shapes.show(model.input_shape)}"
            )
        self._asked = AskedImages(model.model, self._images.x_test)

    def is_of(self, run_id: int, epoch: int, model: TrainedModel) -> bool:
        return (self.run.id, self.epoch) == (run_id, epoch) and self.model is model

    @property
    def done(self) -> int:
        return self._asked.done

    @property
    def total(self) -> int:
        return len(self._images.x_test)

    def work(self, seconds: float) -> None:
        """Ask about more images, a batch at least and for about so many seconds; of all of them it is kept.

        The model has the weights of the epoch.
        """
        ends = time.monotonic() + seconds
        while not self._asked.is_whole:
            self._asked.ask_more()
            if time.monotonic() > ends:
                break
        if self._asked.is_whole:
            self._keep()

    def _keep(self) -> None:
        run, images = self.run, self._images
        # A run that ended before it was evaluated has no loss, and nor has an epoch.
        scores: dict[str, Any] = {"loss": run.test_loss} if run.test_loss is not None and not self.epoch else {}
        training, names = run.experiment.training, images.dataset.class_names
        told = (images.x_test, images.y_test, run.id, training, names, scores)
        keep_said(self.model.model, self._asked.said, *told, epoch=self.epoch)
