"""`cnn-tui run`: queue runs of experiments, and follow them to their end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.wrong_labels import NoMarksError, without_wrong
from cnn_tui.cli.exchange import write_events
from cnn_tui.cli.parser import AsJson, Dataset, Detach, Device, ForRay, ForSlurm, On
from cnn_tui.cli.running.follow import following
from cnn_tui.cli.running.place import Destination, chosen_place
from cnn_tui.cli.runs import chosen_device, find_run, listed, open_history, put_runs
from cnn_tui.cli.streams import FAILED, FINISHED, UserError, complain, say
from cnn_tui.cli.summary import place
from cnn_tui.experiment.check import dataset_to_set, problems_of, warnings_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images import image_ranges
from cnn_tui.experiment.overrides import Axis, override, parse
from cnn_tui.experiment.presets import find_experiment
from cnn_tui.history.groups import taken_seeds
from cnn_tui.history.history import History
from cnn_tui.jobs import launch
from cnn_tui.jobs.grid import BatchError, Cell, check_count, grid, listed_seeds, over_seeds
from cnn_tui.network.problems.fixes import Problem
from cnn_tui.network.summary import summarize
from cnn_tui.text import quiet

_SET_HELP = (
    "Change a key, as learning_rate=0.01. With several values, as layers[0].filters=16,32,64, every combination of all "
    "keys' values is trained, all with the same seeds. A comma separates values unless it is inside brackets or "
    "quotes: layers[0].kernel_size=3x3,5x5 or [3,3],[5,5] are two pairs, metrics=['accuracy'] is one list. "
    "A name is taken whole."
)
_MOST_COMPLAINTS = 8
_SEED = ("seed", "training.seed")
_MOST_PARAMS = 2**63  # what a column of SQLite holds


def run(
    experiments: Annotated[
        list[str] | None, typer.Argument(metavar="EXPERIMENT...", help="A preset's name or a .toml file.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(metavar="N", help="Train for N epochs; of several phases, the first.")
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Seed of the random numbers.")] = None,
    repeat: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Train N times, each another seed.")] = 1,
    dataset: Dataset = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE[,VALUE...]", help=_SET_HELP)] = None,
    without_marked: Annotated[
        int | None,
        typer.Option(
            metavar="RUN",
            help="Leave out the training images marked as wrong in the suspects of a run; alone, train that run anew.",
        ),
    ] = None,
    device: Device = None,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write event files for TensorBoard at the end.")
    ] = None,
    on: On = None,
    slurm: ForSlurm = None,
    ray: ForRay = None,
    detach: Detach = False,
    as_json: AsJson = False,
) -> int:
    """Train every experiment with every combination of the settings' values, `repeat` times; gives the exit status.

    Nothing is queued unless all can be.
    """
    if detach and tensorboard is not None:
        raise UserError("--detach leaves before there is anything to write: cnn-tui export RUN --tensorboard DIR later")
    changes = {"epochs": epochs, "seed": seed, "dataset": dataset}
    axes = [Axis(key, (value,)) for key, value in changes.items() if value is not None]
    axes += map(parse, settings or [])
    try:
        cells = _cells(_names(experiments, without_marked), axes, repeat, without_marked)
        if not can_be_trained(cells):
            return FAILED
        destination = chosen_place(on, slurm, ray)
        where = chosen_device(device, here=destination.place == "here")
        ids, status = _train(cells, axes, repeat, where, destination, detach, as_json)
    except BatchError as error:
        raise UserError(str(error)) from None
    return status if tensorboard is None else max(status, write_events(ids, tensorboard))


def _names(experiments: list[str] | None, without_marked: int | None) -> list[str]:
    """The experiments that were named; none where a run's own is trained without images that are marked."""
    if not experiments and without_marked is None:
        raise UserError("name an experiment, a preset or a .toml file; cnn-tui presets lists some")
    return experiments or []


def _cells(names: list[str], axes: list[Axis], repeat: int, without_marked: int | None) -> list[Cell]:
    """Every experiment with every combination of the values. Raises BatchError, UserError and ExperimentError."""
    check_count(max(1, len(names)), axes, repeat)
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise UserError(f"{quiet(twice)} is given twice; --repeat trains an experiment several times")
    if repeat > 1 and any(len(axis.values) > 1 and axis.key in _SEED for axis in axes):
        raise UserError("--repeat and several seeds do not go together: one of them says which seeds there are")
    other = any(axis.key == "dataset" for axis in axes)
    found = [find_experiment(name, other_dataset=other) for name in names]
    if without_marked is not None:
        if other:
            raise UserError("--without-marked names images of the run's dataset: leave --dataset out")
        found = _without_marked(found, without_marked)
    return [cell for experiment in found for cell in grid(experiment, axes, override)]


def _without_marked(experiments: list[Experiment], run_id: int) -> list[Experiment]:
    """The experiments, or that of the run, without the images that are marked in its suspects. Raises UserError."""
    with open_history() as history:
        run = find_run(history, run_id)
        try:
            without = [without_wrong(history, run, one) for one in experiments or [run.experiment]]
        except NoMarksError as error:
            raise UserError(f"{error}; cnn-tui suspects {run_id} looks for them, and marks them") from None
    say(f"without {image_ranges.in_words(without[0].leave_out)} that are marked as wrongly labelled")
    return without


def can_be_trained(cells: Sequence[Cell]) -> bool:
    """Say what keeps experiments from being trained; True when nothing does."""
    wrong = [sentence for cell in cells for sentence in _obstacles(cell.named())]
    for sentence in wrong[:_MOST_COMPLAINTS]:
        complain(sentence)
    if len(wrong) > _MOST_COMPLAINTS:
        complain(f"and {len(wrong) - _MOST_COMPLAINTS} more of this kind")
    if not wrong:
        for cell in cells:
            _warn(cell.named())
    return not wrong


def _warn(experiment: Experiment) -> None:
    for warning in warnings_of(experiment):
        say(f"{quiet(experiment.name)}: {place(warning, summarize(experiment.stack))}: {warning.message}")


def _obstacles(experiment: Experiment) -> list[str]:
    summary = summarize(experiment.stack)
    name = quiet(experiment.name)
    if summary.total_params >= _MOST_PARAMS:
        return [f"{name}: {summary.total_params:,} parameters are more than any machine holds"]
    unset = dataset_to_set(experiment)
    return [
        *(
            [f"{name}: {unset}; give one with --dataset: a name, a file (.npz, .csv, .parquet), or a folder"]
            if unset
            else []
        ),
        *(
            f"{name}: {place(problem, summary)}: {problem.message}{_ways_out(problem)}"
            for problem in problems_of(experiment, summary)
        ),
    ]


def _ways_out(problem: Problem) -> str:
    return f" (fix: {' or '.join(fix.label for fix in problem.fixes)})" if problem.fixes else ""


def _train(
    cells: Sequence[Cell],
    axes: Sequence[Axis],
    repeat: int,
    device: str,
    destination: Destination,
    detach: bool,
    as_json: bool,
) -> tuple[list[int], int]:
    """Queue the runs and follow them; gives their ids and the exit status."""
    with following() as follower:
        history = follower.history
        destination.set(history)
        wanted = over_seeds(cells, repeat, lambda experiment: taken_seeds(history, experiment))
        with history.transaction():  # another who queues runs meanwhile comes before all of them or behind
            ids = [history.add(experiment, device) for experiment in wanted]
        launch.wake()
        _preview(history, ids, wanted, _counts(cells, axes, repeat))
        if detach:
            put_runs(history, ids, as_json)
            say(f"{listed(ids)} left to train; cnn-tui attach {ids[0]} follows, cnn-tui stop {ids[0]} stops")
            return ids, FINISHED
        return ids, follower.follow(ids, as_json, own=True)


def _counts(cells: Sequence[Cell], axes: Sequence[Axis], repeat: int) -> str:
    """What makes the number of runs: `2 experiments x 3 filters x 5 seeds`."""
    several = [axis for axis in axes if len(axis.values) > 1]
    experiments = len(cells) // math.prod(len(axis.values) for axis in several)
    parts = [f"{experiments} experiments"] if experiments > 1 else []
    parts += [f"{len(axis.values)} values of {axis.key}" for axis in several]
    parts += [f"{repeat} seeds"] if repeat > 1 else []
    return " x ".join(parts)


def _preview(history: History, ids: list[int], wanted: list[Experiment], counts: str) -> None:
    outlook = Estimator(history).outlook()
    if len(ids) == 1:
        say(f"run {ids[0]} queued: {quiet(wanted[0].name)}")
        if outlook.seconds is None:
            return
    else:
        say(f"{listed(ids)} queued: {len(ids):,} runs, {counts} ({listed_seeds(wanted)})")
    say(outlook.words())
