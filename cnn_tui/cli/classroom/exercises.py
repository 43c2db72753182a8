"""`cnn-tui exercises`: the sets, an exercise with its result, and what is done with one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cnn_tui.cli.parser import AsJson, ForRay, ForSlurm, On, Pack
from cnn_tui.cli.printing import bold, put_json, put_page, table
from cnn_tui.cli.running.follow import following
from cnn_tui.cli.running.place import Destination, chosen_place
from cnn_tui.cli.runs import listed, open_history, put_runs
from cnn_tui.cli.streams import FAILED, FINISHED, UserError, columns_of, complain, put, say
from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import SetPlace, find_exercise
from cnn_tui.exercises.fixed_plan import queue_fixed_plan
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.packs import places_of
from cnn_tui.exercises.progress import read_statuses
from cnn_tui.exercises.results import to_json
from cnn_tui.exercises.runs import TrainingOrder, make_orders, queue, runs_of
from cnn_tui.exercises.shown_runs import runs_concluded_from
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.presets import find_experiment
from cnn_tui.history.history import History
from cnn_tui.jobs import launch
from cnn_tui.reports.blocks import Block, Heading, Page
from cnn_tui.reports.exercise_facts import read_exercise
from cnn_tui.reports.exercise_page import exercise_page
from cnn_tui.reports.markdown import markdown_lines
from cnn_tui.reports.set_table import set_table
from cnn_tui.text import fitted, quiet

VERBS = ("run", "predict", "conclude", "done", "open")


def exercises(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SET | NAME | run NAME... | predict NAME accuracy=up time=down | conclude NAME TEXT | done NAME]",
            help="What to list, show or do; a set stands for all of its exercises.",
        ),
    ] = None,
    pack: Pack = None,
    repeat: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="run: train N times.")] = 1,
    plan: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=2, max=100, help="run: train N times, the baseline too, and judge once, at the end."
        ),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="run: queue, print the ids and leave.")] = False,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="run: another dataset.")] = None,
    epochs: Annotated[int | None, typer.Option(metavar="N", min=1, help="run: train for N epochs.")] = None,
    on: On = None,
    slurm: ForSlurm = None,
    ray: ForRay = None,
    file: Annotated[
        Path | None, typer.Option("--with", metavar="FILE", help="run: your own version of the exercise's experiment.")
    ] = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="What the notes found too, before your own conclusion is written.")
    ] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="The sets as tables.")] = False,
    as_json: AsJson = False,
) -> int:
    """Do what the words say: list sets, show exercises, or one of VERBS."""
    words = words or []
    places = places_of(pack)
    verb, rest = (words[0], words[1:]) if words and words[0] in VERBS else ("", words)
    if verb == "run":
        if plan is not None and (repeat != 1 or file is not None):
            raise UserError("--plan has the number of runs, for the exercises as they are: no --repeat and no --with")
        wanted = _wanted(rest, places, plan, dataset, epochs, file)
        return _train(wanted, repeat, plan, chosen_place(on, slurm, ray), detach, as_json) if wanted else FAILED
    settings: dict[str, object] = {"repeat": repeat != 1, "plan": plan, "detach": detach, "dataset": dataset}
    settings |= {"epochs": epochs, "with": file, "on": on, "slurm": slurm, "ray": ray}
    for_run = next((name for name, value in settings.items() if value), None)
    if for_run is not None:
        raise UserError(f"--{for_run} is for cnn-tui exercises run")
    if verb == "predict":
        return _predict(rest, places)
    if verb == "conclude":
        return _conclude(rest, places)
    if verb:
        return _mark(rest, places, done=verb == "done")
    return _tables(rest, places, notes) if as_markdown and not as_json else _show(rest, places, notes, as_json)


def _chosen(words: Sequence[str], places: list[SetPlace]) -> list[tuple[SetPlace, Exercise]]:
    """The exercises that the words name, sets as well as single ones; all of them without a word."""
    if not words:
        return [(place, one) for place in places for one in place.set.exercises]
    chosen: list[tuple[SetPlace, Exercise]] = []
    for word in words:
        sets = [place for place in places if place.name == word]
        chosen += [(place, one) for place in sets for one in place.set.exercises] or [find_exercise(word, places)]
    return list({place.key(one): (place, one) for place, one in chosen}.values())


def _show(words: list[str], places: list[SetPlace], notes: bool, as_json: bool) -> int:
    chosen = _chosen(words, places)
    with open_history() as history:
        if as_json:
            for place, one in chosen:
                put_json(to_json(history, place, one))
        elif len(chosen) == 1 and len(words) == 1:
            place, one = chosen[0]
            page = exercise_page(read_exercise(history, place, one, read_statuses(history, place)[one.name], notes))
            put_page(Page(f"{place.key(one)}: {page.title}", page.blocks), columns_of(sys.stdout))
        else:
            put(*_listed(history, chosen))
    return FINISHED


def _tables(words: list[str], places: list[SetPlace], notes: bool) -> int:
    """Sets as Markdown: a table with the notes' figures beside ours, the verdicts and the conclusions."""
    names = [place.name for place, _ in _chosen(words, places)]
    blocks: list[Block] = []
    with open_history() as history:
        for place in places:
            if place.name in names and any(one.is_run for one in place.set.exercises):
                blocks += [Heading(place.set.title), *set_table(history, place, notes)]
    put("\n".join(markdown_lines(blocks)))
    return FINISHED


def _listed(history: History, chosen: Sequence[tuple[SetPlace, Exercise]]) -> list[str]:
    """A table for each set."""
    lines: list[str] = []
    for name in dict.fromkeys(place.name for place, _ in chosen):
        inside = [(place, one) for place, one in chosen if place.name == name]
        title = quiet(inside[0][0].set.title)
        rows = [["name", "exercise", "runs", "expected", ""]]
        for place, one in inside:
            given = answers.answer(history, place.name, one.name)
            count = "" if one.is_question else str(len(runs_of(history, place, one)))
            state = "done" if given.done else "impossible" if one.impossible else ""
            rows.append([one.name, fitted(one.heading, 48), count, _expected(given.prediction), state])
        lines += ["", bold(f"{name}: {title}"), *table(rows, right=[2], titled=True, fits=True)]
    return lines[1:]


def _wanted(
    words: list[str],
    places: list[SetPlace],
    plan: int | None,
    dataset: str | None,
    epochs: int | None,
    file: Path | None,
) -> list[TrainingOrder]:
    """What is to be trained for the exercises that the words name; says which are left out, and why."""
    if not words:
        raise UserError("name exercises or a set, as cnn-tui exercises run lab1")
    chosen = _chosen(words, places)
    if file is not None and len(chosen) != 1:
        raise UserError("--with is a version of one exercise: name that one")
    if plan is not None:  # a plan is one for both sides
        bases = [(place, place.exercise(place.set.baseline)) for place, _ in chosen if place.set.baseline]
        chosen = list({place.key(one): (place, one) for place, one in (*bases, *chosen)}.values())

    def change(experiment: Experiment) -> Experiment:
        made = experiment if file is None else find_experiment(str(file), other_dataset=dataset is not None)
        changes = {"dataset": dataset, "epochs": epochs}
        return override(made, [(key, value) for key, value in changes.items() if value is not None])

    wanted, left_out = make_orders(chosen, change)
    for one in left_out:
        complain(f"{one.key} is left out: {one.why}")
    return wanted


def _train(
    wanted: list[TrainingOrder], repeat: int, plan: int | None, destination: Destination, detach: bool, as_json: bool
) -> int:
    with following() as follower:
        destination.set(follower.history)
        ids = list(
            queue(follower.history, wanted, repeat) if plan is None else _planned(follower.history, wanted, plan)
        )
        launch.wake()
        say(f"{listed(ids)} queued")
        if detach:
            put_runs(follower.history, ids, as_json)
            return FINISHED
        return follower.follow(ids, as_json, own=True)


def _planned(history: History, wanted: list[TrainingOrder], count: int) -> tuple[int, ...]:
    ids, left_out = queue_fixed_plan(history, wanted, count)
    for key in left_out:
        complain(
            f"{key} is left out: it has a plan, and a second one would be another look; archive its runs to give it up"
        )
    if not ids:
        raise UserError("there is nothing to plan: all of them have a plan")
    return ids


def _predict(words: list[str], places: list[SetPlace]) -> int:
    place, one = _one(words, places, "predict NAME accuracy=up time=down")
    expected = dict(word.partition("=")[::2] for word in words[1:])
    if not expected or any("=" not in word for word in words[1:]):
        raise UserError("say what you expect, as cnn-tui exercises predict 16-filters accuracy=down time=down")
    unasked = [name for name in expected if name in ("accuracy", "time") and name not in one.predict]
    if unasked:
        raise UserError(f"{place.key(one)} does not ask what {unasked[0]} will do")
    with open_history() as history:
        answers.predict(history, place.name, one.name, {name: way or None for name, way in expected.items()})
        given = answers.answer(history, place.name, one.name)
    say(f"{place.key(one)}: you expect {_expected(given.prediction) or 'nothing'}")
    return FINISHED


def _conclude(words: list[str], places: list[SetPlace]) -> int:
    place, one = _one(words, places, "conclude NAME TEXT")
    if len(words) < 2:
        raise UserError("say what you conclude, as cnn-tui exercises conclude 16-filters 'quicker, and hardly worse'")
    text = " ".join(words[1:])
    with open_history() as history:
        answers.finish(history, place.name, one.name, text, runs_concluded_from(history, place, one))
    say(f"{place.key(one)}: the {'answer' if one.is_question else 'conclusion'} is {'kept' if text else 'gone'}")
    return FINISHED


def _mark(words: list[str], places: list[SetPlace], done: bool) -> int:
    verb = "done" if done else "open"
    if len(words) > 1:
        raise UserError(f"one exercise at a time, as cnn-tui exercises {verb} 16-filters")
    place, one = _one(words, places, f"{verb} NAME")
    with open_history() as history:
        answers.mark(history, place.name, one.name, done)
    say(f"{place.key(one)} is {'done' if done else 'to do again'}")
    return FINISHED


def _one(words: list[str], places: list[SetPlace], usage: str) -> tuple[SetPlace, Exercise]:
    if not words:
        raise UserError(f"name an exercise: cnn-tui exercises {usage}")
    if any(place.name == words[0] for place in places):
        raise UserError(f"{found(words[0])} is a set: name one of its exercises, as cnn-tui exercises {usage}")
    return find_exercise(words[0], places)


def _expected(prediction: answers.Expectation) -> str:
    """`accuracy up, time down`."""
    both = (("accuracy", prediction.accuracy), ("time", prediction.time))
    return ", ".join(f"{what} {way}" for what, way in both if way)
