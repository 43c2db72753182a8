"""`cnn-tui data`: where the datasets are, and how to get one."""

from __future__ import annotations

import json
import sys
import time

from cnn_tui.commands.json_lines import inert
from cnn_tui.commands.progress import Reporter, bar
from cnn_tui.commands.streams import FAILED, FINISHED, UserError, bold, complain, is_terminal, put, say, table
from cnn_tui.data.dataset import BUILT_IN, DatasetError
from cnn_tui.experiment.file_errors import found
from cnn_tui.text import did_you_mean

_MEGABYTE = 1_000_000


def list_datasets(as_json: bool) -> int:
    """Print every built-in dataset and where it is on this machine, or how to get it."""
    from cnn_tui.training.data.datasets import locations

    places = locations()
    if as_json:
        for name, source in places:
            dataset = BUILT_IN[name]
            fact = {
                "name": name,
                "title": dataset.title,
                "input_shape": dataset.input_shape,
                "classes": dataset.classes,
                "train_images": dataset.train_images,
                "test_images": dataset.test_images,
                "found": None if source is None else source.kind,
                "path": None if source is None else str(source.path),
            }
            put(inert(json.dumps(fact, ensure_ascii=False)))
        return FINISHED
    rows = [("name", "images", "size", "classes", "where")]
    for name, source in places:
        dataset = BUILT_IN[name]
        size = "x".join(map(str, dataset.input_shape))
        images = f"{dataset.train_images:,} + {dataset.test_images:,}"
        where = f"not here: cnn-tui data fetch {name}" if source is None else str(source)
        rows.append((name, images, size, str(dataset.classes), where))
    heading, *lines = table(rows, right=[1, 2, 3])
    put("\n".join([bold(heading), *lines]))
    say("A dataset is also a .npz file (x_train, y_train, x_test, y_test) or a folder of image folders: give its path.")
    return FINISHED


def fetch_dataset(name: str) -> int:
    """Download a dataset into Keras's cache, unless it is on this machine; gives the exit status."""
    from cnn_tui.training.data.datasets import find
    from cnn_tui.training.data.download import DOWNLOADS, fetch

    source = find(name)
    if source is not None:
        say(f"{name} is here already: {source}")
        return FINISHED
    if name not in DOWNLOADS:
        hint = did_you_mean(name, DOWNLOADS)
        raise UserError(f"there is no dataset {found(name)} to fetch; there are {', '.join(DOWNLOADS)}.{hint}")
    download = _Download(Reporter(sys.stderr, is_terminal(sys.stderr)))
    try:
        fetch(name, download.say, download.progress)
    except DatasetError as error:
        download.reporter.clear()
        complain(str(error))
        return FAILED
    return FINISHED


class _Download:
    """Shows a download: a line that is rewritten on a terminal, elsewhere a line for each quarter."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self._quarter = 0
        self._started = time.monotonic()

    def say(self, sentence: str) -> None:
        self.reporter.line(sentence)

    def progress(self, done: int, total: int) -> None:
        share = done / total if total else 0.0
        seconds = max(time.monotonic() - self._started, 0.001)
        parts = [
            (0, f"{share:4.0%}"),
            (2, bar(share)),
            (0, f"{done / _MEGABYTE:,.1f}/{total / _MEGABYTE:,.1f} MB"),
            (1, f"{done / seconds / _MEGABYTE:,.1f} MB/s"),
        ]
        if self.reporter.rewrites:
            self.reporter.bar(parts)
        elif int(share * 4) != self._quarter:
            self._quarter = int(share * 4)
            self.reporter.line(parts[0][1].strip() + "  " + parts[2][1])
