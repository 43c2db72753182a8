"""A comparison of runs, or of groups of repeats: its rows, its layers, as JSON."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

from cnn_tui.history.conditions import Conditions
from cnn_tui.network.diff import DiffLine

RowGroup: TypeAlias = Literal["data", "training", "machine", "result"]
CellValue: TypeAlias = str | int | float | None


class ComparisonRow(NamedTuple):
    """One line of a comparison: a value for each run, and its change against the baseline where that is a number."""

    key: str
    group: RowGroup
    values: tuple[CellValue, ...]
    changes: tuple[float | None, ...]
    digits: int | None = None
    """Digits after the point; None for whole numbers and words."""
    deviations: tuple[float | None, ...] = ()
    """Of results: the standard deviation over the seeds, where a column is of several runs, whose mean the value is."""

    @property
    def differs(self) -> bool:
        """Whether the runs have different values. A value that is not known (None) differs only in a row of results."""
        return len({value for value in self.values if value is not None or self.group == "result"}) > 1

    def shown(self, at: int) -> str:
        """The value of a run as a person reads it."""
        value = self.values[at]
        if value is None or isinstance(value, str):
            return value or ""
        if self.group != "result":
            return str(value)
        shown = f"{value:,}" if self.digits is None else f"{value:,.{self.digits}f}"
        deviation = self.deviations[at] if self.deviations else None
        return shown if deviation is None or self.digits is None else f"{shown} ± {deviation:.{self.digits}f}"

    def change_shown(self, at: int) -> str:
        """The change against the baseline with its sign; "" where there is none."""
        change = self.changes[at]
        if change is None:
            return ""
        return f"{change:+,}" if self.digits is None else f"{change:+,.{self.digits}f}"


class LayerDiff(NamedTuple):
    """The layers of a run beside the baseline's. When they are the same network, the sign of every line is a blank."""

    run: int
    lines: tuple[DiffLine, ...]

    @property
    def differs(self) -> bool:
        return any(line.sign != " " for line in self.lines)


class Comparison(NamedTuple):
    """Runs side by side, or groups of repeats. The first row tells the dataset and its images."""

    runs: tuple[int, ...]
    """The run of each column; of a group, the first."""
    names: tuple[str, ...]
    baseline: int
    """The run that the others are compared with."""
    rows: tuple[ComparisonRow, ...]
    layers: tuple[LayerDiff, ...]
    not_trained: tuple[int, ...] = ()
    """The runs that were never trained: those that wait, left the queue, or failed before an image was loaded."""
    other_data: bool = False
    """Whether the runs that were trained had different images, others than those that are left out."""
    conditions: tuple[Conditions, ...] = ()
    """What the figures of each were made with."""
    groups: tuple[tuple[int, ...], ...] = ()
    """All the runs of each column."""

    def remark(self) -> str:
        """A sentence that names the runs without figures, which were not trained; "" when there are none."""
        if not self.not_trained:
            return ""
        some = ", ".join(map(str, self.not_trained))
        return f"run {some} was not trained" if len(self.not_trained) == 1 else f"runs {some} were not trained"

    def shown(self, everything: bool = False) -> tuple[ComparisonRow, ...]:
        """The rows in which the runs differ, or all rows."""
        return tuple(row for row in self.rows if everything or row.differs)

    def to_json(self, everything: bool = False) -> dict[str, Any]:
        """As `cnn-tui compare --json` prints it."""
        several = any(len(one) > 1 for one in self.groups)
        rows = [
            {"key": row.key, "group": row.group, "values": row.values, "changes": row.changes}
            | ({"deviations": row.deviations} if several and row.deviations else {})
            for row in self.shown(everything)
        ]
        layers = [
            {"run": diff.run, "lines": [line._asdict() for line in diff.lines if everything or line.sign != " "]}
            for diff in self.layers
        ]
        return {
            "runs": self.runs,
            "names": self.names,
            "baseline": self.baseline,
            "not_trained": self.not_trained,
            "conditions": [one.to_json() for one in self.conditions],
            "rows": rows,
            "layers": layers,
            "groups": self.groups,
        }
