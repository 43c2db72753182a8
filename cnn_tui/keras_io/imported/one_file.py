"""How a dataset is made of files of which a script takes several together, in a line of Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from cnn_tui.keras_io.code.code_table import CodeTable
from cnn_tui.keras_io.code.values import Unknown
from cnn_tui.text import quiet

ARRAYS_IN_ONE = 'np.savez("data.npz", x_train=x, y_train=y, x_test=v, y_test=w) writes one'
"""What NumPy is told, whatever the script calls its arrays."""
_WHERE = "where the first line of each names its columns"
_MOST = 4


def tables_in_one(table: CodeTable) -> str:
    """What is said of tables that a script puts together, with what pandas is told to make one file of them."""
    shown = quiet(str(table), 160)
    words = f"the tables that it trains on are put together there, {shown}: set the dataset to one file of all"
    if not 1 < len(table.paths) <= _MOST:
        return words
    axis = ", axis=1" if table.is_beside else ""
    line = f'pd.concat([{_read(table.paths)}]{axis}).to_csv("all.csv", index=False)'
    return f"{words}, as {line} writes it {_WHERE}"


def labels_elsewhere(images: Unknown, table: CodeTable, labels: object) -> str:
    """What is said of images whose labels are in another table; "" where they are not, or that is not known."""
    other = labels.table if isinstance(labels, Unknown) else None
    if other is None or table.joined_at or other.joined_at or len(table.paths) != 1 or len(other.paths) != 1:
        return ""
    if other.paths == table.paths:
        return ""
    pixels, kinds = _read(table.paths), _read(other.paths)
    return (
        f"the images that it trains on are in {quiet(str(table), 60)} ({images.place}) and their labels in "
        f"{quiet(str(other), 60)}: set the dataset to one file of both, as "
        f'pd.concat([{kinds}.iloc[:, -1].rename("label"), {pixels}], axis=1).to_csv("all.csv", index=False) writes it '
        f"{_WHERE}"
    )


def _read(paths: Sequence[str]) -> str:
    names = (quiet(PurePosixPath(path.replace("\\", "/")).name, 40) for path in paths)
    return ", ".join(f'pd.read_csv("{name}")' for name in names)
