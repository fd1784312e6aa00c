"""Inspections for other systems."""
