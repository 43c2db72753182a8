"""The kinds of layers by family, a struct for each; `about` says what one does. `network/layers.py` lists them all."""
