"""What a user has set once for good, `settings.toml` in the app's home.

The looks of the lab, its keys, and where runs are trained.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import msgspec

from cnn_tui.experiment.file_errors import explain, found
from cnn_tui.history.run import Place
from cnn_tui.home import settings_path
from cnn_tui.jobs.clusters.ray_options import RayOptions
from cnn_tui.jobs.clusters.slurm_options import SlurmOptions
from cnn_tui.text import cause_of, did_you_mean, quiet, sentence
from cnn_tui.ui.keys import KEYS, MENUS, OWN, PANES, TYPING, Key, name_of, shown_name, use

MAX_BYTES = 100_000
Keymap: TypeAlias = Literal["default", "vim", "arrows"]
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


class PreferencesError(ValueError):
    """Settings that cannot be used; the message names the file, the key, what was found and what is allowed."""


class KeymapError(ValueError):
    """Keys that cannot be; the message names the action, the key and what is in the way."""


class OwnCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command of the user's: a name for lists, what a shell runs, and the keys that start it."""

    name: str
    run: str
    keys: str = ""


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of the file. None leaves a choice to what the terminal says of itself."""

    theme: str | None = None
    ascii: bool | None = None
    charts: Literal["braille", "blocks"] = "braille"
    mouse: bool = True
    pictures: Literal["kitty", "sixel", "blocks"] | None = None
    keymap: Keymap = "default"
    keys: dict[str, str] = {}
    on: Place = "here"
    slurm: SlurmOptions = SlurmOptions()
    ray: RayOptions = RayOptions()
    commands: tuple[OwnCommand, ...] = ()


def set_keys() -> tuple[Preferences, str]:
    """Put the user's keys in force; gives the settings and, where they cannot be used, the sentence that says why."""
    preferences = Preferences()
    try:
        preferences = read_preferences()
        use(in_force(preferences.keymap, preferences.keys, preferences.commands))
    except PreferencesError as error:
        return preferences, f"{sentence(str(error))} The usual settings are in force."
    except KeymapError as error:
        return preferences, f"{sentence(f'{settings_path()}: {error}')} The usual keys are in force."
    return preferences, ""


def read_preferences() -> Preferences:
    """The user's settings, or the usual ones where there is no file. Raises PreferencesError."""
    path = settings_path()
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Preferences()
    except OSError as error:
        raise PreferencesError(f"{path} cannot be read: {cause_of(error)}") from None
    if len(content) > MAX_BYTES:
        raise PreferencesError(f"{path} is larger than {MAX_BYTES:,} bytes")
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PreferencesError(f"{path} is not valid TOML: {quiet(str(error))}") from None
    if isinstance(raw.get("sixel"), bool):  # what the files of older versions say
        raw.setdefault("pictures", "sixel" if raw.pop("sixel") else "blocks")
    if isinstance(raw.get("keys"), dict):
        raw["keys"] = dict(_flat(raw["keys"]))
    try:
        return msgspec.convert(raw, Preferences)
    except msgspec.ValidationError as error:
        raise PreferencesError(f"{path}: {explain(str(error), raw, Preferences)}") from None


def _flat(keys: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """`stack.delete = "x"` without quotes is a table in TOML; it is meant as a name with a dot."""
    pairs: list[tuple[str, Any]] = []
    for name, value in keys.items():
        pairs += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(f"{before}{name}", value)]
    return pairs


def in_force(
    preset: Keymap = "default",
    changes: Mapping[str, str] = MappingProxyType({}),
    commands: Sequence[OwnCommand] = (),
) -> tuple[Key, ...]:
    """The table with a preset's keys and then the user's. `changes` are keys, separated by spaces, by action id.

    The user's own `commands` come after it.

    Raises KeymapError for an unknown id or key, and for a key that would mean two things in one place.
    """
    ids = [row.id for row in KEYS]
    for action, keys in changes.items():
        if action not in ids:
            hint = did_you_mean(action, ids) or " cnn-tui keys --ids lists all actions."
            raise KeymapError(f"keys: {found(action)} is no action.{hint}")
        _check(action, keys)
    rows = tuple(row._replace(keys=changes.get(row.id, _preset_keys(preset, row))) for row in KEYS)
    rows += tuple(_own_row(number, one) for number, one in enumerate(commands, 1))
    _refuse_conflicts(rows)
    return rows


def _own_row(number: int, command: OwnCommand) -> Key:
    action = f"{OWN}.{number}"
    if command.keys:
        _check(action, command.keys)
    name = " ".join(quiet(command.name, 80).split()) or quiet(command.run, 40)
    return Key(OWN, action, command.keys, f"app.own_command({number})", "", f"{name} (your own command)")


def _preset_keys(preset: Keymap, row: Key) -> str:
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
    usual |= {row.id: set() for row in rows if row.scope == OWN}
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
    scopes = {"lab" if row.scope == OWN else row.scope for row in (one, other)}
    if "lab" in scopes:
        return scopes <= {"lab", "pane", *PANES}
    return len(scopes) == 1 or ("pane" in scopes and not scopes & {*TYPING, *MENUS}) or "menu" in scopes <= {*MENUS}
