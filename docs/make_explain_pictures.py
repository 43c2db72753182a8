"""Makes the pictures of the Explain pane: `python docs/make_explain_pictures.py RUN` photographs a run of the history.

The run must have ended and have its weights, those of its epochs too: `cnn-tui run lab1-baseline --epochs 10 --set
keep=all` makes one.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnn_tui.ui.app import LabApp

FOLDER = Path(__file__).parent
# A view by its code, what is pressed there, what then has to be on the screen, and the picture's name.
VIEWS = (
    ("predictions", (), "returns", "predictions"),
    ("confusion", (), "rows:", "confusion"),
    ("where", ("o",), "speaks for", "where"),
    ("filters", ("t",), "epoch 8", "kernels"),
    ("by-hand", ("right", "down") * 4, "products", "by-hand"),
)


async def photograph(run_id: int) -> dict[str, str]:
    """The pictures by their names."""
    from cnn_tui.experiment.document import Document
    from cnn_tui.history.history import History
    from cnn_tui.jobs import launch
    from cnn_tui.ui.app import LabApp
    from cnn_tui.ui.explain.pane import ExplainPane

    pictures = {}
    with History() as history, launch.presence():
        run = history.run(run_id)
        if run is None:
            raise SystemExit(f"there is no run {run_id}; cnn-tui history lists them")
        app = LabApp(Document(run.experiment), history, launch)
        async with app.run_test(size=(100, 34)) as pilot:
            pane = app.lab.query_one(ExplainPane)
            pane.show_run(run_id)
            await pilot.press("5")
            for code, keys, words, name in VIEWS:
                pane.show_view(code)
                await pilot.press(*keys)
                while words not in (seen := _screen(app)) or "working" in seen or "loading" in seen:
                    await asyncio.sleep(0.1)
                    await pilot.pause()
                pictures[name] = app.export_screenshot(title="cnn-tui")
    return pictures


def _screen(app: LabApp) -> str:
    return app.export_screenshot().replace("&#160;", " ")


def main(arguments: list[str]) -> int:
    """Write the pictures."""
    if len(arguments) != 1 or not arguments[0].isdecimal():
        print("usage: python docs/make_explain_pictures.py RUN", file=sys.stderr)
        return 2
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}  # whatever it runs in
    for name, svg in asyncio.run(photograph(int(arguments[0]))).items():
        # A viewer has a monospaced font of its own; none need be fetched.
        svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
