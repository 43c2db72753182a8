"""`cnn-tui summary` and `presets`: what a stack becomes, without TensorFlow; the experiments that come with the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnn_tui.cli.parser import AsJson, Experiments
from cnn_tui.cli.printing import bold, put_json, table
from cnn_tui.cli.streams import FAILED, FINISHED, WRONG, complain, put
from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.check import dataset_to_set, problems_of, warnings_of
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.images.unset_dataset import NOT_SET
from cnn_tui.experiment.presets import about_preset, find_experiment, load_preset, preset_names
from cnn_tui.experiment.training.phases import later_phases
from cnn_tui.home import history_path
from cnn_tui.network.problems.fixes import Problem
from cnn_tui.network.summary import Summary, keras_shape, summarize, summary_lines
from cnn_tui.text import quiet, sentence

if TYPE_CHECKING:
    from cnn_tui.analysis.foretelling.foretold import Foretold


def summary(experiments: Experiments, as_json: AsJson = False) -> int:
    """What cannot be read is said, and the others are printed all the same; the worst decides the exit status."""
    statuses = {FINISHED}
    printed = 0
    for name in experiments:
        try:
            experiment = find_experiment(name)
            made = summarize(experiment.stack)
            problems = problems_of(experiment, made)
            warnings = () if problems else warnings_of(experiment)
        except (ExperimentError, DatasetError) as error:
            complain(str(error))
            statuses.add(WRONG)
            continue
        statuses.add(FAILED if problems else FINISHED)
        foretold = None if problems else _foretold(experiment)
        if as_json:
            put_json(to_json(experiment, made, problems, warnings) | _plain_foretold(foretold))
        else:
            takes = ["", f"A run takes {foretold.versions()[0]}."] if foretold else []
            put(*([""] if printed else []), *to_text(experiment, made, problems, warnings), *takes)
        printed += 1
    return max(statuses)


def _foretold(experiment: Experiment) -> Foretold | None:
    """What a run of it would take; None where no past run tells."""
    if not history_path().exists():
        return None
    from cnn_tui.cli.foretelling import foretell  # loads SQLite, which nobody is to wait for who has no history

    return foretell(experiment)


def _plain_foretold(foretold: Foretold | None) -> dict[str, Any]:
    return {} if foretold is None else {"foretold": foretold.to_json()}


def to_json(
    experiment: Experiment, summary: Summary, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]
) -> dict[str, Any]:
    """The promised form, shapes without the batch axis; and warnings, with which a network can be trained.

    Totals are those of the first phase of the training; later ones say what learns in them.
    Where no dataset is set, it is null, and the classes that the network is for are told.
    """
    phases = [
        {"epochs": phase.epochs, "trainable_params": learning}
        for phase, (_, learning) in zip(experiment.then, later_phases(experiment), strict=True)
    ]
    keys = ("index", "type", "name", "output_shape", "params", "enabled")
    return {
        "name": experiment.name,
        "dataset": experiment.dataset or None,
        "input_shape": summary.input_shape,
        **({} if experiment.dataset else {"classes": experiment.classes}),
        "layers": [{key: getattr(row, key) for key in keys} for row in summary.rows],
        "total_params": summary.total_params,
        "trainable_params": summary.trainable_params,
        "non_trainable_params": summary.non_trainable_params,
        **({"then": phases} if phases else {}),
        "problems": [_plain(problem) for problem in problems],
        **({"warnings": [_plain(warning) for warning in warnings]} if warnings else {}),
    }


def _plain(problem: Problem) -> dict[str, Any]:
    return {"layer": problem.layer, "message": problem.message, "fixes": [fix.label for fix in problem.fixes]}


def to_text(
    experiment: Experiment, summary: Summary, problems: tuple[Problem, ...], warnings: tuple[Problem, ...]
) -> list[str]:
    dataset = quiet(experiment.dataset) or f"dataset {NOT_SET}"
    title = f"{quiet(experiment.name)}  ({dataset}, input {keras_shape(summary.input_shape)})"
    lines = [bold(title), *summary_lines(summary)]
    if unset := dataset_to_set(experiment):
        lines += ["", sentence(unset)]
    later = [f"Trainable params then: {learning:,} ({words})" for words, learning in later_phases(experiment)]
    lines += ["", *later] if later else []
    for problem in (*problems, *warnings):
        what = "Warning for" if problem in warnings else "Problem in"
        lines += ["", bold(f"{what} {place(problem, summary)}: ") + quiet(problem.message, 1000)]
        lines += [f"  fix {at}: {fix.label}" for at, fix in enumerate(problem.fixes, 1)]
    return lines


def place(problem: Problem, summary: Summary) -> str:
    """Where a problem is: `layer 4 (max_pooling2d_1)`, or the stack as a whole."""
    return f"layer {problem.layer} ({summary.rows[problem.layer - 1].name})" if problem.layer else "the stack"


def presets(as_json: AsJson = False) -> int:
    found = [(name, load_preset(name)) for name in preset_names()]
    facts = [
        {
            "name": name,
            "title": experiment.name,
            "about": about_preset(name),
            "dataset": experiment.dataset,
            "layers": len(experiment.layers),
            "params": summarize(experiment.stack).total_params,
            "epochs": experiment.epochs,
        }
        for name, experiment in found
    ]
    if as_json:
        for fact in facts:
            put_json(fact)
    else:
        rows = [(str(fact["name"]), str(fact["title"]), f"{fact['params']:,}") for fact in facts]
        put(*table([("name", "title", "params"), *rows], right=[2], titled=True))
    return FINISHED
