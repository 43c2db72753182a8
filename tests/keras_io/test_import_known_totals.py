"""Networks that are met again and again, written as people write them: with the totals that Keras prints of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from cnn_tui.network.summary import summarize
from tests.keras_io.scripts import read


class Known(NamedTuple):
    """A network: what its images are, its layers as code, and how many of its parameters there are and rest."""

    shape: tuple[int, int, int]
    layers: str
    total: int
    resting: int = 0


def conv(*filters: int, size: int = 3, more: str = "") -> str:
    """A convolution of each number of filters, with a pooling behind it."""
    return "".join(f'Conv2D({many}, {size}, activation="relu"{more}), MaxPooling2D(2), ' for many in filters)


def head(*units: int, last: int, activation: str = "softmax") -> str:
    hidden = "".join(f'Dense({many}, activation="relu"), ' for many in units)
    return f'Flatten(), {hidden}Dense({last}, activation="{activation}")'


def normed(filters: int) -> str:
    """Two convolutions as large as their input, each normalized, and a pooling."""
    one = f'Conv2D({filters}, 3, padding="same", activation="relu"), BatchNormalization(), '
    return one + one + "MaxPooling2D(2), "


SAME_64 = 'Conv2D(64, 3, activation="relu"), Conv2D(64, 3, padding="same", activation="relu"), BatchNormalization(), '
KNOWN = [
    Known((28, 28, 1), conv(64, 64) + head(128, last=10), 243_786),
    Known((28, 28, 1), conv(32) + head(128, last=10), 693_962),
    Known((300, 300, 3), conv(16, 32, 64, 64, 64) + head(512, last=1, activation="sigmoid"), 1_704_097),
    Known((150, 150, 3), conv(64, 64, 128, 128) + head(512, last=3), 3_473_475),
    Known((28, 28, 1), conv(64, 64) + head(128, last=26), 245_850),
    Known((28, 28, 1), conv(16, 16) + head(64, last=24), 29_704),
    Known((32, 32, 3), conv(32, 64) + 'Conv2D(64, 3, activation="relu"), ' + head(64, last=10), 122_570),
    Known((28, 28, 1), 'Conv2D(32, 3, activation="relu"), ' + conv(64) + head(128, last=10), 1_199_882),
    Known((30, 30, 3), conv(32, 64, 128) + head(256, last=43), 235_627),
    Known(
        (48, 48, 1),
        SAME_64 + "MaxPooling2D(2), " + normed(128) + normed(256) + normed(512) + head(512, 256, 128, last=7),
        5_905_863,
        resting=3_712,
    ),
    Known((150, 150, 3), conv(64, 64, 64, 64) + head(32, last=3), 213_059),
    Known((150, 150, 3), conv(32, 64, 128, 128) + head(512, last=1, activation="sigmoid"), 3_453_121),
]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.total:,}")
def test_an_imported_network_has_the_total_that_keras_prints(tmp_path: Path, known: Known) -> None:
    code = f"""
from tensorflow.keras.layers import *
from tensorflow.keras.models import Sequential
model = Sequential([Input({known.shape}), {known.layers}])
model.summary()
"""
    experiment = read(tmp_path, code).experiment
    summary = summarize(experiment.stack)
    assert experiment.stack.input_shape == known.shape
    assert (summary.total_params, summary.non_trainable_params) == (known.total, known.resting)
    assert summary.stuck_at is None


@pytest.mark.long
@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.total:,}")
def test_keras_counts_the_same(known: Known) -> None:
    import keras

    made = eval(known.layers.join("[]"), vars(keras.layers))  # our own text above
    assert keras.Sequential([keras.Input(known.shape), *made]).count_params() == known.total
