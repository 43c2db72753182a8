"""What a class does: exercises, packs, submissions, and all that a class handed in as one experiment."""
