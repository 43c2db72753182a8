"""Opens Parquet files with pyarrow, and gives their rows some at a time. A broken file is an error in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnn_tui.data.dataset import DatasetError, shown
from cnn_tui.text import reason

MISSING = "pip install 'cnn-tui[parquet]'"
LARGE = 64_000_000
"""Bytes, unpacked, of a column in a group of rows: what is larger is looked at before it is read."""
MOST_PACKED = 20
"""Times that a large column may be as large as in the file. Pictures hardly shrink, for they are packed already."""
_BUFFER = 1_000_000  # bytes: a group of rows is not read in one go


def opened(path: Path) -> Any:
    """The file, opened by pyarrow. Raises DatasetError, OSError."""
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError:
        raise DatasetError(
            f"{shown(path)} is a Parquet file, which pyarrow reads, and that is not installed: {MISSING}."
        ) from None
    try:
        return parquet.ParquetFile(path, buffer_size=_BUFFER)
    except (pyarrow.ArrowException, MemoryError) as error:
        raise _broken(path, error) from None


def rows(
    paths: tuple[Path, ...], columns: tuple[str, ...], at_once: int, bytes_at_once: int | None = None
) -> Iterator[Any]:
    """The rows of some columns, as pyarrow's batches of at most `at_once` and, as far as the file tells before,
    `bytes_at_once`. Raises DatasetError for a broken file, and for one that is made to fill the memory.
    """
    for path in paths:
        with opened(path) as file:
            some = at_once
            if len(columns) == 1:
                largest = _largest_row(file, columns[0], path)
                some = at_once if bytes_at_once is None else max(1, min(at_once, bytes_at_once // largest))
            batches = file.iter_batches(some, columns=list(columns), use_threads=False)
            while (batch := _next(batches, path)) is not None:
                if len(batch.columns) != len(columns):
                    raise DatasetError(f"{shown(path)} has other columns than {shown(paths[0])}. Fetch both again.")
                yield batch
                del batch  # before more is read


def _largest_row(file: Any, name: str, path: Path) -> int:
    """Bytes of a row of a column, unpacked, in the group of rows where they are most on an average."""
    import pyarrow

    largest = 1
    try:
        metadata = file.metadata
        parts = [metadata.schema.column(at).path for at in range(metadata.num_columns)]
        places = [at for at, part in enumerate(parts) if part == name or part.startswith(f"{name}.")]
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            columns = [group.column(at) for at in places]
            for column in columns:
                _check_packing(path, column.total_uncompressed_size, column.total_compressed_size)
            size = sum(column.total_uncompressed_size for column in columns)
            largest = max(largest, size // max(1, group.num_rows))
    except (pyarrow.ArrowException, OSError) as error:
        raise _broken(path, error) from None
    return largest


def _check_packing(path: Path, unpacked: int, packed: int) -> None:
    if unpacked > max(LARGE, MOST_PACKED * packed):
        raise DatasetError(
            f"A column of {shown(path)} takes {packed / 1e6:,.1f} MB there and would take {unpacked / 1e9:,.1f} GB in "
            "memory: it seems to be made to fill it. Fetch the file again, from a place that you trust."
        )


def _next(batches: Iterator[Any], path: Path) -> Any:
    import pyarrow

    try:
        return next(batches, None)
    except (pyarrow.ArrowException, OSError, MemoryError) as error:
        raise _broken(path, error) from None


def _broken(path: Path, error: BaseException) -> DatasetError:
    return DatasetError(f"{shown(path)} is no Parquet file, or a broken one ({reason(error)}). Fetch it again.")
