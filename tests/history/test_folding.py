"""Runs that differ by their seeds alone are one row, with the figures that verdicts have of them."""

from __future__ import annotations

import random

import msgspec
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history import notebook
from cnn_tui.history.ending import Status
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.groups import groups_of
from cnn_tui.history.history import History, Result
from cnn_tui.history.table.folding import FIGURES, typical_run
from cnn_tui.history.table.listing import Listing, Query, Spot

BASELINE, MORE = load_preset("lab1-baseline"), load_preset("lab1-64-filters")
FOLDED = Query(folded=True)


def ended(
    history: History,
    experiment: Experiment = BASELINE,
    accuracy: float = 0.9,
    *,
    seed: int = 1,
    status: Status = "finished",
    images: int = 60_000,
    pace: float = 8.0,
) -> int:
    """Add a run of one epoch; gives its number."""
    run = history.add(experiment.with_training(seed=seed))
    assert history.claim(run, 1, seed)
    history.record_start(run, dataset="fashion_mnist", train_images=images, test_images=10_000, environment={})
    metrics = {"loss": 0.4 - accuracy / 10, "accuracy": accuracy + 0.02, "val_loss": 0.3, "val_accuracy": accuracy}
    history.record_epoch(run, Epoch(1, metrics, pace, 7_000.0), pace)
    history.record_end(run, Result(status, "", 0.3, accuracy))
    return run


def shown(listing: Listing) -> list[tuple[int, ...]]:
    """The runs of each row."""
    return [listing.runs_at(row) for row in range(listing.count_rows())]


def test_a_fold_has_the_figures_that_a_verdict_has_of_its_runs(history: History) -> None:
    rng = random.Random(3)
    for _ in range(40):
        run = ended(
            history, rng.choice((BASELINE, MORE)), rng.gauss(0.9, 0.01), seed=rng.randint(1, 9), pace=rng.gauss(8, 1)
        )
        if rng.random() < 0.2:
            history.store.execute("UPDATE runs SET seed = NULL WHERE id = ?", (run,))
    rows = Listing(history, FOLDED).rows()
    groups = {group.runs: group for group in groups_of(history, range(1, 41))}
    assert len(rows) == len(groups) == 2
    for line, repeats in rows:
        assert repeats is not None
        group = groups[tuple(sorted(repeats.runs))]
        assert line.id == max(group.runs) and line.group == min(group.runs)
        assert repeats.seeds == len(group.by_seed("test_accuracy")) < len(group.runs)
        for name in set(FIGURES) - {"val_accuracy", "seconds"}:
            expected, spread = group.spread(name), repeats.figures[name]
            assert spread.n == expected.n
            assert spread.mean == pytest.approx(expected.mean) == pytest.approx(getattr(line, name))
            assert spread.deviation == pytest.approx(expected.deviation, abs=1e-6)


def test_what_is_no_repeat_or_did_not_end_as_planned_stands_alone(history: History) -> None:
    first = ended(history)
    others = [
        ended(history, BASELINE.with_training(epochs=9)),
        ended(history, images=6_000),
        ended(history, MORE),
        ended(history, status="failed", seed=2),
        ended(history, status="interrupted", seed=3),
        ended(history, status="stopped", seed=4),  # by hand
        history.add(BASELINE.with_training(seed=5)),
    ]
    second = ended(history, msgspec.structs.replace(BASELINE, name="called otherwise"), seed=6)
    listing = Listing(history, FOLDED)
    assert shown(listing) == [(second, first), *((one,) for one in reversed(others))]
    assert listing.count() == 9 and listing.count_folded() == 1 and listing.most_repeats() == 2
    groups = {line.id: line.group for line in history.lines()}
    assert groups[second] == groups[first] == first, "as JSON tells it"
    assert [groups[one] for one in others[:3]] == others[:3]
    assert [groups[one] for one in others[3:6]] == [first] * 3, "the experiment is the same however a run ended"


def test_rows_are_in_the_order_of_their_means(history: History) -> None:
    for seed, (low, high) in enumerate(((0.90, 0.91), (0.94, 0.91), (0.86, 0.91)), 1):
        ended(history, BASELINE, low, seed=seed)
        ended(history, MORE, high, seed=seed)
    alone = ended(history, BASELINE.with_training(epochs=9), 0.905)
    failed = history.add(BASELINE.with_training(epochs=8))
    best_first = [(6, 4, 2), (alone,), (5, 3, 1), (failed,)]
    assert shown(Listing(history, Query(sort="test_accuracy", folded=True))) == best_first
    worst_first = [(5, 3, 1), (alone,), (6, 4, 2), (failed,)]
    assert shown(Listing(history, Query(sort="test_accuracy", reverse=True, folded=True))) == worst_first
    assert typical_run(history, (5, 3, 1)) == 1, "0.90 is the mean"


def test_a_filter_leaves_the_runs_that_pass_it(history: History) -> None:
    for seed, accuracy in enumerate((0.90, 0.92, 0.94), 1):
        ended(history, BASELINE, accuracy, seed=seed)
    listing = Listing(history, Query("acc>0.91", folded=True))
    ((line, repeats),) = listing.rows()
    assert repeats is not None and repeats.runs == (3, 2) and line.test_accuracy == pytest.approx(0.93)
    listing.show(Query("acc>0.93", folded=True))
    ((line, repeats),) = listing.rows()
    assert (line.id, repeats) == (3, None), "one run is no fold"


def test_the_runs_of_a_fold_come_below_it_and_go_again(history: History) -> None:
    for seed in (1, 2):
        ended(history, MORE, seed=seed)
        ended(history, BASELINE, seed=seed)
    listing = Listing(history, FOLDED)
    assert shown(listing) == [(4, 2), (3, 1)]
    assert listing.position(2) == 0 and listing.spot_at(1) == Spot(3, fold=True)
    listing.toggle_fold(0)
    assert shown(listing) == [(4, 2), (4,), (2,), (3, 1)]
    assert (listing.position(2), listing.position(Spot(2, fold=True)), listing.position(Spot(3, fold=True))) == (
        2,
        0,
        3,
    )
    assert listing.is_open(0) and listing.is_open(1) is None and listing.is_open(3) is False
    listing.refresh()
    assert listing.count_rows() == 4 and list(listing.ids()) == [4, 2, 3, 1], "each run once"
    listing.toggle_fold(0)
    assert listing.count_rows() == 2
    listing.show(listing.query._replace(folded=False))
    assert shown(listing) == [(4,), (3,), (2,), (1,)]


def test_a_fold_has_the_tags_that_all_its_runs_have(history: History) -> None:
    notebook.change_tags(history, [ended(history, seed=1)], ["lab1", "keep"])
    notebook.change_tags(history, [ended(history, seed=2)], ["lab1", "new"])
    ((line, _),) = Listing(history, FOLDED).rows()
    assert (line.tags, line.note, line.seed) == (("lab1",), "", None)


def test_group_finds_the_runs_of_the_same_experiment(history: History) -> None:
    ids = [ended(history, seed=1), ended(history, MORE), ended(history, seed=2), ended(history, images=6_000)]

    def found(words: str) -> list[int]:
        return sorted(Listing(history, Query(words)).ids())

    assert found(f"group:{ids[0]}") == found(f"group:{ids[2]}") == [ids[0], ids[2]]
    assert found(f"!group:{ids[0]}") == [ids[1], ids[3]]
    assert found("group:99") == []
    history.store.execute("UPDATE runs SET same = ''")
    assert found(f"group:{ids[0]}") == [ids[0]], "of what is damaged nobody knows what it repeats"


def test_a_run_that_was_resumed_comes_back_with_its_new_figures(history: History) -> None:
    ended(history, seed=1)
    run = ended(history, BASELINE, 0.92, seed=2)
    listing = Listing(history, FOLDED)
    assert listing.rows()[0].line.test_accuracy == pytest.approx(0.91)
    history.store.execute("UPDATE runs SET status = 'stopped', ending = 'rule' WHERE id = ?", (run,))
    assert history.resume(run)
    listing.refresh()
    assert shown(listing) == [(run,), (1,)], "it waits"
    assert history.claim(run, 1, 2)
    history.record_end(run, Result("finished", "", 0.3, 0.94))
    listing.refresh()
    assert listing.rows()[0].line.test_accuracy == pytest.approx(0.92)
