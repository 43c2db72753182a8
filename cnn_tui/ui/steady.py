"""What of the lab lives on when the history cannot be read for a moment, as while another process writes it whole."""

from __future__ import annotations

import sqlite3

from textual.message import Message
from textual.message_pump import MessagePump

from cnn_tui.history.errors import HistoryError


class Steady(MessagePump):
    """A part of the app that goes on after a message, or a key, whose answer would have had to read the history.

    Textual would end the app and let this part deal with no more messages. `LabApp` says what hinders it. It is no
    DOMNode, because Textual takes a widget's styles from the first of its bases that is one.
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except (HistoryError, sqlite3.Error) as error:
            self.app._handle_exception(error)
