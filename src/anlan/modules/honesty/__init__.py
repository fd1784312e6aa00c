"""The honest-work analysis: the pure rules run over findings and records; flags come of it."""
