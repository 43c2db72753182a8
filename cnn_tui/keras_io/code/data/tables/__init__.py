"""Tables in a script: of pixels, and of the names of pictures."""
