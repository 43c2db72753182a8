"""Screens that open over the lab."""
