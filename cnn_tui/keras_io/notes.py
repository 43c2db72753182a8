"""What an import says beside the experiment that it gives: what of the file is otherwise here, and what is to know."""

from __future__ import annotations

from collections.abc import Iterable


class Notes(list[str]):
    """Sentences on what is otherwise here than in the file that is imported: left out, or replaced by something else.

    `to_know` are those after which nothing differs: what the file does in another way that comes to the same, and what
    it does not say, so that something stands in.
    """

    def __init__(self, differences: Iterable[str] = ()) -> None:
        super().__init__(differences)
        self.to_know: list[str] = []
