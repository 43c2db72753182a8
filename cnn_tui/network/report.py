"""A summary in words: rows and totals as Keras writes them, every cell whole."""

from __future__ import annotations

from cnn_tui.network.stack import Shape
from cnn_tui.network.summary import LayerSummary, Summary

TITLES = ("Layer (type)", "Output shape", "Param #")


def keras_shape(shape: Shape) -> str:
    """A shape as Keras prints it, with the batch axis: `(None, 26, 26, 32)`."""
    return f"({', '.join(['None', *map(str, shape)])})"


def row_cells(row: LayerSummary) -> tuple[str, str, str]:
    """Name, output shape and parameters of a row."""
    if not row.enabled:
        return f"{row.name} ({row.type}, switched off)", "-", "0"
    shape = keras_shape(row.output_shape) if row.output_shape is not None else "?"
    return f"{row.name} ({row.type})", shape, f"{row.params:,}" if row.output_shape is not None else "?"


def layer_lines(summary: Summary) -> list[str]:
    """A table of the layers like Keras's."""
    rows = [TITLES, *(row_cells(row) for row in summary.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    return [f"{name:{widths[0]}}  {shape:{widths[1]}}  {params:>{widths[2]}}" for name, shape, params in rows]


def totals(summary: Summary) -> list[tuple[str, int]]:
    """The three totals as Keras words them, with their counts."""
    return [
        ("Total params", summary.total_params),
        ("Trainable params", summary.trainable_params),
        ("Non-trainable params", summary.non_trainable_params),
    ]


def summary_lines(summary: Summary) -> list[str]:
    """The table and the totals; of a stack that cannot be built, what they are at least."""
    floor = "at least " if summary.stuck_at is not None else ""
    return [*layer_lines(summary), *(f"{label}: {floor}{count:,}" for label, count in totals(summary))]


def in_bytes(count: int) -> str:
    """Bytes as Keras prints them: `442.91 KB`."""
    amount = float(count)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.2f} {unit}"
        amount /= 1024
    return f"{amount:.2f} GB"
