"""Colours of the user's own: files in the folder `themes` of the app's home, each a theme with the file's name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec
from textual.color import Color, ColorParseError
from textual.theme import Theme

from cnn_tui.experiment.file_errors import explain, found
from cnn_tui.home import home, settings_path
from cnn_tui.text import cause_of, did_you_mean, quiet, sentence
from cnn_tui.ui.preferences import MAX_BYTES, Preferences, PreferencesError
from cnn_tui.ui.theme import THEMES, based_on

_BASES = {theme.name: theme for theme in THEMES}


class ThemeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True):
    """The keys of a theme's file: the theme that it changes, and its colours, as "#5fafff" or by a name."""

    base: Literal["cnn-dark", "cnn-light", "cnn-safe"] = "cnn-dark"
    primary: str = ""
    secondary: str = ""
    accent: str = ""
    warning: str = ""
    error: str = ""
    success: str = ""
    foreground: str = ""
    background: str = ""
    surface: str = ""
    panel: str = ""
    border: str = ""
    border_blurred: str = ""
    dim: str = ""
    cursor_text: str = ""
    idle: str = ""


def theme_names() -> list[str]:
    """The names of all themes: those of the lab, and those of files."""
    files = sorted(path.stem for path in _folder().glob("*.toml"))
    return [*_BASES, *(name for name in files if name not in _BASES)]


def find_theme(name: str) -> Theme:
    """The theme of that name. Raises PreferencesError with a sentence."""
    if name in _BASES:
        return _BASES[name]
    names = theme_names()
    if name not in names:
        hint = did_you_mean(name, names) or f" Allowed: {', '.join(names)}."
        raise PreferencesError(
            f"theme: found {found(name)}, which is no theme of the lab's and no file in {_folder()}.{hint}"
        )
    return _read(_folder() / f"{name}.toml")


def theme_of(preferences: Preferences) -> tuple[Theme, str]:
    """The colours that the settings name, or the usual ones with a sentence where they name none that there are."""
    try:
        return find_theme(preferences.theme or THEMES[0].name), ""
    except PreferencesError as error:
        return THEMES[0], f"{sentence(f'{settings_path()}: {error}')} The usual colours are in force."


def _read(path: Path) -> Theme:
    try:
        with path.open("rb") as file:
            raw = tomllib.loads(file.read(MAX_BYTES).decode("utf-8-sig"))
        told = msgspec.convert(raw, ThemeFile)
    except OSError as error:
        raise PreferencesError(f"{path} cannot be read: {cause_of(error)}") from None
    except msgspec.ValidationError as error:
        raise PreferencesError(f"{path}: {explain(str(error), raw, ThemeFile)}") from None
    except (ValueError, RecursionError) as error:
        raise PreferencesError(f"{path} is not valid TOML: {quiet(str(error))}") from None
    colours: dict[str, str] = msgspec.to_builtins(told)
    colours.pop("base", None)
    for key, value in colours.items():
        try:
            Color.parse(value)
        except ColorParseError:
            raise PreferencesError(
                f'{path}: {key}: found {found(value)}; a colour is "#5fafff" or a name like "teal"'
            ) from None
    return based_on(_BASES[told.base], path.stem, colours)


def _folder() -> Path:
    return home() / "themes"
