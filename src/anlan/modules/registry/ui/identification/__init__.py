"""Pages of GB 18218: a unit's identification, what-if, settings."""
