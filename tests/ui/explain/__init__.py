"""The explain pane and its views."""
