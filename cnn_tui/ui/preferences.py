"""What a user has set once for good: `settings.toml` in the app's home."""

from __future__ import annotations

import tomllib
from typing import Any, Literal

import msgspec

from cnn_tui.experiment import file_errors
from cnn_tui.home import settings_path
from cnn_tui.text import quiet

MAX_BYTES = 100_000


class PreferencesError(ValueError):
    """Settings that cannot be used; the message names the file, the key, what was found and what is allowed."""


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file's keys. None leaves a choice to what the terminal says of itself."""

    theme: Literal["cnn-dark", "cnn-light", "cnn-safe"] | None = None
    ascii: bool | None = None
    mouse: bool = True
    sixel: bool | None = None
    keymap: Literal["default", "vim", "arrows"] = "default"
    keys: dict[str, str] = {}


def read_preferences() -> Preferences:
    """The user's settings, or the usual ones where there is no file. Raises PreferencesError."""
    path = settings_path()
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Preferences()
    except OSError as error:
        raise PreferencesError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise PreferencesError(f"{path} is larger than {MAX_BYTES:,} bytes")
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PreferencesError(f"{path} is not valid TOML: {quiet(str(error))}") from None
    if isinstance(raw.get("keys"), dict):
        raw["keys"] = dict(_flat(raw["keys"]))
    try:
        return msgspec.convert(raw, Preferences)
    except msgspec.ValidationError as error:
        raise PreferencesError(f"{path}: {file_errors.explain(str(error), raw, Preferences)}") from None


def _flat(keys: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """`stack.delete = "x"` without quotes is a table in TOML; it is meant as a name with a dot."""
    pairs: list[tuple[str, Any]] = []
    for name, value in keys.items():
        pairs += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(f"{before}{name}", value)]
    return pairs
