"""What goes over the line: only the cells that changed, in as few bytes as they take."""
