"""The filter language of the history: `acc>0.9 tag:lab1 !failed`, compiled to a condition of SQL.

Terms stand side by side and all have to hold; `!` or `-` before a term turns it round. Plain words are looked for in
names and notes, `"in quotes"` with their spaces. A figure that a run does not have passes no comparison.
"""

from __future__ import annotations

import re
from typing import NamedTuple, get_args

import msgspec

from cnn_tui.data.dataset import NAMED
from cnn_tui.experiment.file_errors import found
from cnn_tui.history.ending import LIVE, STOPPED_BY, Status
from cnn_tui.history.notebook import normalised
from cnn_tui.history.rows import SAME_EXPERIMENT
from cnn_tui.history.table.columns import COLUMNS, RunColumn
from cnn_tui.text import did_you_mean, quiet

MAX_LENGTH = 2_000
MAX_TERMS = 50


class FilterError(ValueError):
    """A filter that means nothing; the message is a sentence that names the term and says what is allowed."""


class Filter(NamedTuple):
    """A compiled filter: a condition for the table of runs, and the values for its question marks."""

    where: str = "1"
    values: tuple[str | float, ...] = ()


FIGURES: dict[str, RunColumn] = {
    "acc": COLUMNS["test_accuracy"],
    "loss": COLUMNS["test_loss"],
    "train": COLUMNS["accuracy"],
    "val": COLUMNS["val_accuracy"],
    "gap": COLUMNS["gap"],
    "params": COLUMNS["params"],
    "seconds": COLUMNS["pace"],
    "epochs": COLUMNS["epochs_done"],
    "run": COLUMNS["id"],
    "seed": COLUMNS["seed"],
}
"""The figures that runs are compared by, by the names that a person types. `_ALIASES` has other words for them."""

KEYS: dict[str, str] = {
    "tag": "a tag, whole",
    "status": "queued, running, paused, finished, stopped, stopped-by-you, stopped-by-a-signal, ended-by-its-rule, "
    "taken-out-of-the-queue, failed, interrupted, or live; also without status:",
    "name": "words of the name",
    "note": "words of the note",
    "dataset": "a dataset, or a part of a file's name",
    "exercise": "an exercise, its set, or set/exercise",
    "net": "the number of a run: all runs of the same network",
    "group": "the number of a run: all runs of the same experiment on the same images, whatever their seeds",
}
"""What may stand before a colon, with what it takes."""

STATUSES: tuple[str, ...] = (*get_args(Status), *STOPPED_BY, "live")

_ALIASES = {
    "accuracy": "acc",
    "test": "acc",
    "test_accuracy": "acc",
    "test_loss": "loss",
    "train_accuracy": "train",
    "val_accuracy": "val",
    "pace": "seconds",
    "id": "run",
    "tags": "tag",
    "data": "dataset",
    "network": "net",
}
_SIGN = r"(?:>=|<=|!=|==|=|>|<)"
_TERM = re.compile(
    r"(?P<sign>[!-]*)(?:(?P<key>[A-Za-z_]+):)?"
    rf'(?:"(?P<phrase>[^"]*)"(?=\s|$)|(?P<word>[A-Za-z_]+\s*{_SIGN}\s*[^\s<=>]\S*|\S*))'
)
_COMPARISON = re.compile(rf"(?P<name>[A-Za-z_]+)\s*(?P<sign>{_SIGN})\s*(?P<number>.*)", re.DOTALL)
_NUMBER = re.compile(r"(?P<digits>[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)(?P<unit>%|[kKmM]?)")
_UNITS = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6}
_LARGEST, _MOST_DIGITS = 2**63 - 1, 18  # what a column of SQLite holds
_TEXT = ("name", "note")
_LIKE = r"{} LIKE ? ESCAPE '\'"
_OF_RUN = "(SELECT {} FROM runs AS one WHERE one.id = ?)"
_SAME_NETWORK = f"coalesce(fingerprint = {_OF_RUN.format('one.fingerprint')}, 0)"
_SAME = " AND ".join(f"coalesce({name} = {_OF_RUN.format(f'one.{name}')}, 0)" for name in SAME_EXPERIMENT)


def compile_filter(text: str) -> Filter:
    """The condition that `text` is. Raises FilterError with one sentence."""
    text = text.encode("utf-8", "replace").decode()  # half a character from a shell
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter has at most {MAX_LENGTH:,} characters, not {len(text):,}")
    parts: list[Filter] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TERM.match(text, at)
        assert match is not None
        parts.append(_term(match))
        at = match.end()
    if len(parts) > MAX_TERMS:
        raise FilterError(f"a filter has at most {MAX_TERMS} terms, not {len(parts)}")
    if not parts:
        return Filter()
    return Filter(" AND ".join(part.where for part in parts), tuple(value for part in parts for value in part.values))


def _term(match: re.Match[str]) -> Filter:
    term, sign, key = match[0], match["sign"], match["key"]
    quoted = match["phrase"] is not None
    value = match["phrase"] if quoted else match["word"]
    if sign and not quoted and not value and key is None:
        if set(sign) == {"-"}:  # a dash between words, as names have it
            return _contains(_TEXT, sign)
        raise FilterError(f"{found(term)} stands alone: it goes before what is not wanted, as in !failed")
    if not quoted and value.startswith('"'):
        raise FilterError(f'{found(term)} has no closing quote, as in "two words"')
    if key is not None:
        made = _keyed(key.lower(), value, term, quoted)
    elif quoted:
        made = _contains(_TEXT, value)
    else:
        made = _word(value, term)
    return Filter(f"NOT ({made.where})", made.values) if len(sign) % 2 else made


def _word(word: str, term: str) -> Filter:
    comparison = _COMPARISON.fullmatch(word)
    if comparison is not None:
        return _compared(comparison["name"].lower(), comparison["sign"], comparison["number"], term)
    if re.match(r"[<>=]", word):
        raise FilterError(f"{found(term)} needs the name of a figure before the sign, as in acc>0.9")
    if word.lower() in STATUSES:
        return _status(word.lower())
    return _contains(_TEXT, word)


def _compared(name: str, sign: str, number: str, term: str) -> Filter:
    name = _ALIASES.get(name, name)
    figure = FIGURES.get(name)
    if figure is None:
        if name in KEYS and sign in ("=", "=="):
            return _keyed(name, number, term, quoted=False)
        raise FilterError(
            f"{found(term)}: {quiet(name, 40)} is no figure; there are {', '.join(FIGURES)}."
            f"{did_you_mean(name, FIGURES)} Text with a sign in it is looked for in quotes"
        )
    match = _NUMBER.fullmatch(number)
    value = _value(match, figure) if match is not None else None
    if match is None or value is None:
        example = "acc>0.9 or acc>90%" if figure.share else f"{name}>3"
        raise FilterError(f"{found(term)}: {found(number)} is no number to compare {figure.help} with, as in {example}")
    if sign in ("=", "==", "!="):
        equal = _equal(figure, value, _step(match))
        return Filter(f"NOT {equal.where}", equal.values) if sign == "!=" else equal
    # A run without the figure is in neither half: NULL would hide it from a negated term as well.
    return Filter(f"coalesce({figure.expression} {sign} ?, 0)", (value,))


def _value(match: re.Match[str], figure: RunColumn) -> float | None:
    unit = match["unit"].lower()
    if unit == "%" and not figure.share:
        return None
    value = float(match["digits"].replace(",", "")) * _UNITS[unit]
    if value.is_integer() and abs(value) < _LARGEST:
        return int(value)  # SQLite compares whole numbers exactly
    return value if abs(value) <= _LARGEST else None


def _step(match: re.Match[str]) -> float:
    """How much one more in the last digit that was typed is."""
    digits = match["digits"].lower().replace(",", "")
    mantissa, _, exponent = digits.partition("e")
    places = len(mantissa.partition(".")[2])
    return float(10 ** (int(exponent or 0) - places)) * _UNITS[match["unit"].lower()]


def _equal(figure: RunColumn, value: float, step: float) -> Filter:
    """Equal as far as it was typed: acc=0.91 finds 0.9123 and not 0.9161."""
    if figure.key in ("id", "seed", "params", "epochs_done"):
        return Filter(f"coalesce({figure.key} = ?, 0)", (value,))
    return Filter(f"coalesce(abs({figure.expression} - ?) < ?, 0)", (value, step / 2 * (1 + 1e-9)))


def _keyed(key: str, value: str, term: str, quoted: bool) -> Filter:
    key = _ALIASES.get(key, key)
    if key in FIGURES and not quoted:
        return _compared(key, "=", value, term)
    if key not in KEYS:
        raise FilterError(
            f"{found(term)}: {quiet(key, 40)} is no key; there are {', '.join(f'{one}:' for one in KEYS)}."
            f"{did_you_mean(key, KEYS)} Text with a colon in it is looked for in quotes"
        )
    if not value.strip():
        raise FilterError(f"{found(term)} needs a value: {KEYS[key]}")
    if key == "status":
        word = "-".join(value.lower().split())
        if word not in STATUSES:
            raise FilterError(
                f"{found(term)}: {found(value)} is no status; there are {', '.join(STATUSES)}."
                + did_you_mean(value, STATUSES)
            )
        return _status(word)
    if key == "tag":
        return _tag(value)
    if key == "dataset":
        return Filter("dataset = ?", (value.lower(),)) if value.lower() in NAMED else _contains(("dataset",), value)
    if key == "exercise":
        return _exercise(value)
    if key == "net":
        return Filter(_SAME_NETWORK, (_run(value, term, key),))
    if key == "group":
        run = _run(value, term, key)
        return Filter(f"(id = ? OR (same != '' AND {_SAME}))", (run,) * (1 + len(SAME_EXPERIMENT)))
    return _contains((key,), value)


def _status(word: str) -> Filter:
    if word == "live":
        return Filter(f"status IN ({', '.join('?' * len(LIVE))})", tuple(sorted(LIVE)))
    if word in STOPPED_BY:
        return Filter("ending = ?", (STOPPED_BY[word],))
    return Filter("status = ?", (word,))


def _tag(value: str) -> Filter:
    """A tag as an element of the JSON list that tags are kept in: its quotes are no part of another one."""
    wanted = dict.fromkeys([value, normalised(value)])
    patterns = tuple(f"%{_escaped(msgspec.json.encode(one).decode())}%" for one in wanted)
    return Filter(f"({' OR '.join([_LIKE.format('tags')] * len(patterns))})", patterns)


def _exercise(value: str) -> Filter:
    plain, like = _escaped(value), _LIKE.format("exercise")
    return Filter(f"({like} OR {like} OR {like})", (plain, f"{plain}/%", f"%/{plain}"))


def _run(value: str, term: str, key: str) -> int:
    """The number of a run."""
    if not (value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS):
        raise FilterError(f"{found(term)}: {found(value)} is not the number of a run, as in {key}:4")
    return int(value)


def _contains(columns: tuple[str, ...], text: str) -> Filter:
    # LIKE knows upper and lower case of ASCII only, and is much the faster.
    column = "{}" if text.isascii() else "casefold({})"
    pattern = f"%{_escaped(text if text.isascii() else text.casefold())}%"
    likes = [_LIKE.format(column.format(one)) for one in columns]
    return Filter(f"({' OR '.join(likes)})", (pattern,) * len(columns))


def _escaped(text: str) -> str:
    """Text that LIKE takes as it stands."""
    return re.sub(r"([\\%_])", r"\\\1", text)
