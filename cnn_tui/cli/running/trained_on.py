"""A run that came to its end is trained on from an epoch that it kept: as a run of its own, so that it stays."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cnn_tui.artifacts.kept_epochs import kept_epochs, listed, saved_epoch_path, why_not_kept
from cnn_tui.cli.images.explaining import explain_errors, require_model
from cnn_tui.cli.streams import UserError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.names import lengthened
from cnn_tui.experiment.training.phases import left_after
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.answers import Done
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import SaveEpoch


def require_left(run: Run, epoch: int | None) -> None:
    """Raises UserError where a run that came to its end has nothing to be trained on from after that epoch."""
    if epoch is None:
        kept = kept_epochs(run)[:-1]
        way = f"; --epoch N trains on from what it kept, {listed(kept)}, as a run of its own" if kept else ""
        raise UserError(f"run {run.id} has reached its end: there is nothing to go on with{way}")
    require_model(run)
    if missing := why_not_kept(run, epoch):
        raise UserError(missing)
    if left_after(run.experiment, _metrics(run, epoch)) is None:
        raise UserError(f"run {run.id} has no epoch left after epoch {epoch}: name one before it")


def trained_on(run: Run, epoch: int) -> Experiment:
    """The run's experiment, its epochs those that come after that one, which it starts from. Raises UserError."""
    with ExplainClient() as client, explain_errors():
        client.ask(SaveEpoch(run.id, epoch), Done)
    left = left_after(run.experiment, _metrics(run, epoch))
    assert left is not None, "require_left has looked"
    name = lengthened(run.experiment.name, f"on from epoch {epoch} of run {run.id}")
    weights = str(saved_epoch_path(run.id, epoch).absolute())
    return msgspec.structs.replace(left, name=name, weights=weights, weights_digest=None)


def _metrics(run: Run, epoch: int) -> list[Mapping[str, float]]:
    return [one.metrics for one in run.epochs[:epoch]]
