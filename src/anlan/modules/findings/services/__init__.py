"""The only door for writing findings."""
