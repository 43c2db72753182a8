"""Answers the questions of Explain, in a process of its own."""
