"""The layer kinds by family, one struct per Keras layer. `network/layers.py` is what lists them."""
