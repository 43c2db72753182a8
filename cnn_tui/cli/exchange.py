"""`cnn-tui export` and `import`: an experiment as a Keras script, and a Keras model as an experiment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cnn_tui.cli.parser import Output
from cnn_tui.cli.printing import deliver
from cnn_tui.cli.runs import open_history, read_run, run_number
from cnn_tui.cli.streams import FAILED, FINISHED, WRONG, UserError, complain, say
from cnn_tui.cli.summary import place
from cnn_tui.data.dataset import is_stand_in
from cnn_tui.experiment.check import dataset_to_set, problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import to_toml
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.presets import find_experiment
from cnn_tui.history.records import require_experiment
from cnn_tui.keras_io.imported.model import ImportProblem, SeveralModels, import_model, with_weights
from cnn_tui.keras_io.script.notebook import keras_notebook
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.summary import summarize
from cnn_tui.text import quiet

EVENT_FILES_SECONDS = 300.0
"""TensorFlow takes some to load."""


def export(
    source: Annotated[str, typer.Argument(metavar="EXPERIMENT|RUN", help="An experiment, or the number of a run.")],
    output: Output = None,
    tensorboard: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a run's curves as event files for TensorBoard instead.")
    ] = None,
    notebook: Annotated[
        bool, typer.Option("--notebook", help="Write a Jupyter notebook instead; so does -o FILE.ipynb.")
    ] = False,
) -> int:
    """Write the Keras script of an experiment, or of a run with its seed, to `output` or to standard output.

    A stack that has problems is exported all the same; they are said, and the exit status is 1.
    """
    if tensorboard is not None:
        if output is not None:
            raise UserError("--output is for the script; --tensorboard names a folder of its own")
        return _export_events(source, tensorboard)
    number = run_number(source)
    experiment, seed = (find_experiment(source), None) if number is None else _run(number)
    if notebook or (output is not None and output.suffix == ".ipynb"):
        deliver(keras_notebook(experiment, seed=seed, about="" if number is None else _page(number)), output)
    else:
        deliver(keras_script(experiment, seed=seed), output)
    summary = summarize(experiment.stack)
    problems = problems_of(experiment, summary)
    for problem in problems:
        complain(f"{quiet(experiment.name)}: {place(problem, summary)}: {problem.message}")
    if unset := dataset_to_set(experiment):
        complain(f"{quiet(experiment.name)}: {unset}; the script stops where they are to be loaded")
    return FAILED if problems else FINISHED


def _page(number: int) -> str:
    """What came of a run, as Markdown."""
    from cnn_tui.reports.markdown import to_markdown
    from cnn_tui.reports.run_facts import read_facts
    from cnn_tui.reports.run_page import run_page

    with open_history() as history:
        return to_markdown(run_page(read_facts(history, read_run(number), history.events(number))))


def _export_events(name: str, folder: Path) -> int:
    number = run_number(name)
    if number is None:
        raise UserError(f"--tensorboard writes what a run did: give the number of one, not {found(name)}")
    run = read_run(number)
    if not run.epochs:
        raise UserError(f"run {run.id} has no whole epoch to write")
    return write_events([run.id], folder)


def write_events(ids: list[int], folder: Path) -> int:
    """Write runs as event files for TensorBoard; gives the exit status."""
    from cnn_tui.jobs.child import Child
    from cnn_tui.jobs.launch import python

    command = python("cnn_tui.training.tensorboard", str(folder.expanduser().absolute()), *map(str, ids))
    try:
        ended = Child(command).finish(EVENT_FILES_SECONDS)
    except OSError as error:  # TimeoutError is one
        complain(f"the event files could not be written: {error}")
        return FAILED
    words = ended.out[-1] if ended.out else f"writing event files ended with exit status {ended.status}"
    if ended.status or not ended.out:
        complain(words)
        return FAILED
    say(quiet(words, 1_000))
    return FINISHED


def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A .keras or HDF5 file, a model as JSON, or a .py or .ipynb."),
    ],
    output: Output = None,
    model: Annotated[
        str | None, typer.Option(metavar="NUMBER|NAME", help="Which of the models that a script or notebook makes.")
    ] = None,
    training: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="One training alone, where a script trains its model several times."),
    ] = None,
    weights: Annotated[
        bool, typer.Option("--weights", help="Start from the file's own weights, to test them or to train them on.")
    ] = False,
) -> int:
    """Write the experiment that a Keras model is to `output` or to standard output; say what differs.

    A script or a notebook is read and never run.
    """
    try:
        imported = import_model(file, model, training)
        imported = with_weights(imported, file) if weights else imported
    except ImportProblem as error:
        for problem in error.problems:
            complain(problem)
        if isinstance(error, SeveralModels):
            complain("choose one with --model and its number or name")
        return WRONG
    deliver(f"{imported.head(file.name)}\n{to_toml(imported.experiment)}", output)
    for note in imported.notes:
        complain(note)
    return FINISHED


def _run(number: int) -> tuple[Experiment, int | None]:
    """The experiment of a run, on the images that it was trained on, and its seed."""
    run = read_run(number)
    experiment = require_experiment(run)
    if is_stand_in(run.dataset):  # for the dataset of the experiment
        experiment = msgspec.structs.replace(experiment, dataset=run.dataset)
    return experiment, run.seed
