"""What the system allows a process, as `ulimit` shows it, and what to say where that is too little."""

from __future__ import annotations

import os
import resource

from cnn_tui.cli.streams import FAILED, UserError

_PLENTY = 1024
"""Files that a process may have open where nobody has limited it, on most systems."""


def require_files(count: int) -> None:
    """Make sure that so many more files can be open at once. Raises UserError where the system does not allow it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _PLENTY if hard == resource.RLIM_INFINITY else min(_PLENTY, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:  # the lower limit is ours to raise
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    opened: list[int] = []
    try:
        while len(opened) < count:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        words = (
            f"a process may have {soft} files open here, and the lab needs {count} beside those that are open already"
        )
        raise UserError(f"{words}: ulimit -n {_PLENTY} allows more", FAILED) from None
    finally:
        for one in opened:
            os.close(one)
