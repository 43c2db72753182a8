"""What a table of runs can show: the one list that sorting, filters, the lab, the command line and reports draw on."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import NamedTuple

from cnn_tui.history.ending import status_in_words
from cnn_tui.history.rows import GAP
from cnn_tui.history.run import Line


class RunColumn(NamedTuple):
    """A column. What it shows may be somebody's own words: who draws it makes them harmless and cuts them."""

    key: str
    """The field of `Line` that it is of."""
    title: str
    help: str
    """What it is, in a few words."""
    show: Callable[[Line], str]
    """The value as people read it; "" for none."""
    sql: str = ""
    """What it is sorted and filtered by, where that is not the column of its key."""
    words: bool = False
    """Whether it holds words, which go from A to Z and are aligned to the left; figures go from the largest."""
    share: bool = False
    """Whether it is a share of 1, of which 90% may be written for 0.9."""
    called: str = ""
    """Its key for the command line and in CSV, where that is another one."""
    heading: str = ""
    """Its title in the lab, where that is not `title` in capitals."""

    @property
    def expression(self) -> str:
        """Its value in SQL."""
        return self.sql or self.key

    @property
    def right(self) -> bool:
        """Whether it is aligned to the right, as figures are."""
        return not self.words and self.key != "created"

    @property
    def name(self) -> str:
        """Its key for the command line and in CSV."""
        return self.called or self.key

    @property
    def lab_title(self) -> str:
        """Its title in the lab."""
        return self.heading or self.title.removesuffix(" acc").capitalize()


def _figure(key: str, digits: int) -> Callable[[Line], str]:
    def show(line: Line) -> str:
        value = getattr(line, key)
        if value is None and key == "loss" and line.lost:
            return "nan"
        return "" if value is None else f"{value:.{digits}f}"

    return show


def when(created: float) -> str:
    """A time as this machine's clock showed it."""
    return datetime.datetime.fromtimestamp(created).astimezone().isoformat(sep=" ", timespec="seconds")


def _status(line: Line) -> str:
    words = status_in_words(line.status, line.ending)
    return f"{words}, loss nan" if line.lost else words


def _images(line: Line) -> str:
    return f"{line.train_images:,} + {line.test_images:,}" if line.train_images else ""


def _test_images(line: Line) -> str:
    return f"{line.test_images:,}" if line.train_images else ""


def _weights(line: Line) -> str:
    if line.test_accuracy is None and line.test_loss is None:
        return ""
    weights = line.conditions.weights
    return f"epoch {line.tested_epoch}" if weights == "checkpoint" else weights


_COLUMNS = (
    RunColumn("id", "id", "the number of the run", lambda line: str(line.id), heading="Run"),
    RunColumn("name", "name", "the name", lambda line: line.name, words=True),
    RunColumn("test_accuracy", "test acc", "test accuracy", _figure("test_accuracy", 4), share=True),
    RunColumn("gap", "gap", "training minus test accuracy", _figure("gap", 4), sql=GAP, share=True),
    RunColumn("pace", "s/epoch", "seconds an epoch", _figure("pace", 1), called="seconds_an_epoch", heading="s/epoch"),
    RunColumn("status", "status", "queued, running, finished …", _status, words=True),
    RunColumn(
        "epochs_done",
        "epochs",
        "epochs that were trained",
        lambda line: f"{line.epochs_done}/{line.epochs}",
        called="epochs",
    ),
    RunColumn("dataset", "dataset", "the data that it was trained on", lambda line: line.dataset, words=True),
    RunColumn("params", "params", "parameters", lambda line: f"{line.params:,}"),
    RunColumn("tags", "tags", "the tags", lambda line: " ".join(line.tags), sql="nullif(tags, '[]')", words=True),
    RunColumn("note", "note", "the note", lambda line: line.note, words=True),
    RunColumn("accuracy", "train acc", "training accuracy of the last epoch", _figure("accuracy", 4), share=True),
    RunColumn(
        "val_accuracy", "val acc", "validation accuracy of the last epoch", _figure("val_accuracy", 4), share=True
    ),
    RunColumn("test_loss", "test loss", "test loss", _figure("test_loss", 4)),
    RunColumn("loss", "loss", "training loss of the last epoch", _figure("loss", 4)),
    RunColumn("val_loss", "val loss", "validation loss of the last epoch", _figure("val_loss", 4)),
    RunColumn("seconds", "seconds", "seconds of training", _figure("seconds", 1)),
    RunColumn("seed", "seed", "the seed", lambda line: "" if line.seed is None else str(line.seed)),
    RunColumn("exercise", "exercise", "its exercise", lambda line: line.exercise, words=True),
    RunColumn(
        "train_images", "images", "images that it learned from and was tested on", _images, called="train_images"
    ),
    RunColumn("test_images", "test images", "images that it was tested on", _test_images),
    RunColumn("tested_epoch", "weights", "which weights were tested", _weights, words=True, called="weights"),
    RunColumn("created", "created", "when it was queued", lambda line: when(line.created)),
)
COLUMNS: dict[str, RunColumn] = {column.key: column for column in _COLUMNS}
"""By their keys, in the order in which the lab offers them."""
