"""What a person types into a field, steps to with + and -, and reads about it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.network.fields import Field, Value
from cnn_tui.network.values import size_of
from tests.network.strategies import FIELD_IDS, FIELDS, values
from tests.properties import examples

HOSTILE = (
    "",
    "   ",
    "-1",
    "1e99",
    "-1e99",
    "nan",
    "inf",
    "-inf",
    "٣",
    "１２",  # digits of full width
    "²",
    "½",
    "1_0",
    "0x10",
    "3x3x3",
    "()",
    "x",
    "None?",
    "\x00",
    "\x1b[31m",
    "\u202e3",
    "9" * 30,
    "9" * 4_000,
    "9" * 5_000,  # Python converts at most 4,300 digits
    "9" * 5_000 + "x3",
    "-" + "9" * 5_000,
    "a" * 100_000,
)


def field(**changes: Any) -> Field:
    """A field of whole numbers from 1 to 64, save for what is changed."""
    plain: dict[str, Any] = {
        "name": "filters",
        "kind": "int",
        "help": "How many.",
        "default": 8,
        "start": 8,
        "low": 1,
        "high": 64,
        "ladder": (1, 2, 4, 8, 16, 32, 64),
    }
    return Field(**{**plain, **changes})


FLOAT = field(name="rate", kind="float", low=0, high=None, below=1, ladder=(0.1, 0.25, 0.5))
PAIR = field(name="kernel_size", kind="pair", ladder=((1, 1), (3, 3), (5, 5)))
BORDERS = field(name="cropping", kind="borders", low=0, ladder=((0, 0), (1, 1)), between="+")
AUTO = field(name="strides", kind="pair", ladder=((1, 1), (2, 2)), optional=True, optional_means="the pool's size")
CHOICE = field(name="padding", kind="choice", low=None, high=None, ladder=(), choices=("valid", "same", "save"))
FLAG = field(name="use_bias", kind="flag", low=None, high=None, ladder=())


@pytest.mark.parametrize(
    ("one", "text", "value"),
    [
        (field(), " 12 ", 12),
        (field(), "1", 1),
        (field(), "64", 64),
        (FLOAT, "0", 0.0),
        (FLOAT, ".5", 0.5),
        (FLOAT, "1e-3", 0.001),
        (PAIR, "3", (3, 3)),
        (PAIR, "3x5", (3, 5)),
        (PAIR, "3 5", (3, 5)),
        (PAIR, "(3, 5)", (3, 5)),
        (PAIR, "[3,5]", (3, 5)),
        (PAIR, "3X5", (3, 5)),
        (AUTO, "", None),
        (AUTO, "auto", None),
        (AUTO, "None", None),
        (AUTO, "2", (2, 2)),
        (CHOICE, "valid", "valid"),
        (CHOICE, "Same", "same"),
        (CHOICE, "v", "valid"),
        (FLAG, "yes", True),
        (FLAG, "On", True),
        (FLAG, "false", False),
        (FLAG, "0", False),
    ],
)
def test_what_people_type_is_understood(one: Field, text: str, value: Value) -> None:
    understood = one.parse(text)
    assert understood == value
    assert type(understood) is type(value)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("3", (3, 3), "3x3"),
        ("3 2", (3, 2), "3x2"),
        ("(3, 2)", (3, 2), "3x2"),
        ("60+20x0", (60, 20, 0, 0), "60+20x0"),
        ("60 + 20 x 0+1", (60, 20, 0, 1), "60+20x0+1"),
        ("1+0", (1, 0, 1, 0), "1+0x1+0"),
        ("2+2x2+2", (2, 2), "2x2"),
    ],
)
def test_borders_have_one_number_for_two_sides_that_are_alike(text: str, value: Value, shown: str) -> None:
    assert BORDERS.parse(text) == value
    assert BORDERS.format(value) == shown


@pytest.mark.parametrize("text", ["", "+", "1+2+3", "1x2x3", "x", "-1+2", "70+0", "1+x2", "1.5"])
def test_what_are_no_borders_is_refused_with_how_they_are_typed(text: str) -> None:
    with pytest.raises(ValueError, match=r"like 3 or 3x2, or with both sides of each, like 3\+1x2\+0, from 0 to 64"):
        BORDERS.parse(text)


@pytest.mark.parametrize(
    ("one", "text", "sentence"),
    [
        (field(), "0", "filters must be a whole number from 1 to 64, not 0"),
        (field(), "65", "filters must be a whole number from 1 to 64, not 65"),
        (field(), "", "filters must be a whole number from 1 to 64, not nothing"),
        (field(), "1.5", "filters must be a whole number from 1 to 64, not 1.5"),
        (FLOAT, "1", "rate must be a number from 0 to below 1, not 1"),
        (PAIR, "3x0", "kernel_size must be one or two whole numbers, like 3 or 3x3, from 1 to 64, not 3x0"),
        (AUTO, "0", "strides must be one or two whole numbers, like 3 or 3x3, from 1 to 64, or auto (the pool's size)"),
        (CHOICE, "sa", "padding must be one of valid, same, save, not sa"),
        (FLAG, "maybe", "use_bias must be yes or no, not maybe"),
    ],
)
def test_a_refusal_says_what_is_allowed(one: Field, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="must be") as caught:
        one.parse(text)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(("kind", "one"), FIELDS, ids=FIELD_IDS)
def test_hostile_text_gets_a_short_sentence(kind: str, one: Field) -> None:
    for text in HOSTILE:
        if one.optional and not text.strip():
            assert one.parse(text) is None
            continue
        if _is_meant(one, text):
            one.check(one.parse(text))
            continue
        with pytest.raises(ValueError, match="must be") as caught:
            one.parse(text)
        sentence = str(caught.value)
        assert sentence.startswith(f"{one.name} must be {one.allowed()}, not "), (kind, text[:20])
        assert sentence.isprintable(), "control characters must not reach the terminal"
        assert len(sentence) < 300


def _is_meant(one: Field, text: str) -> bool:
    """Whether a field takes a text that most refuse: a negative number, a border of nothing, a list."""
    low = one.low if one.low is not None else 1
    meant = {
        "-1": one.rest or (one.kind == "float" and low <= -1),
        "0x10": one.kind in ("pair", "borders") and low == 0,
        "3x3x3": one.kind == "ints",
    }
    return meant.get(text, False)


@pytest.mark.parametrize(("kind", "one"), FIELDS, ids=FIELD_IDS)
def test_zero_is_taken_only_where_zero_means_something(kind: str, one: Field) -> None:
    if one.kind == "flag":
        assert one.parse("0") is False
    elif one.low is not None and one.low <= 0:
        assert one.parse("0") == ((0, 0) if one.kind in ("pair", "borders") else 0.0)
    else:
        with pytest.raises(ValueError, match=f"^{one.name} must be .*, not 0"):
            one.parse("0")


@settings(deadline=None, max_examples=examples(300))
@given(st.sampled_from(FIELDS), st.text(max_size=12) | st.text("0123456789.-+x, ()einfa_", max_size=12))
def test_any_text_is_a_value_that_is_allowed_or_a_sentence(picked: tuple[str, Field], text: str) -> None:
    _, one = picked
    try:
        value = one.parse(text)
    except ValueError as error:
        assert str(error).startswith(f"{one.name} must be {one.allowed()}, not ")
    else:
        one.check(value)
        assert one.kind != "choice" or value in one.choices
        assert not isinstance(value, float) or math.isfinite(value)


@settings(deadline=None)
@given(st.data())
def test_a_value_that_is_shown_can_be_typed_again(data: st.DataObject) -> None:
    _, one = data.draw(st.sampled_from(FIELDS))
    value = data.draw(values(one))
    assert one.parse(one.format(value)) == value


def test_values_are_shown_as_people_write_them() -> None:
    assert field().format(32) == "32"
    assert PAIR.format((3, 5)) == "3x5"
    assert AUTO.format(None) == "auto"
    assert FLAG.format(True) == "yes"
    assert [FLOAT.format(value) for value in (0.25, 0.5, 0.0, 1e-9)] == ["0.25", "0.5", "0", "1e-09"]
    assert FLOAT.format(0.9999999999999999) == "0.9999999999999999", "not 1, which is not allowed"
    assert CHOICE.format("same") == "same"


@settings(deadline=None)
@given(st.data(), st.sampled_from([1, -1]))
def test_a_step_stays_allowed_and_goes_the_right_way(data: st.DataObject, direction: int) -> None:
    _, one = data.draw(st.sampled_from(FIELDS))
    value = data.draw(values(one))
    stepped = one.step(value, direction)
    one.check(stepped)
    if one.kind == "flag":
        assert stepped is not value
    elif one.kind == "choice":
        assert stepped in one.choices
        assert one.step(stepped, -direction) == value
    elif one.kind == "ints":
        assert stepped is None or stepped in one.ladder
    elif one.kind == "penalty" and None in (value, stepped):
        assert value == stepped or direction == (1 if value is None else -1), "no penalty is the lowest step"
    elif value is not None and stepped != value:
        assert (size_of(stepped) - size_of(value)) * direction > 0


def test_steps_follow_the_ladder_and_stop_at_its_ends() -> None:
    assert field().step(8, 1) == 16
    assert field().step(8, -1) == 4
    assert field().step(11, 1) == 16
    assert field().step(11, -1) == 8
    assert field().step(64, 1) == 64
    assert field().step(1, -1) == 1
    assert PAIR.step((3, 3), 1) == (5, 5)
    assert PAIR.step((2, 4), -1) == (3, 3)
    assert AUTO.step(None, 1) == (1, 1)
    assert FLOAT.step(0.3, 1) == 0.5
    assert FLAG.step(True, 1) is False


def test_a_choice_steps_round_and_round() -> None:
    seen = ["valid"]
    for _ in range(3):
        seen.append(str(CHOICE.step(seen[-1], 1)))
    assert seen == ["valid", "same", "save", "valid"]


def test_a_number_of_thousands_of_digits_out_of_a_file_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"not a number of thousands of digits$"):
        field().check(int("f" * 5_000, 16))


SPAN = field(name="factor", kind="range", low=-1, high=1, ladder=(0.1, 0.2), between=" to ")
UPWARDS = field(name="factor", kind="range", low=0, high=1, ladder=(0.1, 0.2), between=" to ")


@pytest.mark.parametrize(
    ("one", "text", "value", "shown"),
    [
        (SPAN, "0.2", 0.2, "0.2"),
        (SPAN, "-0.2 to 0.2", 0.2, "0.2"),
        (SPAN, "(-0.3, 0.1)", (-0.3, 0.1), "-0.3 to 0.1"),
        (SPAN, "0.1 -0.3", (-0.3, 0.1), "-0.3 to 0.1"),
        (SPAN, "0 to 0.1", (0.0, 0.1), "0 to 0.1"),
        (UPWARDS, "0 to 0.1", 0.1, "0.1"),
        (UPWARDS, "0.1 to 0.3", (0.1, 0.3), "0.1 to 0.3"),
    ],
)
def test_a_range_is_one_number_where_that_says_as_much(one: Field, text: str, value: Value, shown: str) -> None:
    assert one.parse(text) == value
    assert one.format(value) == shown
    assert one.parse(shown) == value
    assert one.step(value, 1) == (value if isinstance(value, tuple) else 0.2)


@pytest.mark.parametrize("text", ["", "-0.2", "2", "-2 to 0.1", "0.1 to 0.2 to 0.3", "to", "nan", "0 to inf"])
def test_what_is_no_range_is_refused_with_how_one_is_typed(text: str) -> None:
    with pytest.raises(ValueError, match=r"a number from 0 to 1, or two from -1 to 1, like -0\.3 to 0\.2"):
        SPAN.parse(text)
