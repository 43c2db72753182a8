"""What tells the models of a search for settings from others."""

from __future__ import annotations

TUNER = "a search"
"""What a search is, and an estimator that makes a model, among instances."""
SEARCHED = "in a search"
"""Among what a fit is given: whether it is one of a search, which a training of the model itself counts before."""
BEST = "best_params_"
"""Among the arguments of a search, and as scikit-learn calls it: the settings that it has found, by their names."""
