"""Where a script has its images from, and what it makes of them on their way into a model."""
