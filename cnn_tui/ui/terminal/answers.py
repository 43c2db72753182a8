"""What a terminal says of itself when it is asked, taken out of what is typed.

Textual takes a long answer that it does not know for keys: the name of the terminal would be typed into the lab. So the
answers to our questions are taken out before Textual reads on, whole or cut, and whenever they come.
"""

from __future__ import annotations

import codecs
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, Self

ASK_FOR_SIXEL = "\x1b[?80$p\x1b[c"
"""Whether it knows the mode that says how sixel graphics scroll, and what it can do at all (Primary Device Attributes).

xterm knows the mode also where it was not told to show any. Textual hands the first answer on: see `driver.py`.
"""
ASK_FOR_NAME = "\x1b[>q"
"""Its name and version: xterm's XTVERSION, which others answer as well."""
ASK_FOR_GRAPHICS = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
"""Whether it would take a picture by kitty's protocol."""

_NAME, _GRAPHICS, _ATTRIBUTES = "P>|", "_G", "[?"
_WHOLE = re.compile(r"\x1b(?:(P>\||_G)([^\x1b\x07]*)(?:\x1b\\|\x07)|(\[\?)([\d;]*)c)")
_BROKEN = re.compile(r"\x1b(?:P>\||_G)[^\x1b\x07]*(?=\x1b[^\\])")
_BEGUN = re.compile(r"\x1b(?:P>\||_G)[^\x07]*\Z|\x1b(?:P>|_|\[\?[\d;]*)\Z")
_SIXEL = "4"  # among the attributes
_MOST = 1_000
"""Characters of an answer: what is longer is none."""
_LATE = 1.0
"""Seconds after which the rest of an answer does not come any more."""
_KNOWING = {"kitty": (0, 28), "ghostty": (0, 0)}
"""The terminals that know placeholders, and from which version on. Others that take kitty's pictures do not."""
_VERSION = re.compile(r"(?P<name>[A-Za-z]+)[ (]v?(?P<major>\d+)\.(?P<minor>\d+)")
_PATIENCE = 2.0


class InputDecoder:
    """Decodes what is typed, as UTF-8 or with signs for what is none; `hear` gets the answers."""

    def __init__(self, hear: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._hear = hear
        self._clock = clock
        self._held = ""
        self._since = 0.0

    def decode(self, data: bytes, final: bool = False) -> str:
        """What was typed. The beginning of an answer is held back until the rest comes."""
        if self._held and (self._clock() - self._since > _LATE or len(self._held) > _MOST):
            self._held = ""
        text = self._held + self._decoder.decode(data, final)
        text = _BROKEN.sub("", _WHOLE.sub(self._take, text))
        begun = _BEGUN.search(text)
        if begun is None:
            self._held = ""
            return text
        if not self._held:
            self._since = self._clock()
        self._held = begun[0]
        return text[: begun.start()]

    def _take(self, answer: re.Match[str]) -> str:
        self._hear("".join(part for part in answer.groups() if part))
        return ""


def name_in(answer: str) -> str | None:
    """The name that an answer gives; None where it is another answer."""
    return answer.removeprefix(_NAME) if answer.startswith(_NAME) else None


def takes_graphics(answer: str) -> bool:
    """Whether an answer says that pictures are taken."""
    return answer.startswith(_GRAPHICS) and answer.endswith(";OK")


def shows_sixel(answer: str) -> bool:
    """Whether an answer says that sixel graphics are shown."""
    return answer.startswith(_ATTRIBUTES) and _SIXEL in answer.removeprefix(_ATTRIBUTES).split(";")


def knows_placeholders(name: str) -> bool:
    """Whether the terminal of that name and version knows Unicode placeholders."""
    found = _VERSION.match(name)
    needed = _KNOWING.get(found["name"].lower()) if found else None
    return bool(found and needed is not None and (int(found["major"]), int(found["minor"])) >= needed)


class AroundTmux(NamedTuple):
    """The terminal that tmux runs in: what it says its name is, and whether tmux hands pictures on to it."""

    name: str = ""
    passes_on: bool = False

    @classmethod
    def asked(cls, environ: Mapping[str, str]) -> Self:
        """What tmux says of the client that looks at the pane; nothing where it says nothing within two seconds."""
        what = "#{allow-passthrough} #{client_termtype}"
        try:
            said = subprocess.run(
                ("tmux", "display-message", "-p", "-t", environ.get("TMUX_PANE", ""), what),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                check=False,
            ).stdout
        except (OSError, ValueError, subprocess.TimeoutExpired):
            return cls()
        allowed, _, name = said.strip().partition(" ")
        return cls(name, allowed in ("1", "2", "on", "all"))
