"""A class-balanced sample of Fashion-MNIST, used when the whole set is nowhere to be had. See LICENSE beside it."""
