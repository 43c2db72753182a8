"""Searches: begun, taken forward by what Optuna suggests, and judged."""
