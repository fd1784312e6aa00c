"""A year of the demonstration city: risks, rounds, findings. Written set-based, seeded."""
