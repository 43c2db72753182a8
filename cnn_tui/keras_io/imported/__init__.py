"""What was read of a model, of Keras's files or of a script, becomes an experiment, with notes on what is left out."""
