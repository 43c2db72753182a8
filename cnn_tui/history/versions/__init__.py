"""The tables of the history, and the steps from each version of them to the next."""
