"""The roles' journeys through the real product, in a real browser."""
