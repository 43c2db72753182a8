"""What a network is: layers, stack, summary, problems. Pure and instant; imports no other room."""
