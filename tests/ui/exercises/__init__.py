"""The exercises screen."""
