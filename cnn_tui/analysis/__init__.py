"""What the runs say together: comparisons, verdicts, overfitting, estimates."""
