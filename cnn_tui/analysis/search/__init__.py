"""What came of a search: its trials, its result, and which keys made the difference."""
