"""Edits of a stack: each gives a new stack and leaves the old one alone."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn_tui.network.layers import Conv2D, Dense, Dropout, new_layer
from cnn_tui.network.stack import Stack, canonical
from tests.network.strategies import any_layer, notes_net, stacks

FULL = stacks(most=8).filter(lambda stack: len(stack) > 0)


def positions(stack: Stack) -> st.SearchStrategy[int]:
    """The positions of a stack's layers."""
    return st.integers(0, len(stack) - 1)


def test_an_edit_leaves_the_old_stack_alone() -> None:
    stack = notes_net()
    before = stack.layers
    edited = [
        stack.insert(0, Dropout(rate=0.5)),
        stack.delete(6),
        stack.duplicate(0),
        stack.move(0, 2),
        stack.replace(0, Dense(units=3)),
        stack.change(0, filters=16),
        stack.toggle(2),
    ]
    assert stack.layers == before == notes_net().layers
    assert all(one != stack for one in edited)
    assert all(one.input_shape == (28, 28, 1) for one in edited)


def test_edits_do_what_they_are_called() -> None:
    stack = Stack((4, 4, 1), (Dense(units=1), Dense(units=2), Dense(units=3)))

    def units(edited: Stack) -> list[int]:
        return [layer.units for layer in edited.layers if isinstance(layer, Dense)]

    assert units(stack.insert(1, Dense(units=9))) == [1, 9, 2, 3]
    assert units(stack.insert(3, Dense(units=9))) == [1, 2, 3, 9]
    assert units(stack.delete(1)) == [1, 3]
    assert units(stack.duplicate(1)) == [1, 2, 2, 3]
    assert units(stack.move(0, 2)) == [2, 3, 1]
    assert units(stack.move(2, 0)) == [3, 1, 2]
    assert units(stack.change(1, units=7)) == [1, 7, 3]
    assert [at for at, _ in stack.toggle(1).enabled()] == [0, 2]
    assert len(stack.toggle(1)) == 3


def test_a_change_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="filters must be a whole number"):
        notes_net().change(0, filters=0)
    with pytest.raises(TypeError):
        notes_net().change(0, units=3)


@settings(deadline=None)
@given(st.data(), FULL, any_layer(4, 12))
def test_insert_and_delete_take_each_other_back(data: st.DataObject, stack: Stack, layer: Conv2D) -> None:
    at = data.draw(st.integers(0, len(stack)))
    inserted = stack.insert(at, layer)
    assert len(inserted) == len(stack) + 1
    assert inserted.layers[at] == layer
    assert inserted.delete(at) == stack


@settings(deadline=None)
@given(st.data(), FULL)
def test_a_move_there_and_back_changes_nothing(data: st.DataObject, stack: Stack) -> None:
    at, to = data.draw(positions(stack)), data.draw(positions(stack))
    moved = stack.move(at, to)
    assert moved.layers[to] == stack.layers[at]
    assert moved.move(to, at) == stack
    assert sorted(map(repr, moved.layers)) == sorted(map(repr, stack.layers))


@settings(deadline=None)
@given(st.data(), FULL)
def test_toggle_and_duplicate_are_taken_back(data: st.DataObject, stack: Stack) -> None:
    at = data.draw(positions(stack))
    assert stack.toggle(at).toggle(at) == stack
    assert stack.duplicate(at).layers[at] == stack.duplicate(at).layers[at + 1]
    assert stack.duplicate(at).delete(at) == stack


@settings(deadline=None)
@given(stacks())
def test_layers_switched_off_do_not_count_in_the_fingerprint(stack: Stack) -> None:
    network = Stack(stack.input_shape, tuple(layer for _, layer in stack.enabled()))
    assert network.fingerprint() == stack.fingerprint()
    off = Dropout(rate=0.5, enabled=False)
    assert stack.insert(0, off).insert(len(stack) + 1, off).fingerprint() == stack.fingerprint()
    assert len(stack.fingerprint()) == 12
    assert set(stack.fingerprint()) <= set("0123456789abcdef")


@settings(deadline=None)
@given(stacks(), stacks())
def test_other_networks_have_other_fingerprints(one: Stack, other: Stack) -> None:
    networks = [(stack.input_shape, [canonical(layer) for _, layer in stack.enabled()]) for stack in (one, other)]
    assume(networks[0] != networks[1])
    assert one.fingerprint() != other.fingerprint()


def test_each_argument_and_the_order_count_in_the_fingerprint() -> None:
    stack = notes_net()
    edits = [
        stack.change(0, filters=31),
        stack.change(0, kernel_size=(3, 5)),
        stack.change(0, kernel_size=(5, 3)),
        stack.change(0, padding="same"),
        stack.change(0, use_bias=False),
        stack.change(0, strides=(2, 2)),
        stack.change(5, activation="tanh"),
        stack.move(5, 6),
        stack.toggle(5),
        stack.insert(0, new_layer("Dropout")),
        Stack((28, 28, 3), stack.layers),
    ]
    prints = [one.fingerprint() for one in (stack, *edits)]
    assert len(set(prints)) == len(prints)


def test_the_fingerprint_of_the_notes_net_stays_what_it_is() -> None:
    """Histories on disk hold it: a change here needs a migration."""
    assert notes_net().fingerprint() == "95d261d6651d"
