"""Profiles of hypothesis: `HYPOTHESIS_PROFILE=nightly` asks for many more examples."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("nightly", max_examples=2_000, deadline=None)
if "HYPOTHESIS_PROFILE" in os.environ:
    settings.load_profile(os.environ["HYPOTHESIS_PROFILE"])
