"""Makes docs/lab.svg: `python docs/make_picture.py` trains lab1-baseline for real and photographs the lab meanwhile.

The full Fashion-MNIST must be found on this machine (`cnn-tui data list` says where); a picture of the sample would
show figures that nobody wants to compare with.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

PICTURE = Path(__file__).with_name("lab.svg")


async def photograph() -> str:
    """Train 16 filters for two epochs, then the baseline, and take the picture in the baseline's fourth epoch."""
    from cnn_tui.experiment.document import Document
    from cnn_tui.experiment.presets import load_preset
    from cnn_tui.history.history import History
    from cnn_tui.jobs import launch
    from cnn_tui.ui.app import LabApp

    with History() as history, launch.presence():
        history.add(load_preset("lab1-16-filters"))
        app = LabApp(Document(load_preset("lab1-baseline")), history, launch)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.press("r", "j", "j")
            while app.lab.live.run is None or app.lab.live.run.id != 2 or app.lab.live.progress.epoch < 4:
                await asyncio.sleep(0.2)
                await pilot.pause()
            while app.lab.live.progress.phase != "training" or app.lab.live.progress.step < 900:
                await asyncio.sleep(0.1)
                await pilot.pause()
            await pilot.pause()
            picture = app.export_screenshot(title="cnn-tui")
            history.ask(2, "stop")
            while app.lab.live.going:
                await asyncio.sleep(0.2)
                await pilot.pause()
    return picture


def main() -> int:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNN_TUI_HOME"] = home
        os.environ["CNN_TUI_WORKER_IDLE"] = "0"
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}  # whatever terminal this runs in
        os.environ.pop("NO_COLOR", None)
        from cnn_tui.training.data.datasets import find

        if find("fashion_mnist") is None:
            print(
                "make_picture: the full Fashion-MNIST is not on this machine; see `cnn-tui data list`", file=sys.stderr
            )
            return 1
        svg = asyncio.run(photograph())
    # A viewer has a monospaced font of its own; none need be fetched.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
