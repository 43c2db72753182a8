"""What a terminal is sent, what it sends, and what it can show."""
