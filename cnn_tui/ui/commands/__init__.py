"""What keys ask for, done."""
