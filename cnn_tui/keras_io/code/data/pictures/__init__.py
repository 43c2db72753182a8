"""How the pictures of a script come: their colours, the numbers in them, and how they are varied."""
