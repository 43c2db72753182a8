"""The views of a dataset's images together: what they are, how the network does on them, which labels it doubts."""
