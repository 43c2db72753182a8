"""A search from its first trial to its end, on runs that are posed: nothing is trained here."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from cnn_tui.analysis.search.result import result_of
from cnn_tui.analysis.search.trials import SearchTrial, trials_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.elsewhere.cluster_jobs import wants_worker
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Run
from cnn_tui.history.searches import AS_IT_WAS, Search, SearchPlan, add_search, change_plan, search_of, trial_rows
from cnn_tui.jobs.search.searching import SPARE, go_on, keep_searches, stop_search, take_forward
from tests.waiting import wait_for

pytest.importorskip("optuna", reason="a search needs the extra cnn-tui[tune]")
BASELINE = load_preset("lab1-baseline").with_training(validation=0.1, epochs=3)
RATE = "learning_rate=1e-4..1e-1 log"


def begin(history: History, plan: SearchPlan) -> Search:
    return now(history, add_search(history, plan))


def now(history: History, number: int) -> Search:
    search = search_of(history, number)
    assert search is not None
    return search


def accuracy(run: Run) -> float:
    """The smaller the rate the better; with the trials' seed, all are lucky."""
    lucky = 0.05 if run.seed == 1 else 0.001 * (run.seed or 0)
    return 0.8 - run.experiment.training.learning_rate + lucky


def begin_run(history: History, run: Run) -> None:
    assert history.claim(run.id, os.getpid(), run.seed or 0)
    history.record_start(run.id, dataset="fashion_mnist", train_images=54_000, test_images=10_000, environment={})


def tell_epoch(history: History, run: Run, number: int, figure: float) -> None:
    metrics = {"loss": 1 - figure, "accuracy": figure, "val_loss": 1 - figure, "val_accuracy": figure}
    history.record_epoch(run.id, Epoch(number, metrics, 1.0, 100.0), float(number))


def train(history: History, run: Run, figure: Callable[[Run], float] = accuracy) -> None:
    """Pose a run as trained to its end."""
    begin_run(history, run)
    for number in range(1, run.experiment.training.epochs + 1):
        tell_epoch(history, run, number, figure(run) - 0.1 * (run.experiment.training.epochs - number))
    history.record_end(run.id, Result("finished", "", 1 - figure(run), figure(run) - 0.01, 3.0))


def step(history: History, search: Search, figure: Callable[[Run], float] = accuracy) -> bool:
    """Take the search forward and train what waits; False once it has ended."""
    take_forward(history)
    waiting = [run for run in history.live_runs() if run.status == "queued"]
    for run in waiting:
        train(history, run, figure)
    return now(history, search.id).status == "going"


def finish(history: History, search: Search, figure: Callable[[Run], float] = accuracy) -> list[SearchTrial]:
    for _ in range(200):
        if not step(history, search, figure):
            return trials_of(history, search)
    raise AssertionError("the search goes on without end")


def tried(trials: list[SearchTrial]) -> list[tuple[object, ...]]:
    return [one.values for one in trials if one.repeats is None]


def test_trials_are_runs_and_the_best_are_judged_again_on_fresh_seeds(history: History) -> None:
    search = begin(history, SearchPlan(BASELINE, (RATE,), trials=6))
    assert wants_worker(history)
    every = finish(history, search)
    assert now(history, search.id).status == "finished"
    assert not wants_worker(history)
    trials = [one for one in every if one.repeats is None]
    assert [one.run.seed for one in trials if one.run is not None] == [1] * 6
    assert trials[0].values == (0.001,), "what the experiment has is tried first"
    names = [one.run.name for one in trials if one.run is not None]
    assert names[0] == BASELINE.name
    assert all(f"learning_rate {one.values[0]:g}" in name for one, name in zip(trials[1:], names[1:], strict=True))
    assert {tag for run in history.runs() for tag in run.tags} == {f"search-{search.id}"}

    best = sorted(trials, key=lambda one: -(one.figure or 0.0))[:2]
    again = [(one.repeats, one.run.seed) for one in every if one.repeats is not None and one.run is not None]
    judged = [one.number for one in best]
    if trials[0] not in best:
        judged.append(AS_IT_WAS)
    assert again == [(number, seed) for seed in (2, 3, 4) for number in judged]
    result = result_of(history, now(history, search.id))
    assert result.winner is not None and result.winner.trial == best[0].number
    assert result.winner.flattered_by(True) == pytest.approx(0.05 - 0.003)


def test_the_same_search_cut_off_anywhere_comes_to_the_same(tmp_path: Path, history: History) -> None:
    plan = SearchPlan(BASELINE, (RATE, "layers[0].filters=16,32"), trials=8)
    whole = finish(history, begin(history, plan))
    path = tmp_path / "other.db"
    with History(path) as other:
        begin(other, plan)
    for _ in range(60):  # each step by another process, as it were
        with History(path) as other:
            if not step(other, now(other, 1)):
                break
    with History(path) as other:
        assert tried(trials_of(other, now(other, 1))) == tried(whole)
        assert len(trial_rows(other, 1)) == len(whole)


def test_what_cannot_be_trained_is_told_and_costs_nothing(history: History) -> None:
    plan = SearchPlan(BASELINE, ("layers[0].kernel_size=[3,3],[29,29]", "layers[0].filters=16,32"), trials=4)
    every = finish(history, begin(history, plan))
    impossible = [one for one in every if one.run is None]
    assert {one.obstacle for one in impossible} == {impossible[0].obstacle}
    assert "layer 1: " in impossible[0].obstacle and "29" in impossible[0].obstacle
    assert len(impossible) == 2, "all four combinations were tried, and two can be trained"
    assert sum(one.run is not None and one.repeats is None for one in every) == 2
    assert now(history, 1).status == "finished"


def test_a_search_of_nothing_but_the_impossible_gives_up_with_the_sentence(history: History) -> None:
    plan = SearchPlan(BASELINE, ("layers[0].kernel_size=[29,29],[31,31]",), trials=4)
    assert finish(history, begin(history, plan)) and history.count() == 0
    search = now(history, 1)
    assert search.status == "failed"
    assert search.why.startswith("nothing that was tried can be trained; the first: layer 1: ")
    wide = SearchPlan(BASELINE, ("layers[0].kernel_size=29..900",), trials=3)
    finish(history, begin(history, wide))
    assert len(trial_rows(history, 2)) == 3 + SPARE, "it does not try for ever"


def test_as_many_at_once_as_are_wanted(history: History) -> None:
    begin(history, SearchPlan(BASELINE, (RATE,), trials=5, at_once=3))
    take_forward(history)
    take_forward(history)
    assert len(history.live_runs()) == 3
    train(history, history.live_runs()[1])
    take_forward(history)
    assert len(history.live_runs()) == 3 and history.count() == 4


def test_where_several_end_at_once_no_more_are_tried_than_planned(history: History) -> None:
    search = begin(history, SearchPlan(BASELINE, (RATE,), trials=3, at_once=2))
    assert len(tried(finish(history, search))) == 3


def test_a_trial_that_falls_behind_is_pruned(history: History) -> None:
    search = begin(history, SearchPlan(BASELINE, (RATE,), trials=7, prune=True))
    for _ in range(6):
        step(history, search)
    take_forward(history)
    (last,) = history.live_runs()
    begin_run(history, last)
    for number, wish in ((1, ""), (2, "prune")):
        tell_epoch(history, last, number, 0.1)
        take_forward(history)
        assert history.wish(last.id) == wish
    history.record_end(last.id, Result("stopped", "pruned by a search after epoch 2 of 3", ending="pruned"))
    finish(history, search)
    pruned = next(one for one in trials_of(history, search) if one.run is not None and one.run.id == last.id)
    assert (pruned.standing, pruned.figure, now(history, 1).status) == ("pruned", None, "finished")


def test_a_search_that_is_stopped_goes_on_with_its_own_trials(history: History) -> None:
    search = begin(history, SearchPlan(BASELINE, (RATE,), trials=3))
    step(history, search)
    take_forward(history)
    (live,) = history.live_runs()
    assert stop_search(history, search) == [live.id]
    take_forward(history)
    assert history.live_runs() == [] and now(history, 1).status == "stopped" and history.count() == 2
    change_plan(history, 1, search.plan)
    go_on(history, now(history, 1))
    assert [run.id for run in history.live_runs()] == [live.id]
    finish(history, search)
    assert sum(one.repeats is None for one in trials_of(history, search)) == 3


def test_a_run_whose_machine_went_down_goes_on_but_not_for_ever(history: History) -> None:
    begin(history, SearchPlan(BASELINE, (RATE,), trials=1))
    take_forward(history)
    for _ in range(3):
        (run,) = history.live_runs()
        begin_run(history, run)
        history.record_end(run.id, Result("interrupted", "the training process is gone", ending="gone"))
        take_forward(history)
    assert now(history, 1).status == "failed" and history.live_runs() == []
    assert now(history, 1).why == "no trial came to its end with a figure"


def test_more_trials_are_added_and_what_was_judged_is_not_judged_twice(history: History) -> None:
    plan = SearchPlan(BASELINE, (RATE,), trials=4)
    search = begin(history, plan)
    few = finish(history, search)
    more = msgspec.structs.replace(plan, trials=7)
    assert more.same_as(plan) and not plan.same_as(msgspec.structs.replace(plan, seed=2))
    change_plan(history, search.id, more)
    every = finish(history, now(history, search.id))
    assert tried(every)[:4] == tried(few)
    assert sum(one.repeats is None for one in every) == 7
    again = [(one.repeats, one.run.seed) for one in every if one.repeats is not None and one.run is not None]
    assert len(again) == len(set(again))


def test_a_fault_of_a_search_ends_it_alone(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("cnn_tui.jobs.search.searching.suggest", broken)
    begin(history, SearchPlan(BASELINE, ("learning_rate=0.01..0.1",), trials=2))
    take_forward(history)
    assert now(history, 1).status == "failed" and "odd" in now(history, 1).why


def test_what_comes_while_a_step_is_taken_is_looked_at_in_the_next(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run may end just after the step has read it: nothing else would wake the search again."""
    plan, over, steps = SearchPlan(BASELINE, (RATE,)), threading.Event(), []
    begin(history, plan)

    def take_step(_: History) -> None:
        steps.append(1)
        if len(steps) == 1:
            begin(history, plan)
        else:
            over.set()

    monkeypatch.setattr("cnn_tui.jobs.search.searching.take_forward", take_step)
    keeper = threading.Thread(target=keep_searches, args=(history.path, over))
    keeper.start()
    try:
        wait_for(over.is_set, "the second step", 30)
    finally:
        over.set()
        keeper.join()


def test_without_optuna_it_says_what_to_install(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    begin(history, SearchPlan(Experiment(), (RATE,)))
    take_forward(history)
    assert now(history, 1).why == "a search needs the package optuna: pip install 'cnn-tui[tune]'"
