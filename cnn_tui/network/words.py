"""Words that every room needs: counts, and sentences that end."""

from __future__ import annotations


def counted(count: int, what: str, several: str = "") -> str:
    """`1 run`, `2,000 runs`; `several` is the plural where it is not `what` with an s."""
    return f"{count:,} {what if count == 1 else several or what + 's'}"


def sentence(words: str) -> str:
    """Words that begin with a capital and end with a full stop, unless they end a sentence already."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
