"""What Keras calls while it trains."""
