"""Anlan (安澜): hazardous-chemical safety for plants, parks and regulators."""

__version__ = "0.1.0"
