"""The keymap that is in force: the table of `keys.py`, changed by a preset and by the user's own settings."""

from __future__ import annotations

from collections.abc import Mapping

from cnn_tui.experiment.file_errors import found
from cnn_tui.text import did_you_mean
from cnn_tui.ui.keys import KEYS, MENUS, PANES, TYPING, Key, name_of, shown_name

PRESETS = ("default", "vim", "arrows")
_VIM = {
    "stack.edit": "i Enter",
    "stack.add_below": "o a",
    "stack.add_above": "O A",
    "stack.move_down": "J ctrl+j",
    "stack.move_up": "K ctrl+k",
    "stack.duplicate": "Y c",
    "move.page_down": "ctrl+d ctrl+f pagedown",
    "move.page_up": "ctrl+u ctrl+b pageup",
    "lab.quit": "q Z",
}
_ARROWS = {"left", "right", "up", "down"}
_TYPED = ("enter", "escape", "space", "tab", "shift+tab")
_NAMED = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace")


class KeymapError(ValueError):
    """Keys that cannot be; the message names the action, the key and what is in the way."""


def in_force(preset: str = "default", changes: Mapping[str, str] | None = None) -> tuple[Key, ...]:
    """The table with a preset's keys and then the user's. `changes` are keys, separated by spaces, by action id.

    Raises KeymapError for an unknown preset, id or key, and for a key that would mean two things in one place.
    """
    if preset not in PRESETS:
        raise KeymapError(f"keymap: found {found(preset)}; allowed: {', '.join(PRESETS)}")
    given = dict(changes or {})
    ids = [row.id for row in KEYS]
    for one in given:
        if one not in ids:
            hint = did_you_mean(one, ids) or " cnn-tui keys --ids lists all actions."
            raise KeymapError(f"keys: {found(one)} is no action.{hint}")
        _check(one, given[one])
    rows = tuple(row._replace(keys=given.get(row.id, _preset_keys(preset, row))) for row in KEYS)
    _refuse_conflicts(rows)
    return rows


def _preset_keys(preset: str, row: Key) -> str:
    if preset == "vim":
        return _VIM.get(row.id, row.keys)
    keys = row.keys.split()
    if preset == "arrows" and _ARROWS.intersection(keys):
        return " ".join(key for key in keys if key not in "hjkl")
    return row.keys


def _check(action: str, keys: str) -> None:
    if not keys.split():
        raise KeymapError(f'keys: {action} needs at least one key, as "x" or "ctrl+x F5"')
    for key in keys.split():
        code = name_of(key)
        if action.startswith(TYPING) and (len(key) == 1 or key == "Space"):
            raise KeymapError(f"keys: {action}: found {found(key)}, which is typed there; give it ctrl+ and a letter")
        bare = code.removeprefix("ctrl+").removeprefix("shift+")
        named = code in _TYPED + _NAMED or (code[0] in "fF" and code[1:].isdecimal())
        if not (named or code != key or len(bare) == 1):
            raise KeymapError(
                f"keys: {action}: found {found(key)}; a key is a character, ctrl+ and one, Enter, Esc, Space, Tab "
                f"or one of {', '.join(_NAMED)}"
            )


def _refuse_conflicts(rows: tuple[Key, ...]) -> None:
    usual = {row.id: set(row.codes()) for row in KEYS}
    having: dict[str, list[Key]] = {}
    for row in rows:
        for code in row.codes():
            for one in having.setdefault(code, []):
                if _meet(one, row) and not usual[one.id] & usual[row.id]:
                    raise KeymapError(
                        f"keys: {shown_name(code)} would mean both {one.id} ({one.help}) and {row.id} ({row.help}); "
                        "give one of them another"
                    )
            having[code].append(row)


def _meet(one: Key, other: Key) -> bool:
    """Whether both can be meant at once: the lab's keys work in its panes, movement wherever nothing is typed."""
    scopes = {one.scope, other.scope}
    if "lab" in scopes:
        return scopes <= {"lab", "pane", *PANES}
    return len(scopes) == 1 or ("pane" in scopes and not scopes & {*TYPING, *MENUS}) or "menu" in scopes <= {*MENUS}
