"""A set of exercises at a glance: a table, what the figures were made with, the verdicts, the conclusions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnn_tui.analysis.chance.verdict import TOGETHER, Verdict, below, sentences
from cnn_tui.exercises.answers import Answer, answers
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.figures import GAP, VALIDATION_LOSS, FigureRow
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.results import BY_COMMAND, ExerciseResult, result
from cnn_tui.history.history import History
from cnn_tui.reports.blocks import Block, Bullet, Paragraph, TextTable
from cnn_tui.reports.exercise_result import since_the_conclusion
from cnn_tui.text import sentence

_CAME_TRUE = {True: " (so it was)", False: " (it was not so)", None: ""}


class AnsweredExercise(NamedTuple):
    """An exercise, what came of it, and the answer to it."""

    exercise: Exercise
    found: ExerciseResult
    shows_notes: bool
    """Whether the notes' figures may be seen; see `ExerciseFacts.shows_notes`."""

    def figure(self, key: str) -> FigureRow:
        """The row of that key; an empty one where there is none."""
        return next((row for row in self.found.rows if row.key == key), FigureRow("", "", "", "", ""))

    @property
    def seeds(self) -> int:
        """How many different seeds there are."""
        return len(self.found.group.by_seed("test_accuracy")) if self.found.group is not None else 0


def set_table(history: History, place: SetPlace, revealed: bool = False) -> Iterator[Block]:
    """The set with the notes' figures beside those of the runs, where the user's own conclusion is written.

    With `revealed` they are shown everywhere.
    """
    rows = rows_of(history, place, place.set.exercises, revealed)
    yield _beside_the_notes(rows)
    yield from _verdicts(rows)
    if said := verdicts_of(rows):
        yield Paragraph(below(said, TOGETHER))
    yield from _conclusions(rows, answers(history, place.name), place)


def short_table(history: History, place: SetPlace, rows: Sequence[AnsweredExercise]) -> Iterator[Block]:
    """The exercises that were begun: what was expected, what came of it, and whether it was as expected."""
    heading = ["exercise", "expected", "seeds", "test acc", "change", "s/epoch", "change"]
    cells = []
    for row in rows:
        accuracy, pace = row.figure("test accuracy"), row.figure("seconds an epoch")
        figures = [accuracy.yours, accuracy.change, pace.yours, pace.change]
        cells.append([row.exercise.heading, _expected(row.found), str(row.seeds), *figures])
    if cells:
        yield TextTable(heading, cells, right=range(2, len(heading)))
    yield from _verdicts(rows)
    yield from _conclusions(rows, answers(history, place.name), place)


def rows_of(history: History, place: SetPlace, exercises: Sequence[Exercise], revealed: bool) -> list[AnsweredExercise]:
    """What came of those of the exercises that are run."""
    given = answers(history, place.name)
    return [
        AnsweredExercise(one, result(history, place, one), revealed or bool(given.get(one.name, Answer()).conclusion))
        for one in exercises
        if one.is_run
    ]


def verdicts_of(rows: Sequence[AnsweredExercise]) -> list[Verdict]:
    """All that is judged of the exercises."""
    return [one for row in rows for one in row.found.verdicts]


def _verdicts(rows: Sequence[AnsweredExercise]) -> Iterator[Block]:
    """What the figures were made with, and what is judged of them."""
    yield from _trained_on(rows)
    yield from (Bullet(words) for words in sentences(verdicts_of(rows), BY_COMMAND))


def _conclusions(rows: Sequence[AnsweredExercise], given: dict[str, Answer], place: SetPlace) -> Iterator[Block]:
    """What the user concluded, and the runs that have come since."""
    found = {row.exercise.name: row.found for row in rows}
    written = [one for one in place.set.exercises if one.name in given and given[one.name].conclusion]
    if written:
        yield Paragraph("Conclusions:")
    for one in written:
        words = " ".join(given[one.name].conclusion.split())
        since = since_the_conclusion(found[one.name]) if one.name in found else ""
        yield Bullet(f"{one.heading}: {sentence(words) if since else words}{f' {since}' if since else ''}")


def _beside_the_notes(rows: Sequence[AnsweredExercise]) -> TextTable:
    heading = ["exercise", "params", "seeds", "test acc", "change", "in the notes", "train acc", "in the notes"]
    heading += ["s/epoch", "in the notes"]
    more = [key for key in (GAP, VALIDATION_LOSS) if any(row.figure(key).key for row in rows)]
    cells = [[*_cells(row), *(row.figure(key).yours for key in more)] for row in rows]
    shown = [at for at in range(len(heading)) if heading[at] != "in the notes" or any(row[at] for row in cells)]
    shown += range(len(heading), len(heading) + len(more))
    heading += more
    kept = [[row[at] for at in shown] for row in cells]
    return TextTable([heading[at] for at in shown], kept, right=range(1, len(shown)))


def _cells(row: AnsweredExercise) -> list[str]:
    noted = row.exercise.notes.to_json() if row.shows_notes else {}
    accuracy, train, pace = (row.figure(key) for key in ("test accuracy", "train accuracy", "seconds an epoch"))
    return [
        row.exercise.heading,
        row.figure("parameters").yours,
        str(row.seeds),
        *(accuracy.yours, accuracy.change, _noted(noted.get("test_accuracy"), 4)),
        *(train.yours, _noted(noted.get("train_accuracy"), 4)),
        *(pace.yours, _noted(noted.get("seconds_an_epoch"), 1)),
    ]


def _noted(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _expected(found: ExerciseResult) -> str:
    """As `accuracy down (so it was), time up`."""
    told = [f"{one.figure} {one.expected}{_CAME_TRUE[one.right]}" for one in found.outcomes if one.expected]
    return ", ".join(told)


def _trained_on(rows: Sequence[AnsweredExercise]) -> Iterator[Block]:
    """What the figures were made with: figures of a sample, or of fewer epochs, are figures of something else."""
    who: dict[str, list[str]] = {}
    short: dict[str, str] = {}
    for row in rows:
        if row.found.group is not None:
            devices = dict.fromkeys(trial.device or "unknown" for trial in row.found.group.trials)
            on, group = f", {' and '.join(devices)}", row.found.group
            words = group.conditions_in_words(whole=True) + on
            who.setdefault(words, []).append(row.exercise.heading)
            short[words] = group.conditions_in_words() + on
    if len(set(short.values())) < len(short):  # one name in two folders
        short = {words: words for words in who}
    most = max(who, key=lambda words: len(who[words]), default="")
    if most:
        yield Paragraph(f"Trained on {short[most]}{', save for what follows.' if len(who) > 1 else '.'}")
    for words, headings in who.items():
        if words != most:
            yield Paragraph(f"{', '.join(headings)}: trained on {short[words]}.")
    if len(who) > 1:
        yield Paragraph("Each change is against the baseline's runs on the same images.")
