"""The only door for writes of duties, by noun."""
