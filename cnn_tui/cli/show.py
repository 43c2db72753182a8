"""`cnn-tui show` and `report`: everything that is known of one run, and a lab report on several in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cnn_tui import home
from cnn_tui.cli.follow import ending
from cnn_tui.cli.history import when
from cnn_tui.cli.parser import AsJson, Output, Pack, RunId
from cnn_tui.cli.printing import bold, deliver, table
from cnn_tui.cli.runs import find_run, say_damage, to_json
from cnn_tui.cli.streams import FINISHED, UserError, put, say
from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.packs import places_of
from cnn_tui.history.history import History
from cnn_tui.history.listing import Listing, Query
from cnn_tui.history.rows import damage_in_words
from cnn_tui.history.run import Event, Run
from cnn_tui.history.tested import tested_in_words
from cnn_tui.network.report import summary_lines
from cnn_tui.network.summary import summarize
from cnn_tui.reports import lab_report
from cnn_tui.reports.epoch_rows import epoch_rows
from cnn_tui.text import quiet


def show(run: RunId, as_json: AsJson = False) -> int:
    """Print one run."""
    with History() as history:
        found = find_run(history, run)
        events = history.events(run)
    say_damage([found])
    put(to_json(found) if as_json else "\n".join(to_text(found, events)))
    return FINISHED


def to_text(run: Run, events: Sequence[Event] = ()) -> list[str]:
    """The lines of a run's page; `events` is what happened to it."""
    sections = [
        ("", table(_facts(run))),
        ("Training", table(_training(run)) if run.has_experiment else []),
        ("Layers", _layers(run) if run.has_experiment else []),
        ("Epochs", _epochs(run)),
        ("Events", table([(when(event.at), quiet(event.text, 1000)) for event in events])),
        ("Environment", table([(key, _plain(value)) for key, value in run.environment.items()])),
        ("Files", table(_files(run))),
    ]
    lines = [bold(f"Run {run.id}: {quiet(run.name)}")]
    for title, body in sections:
        if body:
            lines += ["", bold(title), *body] if title else body
    return lines


def _facts(run: Run) -> list[tuple[str, str]]:
    status = ending(run)
    images = f" ({run.train_images:,} + {run.test_images:,} images)" if run.train_images else ""
    facts = [
        ("status", status),
        ("dataset", quiet(run.dataset) + images),
        ("params", f"{run.params:,}"),
        ("fingerprint", run.fingerprint),
        ("seed", "random" if run.seed is None else str(run.seed)),
        ("created", when(run.created)),
        ("training time", f"{run.seconds:.1f} s"),
    ]
    if run.damage:
        facts.insert(1, ("damaged", f"{damage_in_words(run.id, run.damage)}; what can be read is here"))
    if run.test_accuracy is not None:
        which = tested_in_words(run.tested_epoch)
        facts.append(("test accuracy", f"{run.test_accuracy:.4f}{f' ({which})' if which else ''}"))
    if run.test_loss is not None:
        facts.append(("test loss", f"{run.test_loss:.4f}"))
    if run.note:
        facts.append(("note", quiet(run.note, 10_000)))
    if run.conclusion:
        facts.append(("conclusion", quiet(run.conclusion, 10_000)))
    if run.tags:
        facts.append(("tags", quiet(", ".join(run.tags))))
    return facts


def _training(run: Run) -> list[tuple[str, str]]:
    training = run.experiment.training
    facts = [
        (name, _plain(getattr(training, name)))
        for name in training.__struct_fields__
        if name != "seed"  # the run's own is shown above
    ]
    return facts + [("stop when", str(rule)) for rule in run.experiment.stop]


def _layers(run: Run) -> list[str]:
    try:
        summary = summarize(run.experiment.stack)
    except DatasetError as error:  # a file that has gone since takes no run's page with it
        kinds = [layer.type for layer in run.experiment.layers]
        return [f"{', '.join(kinds)}; their shapes are unknown now: {quiet(str(error), 1000)}"]
    return summary_lines(summary)


def _epochs(run: Run) -> list[str]:
    rows = epoch_rows(run)
    return table(rows, right=range(len(rows[0]))) if rows else []


def _files(run: Run) -> list[tuple[str, str]]:
    places = [
        ("model", home.model_path(run.id)),
        ("best weights", home.best_path(run.id)),
        ("checkpoint", home.checkpoint_path(run.id)),
        ("log", home.log_path(run.id)),
    ]
    return [(name, quiet(str(path), 4000)) for name, path in places if path.exists()]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{quiet(str(key))} {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(inner) for inner in value)
    if isinstance(value, float):
        return f"{value:g}"
    return quiet(str(value), 1000)


def report(
    runs: Annotated[list[int] | None, typer.Argument(metavar="[RUN...]", help="The runs; else all of them.")] = None,
    words: Annotated[str, typer.Option("--filter", metavar="EXPR", help="The runs that pass it.")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="Its heading.")] = "Lab report",
    pack: Pack = None,
    output: Output = None,
) -> int:
    """Write the report on runs, on those that a filter leaves, or on all that are not archived."""
    if runs and words:
        raise UserError("name runs or give a --filter, not both")
    with History() as history:
        ids = [find_run(history, one).id for one in dict.fromkeys(runs or [])]
        if not ids:
            ids = list(Listing(history, Query(words, "id", reverse=True)).ids())
        if not ids:
            raise UserError("there is no run to report on" + (" that passes the filter" if words else ""))
        if len(ids) > lab_report.MOST_RUNS:
            say(f"the table has the first {lab_report.MOST_RUNS} of {len(ids):,} runs; --filter chooses")
        say_damage(run for one in ids[: lab_report.MOST_RUNS] if (run := history.run(one)) is not None)
        text = lab_report.report(history, ids, places_of(pack), title)
    deliver(text, output)
    return FINISHED
