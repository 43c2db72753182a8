"""Text from outside, a name or what a file says, made inert: nothing in it moves the cursor or colours a line."""

from __future__ import annotations


def escaped(text: str) -> str:
    """The whole text with all that is not printed escaped: control characters, marks that turn the direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def quiet(text: str, limit: int = 200) -> str:
    """The text `escaped` and cut to `limit` characters, to stand in a sentence of ours."""
    shown = escaped(text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def reason(error: BaseException) -> str:
    """What a library says went wrong, to stand in brackets in a sentence of ours."""
    return quiet(str(error).strip().rstrip("."), 120) or type(error).__name__
