"""What changes rows of Pocket."""
