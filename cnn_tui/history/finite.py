"""Numbers as JSON and SQLite can hold them: neither has NaN or the infinities."""

from __future__ import annotations

import math
from typing import Any


def finite(value: Any) -> float | None:
    """A number; None for what is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def without_nan(value: Any) -> Any:
    """Plain data with None in place of every number that is none. Tuples become lists, as in JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: without_nan(inner) for key, inner in value.items()}
    return [without_nan(inner) for inner in value] if isinstance(value, list | tuple) else value
