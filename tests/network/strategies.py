"""Random layers and stacks, made from the catalogue: a new kind of layer is in them without a change here."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
from hypothesis import strategies as st

from cnn_tui.network.fields import L1L2, Field, fields_of
from cnn_tui.network.layers import LAYERS, AnyLayer, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from cnn_tui.network.stack import Stack
from cnn_tui.network.values import evened, settled

KERAS_LAYERS = {kind: cls for kind, cls in LAYERS.items() if kind != "Application"}
"""The kinds that are classes of `keras.layers`; tests/training/test_application.py has the other."""
FIELDS = [(kind, field) for kind, cls in KERAS_LAYERS.items() for field in fields_of(cls)]
FIELD_IDS = [f"{kind}.{field.name}" for kind, field in FIELDS]


def values(field: Field, most: int | None = None) -> st.SearchStrategy[Any]:
    """Values that the field allows; whole numbers of up to `most` if given."""
    one: st.SearchStrategy[Any]
    if field.kind == "choice":
        one = st.sampled_from(field.choices)
    elif field.kind == "flag":
        one = st.booleans()
    elif field.kind == "float":
        high = field.below if field.below is not None else field.high
        one = st.floats(field.low, high, exclude_max=field.below is not None)
    elif field.kind == "range":
        one = st.floats(0, field.high) | st.tuples(*[st.floats(field.low, field.high)] * 2).map(
            lambda ends: settled(ends, field.low)
        )
    elif field.kind == "penalty":
        factors = st.floats(0, 1000)
        one = st.builds(L1L2, factors, factors)
    else:
        assert field.low is not None and field.high is not None
        one = st.integers(int(field.low), int(field.high) if most is None else min(int(field.high), most))
        if field.kind == "pair":
            one = st.tuples(one, one)
        elif field.kind == "borders":
            one = st.tuples(one, one) | st.tuples(one, one, one, one).map(evened)
        elif field.kind == "ints":
            one = st.lists(one, min_size=1, max_size=3).map(tuple)
            one = (
                st.tuples(st.just(-1)) | st.tuples(one, st.just(-1)).map(lambda two: (*two[0], -1))
                if field.rest
                else one
            )
    return st.none() | one if field.optional else one


def layers_of(kind: str, pair: int | None = None, number: int | None = None) -> st.SearchStrategy[AnyLayer]:
    """Layers of a kind with any arguments; the numbers of a pair up to `pair`, others up to `number`."""
    cls = LAYERS[kind]
    sizes = ("pair", "borders")
    given = {field.name: values(field, pair if field.kind in sizes else number) for field in fields_of(cls)}
    enabled = st.sampled_from([True] * 7 + [False])
    return typing.cast("st.SearchStrategy[AnyLayer]", st.builds(cls, enabled=enabled, **given))


def any_layer(pair: int | None = None, number: int | None = None) -> st.SearchStrategy[AnyLayer]:
    """Layers of every kind."""
    return st.one_of([layers_of(kind, pair, number) for kind in KERAS_LAYERS])


def stacks(most: int = 6, pair: int | None = 4, number: int | None = 12) -> st.SearchStrategy[Stack]:
    """Stacks of small layers on small pictures: about as many can be built as not."""
    shape = st.tuples(st.integers(1, 28), st.integers(1, 28), st.integers(1, 3))
    return st.builds(Stack, shape, st.lists(any_layer(pair, number), max_size=most).map(tuple))


def notes_net(filters: int = 32, padding: typing.Literal["valid", "same"] = "valid") -> Stack:
    """The network of the course notes."""
    layers: list[AnyLayer] = []
    for _ in range(2):
        layers.append(Conv2D(filters=filters, kernel_size=(3, 3), activation="relu", padding=padding))
        layers.append(MaxPooling2D(pool_size=(2, 2)))
    layers += [Flatten(), Dense(units=128, activation="relu"), Dense(units=10, activation="softmax")]
    return Stack((28, 28, 1), tuple(layers))


def arguments_of(layer: Layer) -> dict[str, Any]:
    """What Keras's class of the same name is called with."""
    plain: dict[str, Any] = msgspec.structs.asdict(layer)
    del plain["enabled"]
    return plain
