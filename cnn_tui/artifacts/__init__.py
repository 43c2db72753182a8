"""What a run leaves beside its row: weights, predictions, evaluation, log."""
