"""What a run says of the weights of its epochs: on its page, in JSON, and where those of an epoch are not there."""

from __future__ import annotations

import pytest

from cnn_tui.artifacts.kept_epochs import (
    FORMAT,
    EpochHeader,
    KeptArray,
    epoch_path,
    forget_epochs,
    listed,
    why_not_kept,
)
from cnn_tui.data import raw_file
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from tests.cli.command import Inside
from tests.cli.conftest import inside
from tests.ui.made_runs import made

__all__ = ["inside"]


def write_epoch(run: Run, epoch: int) -> None:
    """The weights of an epoch, in 40 bytes and a header."""
    header = EpochHeader(FORMAT, run.created, epoch, (KeptArray((10,), "float32", 40),))
    raw_file.write(epoch_path(run.id, epoch), header, [bytes(40)])


@pytest.fixture
def kept() -> Run:
    """A run of three epochs that has kept the weights of the second and third."""
    experiment = load_preset("lab1-baseline").with_training(keep="every 2", keep_at_most=20)
    with History() as history:
        run = history.run(made(history, experiment, epochs=3))
    assert run is not None
    for epoch in (2, 3):
        write_epoch(run, epoch)
    return run


def test_a_run_tells_which_epochs_are_kept_and_what_they_take(kept: Run, inside: Inside) -> None:
    page = inside("show", "1").out
    assert "of epochs: every 2; at most 20 MB" in page
    assert "epochs' weights" in page and "2, 3, 0.1 MB: " in page
    (shown,) = inside("show", "1", "--json").objects
    size = sum(epoch_path(1, epoch).stat().st_size for epoch in (2, 3))
    assert (shown["kept_epochs"], shown["kept_bytes"]) == ([2, 3], size)
    assert (shown["experiment"]["training"]["keep"], shown["experiment"]["training"]["keep_at_most"]) == ("every 2", 20)


def test_epochs_of_an_earlier_run_of_that_number_are_not_its_own(kept: Run, inside: Inside) -> None:
    raw_file.write(epoch_path(1, 2), EpochHeader(FORMAT, kept.created - 100, 2, ()), [])
    (shown,) = inside("show", "1", "--json").objects
    assert shown["kept_epochs"] == [3]


def test_where_an_epoch_is_not_kept_it_is_told_which_are(kept: Run) -> None:
    assert why_not_kept(kept, 3) == ""
    assert why_not_kept(kept, 1) == "run 1 kept the weights of epochs 2, 3, not of epoch 1"
    forget_epochs(1)
    assert "train it with keep" in why_not_kept(kept, 1)
    assert [listed(one) for one in ((4,), (1, 2), (1, 2, 3), (2, 4, 6), tuple(range(2, 42, 2)))] == [
        "4",
        "1, 2",
        "1 to 3",
        "2, 4, 6",
        "2, 4, 6 … 40",
    ]
