"""The registry for other systems: the same queries and services as the screens."""
