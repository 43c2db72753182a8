"""Lays rows out in two dimensions by t-SNE or UMAP: `python -m cnn_tui.training.explain.lay_out METHOD COUNT SIZE`.

A process of its own, because neither can be interrupted: whoever no longer wants it ends it. The rows come as float32
on standard input, and two numbers for each go to standard output. It ends when its input does.
"""

from __future__ import annotations

import os
import sys
import threading

import numpy as np
from numpy.typing import NDArray

from cnn_tui.jobs.explain.map_protocol import MapMethod

Floats = NDArray[np.float32]
PACKAGES: dict[MapMethod, tuple[str, str]] = {"t-sne": ("sklearn", "scikit-learn"), "umap": ("umap", "umap-learn")}
"""What each method is worked out by: the module, and how it is installed."""


def lay_out(rows: Floats, method: MapMethod) -> Floats:
    """(n, 2) of rows (n, d) of length 1, whose distances say the same as their angles; the same each time."""
    if method == "t-sne":
        from sklearn.manifold import TSNE

        made = TSNE(perplexity=min(30.0, (len(rows) - 1) / 3), init="pca", random_state=0)
    else:
        from umap import UMAP

        made = UMAP(n_neighbors=min(15, len(rows) - 1), random_state=0)
    return np.ascontiguousarray(made.fit_transform(rows), np.float32)


def main() -> None:
    """Read, work, write."""
    method, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what else is printed is no answer
    data = sys.stdin.buffer.read(count * size * 4)
    threading.Thread(target=_end_with_input, daemon=True).start()
    rows = np.frombuffer(data, np.float32).reshape(count, size)
    out.write(lay_out(rows, "t-sne" if method == "t-sne" else "umap").tobytes())
    out.flush()
    os._exit(0)  # the thread still waits


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
