"""What is tried and what came of it: experiments, runs and their history. Imports only `network`."""
