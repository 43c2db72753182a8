"""What each loss compares: the answers that it takes, the numbers that a network is to give, and what they mean.

Names and arguments are Keras's (https://keras.io/api/losses/). Of two classes a single number can tell: how sure the
network is of the second one.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Loss: TypeAlias = Literal[
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
    "mean_squared_error",
]
AnswerKind: TypeAlias = Literal["class numbers", "one-hot labels", "single numbers"]
ToProbabilities: TypeAlias = Literal["", "softmax", "sigmoid"]
"""What makes probabilities of the numbers of a network; "" where they are probabilities already."""


class Answers(NamedTuple):
    """The form in which a loss takes the right class: its number, a row of 0 and 1 for `units` units, or 0 or 1."""

    kind: AnswerKind = "class numbers"
    units: int = 0


CLASS_NUMBERS = Answers()


class LossFacts(NamedTuple):
    """What is so of a loss. `link` makes probabilities of logits; `activations` are those that it takes, for a row."""

    activations: tuple[str, ...]
    """The one that fits best comes first."""
    link: ToProbabilities
    is_sparse: bool = False
    takes_one_unit: bool = False
    """Whether one unit may stand for two classes."""
    has_logits: bool = True
    has_smoothing: bool = True
    also: tuple[str, ...] = ()
    """Other activations of a row that Keras computes it with, though they give no probabilities that sum to 1."""


_NO_ROW = ("sigmoid", "hard_sigmoid")
"""Activations that make a probability of each number by itself."""
LOSSES: dict[str, LossFacts] = {
    "sparse_categorical_crossentropy": LossFacts(
        ("softmax",), "softmax", is_sparse=True, has_smoothing=False, also=_NO_ROW
    ),
    "categorical_crossentropy": LossFacts(("softmax",), "softmax", also=_NO_ROW),
    "binary_crossentropy": LossFacts(("sigmoid", "softmax", "hard_sigmoid"), "sigmoid", takes_one_unit=True),
    "mean_squared_error": LossFacts(
        ("softmax", "sigmoid", "hard_sigmoid"), "", takes_one_unit=True, has_logits=False, has_smoothing=False
    ),
}


def answers_for(loss: str, units: int) -> Answers:
    """What a loss takes as the right answers for a network of so many units at its end."""
    facts = LOSSES[loss]
    if facts.is_sparse:
        return CLASS_NUMBERS
    if facts.takes_one_unit and units == 1:
        return Answers("single numbers", 1)
    return Answers("one-hot labels", units)


def activations_for(loss: str, from_logits: bool, units: int) -> tuple[str, ...]:
    """The activations at the end of a network that give what the loss compares, the one that fits best first."""
    facts = LOSSES[loss]
    if from_logits and facts.has_logits:
        return ("linear",)
    # A softmax of a single number is 1, whatever the number.
    return tuple(name for name in facts.activations if units > 1 or not facts.takes_one_unit or name != "softmax")


def to_probabilities(loss: str, from_logits: bool) -> ToProbabilities:
    """What makes probabilities of what the network gives."""
    facts = LOSSES[loss]
    return facts.link if from_logits and facts.has_logits else ""
