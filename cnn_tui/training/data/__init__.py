"""Images and labels, read, kept and inspected."""
