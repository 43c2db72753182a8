"""What a person writes about runs: names, notes, conclusions, tags, what is put away, and which run is the baseline.

Every change is one statement or one transaction on the history, so that two people who write at once lose nothing.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from cnn_tui.experiment.experiment import MAX_NAME
from cnn_tui.history.ending import LIVE, Status
from cnn_tui.history.history import History
from cnn_tui.history.rows import decoded, marks

MAX_TEXT = 100_000
MAX_TAG = 50
MAX_TAGS = 50


class NotebookError(ValueError):
    """Something that cannot be written so; the message is a sentence."""


class TagError(ValueError):
    """A tag that cannot be; the message is a sentence."""


class Archiving(NamedTuple):
    """What an archiving changed, for `undo`: the runs that it put away (or, when `restored`, brought back)."""

    runs: tuple[int, ...]
    restored: bool = False


def note(history: History, run_id: int, text: str) -> None:
    """Set the note of a run; "" takes it away. Raises NotebookError for a run that is not there or a text too long."""
    _write(history, run_id, "note", _text(text))


def conclude(history: History, run_id: int, text: str) -> None:
    """Set what a run has shown; "" takes it away. Raises NotebookError as `note` does."""
    _write(history, run_id, "conclusion", _text(text))


def rename(history: History, run_id: int, name: str) -> str:
    """Give a run another name; gives the one it had. Raises NotebookError."""
    name = to_name(name)
    with history.store.transaction():
        row = history.store.execute("SELECT name FROM runs WHERE id = ?", (run_id,)).fetchone()
        _write(history, run_id, "name", name)
    return str(row[0])


def to_name(text: str) -> str:
    """A name as it is kept. Raises NotebookError for one that is nothing, or too long."""
    name = _clean(text).strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise NotebookError(f"a name has 1 to {MAX_NAME} characters, not {len(name):,}")
    return name


def change_tags(
    history: History, runs: Sequence[int], add: Iterable[str] = (), remove: Iterable[str] = ()
) -> dict[int, tuple[str, ...]]:
    """Put tags on runs and take tags off them; gives the tags that each has now.

    Tags are kept as `normalised` writes them. Raises NotebookError and TagError, and then changes nothing.
    """
    plus, minus = [to_tag(tag) for tag in add], [to_tag(tag) for tag in remove]
    made: dict[int, tuple[str, ...]] = {}
    with history.store.transaction():
        for run_id in runs:
            row = history.store.execute("SELECT tags FROM runs WHERE id = ?", (run_id,)).fetchone()
            before = () if row is None else decoded(row[0], tuple[str, ...])
            made[run_id] = merged(before, plus, minus)
            _write(history, run_id, "tags", msgspec.json.encode(made[run_id]).decode())
    return made


def assigned(history: History, exercises: Sequence[str]) -> list[int]:
    """The runs that were made for these exercises, by their keys `pack/name`; archived ones are left out."""
    query = f"SELECT id FROM runs WHERE archived = 0 AND exercise IN ({marks(exercises)})"
    return [run for (run,) in history.store.execute(query, exercises)]


def assign(history: History, run_id: int, exercise: str, tag: str) -> None:
    """Say that a run was made for an exercise, `pack/name`, and put a tag on it."""
    row = history.store.execute("SELECT tags FROM runs WHERE id = ?", (run_id,)).fetchone()
    tags = merged(decoded(row[0], tuple[str, ...]), [tag])
    history.store.execute(
        "UPDATE main.runs SET exercise = ?, tags = ? WHERE id = ?",
        (exercise, msgspec.json.encode(tags).decode(), run_id),
    )


def answer_rows(history: History, pack: str) -> list[tuple[str, str, str, bool, float, str | None]]:
    """The answers to a set of exercises.

    Name, prediction as JSON, conclusion, whether it is done, time of change, and the runs that the conclusion was
    written about as JSON; None where that was not recorded.
    """
    columns = "exercise, prediction, conclusion, done, changed, about"
    return history.store.execute(f"SELECT {columns} FROM answers WHERE pack = ? ORDER BY exercise", (pack,)).fetchall()


def write_answer(
    history: History,
    pack: str,
    exercise: str,
    column: Literal["prediction", "conclusion", "done", "about"],
    value: str | bool | None,
) -> None:
    """Write one part of an answer. A prediction is a JSON object: what it does not mention stays, null goes."""
    first, then = ("json_patch('{}', ?)", "json_patch(prediction, ?)") if column == "prediction" else ("?", "?")
    history.store.execute(
        f"INSERT INTO answers (pack, exercise, {column}, changed) VALUES (?, ?, {first}, ?)"
        f" ON CONFLICT DO UPDATE SET {column} = {then}, changed = excluded.changed",
        (pack, exercise, value, time.time(), value),
    )


def archive(history: History, runs: Iterable[int]) -> Archiving:
    """Put runs away: they stay in the history, but no table shows them; gives what to undo it with.

    Raises NotebookError for a run that is not there or has not ended, and then changes nothing.
    """
    return _set_archived(history, runs, True)


def restore(history: History, runs: Iterable[int]) -> Archiving:
    """Bring archived runs back; gives what to undo it with. Raises NotebookError."""
    return _set_archived(history, runs, False)


def undo(history: History, archiving: Archiving) -> None:
    """Take an archiving, or a bringing back, back. Raises NotebookError."""
    _set_archived(history, archiving.runs, archiving.restored)


def last_archived(history: History) -> tuple[int, ...]:
    """The runs that were put away last, together, and still are; () when there are none."""
    where = "FROM runs JOIN events ON events.run = runs.id WHERE archived AND events.kind = 'archived'"
    (at,) = history.store.execute(f"SELECT max(at) {where}").fetchone()
    rows = history.store.execute(f"SELECT DISTINCT id {where} AND at = ? ORDER BY id", (at,))
    return tuple(row[0] for row in rows)


def pin(history: History, run_id: int, name: str = "baseline") -> None:
    """Make a run the one that others are compared with. Raises NotebookError for a run that is not there."""
    with history.store.transaction():
        _status(history, run_id)
        history.store.execute("INSERT OR REPLACE INTO pins VALUES (?, ?)", (name, run_id))


def unpin(history: History, name: str = "baseline") -> None:
    history.store.execute("DELETE FROM pins WHERE name = ?", (name,))


def pinned(history: History, name: str = "baseline") -> int | None:
    """The run that others are compared with; None when there is none."""
    row = history.store.execute(
        "SELECT run FROM pins JOIN runs ON runs.id = run WHERE pins.name = ?", (name,)
    ).fetchone()
    return int(row[0]) if row else None


def _set_archived(history: History, runs: Iterable[int], put_away: bool) -> Archiving:
    changed = []
    now = time.time()
    with history.store.transaction():
        for run_id in dict.fromkeys(runs):
            status = _status(history, run_id)
            if put_away and status in LIVE:
                raise NotebookError(f"run {run_id} is {status}: only a run that has ended can be archived")
            cursor = history.store.execute(
                "UPDATE main.runs SET archived = ? WHERE id = ? AND archived != ?", (put_away, run_id, put_away)
            )
            if cursor.rowcount:
                changed.append(run_id)
                words = "archived" if put_away else "taken out of the archive"
                history.record_event(run_id, words, "archived" if put_away else "restored", now)
    return Archiving(tuple(changed), restored=not put_away)


def _status(history: History, run_id: int) -> Status:
    row = history.store.execute("SELECT status FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise _missing(run_id)
    status: Status = row[0]
    return status


def _write(history: History, run_id: int, column: str, text: str) -> None:
    if history.store.execute(f"UPDATE main.runs SET {column} = ? WHERE id = ?", (text, run_id)).rowcount != 1:
        raise _missing(run_id)


def _missing(run_id: int) -> NotebookError:
    return NotebookError(f"there is no run {run_id}")


def _text(text: str) -> str:
    text = _clean(text)
    if len(text) > MAX_TEXT:
        raise NotebookError(f"a text has at most {MAX_TEXT:,} characters, not {len(text):,}")
    return text


def _clean(text: str) -> str:
    """A byte that is no UTF-8 comes from the shell as half a character, which SQLite refuses."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def normalised(text: str) -> str:
    """A tag as it is kept: lower case, no `#` before it, a dash for each space; "" when nothing is left.

    What cannot be seen (control characters, marks that turn the direction of writing) and commas, which stand between
    tags, count as spaces.
    """
    text = unicodedata.normalize("NFC", text).lower()
    words = "".join(char if char.isprintable() and char != "," else " " for char in text).split()
    return "-".join(words).lstrip("#+").strip("-")


def to_tag(text: str) -> str:
    """A tag as it is kept. Raises TagError for one that is nothing, or too long."""
    tag = normalised(text)
    if not tag:
        raise TagError("a tag has at least one letter or digit, as lab1")
    if len(tag) > MAX_TAG:
        raise TagError(f"a tag has at most {MAX_TAG} characters, not {len(tag)}")
    return tag


def merged(tags: Iterable[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> tuple[str, ...]:
    """`tags` without those of `remove` and with those of `add`, in their order. Raises TagError for too many.

    A tag that an older version kept in another way is removed by its name of today as well.
    """
    gone = set(remove)
    kept = [tag for tag in tags if tag not in gone and normalised(tag) not in gone]
    made = tuple(dict.fromkeys([*kept, *add]))
    if len(made) > MAX_TAGS:
        raise TagError(f"a run has at most {MAX_TAGS} tags, not {len(made)}")
    return made
