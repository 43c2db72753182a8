"""The weights of single epochs: which are kept, that they are exact and whole, and that they stop no training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cnn_tui.artifacts.kept_epochs import epoch_path, epochs_on_disk, kept_epochs
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.history import History, Result
from cnn_tui.home import epochs_folder
from tests.training.fits import EXPERIMENT, STEPS, Fit, after_batch, run_of, texts


@pytest.fixture
def history(request: pytest.FixtureRequest) -> Iterator[History]:
    """A run that keeps what its parameter says, "all" without one."""
    asked: dict[str, Any] = getattr(request, "param", {"keep": "all"})
    with History() as history:
        history.add(EXPERIMENT.with_training(**asked))
        history.claim(1, 1, 1)
        yield history


def keeping(**settings: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("history", [settings], indirect=True)


def weights_after_each(fit: Fit) -> tuple[Any, dict[int, list[Any]]]:
    """A callback that remembers the weights of every epoch, and where it does."""
    import keras

    seen: dict[int, list[Any]] = {}

    def look(epoch: int, logs: Any) -> None:
        seen[epoch + 1] = fit.model.get_weights()

    return keras.callbacks.LambdaCallback(on_epoch_end=look), seen


def test_every_epoch_gives_back_exactly_what_was_trained(history: History) -> None:
    from cnn_tui.training.callbacks.epoch_weights import take_epoch

    fit = Fit(history)
    look, seen = weights_after_each(fit)
    fit.run(look)
    assert kept_epochs(run_of(history)) == (1, 2, 3)
    for epoch, weights in seen.items():
        take_epoch(fit.model, epoch_path(1, epoch))
        for ours, theirs in zip(fit.model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert any(text.startswith("keeps the weights of 3 epochs of 0.1 MB") for text in texts(history))


@pytest.mark.parametrize(
    ("history", "there"),
    [({"keep": "every 2"}, (2, 3)), ({"keep": "best and last"}, None), ({"keep": "last"}, ())],
    indirect=["history"],
)
def test_only_those_that_were_asked_for_stay(history: History, there: tuple[int, ...] | None) -> None:
    """The last one is always among them."""
    losses = Fit(history).run()["val_loss"]
    best = losses.index(min(losses)) + 1
    assert kept_epochs(run_of(history)) == (tuple(sorted({best, 3})) if there is None else there)


@keeping(keep="every 3")
def test_the_last_whole_epoch_is_there_where_training_was_stopped_within_the_next(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_tui.training.callbacks import recorder

    monkeypatch.setattr(recorder, "PERIOD", 0.0)  # a wish is seen at once
    Fit(history).run(after_batch(STEPS + 3, lambda: history.ask(1, "now")))
    assert kept_epochs(run_of(history)) == (1,)


def test_a_run_that_goes_on_forgets_what_it_trains_again(history: History) -> None:
    Fit(history).run()
    again = Fit(history)
    again.recorder.go_on_after(run_of(history).epochs[:2])
    again.epoch_weights.go_on_after(2)
    assert kept_epochs(run_of(history)) == (1, 2)
    assert not any(text.startswith("keeps the weights") for text in texts(history)[1:])


def test_a_run_that_begins_takes_away_what_another_of_its_number_left(history: History) -> None:
    epochs_folder(1).mkdir(parents=True)
    epoch_path(1, 7).write_bytes(b"of somebody else")
    assert kept_epochs(run_of(history)) == ()
    Fit(history).epoch_weights.go_on_after(0)
    assert epochs_on_disk(1) == []


@keeping(keep="all", keep_at_most=1)
def test_beyond_what_may_be_taken_no_more_is_kept_and_it_is_said(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnn_tui.experiment.training import keeping

    monkeypatch.setattr(keeping, "MB", 70_000)  # two epochs of 31,400 bytes
    Fit(history).run()
    assert kept_epochs(run_of(history)) == (1, 2)
    assert len(run_of(history).epochs) == 3
    said = [text for text in texts(history) if "not kept" in text]
    assert said == [
        "the weights of epoch 3 and later are not kept: 1 MB (keep_at_most) are full; training goes on",
    ]


@keeping(keep="best and last", keep_at_most=1)
def test_what_is_let_go_does_not_count(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.experiment.training import keeping

    monkeypatch.setattr(keeping, "MB", 70_000)  # two epochs
    Fit(history).run()
    assert kept_epochs(run_of(history))[-1] == 3
    assert not any("not kept" in text for text in texts(history))


def test_a_full_disk_stops_no_training_and_is_said_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.data import raw_file

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(raw_file, "write", full)
    Fit(history).run()
    history.record_end(1, Result("finished"))
    assert len(run_of(history).epochs) == 3
    assert kept_epochs(run_of(history)) == ()
    said = [text for text in texts(history) if "could not be kept" in text]
    assert said == ["the weights of epoch 1 could not be kept (No space left on device); training goes on"]


def test_a_file_that_is_cut_off_is_none(history: History) -> None:
    from cnn_tui.training.callbacks.epoch_weights import take_epoch

    fit = Fit(history)
    fit.run()
    whole = epoch_path(1, 2).read_bytes()
    epoch_path(1, 2).write_bytes(whole[:-10])
    with pytest.raises(RawFileError, match="cut off"):
        take_epoch(fit.model, epoch_path(1, 2))
