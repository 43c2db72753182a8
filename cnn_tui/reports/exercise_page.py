"""An exercise: what is facts, what was expected, what came of it; and a set of exercises as a whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

from cnn_tui.analysis.pace import in_words
from cnn_tui.data.course import resolved
from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.exercises.answers import Expectation
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.locks import in_words as lock_in_words
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.progress import ExerciseStatus, State
from cnn_tui.experiment.difference import diff_experiments
from cnn_tui.network.diff import DiffLine
from cnn_tui.reports.blocks import Beside, Block, Bullet, Difference, Heading, Page, Paragraph, Quote, Span
from cnn_tui.reports.exercise_facts import ExerciseFacts
from cnn_tui.reports.exercise_result import result_blocks, result_in_short, since_the_conclusion
from cnn_tui.text import counted

SIGNS: dict[State, tuple[str, str]] = {
    "open": ("○ to do", "dim"),
    "predicted": ("? predicted", "accent"),
    "waiting": ("… waiting", "warn"),
    "training": ("▸ training", "warn"),
    "run": ("● has run", "accent"),
    "answered": ("● answered", "accent"),
    "done": ("✓ done", "good"),
}
"""The sign and the word of each state, and its style."""
_OUTCOMES = {True: Span("✓ ", "good"), False: Span("✗ ", "bad"), None: Span("? ", "dim")}
_LONGEST_DIFF = 12
_BAR = 20
"""Cells of the bar that says how much of a set is done."""
NO_CONCLUSION = "The notes draw no conclusion about this one."


def exercise_page(facts: ExerciseFacts) -> Page:
    one = facts.exercise
    conclusion, result = [_conclusion(facts), _notes(facts)], [_expected(facts), result_blocks(facts)]
    if facts.conclusion:  # what one opens the page for now stands first: here the notes' answer to one's own
        parts = [*conclusion, *result, _changes(facts)]
    elif facts.has_run:
        parts = [*result, *conclusion, _changes(facts)]
    else:
        parts = [_changes(facts), *result, *conclusion]
    question: list[Block] = [Paragraph(one.question.strip()), *_asked_for(facts)]
    if facts.curves is not None:
        question = [Beside(question, facts.curves)]
    return Page(
        one.heading,
        [_state(facts), *result_in_short(facts), *_failure(facts), Paragraph(), *question, *itertools.chain(*parts)],
    )


def set_page(place: SetPlace, statuses: Mapping[str, ExerciseStatus]) -> Page:
    exercises = place.set.exercises
    done = sum(one.state == "done" for one in statuses.values())
    share = round(_BAR * done / len(exercises))
    bar = [Span("━" * share, "good"), Span("─" * (_BAR - share), "dim")]
    blocks: list[Block] = [Paragraph([*bar, Span(f" {done} of {len(exercises)} done")])]
    if place.set.about:
        blocks += [Paragraph(), Paragraph(place.set.about.strip())]
    steps = ["{move.down} and {move.up} move through the exercises."]
    if any(one.is_run for one in exercises):
        noted = any(one.notes.conclusion for one in exercises)
        more = "; then the notes' own conclusion, where they have one, is shown too ({exercises.notes}: before)"
        steps += [
            "{exercises.predict}: say what you expect, before the run.",
            "{exercises.run} runs it; its result comes to stand beside what you expected and beside the baseline.",
            "{exercises.repeat} runs it over several seeds: only repeats tell a change from chance.",
            f"{{exercises.conclude}}: write what you conclude{more if noted else ''}.",
            "{exercises.all} queues the whole set.",
        ]
    else:
        steps += [
            "{exercises.conclude}: write your answer.",
            "{exercises.experiment} sets it up in Explain, where it is done by hand.",
        ]
    return Page(place.set.title, [*blocks, Heading("", "How it goes"), *(Paragraph("", step) for step in steps)])


def _state(facts: ExerciseFacts) -> Block:
    """How far the user is with the exercise, and what to do next."""
    if facts.status is None:
        return Paragraph()
    status = facts.status
    sign, style = SIGNS[status.state]
    words = [Span(sign, style), Span(" ")]
    if status.state == "training" and facts.tally is not None:
        going = [each for each in facts.tally.going if each[0] in status.live]
        where = f"Run {going[0][0]} has done {going[0][1]} of {going[0][2]} epochs. " if going else ""
        words.append(Span(f" {where}The result comes here when it ends."))
    if status.state == "waiting":
        wait = "waits" if len(status.live) == 1 else "wait"
        words.append(Span(f" {len(status.live)} of its runs {wait} to be trained."))
    return Paragraph(words, _next(facts, status.state))


def _failure(facts: ExerciseFacts) -> Iterator[Block]:
    """Why its run failed, while no other has come to its end."""
    if facts.status is not None and facts.status.failure is not None:
        run_id, why = facts.status.failure
        yield Paragraph()
        yield Paragraph(f"Run {run_id} failed: {why}.", style="warn")


def _next(facts: ExerciseFacts, state: State) -> str:
    """What can be done now, as a hint."""
    one = facts.exercise
    if state in ("training", "waiting"):
        return ""
    if state == "done":
        following = "{move.down} goes on to the next; " if one is not facts.place.set.exercises[-1] else ""
        return f"{following}{{exercises.done}} marks it as to do again."
    if state == "answered":
        return "{exercises.done} marks it as done."
    if one.is_question:
        if one.by_hand is not None:
            return "{exercises.experiment} sets it up in Explain, to do it by hand; {explain.answer} answers it there."
        return "{exercises.conclude} writes your answer."
    if one.impossible:
        return "{exercises.experiment} opens it in the editor. {exercises.conclude} writes your answer."
    if state == "run":
        return "{exercises.conclude} writes what you conclude; {exercises.repeat} runs it over more seeds."
    takes = facts.findings.seconds if facts.findings and not facts.asks_first else None
    run = f"{{exercises.run}} runs it{f', about {in_words(takes)}' if takes is not None else ''}."
    if _mine(facts):
        run = "{exercises.run} runs your version, which is in the editor."
    elif one.change:
        run = (
            "{exercises.experiment} opens its experiment: change it there, "
            "then {exercises.run} runs it for this exercise."
        )
    if state == "open" and one.predict and not facts.is_base:
        return f"{{exercises.predict}} says what you expect; then {run}"
    return run


def _asked_for(facts: ExerciseFacts) -> Iterator[Block]:
    """The conditions that the exercise asks for."""
    experiment = facts.place.experiment(facts.exercise) if facts.exercise.is_run else None
    if experiment is not None:
        epochs = counted(experiment.epochs, "epoch")
        yield Paragraph()
        dataset = experiment.dataset
        own = Path(dataset).is_relative_to(facts.place.folder)
        told = f"{Path(dataset).name}, of the pack" if own else dataset
        yield Paragraph(f"Data: {told}{_how_many(dataset)}. {epochs}.{_stands_in(dataset)}", style="dim")


def _how_many(dataset: str) -> str:
    """The images and classes of a dataset that comes with the app; "" for another, which is known when it is read."""
    known = BUILT_IN.get(dataset)
    if known is None:
        return ""
    return f", {known.train_images:,} + {known.test_images:,} images of {counted(known.classes, 'class', 'classes')}"


def _stands_in(dataset: str) -> str:
    """That drawn pictures are trained on, where those of the course are not on this machine; else ""."""
    if resolved(dataset) == dataset:
        return ""
    return f" Until that is here, drawn pictures stand in: `cnn-tui data show {dataset}` says how it is had."


def _changes(facts: ExerciseFacts) -> Iterator[Block]:
    """What the exercise changes against the baseline."""
    findings, one = facts.findings, facts.exercise
    if findings is None or one.is_question:
        return
    if findings.changes:
        yield Heading("What changes against the baseline")
        yield Difference(findings.changes[:_LONGEST_DIFF])
        if len(findings.changes) > _LONGEST_DIFF:
            yield Paragraph(f"    and {len(findings.changes) - _LONGEST_DIFF} more", style="dim")
        is_told = not (one.impossible or facts.asks_first)
        if findings.params and is_told and findings.params[0] != findings.params[1]:
            yield Paragraph(f"    {findings.params[0]:,} → {counted(findings.params[1], 'parameter')}", style="dim")
    if mine := _mine(facts):
        yield Heading("What you have changed, in the editor")
        yield Difference(mine)
    if locked := facts.place.locked(one):
        yield Heading("Locked by the pack")
        yield Paragraph(", ".join(map(lock_in_words, locked)))
    if findings.same and not facts.asks_first:
        yield Paragraph()
        same = ", ".join(f'"{facts.place.exercise(name).heading}"' for name in findings.same)
        yield Paragraph(f"The same network and training as {same}: runs of either count for both.")


def _mine(facts: ExerciseFacts) -> tuple[DiffLine, ...]:
    """What the user has changed in the editor, for an exercise that asks to change its experiment."""
    given = facts.place.experiment(facts.exercise) if facts.exercise.change and facts.mine is not None else None
    if given is None or facts.mine is None:
        return ()
    return tuple(line for line in diff_experiments(given, facts.mine) if line.sign != " ")


def _expected(facts: ExerciseFacts) -> Iterator[Block]:
    """What was expected and, once there is a result, whether it came true."""
    one, findings = facts.exercise, facts.findings
    if facts.is_base or not one.predict or not one.is_run:
        return
    if findings is not None and facts.has_run:
        yield Heading("You expected, against the baseline")
        outcomes = [outcome for outcome in findings.result.outcomes if outcome.expected or outcome.found]
        if not outcomes:
            yield Paragraph("Nothing was expected before the run.", style="dim")
        for outcome in outcomes:
            yield Bullet(outcome.told(facts.repeat), _OUTCOMES[outcome.right])
        return
    yield Heading("You expect, against the baseline")
    prediction = facts.status.answer.prediction if facts.status else Expectation()
    said = [(words, getattr(prediction, name)) for name, words in _FIGURES.items() if name in one.predict]
    expected = ", ".join(f"{words} {way}" for words, way in said if way)
    yield Paragraph(expected) if expected else Paragraph("Nothing yet.", "{exercises.predict} says it.", "dim")


_FIGURES = {"accuracy": "test accuracy", "time": "time of an epoch"}


def _conclusion(facts: ExerciseFacts) -> Iterator[Block]:
    yield Heading("Answer" if facts.exercise.is_question or facts.exercise.impossible else "Conclusion")
    if facts.conclusion:
        yield Quote(facts.conclusion)
        if facts.findings is not None and (since := since_the_conclusion(facts.findings.result)):
            yield Paragraph(since, "{exercises.conclude} writes it anew.", "warn")
    else:
        yield Paragraph("None yet.", "{exercises.conclude} writes it.", "dim")


def _notes(facts: ExerciseFacts) -> Iterator[Block]:
    """The notes' conclusion and what is good to know, once the user has written a conclusion or asked for them."""
    one, shown = facts.exercise, facts.shows_notes
    if shown and one.notes.conclusion:
        yield Heading("The notes conclude")
        yield Quote(one.notes.conclusion.strip())
    if shown and one.remark:
        yield Heading("Good to know")
        yield Paragraph(one.remark.strip())
    if not shown and one.has_notes:
        yield Paragraph()
        own = "answer" if one.is_question or one.impossible else "conclusion"
        yield Paragraph(
            f"{_what_waits(one)} shown when you have written your {own}", "({exercises.notes}: now).", "dim"
        )
    elif shown and one.notes.to_json() and not (one.notes.conclusion or one.remark):
        # The notes have figures, so the user may look for a conclusion.
        yield Paragraph()
        yield Paragraph(NO_CONCLUSION, style="dim")


def _what_waits(one: Exercise) -> str:
    """What is not shown yet."""
    if one.notes.conclusion:
        return "The notes' conclusion is" if not one.notes.epochs else "The notes' figures and conclusion are"
    return "The notes' figures are" if one.notes.to_json() else "A remark is"
