"""How many examples a property is tried with: few, unless the profile asks for more.

`HYPOTHESIS_PROFILE` chooses: quick (the default), thorough, or nightly with 2,000 examples of everything. No profile
has a deadline: a machine that is busy is not slow code. Quick and thorough try the same examples each time, so that
what passed here passes elsewhere; nightly looks for new ones.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

NIGHTLY = 2_000

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", patient, max_examples=20, derandomize=True)
settings.register_profile("thorough", patient, max_examples=60, derandomize=True)
settings.register_profile("nightly", patient, max_examples=NIGHTLY)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
settings.load_profile(PROFILE)


def examples(thorough: int, quick: int | None = None) -> int:
    """As many as the profile asks for: `thorough`, or for a quick look `quick`, or else a fifth."""
    if PROFILE == "nightly":
        return NIGHTLY
    return thorough if PROFILE == "thorough" else quick or max(10, thorough // 5)
