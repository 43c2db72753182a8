"""A run's page: first what came of it, then what was tried."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from cnn_tui import home
from cnn_tui.analysis.chance.tested_images import sampling_error
from cnn_tui.analysis.compare import in_points, pace_of
from cnn_tui.analysis.foretelling.foretold import IN_ENVIRONMENT, foretold_of, megabytes
from cnn_tui.analysis.lost_number import NAN_RULE, needs_nan_rule, remedy
from cnn_tui.analysis.overfitting import read_run
from cnn_tui.artifacts.kept_epochs import kept_in_words
from cnn_tui.exercises.catalogue import load_set, set_names
from cnn_tui.exercises.model import ExerciseError
from cnn_tui.history.alive import elsewhere_in_words
from cnn_tui.history.conditions import dataset_in_short
from cnn_tui.history.ending import ending_in_words, status_in_words
from cnn_tui.history.epoch import metric_shown
from cnn_tui.history.run import Run
from cnn_tui.network.diff import arguments
from cnn_tui.network.layers import AnyLayer
from cnn_tui.reports.blocks import (
    Block,
    Curves,
    Difference,
    Fact,
    Heading,
    Page,
    Paragraph,
    Span,
    TextTable,
    status_style,
)
from cnn_tui.reports.experiment_blocks import experiment_blocks
from cnn_tui.reports.run_facts import RunFacts
from cnn_tui.text import counted, moment, sentence


def run_page(facts: RunFacts) -> Page:
    run = facts.run
    blocks = [*_result(facts), *_words(run), *_curves(facts), *overfitting(run)]
    blocks += [*_difference(facts), *experiment_blocks(run), *_epochs(run), *_what_happened(facts), *_around(run)]
    return Page(f"Run {run.id}: {run.name}", blocks)


def in_brief(run: Run) -> Iterator[Block]:
    """A run in few lines: its whole name, what it was made with and reached, its layers."""
    yield Paragraph([Span(f"Run {run.id}: {run.name}", "strong")])
    words, pace = status_in_words(run.status, run.ending), pace_of(run)
    made_with = run.conditions.in_words() if run.train_images else dataset_in_short(run.dataset)
    yield Paragraph([Span(words, status_style(run.status, run.ending)), Span(f", {made_with}", "dim")])
    gap = f"gap {in_points(run.gap)}" if run.gap is not None else ""
    took = f"{pace:.1f} s an epoch" if pace is not None else ""
    if accuracy := _joined([*_figures(run, run.test_accuracy, "accuracy"), gap]):
        yield Paragraph([Span("accuracy ", "dim"), Span(accuracy)])
    yield Paragraph(_joined([counted(run.params, "parameter"), took]))
    if run.note:
        yield Paragraph([Span("note ", "dim"), Span(run.note)])
    if run.has_experiment:
        yield Paragraph()
        rows = [(str(at), one.type, f"{'' if one.enabled else 'off  '}{arguments(one)}") for at, one in _numbered(run)]
        yield TextTable((), rows, right=(0,))


def _numbered(run: Run) -> Iterator[tuple[int, AnyLayer]]:
    return enumerate(run.experiment.layers, 1)


def overfitting(run: Run) -> Iterator[Block]:
    """Whether the run overfits, and what to try next."""
    found = read_run(run)
    if found is None:
        return
    reading, suggestion = found
    yield Heading("Overfitting")
    yield Paragraph(sentence(reading.reason))
    if suggestion is not None:
        words = f"One experiment to try next: {suggestion.label}."
        yield Paragraph(words, "{page.next_experiment} puts it into the editor.", "accent")


def _result(facts: RunFacts) -> Iterator[Block]:
    run = facts.run
    gap, pace = run.gap, pace_of(run)
    gap_words = f"gap {in_points(gap)} points" if gap is not None else ""
    took = [f"{run.seconds:.1f} s of training", f"{pace:.1f} s an epoch" if pace is not None else ""]
    how, words = ending_in_words(run.status, run.ending, run.stop_cause), status_in_words(run.status, run.ending)
    told = words if how.startswith(words) else how
    status = [Span(told, status_style(run.status, run.ending)), Span(how.removeprefix(told))]
    elsewhere = elsewhere_in_words(run)
    status += [Span(f" {elsewhere}", "dim")] if elsewhere else []
    status += [Span(" (archived)", "dim")] if run.archived else []
    yield Fact("status", status)
    if facts.lost is not None:
        yield Fact("", [Span(sentence(str(facts.lost)), "bad"), Span(f" {_advice(run)}")])
    yield Fact("epochs", f"{len(run.epochs)} of {run.experiment.epochs}")
    if accuracy := _joined([*_figures(run, run.test_accuracy, "accuracy"), gap_words]):
        yield Fact("accuracy", [Span(accuracy, "strong")])
    if around := _of_other_images(run):
        yield Fact("", around)
    yield Fact("loss", _joined(_figures(run, run.test_loss, "loss")))
    if run.train_images:
        yield Fact("made with", run.conditions.in_words())
    yield Fact("time", _joined(took))
    if (foretold := foretold_of(run)) is not None:
        yield Fact("foretold", foretold.beside(run))
    elif run.memory:
        yield Fact("memory", f"{megabytes(run.memory)} at most")
    yield Fact("network", f"{counted(run.params, 'parameter')}, fingerprint {run.fingerprint}")
    if facts.same:
        yield Fact("", sentence(facts.same))
    if facts.baseline == run.id:
        yield Fact("", "It is the baseline that others are compared with.")


def _advice(run: Run) -> str:
    rule = f" The stop rule {NAN_RULE} ends such a run at once." if needs_nan_rule(run) else ""
    return remedy(run) + rule


def _figures(run: Run, tested: float | None, metric: str) -> list[str]:
    train, validation = run.figure_at_test(metric), run.figure_at_test(f"val_{metric}")
    figures = (("test", tested), ("train", train), ("validation", validation))
    return [f"{name} {value:.4f}" for name, value in figures if value is not None]


def _of_other_images(run: Run) -> str:
    """What the test images leave open of the accuracy; a sample of others would have given another figure."""
    error = sampling_error(run.test_accuracy, run.test_images) if run.test_accuracy is not None else None
    return f"test accuracy ± {error:.4f} on other {run.test_images:,} images" if error is not None else ""


def _exercise(key: str) -> str:
    """An exercise's title, as the list of exercises shows it, and its set; of a pack's exercise its key."""
    place, _, name = key.partition("/")
    with contextlib.suppress(ExerciseError):
        return f"{load_set(place).exercise(name).heading} ({place})" if place in set_names() else key
    return key


def _words(run: Run) -> list[Block]:
    facts = (("tags", " ".join(run.tags)), ("exercise", _exercise(run.exercise)), ("note", run.note))
    given = [Fact(label, value) for label, value in (*facts, ("conclusion", run.conclusion)) if value]
    return [Paragraph(), *given] if given else []


def _curves(facts: RunFacts) -> list[Block]:
    return [Heading("Curves", "{page.metric}: the next metric"), Curves([facts.run], points=facts.points)]


def _difference(facts: RunFacts) -> Iterator[Block]:
    found = facts.against
    if found is None:
        return
    yield Heading(f"Difference to the baseline, run {found.baseline}")
    for row in found.shown():
        change = row.change_shown(1)
        value = f"{row.shown(0) or '-'} → {row.shown(1) or '-'}" + (f"  ({change})" if change else "")
        yield Fact(row.key, value)
    for diff in found.layers:
        yield Difference(diff.lines) if diff.differs else Fact("layers", "the same network")


def _epochs(run: Run) -> Iterator[Block]:
    """A row for each epoch that ended, under Keras's names for the metrics."""
    if not run.epochs:
        return
    names = list(dict.fromkeys(name for epoch in run.epochs for name in epoch.metrics))
    rows, loaded = [], any(epoch.others is not None for epoch in run.epochs)
    for epoch in run.epochs:
        figures = [metric_shown(name, epoch.metrics[name]) if name in epoch.metrics else "" for name in names]
        others = [f"{epoch.others:.0%}" if epoch.others is not None else ""] if loaded else []
        rows.append([str(epoch.epoch), *figures, f"{epoch.seconds:.1f}", f"{epoch.images_per_second:,.0f}", *others])
    yield Heading("Epochs")
    titles = ["epoch", *names, "seconds", "images/s", *(["others"] if loaded else [])]
    yield TextTable(titles, rows, right=range(len(titles)))
    if loaded:
        words = "others: the share of the processor's cores that other programs took meanwhile."
        yield Paragraph(words, style="dim")


def _what_happened(facts: RunFacts) -> list[Block]:
    happened = [Fact(moment(event.at), event.text) for event in facts.events]
    return [Heading("What happened"), *happened] if happened else []


def _around(run: Run) -> Iterator[Block]:
    if run.environment:
        yield Heading("Environment")
    for name, value in run.environment.items():
        if name == IN_ENVIRONMENT:
            continue  # said above, beside what came
        yield Fact(str(name)[:16], _plain(value))
    yield Heading("Files")
    places = {
        "model": home.model_path(run.id),
        "best weights": home.best_path(run.id),
        "checkpoint": home.checkpoint_path(run.id),
        "log": home.log_path(run.id),
    }
    there = [Fact(name, str(path)) for name, path in places.items() if path.exists()]
    if kept := kept_in_words(run):
        there.append(Fact("epochs' weights", f"{kept}: {home.epochs_folder(run.id)}"))
    yield from there
    if not there:
        yield Paragraph("There are none.", style="dim")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(inner) for inner in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(words: Sequence[str]) -> str:
    return ", ".join(word for word in words if word)
