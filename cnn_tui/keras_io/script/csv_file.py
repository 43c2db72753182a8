"""The lines of a Keras script that load a table of labels and pixels (CSV), as `data/csv_file.py` describes one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnn_tui.data import csv_file
from cnn_tui.data.csv_file import CsvTable
from cnn_tui.data.dataset import DataOptions, Dataset
from cnn_tui.keras_io.script.held_out import held_out
from cnn_tui.keras_io.source import CodeLines, call, literal


def table_parts(path: Path, dataset: Dataset, options: DataOptions) -> Iterator[CodeLines]:
    """What loads the table at `path`, which `dataset` describes, and the one beside it. Raises DatasetError."""
    train, test, share, _, validation = csv_file.halves(path, options)
    yield [
        "# Load the dataset: in each line a label and the pixels of an image",
        "def load_table(path):",
        *_loadtxt(train),
        f"    labels = table[:, {train.label_at}].astype(int)",
        f"    images = np.delete(table, {train.label_at}, axis=1)",
        f"    return images.reshape({', '.join(map(str, (-1, *dataset.input_shape)))}), labels",
    ]
    load = call("load_table", [literal(str(path))], before="training_images, training_labels = ")
    for half, table in (("test", test), ("validation", validation)):
        if table is not None:
            load += call("load_table", [literal(str(table.path))], before=f"{half}_images, {half}_labels = ")
    yield load
    if test is None:
        yield from held_out(share)


def _loadtxt(table: CsvTable) -> CodeLines:
    skip = ["skiprows=1"] if table.named else []
    arguments = ["path", 'delimiter=","', *skip, "quotechar='\"'", 'encoding="utf-8-sig"', "ndmin=2"]
    return call("np.loadtxt", arguments, indent=4, before="table = ")
