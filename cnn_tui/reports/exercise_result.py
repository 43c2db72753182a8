"""What came of an exercise: its figures, what they were made with, what is judged of them, and what has come since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnn_tui.analysis.chance.verdict import TOGETHER, below, sentences
from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.exercises.results import ExerciseResult, OtherConditions
from cnn_tui.history.conditions import Conditions
from cnn_tui.history.groups import Group
from cnn_tui.reports.blocks import Block, Bullet, Heading, Paragraph, TextTable
from cnn_tui.reports.exercise_facts import ExerciseFacts
from cnn_tui.text import counted, run_numbers


def result_blocks(facts: ExerciseFacts) -> Iterator[Block]:
    """The figures beside the baseline's and the notes', and what repeats say."""
    findings = facts.findings
    if findings is None:
        if facts.status is not None and facts.status.runs:
            yield Heading("Result")
            yield Paragraph("it is worked out …", style="dim")
        return
    mine, base = findings.result.group, findings.result.baseline
    shown = facts.shows_notes
    rows = [(row.key, row.yours, row.baseline, row.change, row.notes if shown else "") for row in findings.result.rows]
    rows = [row for row in rows if any(row[1:])]
    if not rows:
        return
    sizes = [(one, who) for one, who in ((mine, ""), (base, " of the baseline")) if one is not None]
    of = [f"{counted(len(one.trials), 'run')}{who}" for one, who in sizes]
    several = {len(one.by_seed("test_accuracy")) > 1 for one, _ in sizes}
    what = "Result" if mine is not None else "Before the run"
    yield Heading(f"{what}: {', '.join(of)}" if of else "The notes' figures")
    yield _figures(rows)
    yield from _conditions(facts, sizes, noted=any(row[4] for row in rows))
    told = [f"yours: {_listed(mine.runs)}"] if mine is not None else []
    told += [f"± {', '.join(_AROUND[one] for one in sorted(several, reverse=True))}"] if several else []
    if told:
        yield Paragraph("; ".join(told), style="dim")
    yield from _other_conditions(findings.result.others)
    yield from _verdicts(findings.result, facts.repeat)


def result_in_short(facts: ExerciseFacts) -> Iterator[Block]:
    """The figure that is asked for, for the top of the page: the rest may be far below on a low terminal."""
    rows = facts.findings.result.rows if facts.findings is not None and facts.has_run else ()
    for row in rows:
        if row.key == "test accuracy" and row.yours:
            change = f", {row.change} against the baseline" if row.change else ""
            yield Paragraph(f"Its test accuracy is {row.yours}{change}.")


_AROUND = {True: "over the seeds", False: "of one run: over other test images"}


def _figures(rows: Sequence[Sequence[str]]) -> TextTable:
    """The columns that are not empty; where room is short, the baseline's is the first that is left out."""
    head = ("", "yours", "baseline", "change", "notes")
    kept = [at for at in range(5) if at == 0 or any(row[at] for row in rows)]
    spare = sorted(range(2, len(kept)), key=lambda at: (kept[at] != 2, -at))
    cells = [[row[at] for at in kept] for row in rows]
    return TextTable([head[at] for at in kept], cells, right=range(1, len(kept)), spare=spare)


def _conditions(facts: ExerciseFacts, sizes: Sequence[tuple[Group, str]], *, noted: bool) -> Iterator[Block]:
    """What the figures of each column were made with; the notes' too, where they are shown."""
    told: dict[str, list[str]] = {}
    short: dict[str, str] = {}
    for group, who in sizes:
        whole = group.conditions_in_words(whole=True)
        told.setdefault(whole, []).append(who.removeprefix(" of ") or "yours")
        short[whole] = group.conditions_in_words()
    notes = facts.exercise.notes
    experiment = facts.place.experiment(facts.exercise) if noted else None
    if experiment is not None:
        full = BUILT_IN.get(experiment.dataset)
        images = (full.train_images, full.test_images) if full is not None else (0, 0)
        epochs = len(notes.epochs) or experiment.epochs
        made_with = Conditions(experiment.dataset, *images, epochs, epochs)
        told.setdefault(made_with.in_words(whole=True), []).append("the notes")
        short[made_with.in_words(whole=True)] = made_with.in_words()
    if len(told) == 1:
        yield Paragraph(next(iter(short.values())), style="dim")
        return
    if len(set(short.values())) < len(short):  # one name in two folders
        short = {whole: whole for whole in told}
    for whole, columns in told.items():
        yield Paragraph(f"{', '.join(columns)}: {short[whole]}", style="warn")


def _other_conditions(others: Sequence[OtherConditions]) -> Iterator[Block]:
    """Runs that stand further from what the exercise asks for: rows of their own, which nothing is judged by."""
    if not others:
        return
    yield Heading("Test accuracy under other conditions")
    for one in others:
        base = f", the baseline's {one.baseline}, {one.change}" if one.baseline else ""
        yield Bullet(f"{one.yours}{base} ({_listed(one.runs)}): {one.conditions}")


def _listed(runs: Sequence[int]) -> str:
    """As `run 4`, `runs 4, 5, 6`; of many, the last."""
    return f"{'runs' if len(runs) > 1 else 'run'} {', '.join(map(str, runs[-12:]))}"


def _verdicts(found: ExerciseResult, repeat: str) -> Iterator[Block]:
    # Where something was expected, it is said there already that a single run says nothing.
    told = any(outcome.expected for outcome in found.outcomes)
    verdicts = [one for one in found.verdicts if not (told and one.outcome == "too few")]
    if verdicts:
        yield Heading("Is it more than chance?")
    for words in sentences(verdicts, repeat):
        yield Bullet(words)
    if any(one.test is not None for one in verdicts):
        yield Paragraph(below(verdicts, TOGETHER), style="dim")


def since_the_conclusion(found: ExerciseResult) -> str:
    """Which runs have come, or gone, since the conclusion was written; "" where it is about the runs that are shown."""
    about = found.answer.about
    if about is None or not (found.come_since or found.gone_since):
        return ""
    written = f"It was written about {run_numbers(about)}" if about else "It was written before there was a run"
    come, gone = found.come_since, found.gone_since
    words = [f"{run_numbers(come)} {'has' if len(come) == 1 else 'have'} come"] if come else []
    words += [f"{run_numbers(gone)} {'counts' if len(gone) == 1 else 'count'} here no more"] if gone else []
    return f"{written}; since then {', and '.join(words)}."
