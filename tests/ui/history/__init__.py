"""The history pane, a run's page and comparisons."""
