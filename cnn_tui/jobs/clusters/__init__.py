"""Runs that jobs of a cluster train: one seam, and the places behind it, SLURM and Ray."""
