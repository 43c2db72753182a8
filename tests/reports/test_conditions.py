"""What a figure was made with, as pages say it."""

from __future__ import annotations

from cnn_tui.history.run import Run
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.reports.run_facts import RunFacts
from cnn_tui.reports.run_page import run_page
from tests.history.made_runs import run

FOLDER = "/home/anna/courses/pack/pictures"


def _page(one: Run) -> str:
    return to_markdown(run_page(RunFacts(one, (), "", None, None)))


def test_of_a_folder_of_pictures_its_name_stands_beside_figures_and_its_place_once() -> None:
    page = _page(run(dataset=FOLDER))
    assert "pictures, 60,000 + 10,000 images, 1 of 5 epochs, last weights" in page
    assert page.count(FOLDER) == 1


def test_figures_of_the_images_that_were_learned_from_are_called_so() -> None:
    page = _page(run(dataset="pets", test_images=0))
    assert "pets, 60,000 images, tested on those it trained on, 1 of 5 epochs, last weights" in page
    assert "60,000 training images, and tested on what it learned from" in page
    assert "±" not in page, "it tells nothing of other images"


def test_the_whole_path_is_there_to_tell_folders_of_one_name_apart() -> None:
    ours, theirs = (run(dataset=path).conditions for path in (FOLDER, "/data/pictures"))
    assert ours.in_words() == theirs.in_words()
    assert ours.in_words(whole=True).startswith(f"{FOLDER}, 60,000")
    assert theirs.in_words(whole=True).startswith("/data/pictures, 60,000")
