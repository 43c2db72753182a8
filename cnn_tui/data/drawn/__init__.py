"""Drawn pictures, which stand in for datasets that are not on this machine."""
