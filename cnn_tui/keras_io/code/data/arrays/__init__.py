"""Arrays of images and labels in a script: where they come from, and what NumPy and scikit-learn make of them."""
