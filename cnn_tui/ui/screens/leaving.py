"""What is said before the lab is left, and when it is."""

from __future__ import annotations

from cnn_tui.experiment.document import Document
from cnn_tui.text import counted
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.watcher import Live


def unfinished(writer: HistoryWriter, document: Document) -> str:
    """What is lost by leaving, or seems to be; "" for nothing."""
    again = f"{key_of('lab.quit')} again leaves"
    if waiting := writer.waiting:
        what = f"{counted(len(waiting), 'change')} of the history {'is' if len(waiting) == 1 else 'are'}"
        return f"{what} not written yet. {again}, and what you typed is printed then."
    if document.dirty:
        kept = "and they are lost" if document.trouble else "the lab keeps them"
        return f"The edits are in no file yet: {key_of('file.save')} saves them. {again}; {kept}."
    return ""


def farewell(writer: HistoryWriter, live: Live) -> str | None:
    """What the terminal shows once the lab is gone; None for nothing."""
    words = [writer.in_words(), _going_on(live)]
    return "\n".join(filter(None, words)) or None


def _going_on(live: Live) -> str:
    run = live.going
    if run is None and not live.waiting:
        return ""
    what = f"Run {run.id} goes on" if run else f"{counted(live.waiting, 'queued run')} will be trained"
    return f"{what} without the lab: cnn-tui shows it again, cnn-tui attach follows it."
