"""`cnn-tui tune`: begin a search, or go on with it, and follow it to its end."""

from __future__ import annotations

from typing import Annotated

import typer

from cnn_tui.analysis.search.importance import importances
from cnn_tui.analysis.search.result import SearchResult, result_of, to_json
from cnn_tui.analysis.search.trials import is_maximized
from cnn_tui.cli.parser import AsJson, Dataset, Detach, Device, ForRay, ForSlurm, On, OneExperiment
from cnn_tui.cli.printing import encoded
from cnn_tui.cli.running.follow import Interrupts
from cnn_tui.cli.running.place import chosen_place
from cnn_tui.cli.running.run import can_be_trained
from cnn_tui.cli.runs import chosen_device, open_history
from cnn_tui.cli.search.find_rate import find_rate
from cnn_tui.cli.search.follow import SearchFollower
from cnn_tui.cli.search.page import to_text
from cnn_tui.cli.streams import FAILED, FINISHED, INTERRUPTED, UserError, put, say
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.overrides import override, parse
from cnn_tui.experiment.presets import find_experiment
from cnn_tui.experiment.search_space import parse_space
from cnn_tui.history.history import History
from cnn_tui.history.searches import Search, SearchPlan, search_of
from cnn_tui.jobs import launch
from cnn_tui.jobs.grid import MOST_RUNS, SEEDS, Cell
from cnn_tui.jobs.search.begin_search import (
    AT_ONCE_ELSEWHERE,
    USUAL_TRIALS,
    begun,
    check_metric,
    with_images_to_choose_by,
)
from cnn_tui.jobs.search.suggestions import obstacle
from cnn_tui.text import quiet

_VARY_HELP = (
    "A key and what it may be: layers[0].filters=16,32,64 is a choice, learning_rate=1e-4..1e-2 log a range on a "
    "logarithmic scale, layers[5].units=32..256 step 32 one in steps."
)


def tune(
    experiment: OneExperiment,
    vary: Annotated[list[str] | None, typer.Option("--vary", metavar="KEY=VALUES", help=_VARY_HELP)] = None,
    lr_find: Annotated[
        bool, typer.Option("--lr-find", help="Only find a learning rate: train some steps, each with a larger one.")
    ] = False,
    trials: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST_RUNS, help="How many runs to try.")
    ] = USUAL_TRIALS,
    metric: Annotated[str, typer.Option(metavar="NAME", help="What to choose by.")] = "val_accuracy",
    prune: Annotated[bool, typer.Option("--prune", help="Stop trials that fall behind the median of others.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", min=0, max=SEEDS - 1_002, help="Of the search and its trials.")] = 1,
    candidates: Annotated[int, typer.Option(metavar="N", min=1, max=10, help="Judge the best N again.")] = 2,
    repeat: Annotated[int, typer.Option(metavar="N", min=2, max=100, help="On N fresh seeds each.")] = 3,
    at_once: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=1_000, help="Trials at a time: 1 here, 4 on a cluster.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", help="Train for N epochs.")] = None,
    dataset: Dataset = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key for all trials.")
    ] = None,
    device: Device = None,
    on: On = None,
    slurm: ForSlurm = None,
    ray: ForRay = None,
    detach: Detach = False,
    as_json: AsJson = False,
) -> int:
    """Search, and judge the best again; the same command goes on with a search that was stopped. Gives the exit status.

    The worker takes the search forward: it goes on without the terminal.
    """
    if bool(vary) == lr_find:
        raise UserError("tune takes either what may vary, as --vary layers[0].filters=16,32, or --lr-find")
    changed = _changed(experiment, epochs, dataset, settings or [])
    if lr_find:
        return _find_rate(experiment, changed, seed, device, on, as_json)
    made, held_out = with_images_to_choose_by(changed)
    check_metric(made, metric)
    space = parse_space(vary or (), made)
    if why := obstacle():
        raise UserError(why)
    if not can_be_trained([Cell(made)]):
        return FAILED
    destination = chosen_place(on, slurm, ray)
    here = destination.place == "here"
    plan = SearchPlan(
        made,
        tuple(vary or ()),
        metric,
        trials,
        prune,
        seed,
        candidates,
        repeat,
        at_once or (1 if here else AT_ONCE_ELSEWHERE),
        chosen_device(device, here=here),
        *destination,
    )
    with open_history() as history, Interrupts() as interrupts:
        search, words = begun(history, plan)
        for told in filter(None, (words, held_out)):
            say(told)
        if search.status == "going":
            launch.wake()
            if detach:
                return _leave(search)
            if not SearchFollower(history, interrupts, search, space).follow():
                return INTERRUPTED
        return _tell(history, search.id, as_json)


def _find_rate(name: str, experiment: Experiment, seed: int, device: str | None, on: str | None, as_json: bool) -> int:
    if on not in (None, "here"):
        raise UserError("--lr-find takes less than a minute, and is done here: leave --on out")
    if not can_be_trained([Cell(experiment)]):
        return FAILED
    return find_rate(name, experiment, seed, chosen_device(device), as_json)


def _changed(name: str, epochs: int | None, dataset: str | None, settings: list[str]) -> Experiment:
    """The experiment with what the options change in all trials. Raises UserError and ExperimentError."""
    axes = [parse(one) for one in settings]
    several = next((axis.key for axis in axes if len(axis.values) > 1), None)
    if several is not None:
        raise UserError(f"--set {quiet(several, 60)} has several values, and is for all trials: --vary searches a key")
    values = [(key, value) for key, value in (("epochs", epochs), ("dataset", dataset)) if value is not None]
    values += [(axis.key, axis.values[0]) for axis in axes]
    return override(find_experiment(name, other_dataset=any(key == "dataset" for key, _ in values)), values)


def _leave(search: Search) -> int:
    put(str(search.id))
    say(f"search {search.id} goes on without a terminal; the same command follows it, ctrl+c there stops it")
    return FINISHED


def _tell(history: History, number: int, as_json: bool) -> int:
    search = search_of(history, number)
    assert search is not None
    result = result_of(history, search)
    importance = importances(result.space, result.trials, maximize=is_maximized(search.plan.metric))
    if as_json:
        put(encoded(to_json(result, importance)))
    else:
        put(*to_text(result, importance))
    if search.status == "failed":
        say(f"search {search.id} failed: {quiet(search.why, 1_000)}")
    return _status(result)


def _status(result: SearchResult) -> int:
    return FINISHED if result.search.status == "finished" and result.winner is not None else FAILED
