"""The views of what layers have learned: the maps of their filters, and their kernels."""
