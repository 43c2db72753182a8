"""Questions about trained networks, for tests that ask them."""

from __future__ import annotations

import pytest

from cnn_tui.jobs.explain.answers import Done
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import ExplainError, Question

SECONDS = 120.0
"""How long an answer is waited for: the machine may be busy."""


def refused(client: ExplainClient, question: Question) -> ExplainError:
    """What a question is refused with."""
    with pytest.raises(ExplainError) as caught:
        client.ask(question, Done, SECONDS)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert "Traceback" not in sentence
    return caught.value
