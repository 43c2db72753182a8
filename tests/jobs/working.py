"""Work for tests of the asking side, without TensorFlow: it does what its request says."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import msgspec

from cnn_tui.home import home
from cnn_tui.jobs.work import WorkLine, WorkProcess


class Asked(msgspec.Struct, frozen=True):
    what: str


class Told(WorkLine, frozen=True):
    step: int = 0


def log_path() -> Path:
    return home() / "working.log"


class Working(WorkProcess[Asked, Told]):
    module = "tests.jobs.working"
    log = staticmethod(log_path)
    line = Told
    trouble = "the steps could not be taken"


def main() -> None:
    what = msgspec.json.decode(sys.stdin.buffer.readline(), type=Asked).what
    for step in (1, 2):
        print(msgspec.json.encode(Told(step)).decode(), flush=True)
    if what == "dies":
        print("it is over", file=sys.stderr, flush=True)
        os._exit(1)
    if what == "babbles":
        print("no JSON", flush=True)
    if what == "hangs":
        time.sleep(600)
    print(msgspec.json.encode(Told(error="the disk is full") if what == "fails" else Told(end=True)).decode())


if __name__ == "__main__":
    main()
