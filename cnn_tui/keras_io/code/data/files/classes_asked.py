"""How many classes a folder has, where a condition of a script hangs on that: the folder tells, if it is here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from cnn_tui.keras_io.code.data.data_values import ClassNames
from cnn_tui.keras_io.code.data.supposed import Supposed
from cnn_tui.keras_io.code.values import Value
from cnn_tui.text import quiet

_MOST_PARTS = 3
"""So much of the end of a path is looked for beside the script: in `/content/pets/train`, `pets/train`, too."""


def places(path: str, beside: Path) -> Iterator[Path]:
    """Where a path of a script may be: as it says, or beside the script with the end of it."""
    whole = Path(path.replace("\\", "/")).expanduser()  # as Windows writes them
    yield (beside / whole).absolute()
    for parts in range(min(_MOST_PARTS, len(whole.parts) - 1), 0, -1):
        yield (beside / Path(*whole.parts[-parts:])).absolute()


class ClassesAsked:
    """Tells a script's conditions how many classes there are.

    `beside` is the folder that the script lies in, None where it lies nowhere, and `printed` how many classes a
    notebook kept from printing; `supposed` is how many images each class is supposed to have, if that is.
    """

    def __init__(
        self, beside: Path | None = None, printed: int | None = None, supposed: Supposed | None = None
    ) -> None:
        self.supposed = supposed
        self.to_know: dict[str, str] = {}
        """What conditions take from what a notebook printed, by the paths of the folders."""
        self.not_told: dict[str, str] = {}
        """What is to be done for the folders that would tell and are not here, by their paths."""
        self._beside, self._printed = beside, printed

    def told(self, side: Value, place: str) -> Value:
        """A side of a comparison as the number that it is, where it is one of classes and that is known."""
        if self.supposed is not None:
            return self.supposed.labels(side)
        if not isinstance(side, ClassNames) or not side.is_number:
            return side
        if side.named is not None or not isinstance(side.path, str):
            return side.named or side
        if (here := self._here(side.path)) is not None:
            return here
        shown = quiet(side.path, 80)
        if self._printed is not None:
            words = f"how many classes {shown} has ({place}) the notebook printed: {self._printed}"
            self.to_know.setdefault(side.path, words)
            return self._printed
        name = quiet(PurePosixPath(side.path.replace("\\", "/")).name, 80) or shown
        words = f"how many classes there are ({place}) only the folder tells: put {name} beside the file"
        self.not_told.setdefault(side.path, words)
        return side

    def _here(self, path: str) -> int | None:
        """How many folders lie in one, and nothing else; None where it is not here, or has other things in it."""
        folder = next((one for one in places(path, self._beside) if one.is_dir()), None) if self._beside else None
        if folder is None:
            return None
        try:
            entries = [one for one in folder.iterdir() if not one.name.startswith(".")]
        except OSError:
            return None
        return len(entries) if entries and all(one.is_dir() for one in entries) else None
