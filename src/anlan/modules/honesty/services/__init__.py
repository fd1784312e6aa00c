"""Running the analysis."""
