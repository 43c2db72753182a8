"""t-SNE and UMAP at work in a process of their own: waited for, left, refused where they are not installed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.training.explain import lay_out, layout_work
from cnn_tui.training.explain.feature_map import Classes
from cnn_tui.training.explain.layout_work import LayoutWork
from tests.training.explain.test_feature_map import planted
from tests.waiting import wait_for

ROWS = planted()[0]
_READS = "import sys; count = int(sys.argv[2]); rows = sys.stdin.buffer.read(count * int(sys.argv[3]) * 4); "
TURNS_ROUND = _READS + "sys.stdout.buffer.write(rows[:count * 8])"
WAITS = _READS + "sys.stdin.read()"
FAILS = _READS + "sys.exit(3)"


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Begin work that a process does which is given as a script."""
    made: list[LayoutWork] = []

    def begin(script: str) -> LayoutWork:
        monkeypatch.setitem(lay_out.PACKAGES, "t-sne", ("numpy", "numpy"))
        monkeypatch.setattr(layout_work, "python", lambda _, *words: [sys.executable, "-c", script, *words])
        made.append(LayoutWork("t-sne", ROWS))
        return made[-1]

    yield begin
    for one in made:
        one.end()


def test_what_the_process_writes_are_two_numbers_for_each_row(begun: Any) -> None:
    work = begun(TURNS_ROUND)
    found = work.wait(60)
    assert found.tolist() == ROWS.reshape(-1)[: 2 * len(ROWS)].reshape(-1, 2).tolist()


def test_it_says_that_it_works_and_ends_when_nobody_asks_any_more(begun: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_work, "LEFT_ALONE", 0.01)
    work = begun(WAITS)
    assert work.wait(0.0) is None and work.seconds > 0
    wait_for(lambda: work.was_ended, "the end of what nobody asks about")


def test_a_process_that_fails_is_told_of(begun: Any) -> None:
    work = begun(FAILS)
    with pytest.raises(ExplainError, match="t-SNE ended with exit status 3"):
        work.wait(60)


def test_without_its_package_and_with_few_images_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lay_out.PACKAGES, "umap", ("no_such_module", "umap-learn"))
    with pytest.raises(ExplainError, match="UMAP takes umap-learn, which is not installed: pip install umap-learn"):
        LayoutWork("umap", ROWS)
    monkeypatch.setitem(lay_out.PACKAGES, "umap", ("numpy", "numpy"))
    with pytest.raises(ExplainError, match="10 images at least, and there are 4"):
        LayoutWork("umap", ROWS[:4])


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed")
def test_t_sne_lays_two_bundles_apart() -> None:
    rows, labels = planted()
    work = LayoutWork("t-sne", rows)
    try:
        places = work.wait(300)
    finally:
        work.end()
    assert places is not None and places.shape == (40, 2)
    plain = [at for at in range(40) if at not in (3, 7, 12)]
    apart = np.linalg.norm(places[plain][:, None] - places[plain], axis=2) + np.eye(len(plain)) * 1e9
    nearest = apart.argmin(axis=1)
    same = labels[plain][nearest] == labels[plain]
    assert same.mean() > 0.9
    assert Classes(rows, labels).near_others[0] == 7
