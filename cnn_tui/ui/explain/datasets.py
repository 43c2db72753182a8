"""What is known of datasets: read where it was kept, else looked up by a process that a thread waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cnn_tui.data.data_facts import DataFacts, read_facts
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.jobs.explain_client import look_at
from cnn_tui.jobs.explain_protocol import ExplainError
from cnn_tui.text import sentence


class Datasets:
    """Each dataset is looked at once."""

    def __init__(self, tell: Callable[[str, DataFacts | str], object]) -> None:
        """`tell` is called in a thread, with the facts or with the sentence that says why there are none."""
        self.found: dict[str, DataFacts | str] = {}
        self._tell = tell
        self._looking: set[str] = set()

    def look_at(self, dataset: str) -> bool:
        """Have a dataset looked at; whether it has become known by that, at once."""
        if dataset in self.found or dataset in self._looking:
            return False
        try:
            self.found[dataset] = read_facts(dataset)
        except RawFileError:
            self._looking.add(dataset)
            threading.Thread(target=self._look, args=(dataset,), name="look", daemon=True).start()
            return False
        return True

    def keep(self, dataset: str, found: DataFacts | str) -> None:
        """Keep what `tell` has told."""
        self._looking.discard(dataset)
        self.found[dataset] = found

    def _look(self, dataset: str) -> None:
        try:
            found: DataFacts | str = look_at(dataset)
        except ExplainError as error:
            found = sentence(str(error))
        self._tell(dataset, found)
