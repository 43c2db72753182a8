"""The keymap: the table of `keys.txt` makes the bindings, the key bar, the help, the palette and `cnn-tui keys`.

A sentence that names a key asks `key_of` for it, so that it stays true under another keymap.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from cnn_tui.text import padded

# Characters that Textual knows by a name.
_NAMES = {
    "?": "question_mark",
    ":": "colon",
    "+": "plus",
    "-": "minus",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "{": "left_curly_bracket",
    "}": "right_curly_bracket",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "/": "slash",
    "=": "equals_sign",
    ",": "comma",
    ".": "full_stop",
    "Enter": "enter",
    "Esc": "escape",
    "Space": "space",
    "Tab": "tab",
    "shift+Tab": "shift+tab",
}


class Key(NamedTuple):
    """One row of the table. `id` is stable: settings and the palette name it."""

    scope: str
    id: str
    keys: str  # as shown, separated by spaces; the first is the one that help names first
    action: str
    label: str  # a word or two, for the key bar; empty keeps it off the bar
    help: str

    def codes(self) -> list[str]:
        """The keys as Textual names them."""
        return [name_of(key) for key in self.keys.split()]

    @property
    def shown(self) -> tuple[str, str]:
        """The key and the word for the key bar. A label that begins with a pair of keys names those."""
        first, _, more = self.label.partition(" ")
        if not more or "/" not in first:
            return self.keys.split()[0], self.label
        now = {_USUAL_KEYS[key.id].split()[0]: key_of(key.id) for key in keys_of(self.scope)}
        return "/".join(now.get(key, key) for key in first.split("/")), more


def name_of(key: str) -> str:
    """A key as Textual names it."""
    return _NAMES.get(key, key)


def shown_name(code: str) -> str:
    """A key that Textual names, as people write it."""
    return next((key for key, name in _NAMES.items() if name == code), code)


def _read() -> tuple[dict[str, str], tuple[Key, ...]]:
    """The titles of the scopes, and all rows."""
    titles, rows, scope = {}, [], ""
    for line in Path(__file__).with_name("keys.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            scope, _, titles[scope] = line[1:].partition("] ")
        elif line and not line.startswith("#"):
            rows.append(Key(scope, *(cell.strip() for cell in line.split("|"))))
    return titles, tuple(rows)


SCOPES, KEYS = _read()
PANES = ("stack", "summary", "training", "history", "explain", "log")
"""The scopes of the panes, where the keys of the lab work too."""
TYPING = ("list", "field")
"""The scopes in which letters are typed."""
MENUS = ("menu", "copy", "export", "predict")

_USUAL_KEYS = {key.id: key.keys for key in KEYS}
_in_force = {key.id: key for key in KEYS}
_KEY_ID = re.compile(r"\{([a-z_.]+)\}")


OWN = "own"
"""The scope of the user's own commands; they work where the lab's keys do."""


def use(rows: tuple[Key, ...]) -> None:
    """Show these rows from now on, the user's own commands among them; the app tells Textual of them."""
    global _in_force
    _in_force = {key.id: key for key in rows}


def changed_keys() -> dict[str, str]:
    """The keys that differ from the table's, by action id, as Textual's keymap wants them."""
    return {
        key.id: ",".join(key.codes()) for key in _in_force.values() if key.keys != _USUAL_KEYS.get(key.id, key.keys)
    }


def keys_of(*scopes: str) -> tuple[Key, ...]:
    """The rows of those scopes that are in force, in the table's order."""
    return tuple(key for key in _in_force.values() if key.scope in scopes)


def key_of(action: str) -> str:
    """The key of an action as a sentence names it."""
    return _in_force[action].keys.split()[0]


def key_bar(scope: str, *, without: str = "") -> str:
    """The keys of a box, for its frame, `without` one that does nothing there."""
    return "  ".join(" ".join(key.shown) for key in keys_of(scope) if key.label and key.id != without)


def with_keys(words: str) -> str:
    """A sentence in which the keys that are in force stand for their ids: `{page.metric}: the next metric`."""
    return _KEY_ID.sub(lambda found: key_of(found[1]), words)


def keys_text(*, ids: bool = False) -> str:
    """The keys that are in force as plain text, with the action ids that settings name if asked for."""
    lines = []
    for scope, title in {**SCOPES, OWN: "Your own commands"}.items():
        if scope == OWN and not keys_of(OWN):
            continue
        lines.append(title)
        lines += [
            f"  {padded(key.keys, 14)}  {f'{padded(key.id, 24)}  ' if ids else ''}{key.help}" for key in keys_of(scope)
        ]
        lines.append("")
    return "\n".join(lines).rstrip()


def keys_markdown() -> str:
    """The usual keys as docs/keys.md has them."""
    lines = []
    for scope, title in SCOPES.items():
        lines += [f"| {title} | |", "| --- | --- |"]
        rows = [key for key in KEYS if key.scope == scope]
        lines += [f"| {' '.join(f'`{one}`' for one in key.keys.split())} | {key.help} |" for key in rows]
        lines.append("")
    return "\n".join(lines).rstrip()
