"""`keep` in the training settings: what may be written, what it takes on the disk, and what it leaves the same."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.difference import differences
from cnn_tui.experiment.experiment import ExperimentError
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.form import settings
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.same import identity_of
from cnn_tui.experiment.training.keeping import how_many, in_words

NOTES = load_preset("lab1-baseline").with_training(epochs=10)


@pytest.mark.parametrize("keep", ["last", "all", "every 3", "best and last"])
def test_a_file_says_of_which_epochs_the_weights_are_kept(keep: str) -> None:
    experiment = NOTES.with_training(keep=keep)
    assert parse(to_toml(experiment)).training.keep == keep
    assert ("keep = " in to_toml(experiment)) == (keep != "last")
    assert settings.change(NOTES, "keep", f" {keep.upper()} ") == experiment


@pytest.mark.parametrize("keep", ["none", "every 0", "every", "every 2.5", ""])
def test_what_is_none_of_these_is_refused_with_what_is_allowed(keep: str) -> None:
    with pytest.raises(ExperimentError, match='training: keep must be "last", "all", "every N"'):
        parse(to_toml(NOTES.with_training(keep="all")).replace('keep = "all"', f'keep = "{keep}"'), "mine.toml")


def test_experiments_that_differ_by_it_alone_are_the_same() -> None:
    keeping = NOTES.with_training(keep="all", keep_at_most=10)
    assert identity_of(keeping) == identity_of(NOTES)
    assert differences(NOTES, keeping) == ()


def test_it_is_told_beforehand_what_is_kept() -> None:
    assert [how_many(keep, 10) for keep in ("last", "all", "every 4", "every 20", "best and last")] == [0, 10, 3, 1, 2]
    assert in_words("all", 10, 113_386, 1_000) == "10 epochs of 0.5 MB: 4.5 MB"
    assert in_words("all", 10, 113_386, 2) == "10 epochs of 0.5 MB: 4.5 MB, of which 2 MB hold 4"
    assert in_words("last", 10, 113_386, 1_000) == ""


def test_the_form_tells_it_and_has_the_limit_only_where_there_is_one() -> None:
    rows = {row.name: row for row in settings.settings_of(NOTES)}
    assert rows["keep"].value == "last" and "keep_at_most" not in rows
    rows = {row.name: row for row in settings.settings_of(settings.step(NOTES, "keep", 1))}
    assert rows["keep"].value == "all" and "10 epochs of 0.5 MB: 4.5 MB" in rows["keep"].help
    assert rows["keep_at_most"].value == "1000"
