"""What is wrong with a stack, and the stacks in which it is fixed."""
