"""Text from outside as it is shown."""

from __future__ import annotations

from cnn_tui.network.inert import escaped, quiet, reason


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert escaped("a\x1b[2J\u202eé\n") == "a\\x1b[2J\\u202eé\\n"
    assert escaped("half a character: \udcff") == "half a character: \\udcff"
    assert escaped("Füße 😀 C:\\new") == "Füße 😀 C:\\new"


def test_text_is_made_inert_and_cut() -> None:
    assert quiet("a\x1b[2J\u202eé") == "a\\x1b[2J\\u202eé"
    assert quiet("x" * 300) == "x" * 199 + "…"
    assert quiet("x" * 300, 10) == "x" * 9 + "…"


def test_what_a_library_says_fits_into_a_sentence() -> None:
    assert reason(ValueError(" no such\x1b[31m thing. ")) == "no such\\x1b[31m thing"
    assert reason(EOFError()) == "EOFError"
    assert len(reason(OSError("x" * 1_000))) == 120
