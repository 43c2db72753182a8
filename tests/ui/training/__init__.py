"""The training pane, its chart and what is watched."""
