"""The lines of a Keras script that load Parquet files, as `data/parquet/parquet_file.py` describes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnn_tui.data.dataset import DataOptions, Dataset
from cnn_tui.data.parquet import parquet_file, parquet_pictures
from cnn_tui.data.parquet.parquet_table import ParquetTable
from cnn_tui.keras_io.script.folder import MOST_PIXELS, picture_parts
from cnn_tui.keras_io.script.held_out import held_out
from cnn_tui.keras_io.source import CodeLines, call, literal

_PARQUET = "import pyarrow.parquet as pq"


def parquet_imports(path: Path, options: DataOptions) -> tuple[str, ...]:
    """What the lines need. Raises DatasetError."""
    if not parquet_file.halves(path, options).train.picture:
        return ("import numpy as np", _PARQUET)
    return ("import contextlib", "import io", "import numpy as np", _PARQUET, "from PIL import Image, ImageOps")


def parquet_parts(path: Path, dataset: Dataset, options: DataOptions) -> Iterator[CodeLines]:
    """What loads the table at `path`, which `dataset` describes, and the one beside it. Raises DatasetError."""
    halves = parquet_file.halves(path, options)
    train, test, share, validation = halves
    if train.picture:
        survey = parquet_pictures.survey(halves.paths, train.picture)
        if survey.huge:
            yield [MOST_PIXELS]
        yield from picture_parts(dataset, survey, survey.top or 0, options.fit == "crop")
        yield _load_table_of_pictures(train)
    else:
        yield _load_table_of_pixels(train, dataset)
    yield [
        "# Load the dataset: in each row a label and an image",
        *_load(train, "training"),
        *(() if test is None else _load(test, "test")),
        *(() if validation is None else _load(validation, "validation")),
    ]
    if test is None:
        yield from held_out(share)


def _load(table: ParquetTable, half: str) -> list[str]:
    paths = [literal(str(path)) for path in table.paths]
    return call("load_table", paths, before=f"{half}_images, {half}_labels = ")


def _load_table_of_pixels(table: ParquetTable, dataset: Dataset) -> CodeLines:
    shape = ", ".join(map(str, (-1, *dataset.input_shape)))
    labels = f"table[{literal(table.label)}]"
    if table.in_words:
        labels = f"[numbers[word] for word in {labels}.to_pylist()]"
    return [
        "def load_table(*paths):",
        "    tables = [pq.read_table(path) for path in paths]",
        *(_numbering(table) if table.in_words else ()),
        f"    labels = np.concatenate([{labels} for table in tables])",
        f"    pixels = [table.drop_columns([{literal(table.label)}]).columns for table in tables]",
        "    images = np.concatenate([np.stack(columns, axis=1) for columns in pixels])",
        f"    return images.reshape({shape}), labels",
    ]


def _load_table_of_pictures(table: ParquetTable) -> CodeLines:
    label, picture = literal(table.label), literal(table.picture)
    content = 'value["bytes"]' if table.in_struct else "value"
    number = "numbers[label]" if table.in_words else "label"
    return [
        "def load_table(*paths):",
        *(_numbering(table) if table.in_words else ()),
        "    listed = []",
        "    for path in paths:",
        f"        table = pq.read_table(path, columns=[{picture}, {label}])",
        f"        values, labels = table[{picture}].to_pylist(), table[{label}].to_pylist()",
        f"        listed += [(io.BytesIO({content}), {number}) for value, label in zip(values, labels)]",
        "    return load_pictures(listed)",
    ]


def _numbering(table: ParquetTable) -> CodeLines:
    """What gives each word that is a label its number."""
    return [
        *call("", map(literal, table.names), indent=4, before="words = "),
        "    numbers = {word: number for number, word in enumerate(words)}",
    ]
