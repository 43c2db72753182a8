"""What a script asks of the data that it trains on: the dataset, or what is known of one that is not here."""

from __future__ import annotations

import msgspec

from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions
from cnn_tui.experiment.images.image_ranges import ImageNumbers


class DataAsked(msgspec.Struct, frozen=True):
    """The dataset that a script trains on; where that is not here, None, and `options` say how pictures go in."""

    dataset: str | None = None
    options: DataOptions = AS_THEY_ARE
    is_elsewhere: bool = False
    """Whether the script names a table of its own that is not here, so that none can stand in for it."""
    is_unread: bool = False
    """Whether the script reads images in a way that is not known."""
    share: str | float | None = None
    """How much is tested on of a dataset that is not here, once it is set; TRAIN for what it learns from."""
    leave_out: ImageNumbers = ()
    """The numbers of the training images that it does not learn from."""
    sides: tuple[str, ...] = ()
    """What the script has for the sides of images that only running tells."""
    loaded: tuple[str, ...] = ()
    """The built-in datasets that the script loads."""
    printed_classes: int | None = None
    """How many classes a notebook printed that the images have, where those are not here."""


NO_DATA = DataAsked()
