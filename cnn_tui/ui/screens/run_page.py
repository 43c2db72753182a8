"""A run's page: all that is recorded of it."""

from __future__ import annotations

import datetime

from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from cnn_tui.experiments.home import log_path, model_path
from cnn_tui.experiments.run import Run
from cnn_tui.network.diff import arguments
from cnn_tui.ui.lines import inert
from cnn_tui.ui.panes.history import figure


def run_page(run: Run) -> RenderableType:
    """All that is recorded of a run."""
    return Group(_facts(run), Text(), _layers(run), Text(), _epochs(run))


def _facts(run: Run) -> RichTable:
    training = run.experiment.training
    grid = _grid()
    rows: list[tuple[str, str]] = [
        ("name", run.name),
        ("status", run.status + (f": {run.stop_cause}" if run.stop_cause else "")),
        ("test", f"accuracy {figure(run.test_accuracy) or '?'}, loss {figure(run.test_loss) or '?'}"),
        ("data", f"{run.dataset}, {run.train_images:,} training and {run.test_images:,} test images"),
        ("network", f"{run.params:,} parameters, fingerprint {run.fingerprint}"),
        (
            "training",
            f"{training.epochs} epochs, batch {training.batch_size}, {training.optimizer} {training.learning_rate:g}, "
            f"{training.precision}, validation {training.validation}, seed {run.seed}",
        ),
        ("stop rules", ", ".join(str(rule) for rule in run.experiment.stop) or "none"),
        ("started", datetime.datetime.fromtimestamp(run.created).isoformat(" ", "minutes")),
        ("trained for", f"{run.seconds:.1f} s"),
        ("note", run.note),
        ("environment", ", ".join(f"{key} {value}" for key, value in run.environment.items())),
        ("model", str(model_path(run.id))),
        ("log", str(log_path(run.id))),
    ]
    for label, value in rows:
        if value:
            grid.add_row(Text(label, "dim"), Text(inert(value)))
    return grid


def _layers(run: Run) -> RichTable:
    grid = _grid()
    for at, layer in enumerate(run.experiment.layers, 1):
        words = arguments(layer) if layer.enabled else f"off  {arguments(layer)}"
        grid.add_row(Text(f"layer {at}", "dim"), Text(f"{layer.type}  {words}"))
    return grid


def _epochs(run: Run) -> RichTable:
    names = list(dict.fromkeys(name for epoch in run.epochs for name in epoch.metrics))
    table = RichTable(box=None, pad_edge=False, header_style="dim")
    for title in ("epoch", *names, "seconds", "images/s"):
        table.add_column(title, justify="right")
    for epoch in run.epochs:
        values = [f"{epoch.metrics[name]:.4f}" if name in epoch.metrics else "" for name in names]
        table.add_row(str(epoch.epoch), *values, f"{epoch.seconds:.1f}", f"{epoch.images_per_second:,.0f}")
    return table


def _grid() -> RichTable:
    grid = RichTable.grid(padding=(0, 2))
    grid.add_column(width=12)
    grid.add_column(ratio=1)
    return grid
