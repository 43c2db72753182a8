"""The views of the Explain pane: what a network sees, a file for each."""
