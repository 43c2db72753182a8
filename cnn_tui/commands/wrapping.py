"""Text in lines that fit a terminal, wide characters counted as the two columns that they take."""

from __future__ import annotations


def wrap(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` columns, broken between words, and inside a word that is longer than a line."""
    from rich.cells import cell_len, chop_cells

    lines = [""]
    for word in text.split(" "):
        first, *rest = chop_cells(word, width) if cell_len(word) > width else [word]
        if not lines[-1]:
            lines[-1] = first
        elif cell_len(lines[-1]) + 1 + cell_len(first) <= width:
            lines[-1] += f" {first}"
        else:
            lines.append(first)
        lines += rest
    return lines
