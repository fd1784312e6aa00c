"""The only door for writing inspections."""
