"""Opens Parquet files with pyarrow, and gives their rows some at a time. A broken file is an error in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnn_tui.data.dataset import DatasetError, shown
from cnn_tui.text import reason

MISSING = "pip install 'cnn-tui[parquet]'"


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
        return parquet.ParquetFile(path)
    except (pyarrow.ArrowException, MemoryError) as error:
        raise _broken(path, error) from None


def rows(paths: tuple[Path, ...], columns: tuple[str, ...], at_once: int) -> Iterator[Any]:
    """The rows of some columns, as pyarrow's batches of at most `at_once`. Raises DatasetError for a broken file."""
    for path in paths:
        with opened(path) as file:
            batches = file.iter_batches(at_once, columns=list(columns), use_threads=False)
            while (batch := _next(batches, path)) is not None:
                if len(batch.columns) != len(columns):
                    raise DatasetError(f"{shown(path)} has other columns than {shown(paths[0])}. Fetch both again.")
                yield batch


def _next(batches: Iterator[Any], path: Path) -> Any:
    import pyarrow

    try:
        return next(batches, None)
    except (pyarrow.ArrowException, OSError, MemoryError) as error:
        raise _broken(path, error) from None


def _broken(path: Path, error: BaseException) -> DatasetError:
    return DatasetError(f"{shown(path)} is no Parquet file, or a broken one ({reason(error)}). Fetch it again.")
