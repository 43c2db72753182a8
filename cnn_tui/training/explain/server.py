"""Looks into trained networks for the lab: `python -m cnn_tui.training.explain.server`, a process of its own.

It reads questions from its standard input and writes answers to its standard output, a line of JSON each
(`jobs/explain/protocol.py`). What TensorFlow prints goes to a log. It ends when its input does, because then nobody is
left to ask, and after a time without questions. It computes on the processor: the GPUs are left to training.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback

import msgspec

from cnn_tui.data.dataset import DatasetError
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.history import HistoryError
from cnn_tui.home import remedy, see_log
from cnn_tui.jobs.explain.protocol import ExplainError, Reply, Request
from cnn_tui.text import cause_of, escaped, fault
from cnn_tui.training.explain.handler import Explainer
from cnn_tui.training.log import say

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # TensorFlow reads it once it is loaded, with the first question

IDLE = 600.0
"""Seconds without a question after which the process ends; `CNN_TUI_EXPLAIN_IDLE` overrides it."""


def reply_to(explainer: Explainer, line: bytes) -> Reply:
    """The reply to a line; whatever goes wrong becomes a sentence, and its traceback goes to the log."""
    number = 0
    try:
        request = msgspec.json.decode(line, type=Request)
        number = request.id
        return Reply(number, msgspec.Raw(msgspec.json.encode(explainer.answer(request.question))))
    except ExplainError as error:
        return Reply(number, error=escaped(str(error)), wrong=error.wrong)
    except (DatasetError, HistoryError, RawFileError) as error:
        return Reply(number, error=escaped(str(error)))
    except msgspec.MsgspecError as error:
        return Reply(number, error=f"the question is not understood: {error}", wrong=True)
    except MemoryError:
        return Reply(number, error="there is not enough memory for that")
    except OSError as error:
        say(traceback.format_exc())
        where = f"{error.filename}: " if error.filename is not None else ""
        return Reply(number, error=escaped(f"{where}{cause_of(error)}{remedy(error)}"))
    except Exception as error:
        say(traceback.format_exc())
        return Reply(number, error=escaped(f"{fault(error)}{see_log()}"))


def main() -> int:
    """Answer until the input ends or nobody asks any more."""
    # The answers' way out, which nothing else that is printed may take.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    idle = float(os.environ.get("CNN_TUI_EXPLAIN_IDLE", IDLE))
    explainer = Explainer()
    while True:
        try:
            line = lines.get(timeout=idle)
        except queue.Empty:
            return 0
        try:
            out.write(msgspec.json.encode(reply_to(explainer, line)) + b"\n")
            out.flush()
        except OSError:  # whoever asked is gone
            return 0


def _read(lines: queue.Queue[bytes]) -> None:
    try:
        for line in iter(sys.stdin.buffer.readline, b""):
            lines.put(line)
    finally:
        os._exit(0)  # in the middle of whatever it is: there is nobody to answer, and what is kept is written in one go


if __name__ == "__main__":
    os._exit(main())  # at once: the thread that reads still waits for a line
