"""What a run that was interrupted had learned, measured on the test images: from its last checkpoint."""

from __future__ import annotations

from cnn_tui import locks
from cnn_tui.artifacts.weights import KeptWeights, read_weights
from cnn_tui.experiment.training.compiled import answers_of
from cnn_tui.experiment.training.phases import phase_reached
from cnn_tui.history.history import History
from cnn_tui.history.run import Run, finite
from cnn_tui.home import checkpoint_path, log_path
from cnn_tui.training import pipeline
from cnn_tui.training.callbacks.checkpoints import restore
from cnn_tui.training.data.datasets import load
from cnn_tui.training.log import say, send_output_to
from cnn_tui.training.loop import evaluate, finish
from cnn_tui.training.model.build import build


def evaluate_checkpoint(run_id: int) -> int:
    """Evaluate the last checkpoint of an interrupted run and record it; gives 0, or 1 when there is nothing to do."""
    lock = locks.take(locks.run_lock(run_id), wait=5)
    if lock is None:
        say(f"Run {run_id} is trained by another process.")
        return 1
    send_output_to(log_path(run_id))
    with History() as history:
        run = history.run(run_id)
        kept = read_weights(checkpoint_path(run_id), run) if run is not None else None
        if run is None or kept is None or run.status != "interrupted" or not run.has_experiment:
            say(f"Run {run_id} has nothing to evaluate.")
            return 1
        scores = _evaluate(run, kept)
        if not history.record_test(run_id, finite(scores["loss"]), finite(scores.get("accuracy")), kept.epoch):
            return 1
        say(f"Run {run_id}: evaluated from the checkpoint of epoch {kept.epoch}")
    return 0


def _evaluate(run: Run, kept: KeptWeights) -> dict[str, float]:
    training = run.experiment.training
    images = load(run.dataset, run.experiment.data_options, say=say)
    answers = answers_of(run.experiment)
    test = pipeline.evaluation_batches(images.x_test, images.y_test, batch_size=training.batch_size, answers=answers)
    reached = phase_reached(run.experiment, [one.metrics for one in run.epochs[: kept.epoch]])
    model = build(reached.experiment, pretrained=False)  # with the optimizer of that phase
    restore(model, checkpoint_path(run.id), kept)
    finish(model)
    return evaluate(model, test)
