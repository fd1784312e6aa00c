"""Pages of people, organisations and the own account."""
