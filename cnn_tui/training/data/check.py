"""Looks for images from which little can be learned, whatever they were read from."""

from __future__ import annotations

from cnn_tui.text import counted
from cnn_tui.training.data.readers import Pixels


def check_images(images: Pixels) -> str:
    """What is wrong with all images, (count, height, width, channels), of a set, in a sentence; "" where nothing is.

    An image that is as it should be ends the look, so that a good set takes no time.
    """
    what = f"All {counted(len(images), 'training image')}" if len(images) > 1 else "The only training image"
    if len(images) > 1 and all((image == images[0]).all() for image in images[1:]):
        return f"{what} are one and the same: there is nothing to tell apart. Look at how the files were made."
    if all(image.min() == image.max() for image in images):
        return (
            f"{what} are even areas with nothing drawn in them: at most their brightness can be learned. "
            "Look at the files: what should be seen may be in a place that is not read."
        )
    if all(image.max() <= 1 for image in images):
        return (
            f"{what} hold no number above 1, of 255: they are nearly black. "
            "Save them so that white is 255, or they will hardly be learned from."
        )
    return ""
