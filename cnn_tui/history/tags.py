"""Tags: short words on runs, written in one way so that `Lab 1`, `lab 1` and `#lab-1` are one tag."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

MAX_LENGTH = 50
MAX_TAGS = 50


class TagError(ValueError):
    """A tag that cannot be; the message is a sentence."""


def normalised(text: str) -> str:
    """A tag as it is kept: lower case, no `#` before it, a dash for each space; "" when nothing is left.

    What cannot be seen (control characters, marks that turn the direction of writing) and commas, which stand between
    tags, count as spaces.
    """
    text = unicodedata.normalize("NFC", text).lower()
    words = "".join(char if char.isprintable() and char != "," else " " for char in text).split()
    return "-".join(words).lstrip("#+").strip("-")


def to_tag(text: str) -> str:
    """A tag as it is kept. Raises TagError for one that is nothing, or too long."""
    tag = normalised(text)
    if not tag:
        raise TagError("a tag has at least one letter or digit, as lab1")
    if len(tag) > MAX_LENGTH:
        raise TagError(f"a tag has at most {MAX_LENGTH} characters, not {len(tag)}")
    return tag


def merged(tags: Iterable[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> tuple[str, ...]:
    """`tags` without those of `remove` and with those of `add`, in their order. Raises TagError for too many.

    A tag that an older version kept in another way is removed by its name of today as well.
    """
    gone = set(remove)
    kept = [tag for tag in tags if tag not in gone and normalised(tag) not in gone]
    made = tuple(dict.fromkeys([*kept, *add]))
    if len(made) > MAX_TAGS:
        raise TagError(f"a run has at most {MAX_TAGS} tags, not {len(made)}")
    return made
