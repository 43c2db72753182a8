"""Over how many seeds: the number as it is typed."""

from __future__ import annotations

from cnn_tui.experiment.file_errors import found

USUAL_SEEDS = 3
MOST_SEEDS = 100


def seeds_typed(text: str, least: int = 1) -> int:
    """How many seeds were asked for. Raises ValueError with a sentence."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= MOST_SEEDS:
        return int(text)
    raise ValueError(f"how many seeds must be a whole number from {least} to {MOST_SEEDS}, not {found(text)}")
