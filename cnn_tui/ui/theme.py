"""The colours. No meaning hangs on colour alone: words and signs say the same.

Each theme has three faces under one name: for terminals of 256 colours and more, of sixteen, and of none. Text has a
contrast of at least 4.5 to what is behind it, in each of them.
"""

from __future__ import annotations

from typing import Literal

from textual.theme import Theme

Colours = Literal["many", "16", "none"]
"""What a terminal has."""

_BY_COLOUR = {
    "cursor-style": "bold",
    "idle-style": "none",
    "focus-style": "bold",
    "mark-style": "none",
    "option-style": "none",
    "selection-style": "none",
}
_BY_ATTRIBUTE = {
    "cursor-style": "bold reverse",
    "idle-style": "underline",
    "focus-style": "bold reverse",
    "mark-style": "bold",
    "option-style": "underline",  # Textual's lists show no other
    "selection-style": "underline",
    "input-cursor-text-style": "reverse",
    "block-cursor-text-style": "bold reverse",
}
_ON_DARK = {
    "border-blurred": "#4e4e4e",
    "dim": "#a8a8a8",
    "text-disabled": "#a8a8a8",
    "cursor-text": "#08131f",
    "idle": "#303030",
    "input-selection-background": "#005f87",
    "block-cursor-blurred-background": "#303030",
    **_BY_COLOUR,
}

DARK = Theme(
    name="cnn-dark",
    primary="#5fafff",
    secondary="#87afd7",
    accent="#5fd7d7",
    warning="#ffaf5f",
    error="#ff7575",
    success="#87d787",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={"border": "#5fafff", **_ON_DARK},
)
LIGHT = Theme(
    name="cnn-light",
    primary="#005faf",
    secondary="#005f87",
    accent="#005f5f",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    foreground="#1c1c1c",
    background="#ffffff",
    surface="#f8f8f8",
    panel="#eeeeee",
    dark=False,
    variables={
        "border": "#005faf",
        "border-blurred": "#b2b2b2",
        "dim": "#626262",
        "text-disabled": "#626262",
        "cursor-text": "#ffffff",
        "idle": "#e8e8e8",
        "input-selection-background": "#afd7ff",
        "block-cursor-blurred-background": "#e8e8e8",
        **_BY_COLOUR,
    },
)
# Blue against orange and yellow, which everybody tells apart; no red against green.
SAFE = Theme(
    **{
        **vars(DARK),
        "name": "cnn-safe",
        "primary": "#33bbee",
        "secondary": "#88ccee",
        "accent": "#66ccee",
        "warning": "#ffdd55",
        "error": "#ff8844",
        "success": "#77bbff",
        "variables": {"border": "#33bbee", **_ON_DARK},
    }
)
THEMES = (DARK, LIGHT, SAFE)
_BASE = "base"
"""The variable of a theme that names the one it is based on."""

# The sixteen as Rich names their nearest. Every terminal has its own idea of them, so only those are used that can be
# read on any: the bright ones on black; black, blue, red and magenta on white.
_BLACK, _RED, _BLUE, _MAGENTA, _WHITE = "#000000", "#aa0000", "#0000aa", "#aa00aa", "#aaaaaa"
_GREY, _BRIGHT_RED, _BRIGHT_GREEN, _BRIGHT_YELLOW = "#555555", "#ff5555", "#55ff55", "#ffff55"
_BRIGHT_CYAN, _BRIGHT_WHITE = "#55ffff", "#ffffff"


def _of_sixteen(name: str, *, success: str = _BRIGHT_GREEN) -> Theme:
    """A dark theme of the sixteen colours."""
    return Theme(
        name=name,
        primary=_BRIGHT_CYAN,
        secondary=_WHITE,
        accent=_BRIGHT_CYAN,
        warning=_BRIGHT_YELLOW,
        error=_BRIGHT_RED,
        success=success,
        foreground=_BRIGHT_WHITE,
        background=_BLACK,
        surface=_BLACK,
        panel=_BLACK,
        dark=True,
        variables=_sixteen_variables(_BRIGHT_CYAN, _GREY, _WHITE, _BRIGHT_WHITE, _BLACK),
    )


def _sixteen_variables(primary: str, blurred: str, dim: str, front: str, back: str) -> dict[str, str]:
    # What Textual mixes of two colours comes out as any of the sixteen; so it is told all that it would mix.
    return {
        "border": primary,
        "border-blurred": blurred,
        "dim": dim,
        "cursor-text": back,
        "idle": back,
        "text": front,
        "text-muted": dim,
        "text-disabled": dim,
        "foreground-muted": dim,
        "block-cursor-foreground": back,
        "block-cursor-background": primary,
        "block-cursor-blurred-foreground": front,
        "block-cursor-blurred-background": back,
        "input-cursor-foreground": back,
        "input-cursor-background": front,
        "input-selection-foreground": back,
        "input-selection-background": primary,
        "scrollbar": primary,
        "scrollbar-background": back,
        **_BY_COLOUR,
        "idle-style": "underline",
        "option-style": "underline",
    }


_SIXTEEN = {
    DARK.name: _of_sixteen(DARK.name),
    SAFE.name: _of_sixteen(SAFE.name, success=_BRIGHT_CYAN),
    LIGHT.name: Theme(
        name=LIGHT.name,
        primary=_BLUE,
        secondary=_BLUE,
        accent=_BLUE,
        warning=_MAGENTA,
        error=_RED,
        success=_BLUE,
        foreground=_BLACK,
        background=_BRIGHT_WHITE,
        surface=_BRIGHT_WHITE,
        panel=_BRIGHT_WHITE,
        dark=False,
        variables=_sixteen_variables(_BLUE, _GREY, _BLACK, _BLACK, _BRIGHT_WHITE),
    ),
}


def suited(theme: Theme, colours: Colours) -> Theme:
    """The face of a theme for a terminal that has those colours; without any, attributes say what they said.

    A theme of the user's own has the face of the one that it is based on where there are sixteen.
    """
    if colours == "16":
        return Theme(**{**vars(_SIXTEEN[theme.variables.get(_BASE, theme.name)]), "name": theme.name})
    if colours == "none":
        return Theme(**{**vars(theme), "variables": {**theme.variables, **_BY_ATTRIBUTE}})
    return theme


def based_on(base: Theme, name: str, colours: dict[str, str]) -> Theme:
    """A theme with some colours of its own, by the names of a Textual theme's, or of its variables."""
    own = {key: value for key, value in colours.items() if key in vars(base)}
    variables = {key: value for key, value in colours.items() if key not in own}
    return Theme(**{**vars(base), **own, "name": name, "variables": {**base.variables, **variables, _BASE: base.name}})
