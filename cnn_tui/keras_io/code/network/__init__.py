"""Layers of a script that ask for more than their own call: networks in one, shared ones, and their modes."""
