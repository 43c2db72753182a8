"""Boxes that a pane may open."""
