"""The demonstration city: invented, seeded, repeatable, marked as demonstration everywhere."""
