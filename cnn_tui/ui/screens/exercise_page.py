"""An exercise as the lines of a page: what is asked, what was expected, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from cnn_tui.analysis.compare import diff_experiments
from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.pace import in_words
from cnn_tui.analysis.verdict import BY_KEY, sentences
from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.catalogue import Place, sets_folder
from cnn_tui.exercises.locks import in_words as lock_in_words
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.progress import Standing, State
from cnn_tui.exercises.results import ExerciseResult, Outcome, result
from cnn_tui.exercises.runs import twins
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.groups import Group
from cnn_tui.history.history import History
from cnn_tui.history.records import Tally
from cnn_tui.network.diff import DiffLine
from cnn_tui.network.summary import summarize
from cnn_tui.text import counted
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.screens.run_facts import diff_lines
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.page_view import PageView, columns

SIGNS: dict[State, tuple[str, str]] = {
    "open": ("○", "dim"),
    "predicted": ("?", "accent"),
    "waiting": ("…", "warn"),
    "training": ("▸", "warn"),
    "run": ("●", "accent"),
    "answered": ("●", "accent"),
    "done": ("✓", "good"),
}
"""The sign of each state and its style."""
_NOTED_ON = 60_000
"""The course notes trained on so many images."""
_LONGEST_DIFF = 12
NO_CONCLUSION = "The notes draw no conclusion about this one."


class ExerciseFacts(NamedTuple):
    """What was worked out about an exercise."""

    result: ExerciseResult
    seconds: float | None
    """What a run of it takes; None where that is not known."""
    changes: tuple[DiffLine, ...]
    """Against the baseline."""
    params: tuple[int, int] | None
    """The baseline's and its own."""
    same: tuple[str, ...]
    """The other exercises of its set that train the very same."""


class Asked(NamedTuple):
    """What the page is about."""

    place: Place
    exercise: Exercise
    standing: Standing | None
    seen: ExerciseFacts | None
    """None while it is worked out."""
    tally: Tally | None
    revealed: bool
    """Whether the notes' figures and conclusion were asked for."""
    mine: Experiment | None = None
    """What the editor has of its experiment."""

    @property
    def is_base(self) -> bool:
        """Whether others are compared with it."""
        return self.exercise.name == self.place.set.baseline

    @property
    def from_outside(self) -> bool:
        """Whether its set is somebody's pack."""
        return self.place.folder.parent != sets_folder()


def look(history: History, place: Place, exercise: Exercise) -> ExerciseFacts:
    """Work out what there is to say; for a thread, because verdicts load scipy."""
    experiment = place.experiment(exercise)
    base = place.experiment(place.exercise(place.set.baseline)) if place.set.baseline else None
    changes: tuple[DiffLine, ...] = ()
    params = None
    if experiment is not None and base is not None:
        changes = tuple(line for line in diff_experiments(base, experiment) if line.sign != " ")
        params = (summarize(base.stack).total_params, summarize(experiment.stack).total_params)
    try:
        seconds = Estimator(history).of(experiment).seconds if experiment and exercise.is_run else None
    except DatasetError:
        seconds = None
    same = tuple(one.name for one in twins(place, exercise) if one.name != exercise.name)
    return ExerciseFacts(result(history, place, exercise), seconds, changes, params, same)


def lay_out(asked: Asked, view: PageView, width: int) -> list[Text]:
    """The lines of an exercise."""
    one = asked.exercise
    lines = view.flowed(Text(inert(one.heading), view.style("strong")), width)
    lines += [*_now(asked, view, width), Text(), *view.flowed(one.question.strip(), width)]
    changes, expected = _changes(asked, view, width), _expected(asked, view, width)
    # Once there is a result, that is what one comes for.
    has_run = asked.seen is not None and asked.seen.result.group is not None
    lines += [*expected, *_result(asked, view, width)] if has_run else [*changes, *expected]
    lines += [] if has_run else _result(asked, view, width)
    lines += [*_conclusion(asked, view, width), *_notes(asked, view, width)]
    return lines + changes if has_run else lines


def lay_out_set(place: Place, standings: dict[str, Standing], view: PageView, width: int) -> list[Text]:
    """The lines of a set as a whole."""
    count, done = len(place.set.exercises), sum(one.state == "done" for one in standings.values())
    runs = any(one.is_run for one in place.set.exercises)
    lines = view.flowed(Text(inert(place.set.title), view.style("strong")), width)
    lines += [Text(f"{done} of {count} done", view.style("dim"))]
    if place.set.about:
        lines += [Text(), *view.flowed(place.set.about.strip(), width)]
    lines += view.heading("How it goes")
    steps = [f"{key_of('move.down')} and {key_of('move.up')} move through the exercises."]
    if runs:
        steps += [
            f"{key_of('exercises.predict')}: say what you expect, before the run.",
            f"{key_of('exercises.run')} runs it; its result comes to stand beside what you expected "
            "and beside the baseline.",
            f"{key_of('exercises.repeat')} runs it over several seeds: only repeats tell a change from chance.",
        ]
    noted = any(one.notes.conclusion for one in place.set.exercises)
    before = (
        f"; then the notes' own conclusion, where they have one, is shown too ({key_of('exercises.notes')}: before)"
    )
    write = f"write what you conclude{before if noted else ''}" if runs else "write your answer"
    steps.append(f"{key_of('exercises.conclude')}: {write}.")
    last = f"{key_of('exercises.all')} queues the whole set."
    steps.append(last if runs else f"{key_of('exercises.experiment')} goes to where you do it by hand.")
    return lines + [line for step in steps for line in view.flowed(step, width)]


def _now(asked: Asked, view: PageView, width: int) -> list[Text]:
    """How far it is, and what to do next."""
    if asked.standing is None:
        return [Text()]
    sign, style = SIGNS[asked.standing.state]
    words = Text.assemble((f"{sign} {asked.standing.state}", view.style(style)), f"  {_next(asked, asked.standing)}")
    return view.flowed(words, width)


def _next(asked: Asked, standing: Standing) -> str:
    one = asked.exercise
    if standing.state == "done":
        return f"{key_of('exercises.done')} opens it again."
    if standing.state == "training" and asked.tally is not None:
        going = [each for each in asked.tally.going if each[0] in standing.live]
        where = f"Run {going[0][0]} is trained, {going[0][1]} of {going[0][2]} epochs done. " if going else ""
        return f"{where}The result comes here when it ends."
    if standing.state == "waiting":
        return f"{len(standing.live)} of its runs wait{'s' if len(standing.live) == 1 else ''} to be trained."
    enter, write, start = (key_of(f"exercises.{what}") for what in ("experiment", "conclude", "run"))
    if standing.state == "answered":
        return f"{key_of('exercises.done')} marks it as done."
    if one.is_question:
        explain = f"{enter} goes to Explain ({key_of('pane.explain')}), to do it by hand"
        return f"{'' if asked.from_outside else f'Nothing is trained: {explain}. '}{write} writes your answer."
    if one.impossible:
        return f"{enter} opens it in the editor. {write} writes your answer."
    if standing.state == "run":
        return f"{write} writes what you conclude; {key_of('exercises.repeat')} runs it over more seeds."
    takes = asked.seen.seconds if asked.seen else None
    run = f"{start} runs it{f', about {in_words(takes)}' if takes is not None else ''}."
    if _mine(asked):
        run = f"{start} runs your version, which is in the editor."
    elif one.change:
        run = f"{enter} opens its experiment: change it there, then {start} runs it for this exercise."
    if standing.state == "open" and one.predict and not asked.is_base:
        return f"{key_of('exercises.predict')} says what you expect; then {run}"
    return run


def _changes(asked: Asked, view: PageView, width: int) -> list[Text]:
    """What is different from the baseline."""
    seen, one = asked.seen, asked.exercise
    if seen is None or one.is_question:
        return []
    lines: list[Text] = []
    if seen.changes:
        lines = view.heading("What changes against the baseline")
        lines += diff_lines(seen.changes[:_LONGEST_DIFF], view, width)
        if len(seen.changes) > _LONGEST_DIFF:
            lines.append(Text(f"    and {len(seen.changes) - _LONGEST_DIFF} more", view.style("dim")))
        if seen.params and not one.impossible:
            lines.append(Text(f"    {seen.params[0]:,} → {counted(seen.params[1], 'parameter')}", view.style("dim")))
    if mine := _mine(asked):
        lines += view.heading("What you have changed, in the editor") + diff_lines(mine, view, width)
    locked = asked.place.locked(one)
    if locked:
        lines += view.heading("Locked by the pack") + view.flowed(", ".join(map(lock_in_words, locked)), width)
    if seen.same:
        words = f"The same network and training as {', '.join(seen.same)}: runs of either count for both."
        lines += [Text(), *view.flowed(words, width)]
    return lines


def _mine(asked: Asked) -> tuple[DiffLine, ...]:
    """What somebody has changed of an experiment that is there to be changed."""
    given = asked.place.experiment(asked.exercise) if asked.exercise.change and asked.mine is not None else None
    if given is None or asked.mine is None:
        return ()
    return tuple(line for line in diff_experiments(given, asked.mine) if line.sign != " ")


def _expected(asked: Asked, view: PageView, width: int) -> list[Text]:
    """What was expected, and once there is a result, whether it came so."""
    one, seen = asked.exercise, asked.seen
    if asked.is_base or not one.predict or not one.is_run:
        return []
    if seen is not None and seen.result.group is not None:
        lines = view.heading("You expected, against the baseline")
        outcomes = [outcome for outcome in seen.result.outcomes if outcome.expected or outcome.found]
        if not outcomes:
            return [*lines, Text("Nothing was expected before the run.", view.style("dim"))]
        return lines + [line for outcome in outcomes for line in _outcome(outcome, view, width)]
    lines = view.heading("You expect, against the baseline")
    prediction = asked.standing.answer.prediction if asked.standing else None
    said = [(name, getattr(prediction, name)) for name in one.predict if prediction is not None]
    words = ", ".join(f"{_FIGURES[name]} {way}" for name, way in said if way)
    return [*lines, Text(words) if words else Text("nothing yet: p", view.style("dim"))]


_FIGURES = {"accuracy": "test accuracy", "time": "time of an epoch"}


def _outcome(outcome: Outcome, view: PageView, width: int) -> list[Text]:
    sign, style = {True: ("✓", "good"), False: ("✗", "bad"), None: ("?", "dim")}[outcome.right]
    first, *rest = view.flowed(outcome.told(BY_KEY), width - 2)
    return [Text.assemble((f"{sign} ", view.style(style)), first), *(Text(f"  {line.plain}") for line in rest)]


def _result(asked: Asked, view: PageView, width: int) -> list[Text]:
    """The figures beside the baseline's and the notes', and what repeats say."""
    seen = asked.seen
    if seen is None:
        there = asked.standing is not None and asked.standing.runs
        return [*view.heading("Result"), Text("it is worked out …", view.style("dim"))] if there else []
    mine, base = seen.result.group, seen.result.baseline
    shown = asked.revealed or mine is not None
    rows = [(row.key, row.yours, row.baseline, row.change, row.notes if shown else "") for row in seen.result.rows]
    rows = [row for row in rows if any(row[1:])]
    if not rows:
        return []
    sizes = [(one, who) for one, who in ((mine, ""), (base, " of the baseline")) if one is not None]
    of = [f"{counted(len(one.trials), 'run')}{who}" for one, who in sizes]
    around = " (± over the seeds)" if any("±" in row[1] + row[2] for row in rows) else ""
    what = "Result" if mine is not None else "Before the run"
    lines = view.heading(f"{what}: {', '.join(of)}{around}" if of else "The notes' figures")
    lines += _table(rows, view, width)
    if sizes:
        lines += _images(sizes[0][0], any(row[4] for row in rows), view, width)
    # That one run says nothing stands with what was expected already.
    told = any(outcome.expected for outcome in seen.result.outcomes)
    verdicts = [one for one in seen.result.verdicts if not (told and one.outcome == "too few")]
    if verdicts:
        lines += view.heading("Is it more than chance? (± is the 95 % interval)")
        lines += [line for one in sentences(verdicts, BY_KEY) for line in view.flowed(one, width)]
    if mine is not None:
        runs = seen.result.runs[-12:]
        what = "runs" if len(runs) > 1 else "run"
        lines.append(Text(f"{what} {', '.join(map(str, runs))}", view.style("dim")))
    return lines


def _images(group: Group, noted: bool, view: PageView, width: int) -> list[Text]:
    """What the runs were trained on; the notes' figures are not to be compared with those of a sample."""
    name, train, test = group.key[1]
    words = f"{inert(name)}, {train:,} + {test:,} images"
    if noted and train < _NOTED_ON:
        words += f"; the notes trained on {_NOTED_ON:,}, so their figures are of other images"
    return view.flowed(Text(words, view.style("dim")), width)


def _table(rows: Sequence[Sequence[str]], view: PageView, width: int) -> list[Text]:
    """As many of the columns as fit: the baseline's figures are the first that are left out."""
    head = ("", "yours", "baseline", "change", "notes")
    kept = [at for at in range(5) if at == 0 or any(row[at] for row in rows)]
    while True:
        heading, *rest = columns([[row[at] for at in kept] for row in (head, *rows)], right=range(1, len(kept)))
        if len(heading) <= width or len(kept) <= 2:
            break
        kept.remove(2 if 2 in kept else kept[-1])
    return [Text(heading, view.style("dim")), *map(Text, rest)]


def _conclusion(asked: Asked, view: PageView, width: int) -> list[Text]:
    word = "Your answer" if asked.exercise.is_question or asked.exercise.impossible else "Your conclusion"
    text = asked.standing.answer.conclusion if asked.standing else ""
    lines = view.heading(word)
    return lines + (view.flowed(text, width) if text else [Text("none yet: i", view.style("dim"))])


def _notes(asked: Asked, view: PageView, width: int) -> list[Text]:
    """The notes' conclusion and what is good to know: not before one's own."""
    one = asked.exercise
    own = asked.standing.answer.conclusion if asked.standing else ""
    if not one.notes.conclusion and not one.remark:
        # Of an exercise that they have figures for, one may wait for it.
        none = one.notes.to_json() and (own or asked.revealed)
        return [Text(), *view.flowed(Text(NO_CONCLUSION, view.style("dim")), width)] if none else []
    if not (own or asked.revealed):
        what = "The notes' conclusion" if one.notes.conclusion else "A remark"
        own_word = "answer" if one.is_question or one.impossible else "conclusion"
        later = f"{what} is shown when you have written your {own_word} ({key_of('exercises.notes')}: now)."
        return [Text(), *view.flowed(Text(later, view.style("dim")), width)]
    lines: list[Text] = []
    if one.notes.conclusion:
        lines += view.heading("The notes conclude") + view.flowed(one.notes.conclusion.strip(), width)
    if one.remark:
        lines += view.heading("Good to know") + view.flowed(one.remark.strip(), width)
    return lines
