"""What was tried in a run, on its page: its data, settings and layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnn_tui.analysis.lost_number import blind_rules
from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images import image_ranges
from cnn_tui.experiment.training import class_weights, keeping, schedule, start_weights
from cnn_tui.experiment.training.phases import phases_in_words
from cnn_tui.experiment.training.training import Training
from cnn_tui.history.run import Run
from cnn_tui.network.diff import arguments
from cnn_tui.network.summary import LayerSummary, keras_shape, summarize
from cnn_tui.reports.blocks import (
    Block,
    Fact,
    Heading,
    Paragraph,
    TextTable,
)
from cnn_tui.text import counted, moment, quiet, sentence


def experiment_blocks(run: Run) -> Iterator[Block]:
    yield Heading("Experiment")
    if not run.has_experiment:
        yield Paragraph("It cannot be read.", style="dim")
        return
    training = run.experiment.training
    images = f", {_images(run)}" if run.train_images else ""
    asked = f" (asked for: {run.experiment.dataset})" if run.dataset != run.experiment.dataset else ""
    yield Fact("data", run.dataset + asked + images)
    if run.experiment.leave_out:
        yield Fact("leaves out", f"{image_ranges.in_words(run.experiment.leave_out)} of its training images")
    steps = "" if training.steps_per_epoch is None else f" of {counted(training.steps_per_epoch, 'batch', 'batches')}"
    is_said = training.validation_steps is not None or training.vary_validation
    some = f" ({training.watched})" if is_said and training.watched else ""
    yield Fact(
        "training",
        f"{counted(training.epochs, 'epoch')}{steps}, batch {training.batch_size}, "
        f"{_optimizer(run.experiment)}, {_loss(training)}, "
        f"{training.precision}, validation {quiet(str(training.validation), 200)}{some}",
    )
    yield Fact("starts from", start_weights.in_words(run.experiment))
    if training.schedule is not None:
        yield Fact("learning rate", schedule.in_words(training.schedule))
    yield from (Fact("then", words) for words in phases_in_words(run.experiment))
    yield Fact("metrics", ", ".join(training.metrics))
    yield Fact("seed", "random" if run.seed is None else str(run.seed))
    blind = blind_rules(run)
    rules = [f"{rule}{' (cannot fire: it is not a number)' if rule in blind else ''}" for rule in run.experiment.stop]
    yield Fact("stop when", ", ".join(rules))
    if training.keep != keeping.LAST:
        yield Fact("keeps weights", f"of epochs: {training.keep}; at most {training.keep_at_most:,} MB")
    yield Fact("queued", moment(run.created))
    yield Paragraph()
    yield from _layers(run)


def _images(run: Run) -> str:
    """How many images the run has of each kind."""
    held_out = f", {run.validation_images:,} validation" if run.validation_images else ""
    if not run.is_tested_on_others:
        return f"{run.train_images:,} training{held_out} images, and tested on what it learned from"
    return f"{run.train_images:,} training{held_out} and {run.test_images:,} test images"


def _optimizer(experiment: Experiment) -> str:
    """`sgd 0.01, momentum 0.9`: the optimizer, where its learning rate begins, and its other arguments."""
    rate, *others = experiment.training.optimizer_arguments.items()
    words = (name if value is True else f"{name} {value:g}" for name, value in others)
    return ", ".join([f"{experiment.training.optimizer} {rate[1]:g}", *words])


def _loss(training: Training) -> str:
    """The loss, with what of its arguments is not as usual."""
    more: list[str] = [training.loss]
    more += ["from logits"] if training.from_logits else []
    more += [f"label smoothing {training.label_smoothing:g}"] if training.label_smoothing else []
    more += [f"class weights {class_weights.shown(training.class_weight)}"] if training.class_weight else []
    return ", ".join(more)


def _layers(run: Run) -> Iterator[Block]:
    unknown = ""
    try:
        rows: Sequence[LayerSummary] = summarize(run.experiment.stack).rows
    except DatasetError as error:  # the page of a run whose dataset is gone has no shapes
        rows, unknown = (), sentence(f"their shapes are unknown now: {error}")
    cells = []
    for at, layer in enumerate(run.experiment.layers):
        row = rows[at] if at < len(rows) and layer.enabled else None
        words = f"{'' if layer.enabled else 'off  '}{arguments(layer)}"
        shape = keras_shape(row.output_shape) if row is not None and row.output_shape is not None else ""
        cells.append((str(at + 1), layer.type, words, shape, f"{row.params:,}" if row is not None else ""))
    yield TextTable((), cells, right=(0, 4))
    if unknown:
        yield Paragraph(unknown, style="dim")
