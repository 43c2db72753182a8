"""Packs: a set of exercises that a teacher hands out as a folder, and what a student hands in as one file.

A submission holds the answers, the runs in their promised form and the experiments as the pack gave them out, with a
SHA-256 checksum over its canonical JSON (keys sorted, no spaces, UTF-8). The checksum tells a file that was damaged or
edited; it is no signature: it cannot tell who wrote the file.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui import __version__
from cnn_tui.exercises.answers import answers
from cnn_tui.exercises.catalogue import SetPlace, load_set, read_set, set_names
from cnn_tui.exercises.model import ExerciseError
from cnn_tui.exercises.runs import runs_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file_errors import misread
from cnn_tui.history.history import History
from cnn_tui.history.run import without_nan
from cnn_tui.text import cause_of, quiet

FORMAT = 1
MAX_SUBMISSION = 50_000_000
"""Bytes; some thousands of runs take as much."""
_CAME_LATER = ("weights", "weights_digest")
"""Keys of an experiment that packs did not have when the first of them were handed out."""


class Submission(msgspec.Struct, frozen=True):
    """What a student hands in, without the checksum. It is plain data, which `submissions.py` checks."""

    format: int
    written_by: str
    student: str
    submitted: str
    """When, in UTC."""
    pack: str
    title: str
    digest: str
    """SHA-256 of the pack's `pack.toml` and experiments, as they were."""
    exercises: list[dict[str, Any]]
    """Name, heading, question, locked fields, the experiment as given out (None for a question), and the answer."""
    runs: list[dict[str, Any]]
    """In their promised form, with the exercise that each was made for."""


def places_of(folder: Path | None) -> list[SetPlace]:
    """The pack in a folder or, without one, the sets that come with the app. Raises ExerciseError."""
    return [load_set(name) for name in set_names()] if folder is None else [open_pack(folder)]


def open_pack(folder: Path) -> SetPlace:
    """The pack in a folder. Raises ExerciseError with one sentence a person can act on."""
    folder = folder.expanduser().absolute()
    made = read_set(folder)
    return SetPlace(pack_name(folder), folder, made)


def pack_name(folder: Path) -> str:
    """A pack's name in the history: that of its folder in small letters, and never that of a built-in set."""
    plain = unicodedata.normalize("NFKD", folder.resolve().name).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "pack"
    return f"{name}-pack" if name in set_names() else name


def gather_submission(history: History, place: SetPlace, student: str = "") -> Submission:
    """Gather what is handed in. Raises ExerciseError while a run of the pack has not ended, and ExperimentError."""
    given = answers(history, place.name)
    exercises, runs = [], []
    for one in place.set.exercises:
        experiment = place.experiment(one)
        answered = given.get(one.name)
        exercises.append(
            {
                "name": one.name,
                "heading": one.heading,
                "question": one.question,
                "locked": list(place.locked(one)) if experiment is not None else [],
                "experiment": None if experiment is None else msgspec.to_builtins(experiment),
                "predict": list(place.expected(one)),
                "answer": msgspec.to_builtins(answered) if answered is not None else None,
            }
        )
        for number in runs_of(history, place, one):
            run = history.run(number)
            if run is None:
                continue
            if run.live:
                raise ExerciseError(f"run {number} ({place.key(one)}) is {run.status}: hand in when it has ended")
            if not run.has_experiment:
                raise ExerciseError(f"the experiment of run {number} cannot be read: archive it to hand in without it")
            runs.append({**run.to_json(), "exercise": one.name})
    return Submission(
        FORMAT,
        f"cnn-tui {__version__}",
        student.encode("utf-8", "replace").decode()[:200],
        datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        place.name,
        place.set.title,
        digest(place),
        exercises,
        runs,
    )


def digest(place: SetPlace) -> str:
    """SHA-256 of a pack: the same for every copy of it, another one once a question or an experiment was changed."""
    experiments = [place.experiment(one) for one in place.set.exercises]
    given: dict[str, Any] = msgspec.to_builtins(place.set)
    for exercise in given["exercises"]:
        if exercise["by_hand"] is None:  # a pack without it keeps the digest that it had before there was such a field
            del exercise["by_hand"]
    plain = [given, [None if one is None else _plain(one) for one in experiments]]
    return hashlib.sha256(canonical_json(plain)).hexdigest()


def _plain(experiment: Experiment) -> dict[str, Any]:
    """An experiment as it counts in the digest: without keys that came later and that it does not use."""
    plain: dict[str, Any] = msgspec.to_builtins(experiment.without_folders())
    return {name: value for name, value in plain.items() if value is not None or name not in _CAME_LATER}


def to_file(made: Submission) -> str:
    """The text of a submission's file: JSON with a checksum, one line for each part."""
    plain = without_nan(msgspec.to_builtins(made))
    plain["checksum"] = checksum(plain)
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def checksum(plain: dict[str, Any]) -> str:
    """SHA-256, in hex digits, of everything but the checksum itself."""
    return hashlib.sha256(canonical_json({key: value for key, value in plain.items() if key != "checksum"})).hexdigest()


def canonical_json(plain: Any) -> bytes:
    """Data in its one canonical form: keys sorted, no spaces, UTF-8. Raises ValueError for NaN and lone surrogates."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def read_submission(path: Path) -> tuple[dict[str, Any], bool]:
    """A submission's file as plain data, and whether its checksum holds. Raises ExerciseError with a sentence."""
    shown = quiet(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SUBMISSION + 1)
    except OSError as error:
        raise ExerciseError(f"{shown} cannot be read: {cause_of(error)}") from None
    if len(content) > MAX_SUBMISSION:
        raise ExerciseError(f"{shown} is larger than {MAX_SUBMISSION:,} bytes: it is no submission")
    try:
        plain = json.loads(content.decode(), parse_constant=_refuse)
        msgspec.convert(plain, Submission)
        whole = checksum(plain) == plain.get("checksum")
    except (ValueError, RecursionError) as error:
        raise ExerciseError(f"{shown} is no submission of cnn-tui: {misread(error, 120)}") from None
    if plain["format"] != FORMAT:
        raise ExerciseError(f"{shown} is of format {plain['format']}, this cnn-tui reads {FORMAT}: update cnn-tui")
    return plain, whole


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
