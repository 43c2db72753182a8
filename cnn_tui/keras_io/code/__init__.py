"""Python scripts and notebooks that make Keras models: read by their syntax tree, never run."""
