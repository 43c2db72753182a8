"""What the epochs of a run came to, as rows of text."""

from __future__ import annotations

from cnn_tui.history.run import Run


def epoch_rows(run: Run) -> list[list[str]]:
    """A row for each epoch under a row of names, Keras's for the metrics; none where no epoch has ended."""
    if not run.epochs:
        return []
    names = list(dict.fromkeys(name for epoch in run.epochs for name in epoch.metrics))
    rows = [["epoch", *names, "seconds", "images/s"]]
    for epoch in run.epochs:
        figures = [f"{epoch.metrics[name]:.4f}" if name in epoch.metrics else "" for name in names]
        rows.append([str(epoch.epoch), *figures, f"{epoch.seconds:.1f}", f"{epoch.images_per_second:,.0f}"])
    return rows
