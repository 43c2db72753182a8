"""The models of runs in memory: the last few that were asked about."""

from __future__ import annotations

from typing import Any

from cnn_tui.artifacts.kept_epochs import epoch_path, why_not_kept
from cnn_tui.artifacts.predictions import model_stamp
from cnn_tui.artifacts.weights import no_model
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import model_path
from cnn_tui.jobs.explain.protocol import ExplainError

_MOST = 4
"""Models that are kept in memory."""


def find_run(run_id: int) -> Run:
    """A run of the history. Raises ExplainError when there is none of that number."""
    with History() as history:
        run = history.run(run_id)
    if run is None:
        raise ExplainError(f"there is no run {run_id}", wrong=True)
    return run


class RunModels:
    """Loads models when they are asked for. TensorFlow is loaded with the first."""

    def __init__(self) -> None:
        self._models: dict[tuple[int, tuple[int, int]], Any] = {}

    def in_memory(self) -> list[Any]:
        """Those that are loaded now."""
        return list(self._models.values())

    def with_weights(self, run_id: int, epoch: int = 0) -> Any:
        """The model of a run, with the weights of an epoch that it has kept, or those of its end."""
        model = self.loaded(run_id)
        if epoch and (missing := why_not_kept(find_run(run_id), epoch)):
            raise ExplainError(missing, wrong=True)
        model.have_weights(epoch_path(run_id, epoch) if epoch else None)
        return model

    def loaded(self, run_id: int) -> Any:
        """The model of a run, with the weights that were asked for last: for whoever asks what it is made of."""
        path = model_path(run_id)
        stamp = model_stamp(path)
        if stamp is None:
            missing = no_model(find_run(run_id))
            raise ExplainError(
                missing.why if missing else "the model is being written", wrong=not missing or not missing.lost
            )
        from cnn_tui.training.explain.model import TrainedModel

        key = (run_id, stamp)
        if key not in self._models:
            while len(self._models) >= _MOST:
                del self._models[next(iter(self._models))]
            self._models[key] = TrainedModel(path)
        return self._models[key]
