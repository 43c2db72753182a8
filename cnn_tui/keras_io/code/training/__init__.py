"""How a script trains: callbacks, learning rates, and loops that it writes in place of a fit."""
