"""What a class found out together: its exercises over everybody's runs, verdicts, and how many foresaw them."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.analysis.chance.verdict import TOGETHER, below
from cnn_tui.exercises.class_view import ClassExercise, ClassPack, ClassView, Foreseen, OwnMachines
from cnn_tui.exercises.model import against_baseline
from cnn_tui.history.groups import Group
from cnn_tui.history.spread import Spread
from cnn_tui.reports.blocks import Block, Bullet, Fact, Heading, Page, Paragraph, Span, TextTable
from cnn_tui.text import counted, cut, sentence

_MOST_GROUPS = 50
_WIDEST = 40
_MOST_CONCLUSIONS = 100
_REMARK = Span("! ", "warn")


def class_page(view: ClassView, refused: list[str]) -> Page:
    """The page; `refused` are sentences on files that could not be read."""
    kinds = [file.kind for file in view.files]
    submissions, histories = kinds.count("submission"), kinds.count("history")
    title = f"{counted(submissions, 'submission')} and {counted(histories, 'history', 'histories')} as one experiment"
    blocks: list[Block] = [*_what_there_is(view), *(Bullet(one, _REMARK) for one in refused)]
    for pack in view.packs:
        blocks += _pack(pack)
    blocks += _groups(view)
    return Page(title, blocks)


def _what_there_is(view: ClassView) -> Iterator[Block]:
    yield Fact("runs", f"{view.runs:,} that ended as planned, {counted(len(view.groups), 'experiment')}")
    copies = f"{counted(view.copies, 'run')} of another file too" if view.copies else ""
    equal = f"{view.equal:,} with the very figures of another of the same seed" if view.equal else ""
    yield Fact("counted once", ", ".join(one for one in (copies, equal) if one))
    unended = sum(file.unended for file in view.files)
    unread = sum(file.unread for file in view.files)
    left_out = f"{counted(unended, 'run')} that did not end as planned" if unended else ""
    broken = f"{unread:,} that are not as cnn-tui writes them" if unread else ""
    yield Fact("left out", ", ".join(one for one in (left_out, broken) if one))
    for file in view.files:
        if file.unread:
            who = f" ({file.student})" if file.student else ""
            yield Bullet(
                f"{file.name}{who}: {file.unread:,} of its runs and answers are not as cnn-tui writes them", _REMARK
            )


def _pack(pack: ClassPack) -> Iterator[Block]:
    yield Heading(pack.title if pack.title == pack.name else f"{pack.name}: {pack.title}")
    if not pack.baseline:
        yield Paragraph("Which exercise the others are compared with is not known: --pack DIR says it.", style="warn")
    base = next((one.group for one in pack.exercises if one.name == pack.baseline), None)
    rows = [_row(one, base) for one in pack.exercises if one.group is not None]
    if rows:
        heading = ("exercise", "runs", "files", "test acc", "change", "gap", "data", "images", "epochs")
        yield TextTable(heading, rows, (1, 2, 3, 4, 5, 7, 8), (5, 2, 8, 7, 6), fits=True)
    others = [f'"{one.heading}"' for one in pack.exercises if one.other_groups]
    if others:
        yield Paragraph(f"Also run in other conditions, which are below: {', '.join(others)}.", style="dim")
    yield from (Bullet(words) for words in dict.fromkeys(words for one in pack.exercises for words in _verdicts(one)))
    said = [verdict for one in pack.exercises for verdict in one.verdicts]
    groups = [one.group for one in pack.exercises if one.group is not None]
    spread = any(group.spread("test_accuracy").deviation is not None for group in groups)
    if words := below(said, TOGETHER, spread=spread):
        yield Paragraph(words, style="dim")
    yield from _foreseen(pack)


def _row(one: ClassExercise, base: Group | None) -> list[str]:
    group = one.group
    assert group is not None
    accuracy, gap = group.spread("test_accuracy"), group.spread("gap")
    change = ""
    if base is not None and base is not group and base.images == group.images:
        theirs = base.spread("test_accuracy").mean
        change = "" if accuracy.mean is None or theirs is None else f"{accuracy.mean - theirs:+.4f}"
    return [
        one.heading,
        f"{len(group.trials):,}",
        str(one.files),
        _shown(accuracy),
        change,
        _shown(gap),
        *_conditions(group),
    ]


def _conditions(group: Group) -> list[str]:
    """Dataset, images, epochs: what the figures of a group were made with."""
    dataset, train, test = group.images
    epochs = sorted({trial.epochs for trial in group.trials})
    return [dataset, f"{train:,} + {test:,}", "-".join(map(str, dict.fromkeys((epochs[0], epochs[-1]))))]


def _shown(spread: Spread) -> str:
    around = f" ± {spread.deviation:.4f}" if spread.deviation is not None else ""
    return "" if spread.mean is None else f"{spread.mean:.4f}{around}"


def _verdicts(one: ClassExercise) -> Iterator[str]:
    for verdict in one.verdicts:
        if verdict.figure != "time" or one.machines is None:
            yield sentence(verdict.sentence)
    if one.machines is not None:
        yield sentence(f"{against_baseline(one.heading)}: {_on_machines(one.machines)}")


def _on_machines(machines: OwnMachines) -> str:
    count = machines.longer + machines.shorter + machines.alike
    shown = "p < 0.001" if machines.p < 0.001 else f"p = {machines.p:.3f}"
    return (
        f"an epoch took longer in {machines.longer} of {count} files, shorter in {machines.shorter}, about as long in "
        f"{machines.alike}, each compared with its own baseline (sign test, {shown})"
    )


def _foreseen(pack: ClassPack) -> Iterator[Block]:
    rows = [_expectation(one, told) for one in pack.exercises for told in one.foreseen]
    if rows:
        yield Heading(f"What was expected of {pack.name}", level=2)
        yield TextTable(("exercise", "figure", "up", "the same", "down", "came", "foresaw it"), rows, (2, 3, 4))
    if any(one.conclusions for one in pack.exercises):
        yield Heading(f"What was concluded of {pack.name}", level=2)
    for one in pack.exercises:
        if one.conclusions:
            yield Paragraph([Span(f"{one.heading}: {counted(len(one.conclusions), 'conclusion')}", "strong")])
        for who, text in one.conclusions[:_MOST_CONCLUSIONS]:
            yield Bullet(f"{who}: {text}")
        if (left := len(one.conclusions) - _MOST_CONCLUSIONS) > 0:
            yield Paragraph(f"… and {left:,} more; --json has them all.", style="dim")


def _expectation(one: ClassExercise, told: Foreseen) -> list[str]:
    count = sum(told.expected.values())
    came = {"up": "up", "down": "down", "same": "the same", None: "cannot tell yet"}[told.found]
    foresaw = "" if told.right is None else f"{told.right} of {count}"
    ways = [str(told.expected.get(way, 0)) for way in ("up", "same", "down")]
    return [one.heading, told.figure, *ways, came, foresaw]


def _groups(view: ClassView) -> Iterator[Block]:
    rows = []
    for group in view.groups[:_MOST_GROUPS]:
        runs = len(group.trials)
        params, accuracy = group.trials[0].params, group.spread("test_accuracy")
        rows.append([cut(group.name, _WIDEST), f"{params:,}", f"{runs:,}", _shown(accuracy), *_conditions(group)])
    if rows:
        yield Heading("All experiments")
        yield TextTable(
            ("name", "params", "runs", "test acc", "data", "images", "epochs"), rows, (1, 2, 3, 5, 6), (6, 5), fits=True
        )
    if len(view.groups) > _MOST_GROUPS:
        yield Paragraph(f"… and {counted(len(view.groups) - _MOST_GROUPS, 'experiment')} more; --json has them all.")
