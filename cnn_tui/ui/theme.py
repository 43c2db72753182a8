"""The colours. No meaning hangs on colour alone: words and signs say the same."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="cnn-dark",
    primary="#5fafff",
    secondary="#87afd7",
    accent="#5fd7d7",
    warning="#ffaf5f",
    error="#ff6b6b",
    success="#87d787",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={
        "border": "#5fafff",
        "border-blurred": "#4e4e4e",
        "dim": "#949494",
        "cursor-text": "#08131f",
        "idle": "#303030",
    },
)
LIGHT = Theme(
    name="cnn-light",
    primary="#005faf",
    secondary="#005f87",
    accent="#006f6f",
    warning="#a85a00",
    error="#b00020",
    success="#1a6b1a",
    foreground="#1c1c1c",
    background="#ffffff",
    surface="#f4f4f4",
    panel="#e6e6e6",
    dark=False,
    variables={
        "border": "#005faf",
        "border-blurred": "#b2b2b2",
        "dim": "#626262",
        "cursor-text": "#ffffff",
        "idle": "#dadada",
    },
)
SAFE = Theme(
    # Blue against orange and yellow, which everybody tells apart; no red against green.
    name="cnn-safe",
    primary="#33bbee",
    secondary="#88ccee",
    accent="#66ccee",
    warning="#ffdd55",
    error="#ff8844",
    success="#77bbff",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    dark=True,
    variables={
        "border": "#33bbee",
        "border-blurred": "#4e4e4e",
        "dim": "#949494",
        "cursor-text": "#08131f",
        "idle": "#303030",
    },
)
THEMES = (DARK, LIGHT, SAFE)
