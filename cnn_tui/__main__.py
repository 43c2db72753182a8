"""`python -m cnn_tui` is the same as the command `cnn-tui`."""

from __future__ import annotations

from cnn_tui.cli import main

if __name__ == "__main__":
    main()
